"""One writer at a time: the frame that every service's write happens in.

Each change appends to the one audit chain, so changes are serialized at their end
in any case. Taking the chain's lock at the *beginning* makes the whole service
run alone: rights, versions and neighbors that it read still hold when it commits
(decision 3). Readers are never blocked.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from console.core.models import AuditHead


@contextmanager
def writing() -> Iterator[None]:
    """Run a service's body in one transaction that holds the writers' lock.

    Use it as a decorator or in a `with`. It may be nested; the outermost commits.
    """
    with transaction.atomic():
        AuditHead.objects.select_for_update().get_or_create(id=1)
        yield
