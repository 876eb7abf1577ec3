"""Pages that act on several rows of a list at once: ask first, then all or none."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.translation import gettext

from console.core.bulk import MAX_CHOSEN, Prospect, Versions, look_ahead
from console.core.exceptions import ValidationFailedError
from console.core.generic.listing import Listing
from console.core.generic.pages import ConfirmPage
from console.core.generic.undo import MomentAction, undo_tag
from console.core.http import uuid_from

MAX_QUERY = 4000


class BulkPage(ConfirmPage):
    """What is chosen, what would become of each row, and the choice that it takes.

    Rows are chosen by their ids, or all that a list shows for a query (`all`).

    Attributes:
        listing: what the rows are of.
        noun: what one of them, and several, are called; a lazy `ngettext`.
        list_url_name, detail_url_name: their pages.
        text: what will happen, in a sentence.
        undo_url_name: takes it back; nothing where that can't be.
    """

    template_name = "console/bulk.html"
    http_method_names = ["post", "options"]
    listing: ClassVar[Listing[Any]]
    noun: ClassVar[Any]
    list_url_name: ClassVar[str]
    detail_url_name: ClassVar[str]
    undo_url_name: ClassVar[str] = ""
    text: ClassVar[str]
    confirm_label: ClassVar[str]
    is_harmless: ClassVar[bool] = True

    def may(self, row: Any) -> bool:
        """Answer whether the person's role allows it for a row."""
        raise NotImplementedError

    def note(self, row: Any) -> str:
        """Return what is said of a row beside its name."""
        return ""

    def act(self, versions: Versions) -> Any:
        """Call the service."""
        raise NotImplementedError

    def tell(self, done: Any, count: int) -> str:
        """Return what to tell when it is done."""
        raise NotImplementedError

    def is_complete(self) -> bool:
        """Answer whether everything is chosen that the act needs."""
        return True

    def choices(self, rows: list[Any]) -> dict[str, Any]:
        """Return what is to be chosen: `form`, or `select` with `chosen`."""
        return {}

    def consequences(self, rows: list[Any]) -> list[dict[str, Any]]:
        """Return what goes with it."""
        return []

    def chosen(self) -> list[Any]:
        """Return the rows that are chosen and seen."""
        sent = self.request.POST
        if sent.get("all"):
            params = QueryDict(sent["all"][:MAX_QUERY].removeprefix("?")).dict()
            rows = list(self.listing.select(params, self.actor)[: MAX_CHOSEN + 1])
            count = len(rows)
        else:
            ids: list[UUID | str] = [
                uuid_from(text, name="ids") for text in sent.getlist("ids")
            ]
            ids += [key for key, _ in map(_seen, sent.getlist("seen"))]
            count = len(set(ids))
            rows = []
            if count <= MAX_CHOSEN:
                rows = list(self.listing.rows(self.actor).filter(pk__in=ids))
        if not 1 <= count <= MAX_CHOSEN:
            raise ValidationFailedError(
                gettext("choose 1 to %(max_chosen)s %(nouns)s at a time")
                % {"max_chosen": MAX_CHOSEN, "nouns": self.noun % MAX_CHOSEN}
            )
        return sorted(rows, key=lambda row: (row.name.lower(), str(row.pk)))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell what will be done from what can't."""
        rows = self.chosen()
        free = [row for row in rows if self.may(row)]
        prospect = Prospect()
        if free and self.is_complete() and "error" not in kwargs:
            prospect = look_ahead(self.act, {row.pk: row.version for row in free})
        ready = [row for row in free if row.pk not in prospect.problems]
        return super().get_context_data(
            free=free,
            ready=ready,
            text=gettext(self.text),
            confirm_label=gettext(self.confirm_label),
            is_harmless=self.is_harmless,
            count=len(ready),
            noun=self.noun % len(ready),
            refusal=prospect.refusal if len(ready) == len(free) else "",
            entries=[self._entry(row, prospect) for row in free],
            kept=[self._entry(row, Prospect()) for row in rows if not self.may(row)],
            groups=self.consequences(ready),
            cancel_url=reverse(self.list_url_name),
            **self.choices(free),
            **kwargs,
        )

    def _entry(self, row: Any, prospect: Prospect) -> dict[str, Any]:
        return {
            "name": row.name,
            "url": reverse(self.detail_url_name, args=[row.pk]),
            "note": self.note(row),
            "problem": prospect.problems.get(row.pk, ""),
        }

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Show what is chosen first; do it when that was confirmed."""
        if request.POST.get("confirmed") != "yes":
            return self.get(request, **kwargs)
        return super().post(request, **kwargs)

    def carry_out(self) -> str:
        """Do it, all or none, and offer to take it back."""
        versions: Versions = dict(map(_seen, self.request.POST.getlist("seen")))
        if not 1 <= len(versions) <= MAX_CHOSEN:
            raise ValidationFailedError(
                gettext("choose 1 to %(max_chosen)s %(nouns)s at a time")
                % {"max_chosen": MAX_CHOSEN, "nouns": self.noun % MAX_CHOSEN}
            )
        text = self.tell(self.act(versions), len(versions))
        undo = ""
        if self.undo_url_name:
            undo = undo_tag(self.undo_url_name, self.moment)
        messages.success(self.request, text, extra_tags=undo)
        return reverse(self.list_url_name)


class UndoBulkAction(MomentAction):
    """Takes back what the person did to several rows at one moment."""

    def undo(self, moment: Any) -> str:
        """Call the service; return what to tell."""
        raise NotImplementedError

    def carry_out(self) -> str:
        """Undo it."""
        messages.success(self.request, self.undo(self.moment))
        return reverse(self.list_url_name)


def _seen(text: str) -> tuple[UUID | str, int]:
    row_id, _, version = text.partition(":")
    is_number = version.isdecimal() and len(version) < 10  # noqa: PLR2004 - digits
    return uuid_from(row_id, name="seen"), int(version) if is_number else 0
