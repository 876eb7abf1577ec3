"""Pages that show what an act would change, and then do that or nothing."""

from typing import Any

from console.core.exceptions import ConsoleError
from console.core.generic.pages import ConfirmPage
from console.core.previews import Preview, preview

MAX_DIGITS = 9
MAX_TEXT = 1000


class PreviewedPage(ConfirmPage):
    """GET looks at the act, POST does it as it was seen. Subclasses write `act`.

    The template gets `preview`, and `hidden` with what was seen.
    """

    def act(self, *, seen: str = "") -> Any:
        """Call the service; it takes back what differs from what was `seen`."""
        raise NotImplementedError

    def can_preview(self) -> bool:
        """Answer whether everything is chosen that the act needs."""
        return True

    def asked(self, name: str) -> str:
        """Return a parameter of the form, or of the address."""
        given = self.request.POST.get(name, self.request.GET.get(name, ""))
        return given.strip()[:MAX_TEXT]

    def asked_number(self, name: str, default: int) -> int:
        """Return a number that was sent; what is none can't be a version."""
        text = self.asked(name)
        if not text:
            return default if self.request.method == "GET" else 0
        return int(text) if text.isdecimal() and len(text) <= MAX_DIGITS else 0

    def look(self) -> Preview | None:
        """Return what the act would change now."""
        if not self.can_preview():
            return None
        try:
            return self.foresee()
        except ConsoleError as error:
            if not error.is_about_input:
                raise
            return Preview(refusal=error)

    def foresee(self) -> Preview:
        """Find out what the act would change, without more locks than that takes."""
        return preview(self.act)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the preview, and what it shows among the hidden fields."""
        found = self.look()
        hidden = [*kwargs.pop("hidden", [])]
        if found is not None:
            hidden.append({"name": "seen", "value": found.seen})
        return super().get_context_data(preview=found, hidden=hidden, **kwargs)
