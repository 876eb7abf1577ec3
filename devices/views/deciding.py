"""Pages on which admins look at devices and decide about them."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import (
    gettext,
    gettext_lazy,
    gettext_noop,
    ngettext,
)

from console.core.exceptions import ValidationFailedError
from console.core.generic.pages import (
    ActionView,
    ConfirmPage,
    CsvExport,
    ListPage,
    Page,
)
from console.core.http import safe_next, uuid_from
from devices import selectors, services
from devices.attestation import describe
from devices.listings import DeviceListing
from devices.models import DeviceCredential, Status
from devices.services import ACTIONS
from devices.views.decided import DECIDED, DONE
from devices.views.frame import OfDevices, read_seen, seen_text
from namespaces import access
from namespaces.permissions import Permission

MAX_CHOSEN = 100
WAITING_SHOWN = 25
LABELS = {
    "approve": (gettext_lazy("Approve"), "check"),
    "reject": (gettext_lazy("Reject"), "close"),
    "reopen": (gettext_lazy("Let it wait again"), "undo"),
    "suspend": (gettext_lazy("Suspend"), "pause"),
    "resume": (gettext_lazy("Let it count again"), "play"),
    "revoke": (gettext_lazy("Revoke"), "deny"),
}
HISTORY_ICONS = {
    "enrolled": ("device", ""),
    "approved": ("check", "allow"),
    "resumed": ("play", "allow"),
    "rejected": ("close", "deny"),
    "revoked": ("deny", "deny"),
    "suspended": ("pause", "warning"),
    "copied": ("warning", "warning"),
    "expired": ("clock", "warning"),
}


def sentences_of(device: DeviceCredential) -> Any:
    """Return a device's attestation in plain words."""
    return describe(
        form=device.attestation_format,
        trust=device.attestation_trust,
        aaguid=device.aaguid,
        user_verified=device.user_verified,
        backup_eligible=device.backup_eligible,
        backed_up=device.backed_up,
    )


def offers_for(device: DeviceCredential, user_id: Any) -> list[dict[str, Any]]:
    """Return the decisions that can be made about a device by this person."""
    status = device.enrollment.status
    return [
        {
            "name": name,
            "label": LABELS[name][0],
            "icon": LABELS[name][1],
            "needs_reason": action.needs_reason,
            "is_primary": action.favors,
        }
        for name, action in ACTIONS.items()
        if status in action.sources
        and not (action.favors and device.user_id == user_id)
    ]


class DeviceListPage(OfDevices, ListPage):
    """Everybody's devices."""

    title = gettext_noop("Devices")
    tab = "device-list"
    template_name = "devices/device_list.html"
    fragment_template_name = "devices/partials/_list.html"
    listing = DeviceListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add how many there are in each state, and what each is now."""
        counts = selectors.count_by_status(self.actor)
        context = super().get_context_data(**kwargs)
        chosen = context["list"].params.get("status", "")
        return context | {
            "counts": [
                {
                    "label": Status(name).label,
                    "count": count,
                    "url": f"?status={name}",
                    "active": name == chosen,
                }
                for name, count in counts.items()
            ],
            "rows": [
                (one, selectors.state_in_words(one, now=self.now))
                for one in context["list"].rows
            ],
            "may_decide": access.can_at_root(self.actor, Permission.DEVICE_APPROVE),
            "total": ngettext(
                "%(count)s device", "%(count)s devices", context["list"].total
            )
            % {"count": context["list"].total},
        }


class DeviceExport(CsvExport):
    """The same as CSV."""

    listing = DeviceListing()


class WaitingPage(OfDevices, Page):
    """The inbox of those who decide: what waits, the oldest first."""

    title = gettext_noop("Waiting devices")
    tab = "device-waiting"
    template_name = "devices/device_waiting.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the devices with what vouches for each."""
        rows = selectors.list_waiting(self.actor)
        return super().get_context_data(
            waiting=[
                {
                    "device": one,
                    "sentences": sentences_of(one),
                    "seen": seen_text(one),
                    "is_own": one.user_id == self.actor.user_id,
                }
                for one in rows[:WAITING_SHOWN]
            ],
            total=rows.count(),
            **kwargs,
        )


