"""What was decided about devices, in words: behind one, and of several."""

from django.utils.translation import gettext_lazy, ngettext_lazy

DONE = {
    "approve": gettext_lazy("approved"),
    "reject": gettext_lazy("rejected"),
    "reopen": gettext_lazy("waiting again"),
    "suspend": gettext_lazy("suspended"),
    "resume": gettext_lazy("counting again"),
    "revoke": gettext_lazy("revoked"),
}
DECIDED = {
    "approve": ngettext_lazy(
        "%(count)s device is approved.", "%(count)s devices are approved.", "count"
    ),
    "reject": ngettext_lazy(
        "%(count)s device is rejected.", "%(count)s devices are rejected.", "count"
    ),
    "reopen": ngettext_lazy(
        "%(count)s device is waiting again.",
        "%(count)s devices are waiting again.",
        "count",
    ),
    "suspend": ngettext_lazy(
        "%(count)s device is suspended.", "%(count)s devices are suspended.", "count"
    ),
    "resume": ngettext_lazy(
        "%(count)s device is counting again.",
        "%(count)s devices are counting again.",
        "count",
    ),
    "revoke": ngettext_lazy(
        "%(count)s device is revoked.", "%(count)s devices are revoked.", "count"
    ),
}
