"""The rules of approval: changing them, and applying them to a new device."""

from datetime import UTC, datetime
from typing import Any

from console.core import audit, secrets
from console.core.actor import Actor, system
from console.core.exceptions import StaleVersionError, ValidationFailedError
from console.core.transactions import writing
from devices import selectors
from devices.attestation import is_aaguid
from devices.models import DeviceEnrollment, DeviceRules, EnrollmentLink
from devices.services import records
from devices.services.deciding import ACTIONS, move
from devices.services.webhooks import check_address
from namespaces import access
from namespaces.permissions import Permission
from namespaces.selectors import get_root

MAX_LISTED = 100
LIMITS = {"approval_days": 3650, "devices_per_person": 1000}
BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
CHANGEABLE = frozenset(
    {
        "approves_links",
        "approved_models",
        "approval_days",
        "devices_per_person",
        "notice_emails",
        "tells_people",
        "webhook_url",
        "webhook_secret",
    }
)


@writing()
def change_rules(
    *, version: int, actor: Actor, now: datetime, **changes: Any
) -> DeviceRules:
    """Change the rules of approval and who hears of devices.

    A `webhook_secret` that is left out stays; an empty one is removed.

    Raises:
        StaleVersionError: somebody else changed them first.
        ValidationFailedError: a value makes no sense.
    """
    access.check_can(actor, Permission.SETTINGS_EDIT, get_root().id)
    rules = selectors.get_rules()
    if rules.version != version:
        raise StaleVersionError
    before = _state(rules)
    _check(changes)
    if "webhook_secret" in changes:
        text = changes.pop("webhook_secret")
        rules.webhook_secret = secrets.seal(text) if text else ""
    for name, value in changes.items():
        setattr(rules, name, value)
    if rules._state.adding:  # noqa: SLF001 - how Django tells a row that isn't there
        rules.created_at = now
    rules.changed_by_id = actor.user_id
    rules.version = version + 1
    rules.modified_at = now
    rules.save()
    records.record_thing(
        "device_rules.changed",
        "device_rules",
        rules.pk,
        "Rules for devices",
        before=before,
        after=_state(rules),
        actor=actor,
        now=now,
    )
    return rules


def _state(rules: DeviceRules) -> dict[str, Any]:
    state = {name: getattr(rules, name) for name in sorted(CHANGEABLE)}
    state["webhook_secret"] = (
        secrets.fingerprint(rules.webhook_secret) if rules.webhook_secret else ""
    )
    return state


def _check(changes: dict[str, Any]) -> None:
    wrong = {
        **{name: ["can't be set here"] for name in set(changes) - CHANGEABLE},
        **_wrong_numbers(changes),
        **_wrong_lists(changes),
    }
    url = changes.get("webhook_url", "")
    problem = check_address(url) if url else ""
    if problem:
        wrong["webhook_url"] = [problem]
    if wrong:
        raise ValidationFailedError(fields=wrong)


def _wrong_numbers(changes: dict[str, Any]) -> dict[str, list[str]]:
    return {
        name: [f"between 1 and {most}, or nothing"]
        for name, most in LIMITS.items()
        if changes.get(name) is not None and not 1 <= changes[name] <= most
    }


def _wrong_lists(changes: dict[str, Any]) -> dict[str, list[str]]:
    wrong: dict[str, list[str]] = {}
    models = [one for one in changes.get("approved_models", []) if not is_aaguid(one)]
    if models:
        wrong["approved_models"] = [f"`{models[0][:40]}` is no AAGUID in lower case"]
    bad = [one for one in changes.get("notice_emails", []) if not _is_address(one)]
    if bad:
        wrong["notice_emails"] = [f"`{bad[0][:80]}` is no e-mail address"]
    for name in ("approved_models", "notice_emails"):
        if len(changes.get(name, [])) > MAX_LISTED:
            wrong[name] = [f"at most {MAX_LISTED}"]
    return wrong


def _is_address(text: str) -> bool:
    return text.count("@") == 1 and text.isprintable() and not set(text) & set(" ,;<>")


def apply_rules(
    enrollment: DeviceEnrollment, *, link: EnrollmentLink | None, now: datetime
) -> None:
    """Approve a device that was just enrolled, if a rule says so.

    Nobody approves their own device by a rule either: whoever set the rules last, or
    issued the link, waits for somebody else. So does a person of whom a device was
    refused or taken away, and a key that was deleted before.
    """
    rules = selectors.get_rules()
    credential = enrollment.credential
    if rules.changed_by_id is None or rules.changed_by_id == credential.user_id:
        return
    why = _why(rules, enrollment, link)
    if not why or selectors.has_blocked_device(credential.user_id):
        return
    if audit.count_events(
        action="device.deleted",
        since=BEGINNING,
        before__credential_id=credential.external_id,
    ):
        return
    move(
        enrollment,
        ACTIONS["approve"],
        reason="",
        actor=system(f"rule: {why}"),
        now=now,
    )


def _why(
    rules: DeviceRules, enrollment: DeviceEnrollment, link: EnrollmentLink | None
) -> str:
    credential = enrollment.credential
    if (
        rules.approves_links
        and link is not None
        and link.issued_by_id not in (None, credential.user_id)
    ):
        return f"link issued by {link.issued_by_label}"
    if (
        credential.attestation_trust == "trusted"
        and credential.aaguid in rules.approved_models
    ):
        return f"attested model {credential.model or credential.aaguid}"
    return ""


def check_room(user_id: Any) -> str:
    """Return why a person can't enroll one more device, "" if they can."""
    most = selectors.get_rules().devices_per_person
    if most and selectors.count_held_devices(user_id) >= most:
        return f"you have {most} devices, which is as many as are allowed; remove one"
    return ""