class DevicePage(OfDevices, Page):
    """One device: whose, what vouches for it, what happened to it."""

    template_name = "devices/device_detail.html"
    tab = "device-list"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the device."""
        device = selectors.get_device(self.kwargs["id"], actor=self.actor)
        return super().get_context_data(
            title=str(device),
            device=device,
            state=selectors.state_in_words(device, now=self.now),
            facts=_facts_of(device),
            technical=_technical(device),
            sentences=sentences_of(device),
            offers=offers_for(device, self.actor.user_id),
            is_own=device.user_id == self.actor.user_id,
            seen=seen_text(device),
            history=[_happened(one) for one in _history(device, self)],
            **kwargs,
        )


def _history(device: DeviceCredential, page: DevicePage) -> QuerySet[Any]:
    return selectors.list_history(device, actor=page.actor)[:50]


def _happened(event: Any) -> dict[str, Any]:
    verb = event.action.partition(".")[2]
    icon, kind = HISTORY_ICONS.get(verb, ("history", ""))
    where = (
        gettext(" from %(address)s") % {"address": event.address}
        if event.address
        else ""
    )
    return {
        "icon": icon,
        "kind": kind,
        "title": verb.replace("-", " ").capitalize(),
        "url": reverse("audit-detail", args=[event.sequence]),
        "who": f"{event.actor_label}{where}",
        "at": event.occurred_at,
        "text": event.reason,
    }


def _facts_of(device: DeviceCredential) -> list[dict[str, Any]]:
    enrollment = device.enrollment
    person = reverse("directory:person-detail", args=[device.user_id])
    return [
        {"label": gettext("Person"), "value": str(device.user), "url": person},
        {"label": gettext("Type"), "value": device.device_type.name},
        {"label": gettext("Model"), "value": device.model, "empty": gettext("Unknown")},
        {"label": gettext("Reason"), "value": enrollment.reason},
        {"label": gettext("Enrolled from"), "value": enrollment.enrolled_from},
        {"label": gettext("With"), "value": enrollment.user_agent},
        {"label": gettext("Decided by"), "value": enrollment.decided_by_label},
    ]


def _technical(device: DeviceCredential) -> list[dict[str, Any]]:
    statement = device.attestation
    rows = (
        (gettext("Device id"), str(device.pk), gettext("Of this console and its API.")),
        (
            gettext("Credential id"),
            device.external_id,
            gettext("What `device: is` compares with."),
        ),
        (
            gettext("Fingerprint"),
            device.fingerprint,
            gettext("What an approval is bound to."),
        ),
        ("AAGUID", device.aaguid, gettext("The model, as its maker numbers it.")),
        (gettext("Attestation format"), device.attestation_format, ""),
        (gettext("Certificate of"), statement.get("subject", ""), ""),
        (gettext("Signed by"), statement.get("issuer", ""), ""),
        (gettext("Transports"), ", ".join(device.transports), ""),
    )
    return [
        {"label": label, "value": value, "help": help_, "code": True, "copyable": True}
        for label, value, help_ in rows
    ]


class DecideAction(ActionView):
    """Carries one decision out, and offers to undo it where that makes sense."""

    def carry_out(self) -> str:
        """Decide."""
        action = self.request.POST.get("action", "")
        enrollment = services.change_device(
            read_seen(self.request.POST.get("seen", "")),
            action=action,
            reason=self.request.POST.get("reason", ""),
            actor=self.actor,
            now=self.now,
        )
        undo = ""
        if action in {"approve", "reject"}:
            undo = reverse("devices:device-undo", args=[enrollment.credential_id])
        messages.success(
            self.request,
            gettext("%(enrollment)s of %(user)s is %(done)s.")
            % {
                "enrollment": enrollment,
                "user": enrollment.credential.user,
                "done": DONE[action],
            },
            extra_tags=f"undo:{undo}" if undo else "",
        )
        return self.after(
            reverse("devices:device-detail", args=[enrollment.credential_id])
        )

    def after(self, default: str) -> str:
        """Return where to go on to: where the button was."""
        asked = self.request.POST.get("next", "")
        return safe_next(self.request, asked, default=default)


class UndoAction(ActionView):
    """Lets a device wait again that was just approved or rejected."""

    def carry_out(self) -> str:
        """Take the decision back."""
        enrollment = services.reopen_device(
            self.kwargs["id"], actor=self.actor, now=self.now
        )
        messages.success(
            self.request,
            gettext("%(enrollment)s waits again.") % {"enrollment": enrollment},
        )
        return reverse("devices:device-waiting")


class DecideSeveralPage(OfDevices, ConfirmPage):
    """Lists what is chosen, asks for a reason, and decides about all of it or none."""

    template_name = "devices/devices_confirm.html"
    http_method_names = ["post", "options"]
    tab = "device-list"

    def get_title(self) -> str:
        """What is to be done."""
        return f"{LABELS[self.action][0]} devices"

    @property
    def action(self) -> str:
        """The decision that was chosen."""
        found = self.request.POST.get("action", "")
        if found not in ACTIONS:
            raise ValidationFailedError(
                fields={"action": [gettext("choose what to do")]}
            )
        return found

    def post(self, request: Any, **kwargs: Any) -> Any:
        """Show what is chosen first; do it when that was confirmed."""
        if request.POST.get("confirmed") != "yes":
            return self.get(request, **kwargs)
        return super().post(request, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the devices, and after a refusal what stands in each one's way."""
        ids = self.request.POST.getlist("ids")
        ids += [one.partition(":")[0] for one in self.request.POST.getlist("seen")]
        chosen = {uuid_from(text, name="ids") for text in ids}
        if not 1 <= len(chosen) <= MAX_CHOSEN:
            raise ValidationFailedError(
                gettext("choose 1 to %(max_chosen)s devices at a time")
                % {"max_chosen": MAX_CHOSEN}
            )
        devices = list(selectors.list_devices(self.actor).filter(pk__in=chosen))
        error = kwargs.get("error")
        said = (
            {row["id"]: row for row in error.details.get("rows", [])} if error else {}
        )
        action = ACTIONS[self.action]
        return super().get_context_data(
            action=self.action,
            action_label=LABELS[self.action][0],
            needs_reason=action.needs_reason,
            rows=[
                {
                    "device": one,
                    "seen": seen_text(one),
                    "state": selectors.state_in_words(one, now=self.now),
                    "said": said.get(str(one.pk), {}).get("message", ""),
                    "is_refused": said.get(str(one.pk), {}).get("code", "not_done")
                    != "not_done",
                }
                for one in devices
            ],
            cancel_url=reverse("devices:device-list"),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Decide."""
        results = services.change_devices(
            [read_seen(text) for text in self.request.POST.getlist("seen")],
            action=self.action,
            reason=self.request.POST.get("reason", ""),
            actor=self.actor,
            now=self.now,
        )
        done = DECIDED[self.action] % {"count": len(results)}
        messages.success(self.request, done)
        return reverse("devices:device-list")


class DeletePage(OfDevices, ConfirmPage):
    """Removes a device with its enrollment."""

    template_name = "devices/device_confirm_delete.html"
    tab = "device-list"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the device."""
        device = selectors.get_device(self.kwargs["id"], actor=self.actor)
        return super().get_context_data(
            title=gettext("Delete %(device)s") % {"device": device},
            device=device,
            text=(
                gettext(
                    "%(device)s of %(user)s stops counting at once. Enrolled again, "
                    "it waits for approval like a new one. To keep the record, "
                    "revoke it."
                )
                % {"device": device, "user": device.user}
            ),
            hidden=[{"name": "seen", "value": seen_text(device)}],
            cancel_url=reverse("devices:device-detail", args=[device.pk]),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Delete it."""
        services.delete_device(
            read_seen(self.request.POST.get("seen", "")),
            actor=self.actor,
            now=self.now,
        )
        messages.success(self.request, gettext("The device is deleted."))
        return reverse("devices:device-list")
