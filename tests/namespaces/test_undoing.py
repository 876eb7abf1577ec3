"""Undoing what was just done to a namespace."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages

from console.core.undoing import ChangedSinceError
from namespaces import services
from tests.factories import NOW
from tests.namespaces.test_pages import client_of, post
from tests.people import Cast, actor_of

LATER = NOW + timedelta(seconds=5)


def move(cast: Cast) -> None:
    services.move_namespace(
        cast.web.pk, under=cast.finance.pk, actor=actor_of(cast.root), now=NOW
    )


def test_is_moved_back_by_the_button_of_the_message(cast: Cast) -> None:
    done = post(
        cast.root, "namespace-move", cast.web.id, under=cast.finance.id, version=1
    )
    (message,) = get_messages(done.wsgi_request)

    client_of(cast.root).post(str(message.extra_tags).removeprefix("undo:"))

    cast.web.refresh_from_db()
    assert cast.web.parent == cast.engineering
    assert cast.web.path.startswith(cast.engineering.path)


def test_inherits_again(cast: Cast) -> None:
    services.update_namespace(
        cast.web.pk,
        version=1,
        inherits_policies=False,
        actor=actor_of(cast.ada),
        now=NOW,
    )

    (undone,) = services.undo(NOW, actor=actor_of(cast.ada), now=LATER)

    assert (undone.inherits_policies, undone.version) == (True, 3)


def test_stays_where_somebody_changed_it_since(cast: Cast) -> None:
    move(cast)
    services.update_namespace(
        cast.web.pk, version=2, name="Shop", actor=actor_of(cast.root), now=LATER
    )

    with pytest.raises(ChangedSinceError):
        services.undo(NOW, actor=actor_of(cast.root), now=LATER)
