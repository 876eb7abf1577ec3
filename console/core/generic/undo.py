"""The button *Undo* of a message: it names the moment of what is to be taken back."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext

from console.core.exceptions import ConsoleError, ValidationFailedError
from console.core.generic.pages import ActionView


def undo_tag(url_name: str, moment: datetime, **more: str) -> str:
    """Return the extra tag of a message about what was done at a moment."""
    asked = {"at": moment.isoformat(), **more}
    return f"undo:{reverse(url_name)}?{urlencode(asked)}"


class MomentAction(ActionView):
    """Takes back what the person did at one moment. It goes to a list afterwards."""

    list_url_name: ClassVar[str]

    @property
    def moment(self) -> datetime:
        """When it was done."""
        moment = parse_datetime(self.request.GET.get("at", "")[:40])
        if moment is None or moment.tzinfo is None:
            raise ValidationFailedError(gettext("say when it was done"))
        return moment


class UndoAction(MomentAction):
    """Has a service do the opposite of what was done; tells why that can't be.

    Attributes:
        service: takes back what somebody (`actor`) did at a moment; returns the rows
            that are as they were.
        noun: what one of them, and several, are called; a lazy `ngettext`.
        list_url_name, detail_url_name: their pages.
    """

    service: ClassVar[Callable[..., Sequence[Any]]]
    detail_url_name: ClassVar[str]
    noun: ClassVar[Any]

    def carry_out(self) -> str:
        """Undo it, and show it: the row itself if it is a single one."""
        moment = self.moment
        try:
            rows = self.service(moment, actor=self.actor, now=self.now)
        except ConsoleError as error:
            if not error.is_about_input:
                raise
            messages.error(
                self.request,
                gettext("Not undone: %(message)s.") % {"message": error.message},
            )
            return reverse(self.list_url_name)
        if len(rows) == 1:
            messages.success(
                self.request,
                gettext("Undone: %(name)s is as it was.") % {"name": rows[0].name},
            )
            return reverse(self.detail_url_name, args=[rows[0].pk])
        text = gettext("Undone: %(count)s %(nouns)s are as they were.") % {
            "count": len(rows),
            "nouns": self.noun % len(rows),
        }
        messages.success(self.request, text)
        return reverse(self.list_url_name)
