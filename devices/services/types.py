"""Device types, and the manufacturers that are trusted to vouch for devices."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext

from console.core.actor import Actor
from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    StaleVersionError,
    ValidationFailedError,
)
from console.core.transactions import writing
from devices import selectors
from devices.attestation import RootRefusedError, is_aaguid, read_root
from devices.exceptions import DeviceTypeInUseError, DeviceTypeNotFoundError
from devices.models import (
    Attachment,
    Attestation,
    AttestationRoot,
    DeviceType,
    UserVerification,
)
from devices.services import records
from namespaces import access
from namespaces.permissions import Permission
from namespaces.selectors import get_root

BUILT_IN: dict[str, dict[str, Any]] = {
    "any": {"name": "Any device"},
    "enclave_only": {
        "name": "Built-in authenticator only",
        "attachment": Attachment.PLATFORM,
        "user_verification": UserVerification.REQUIRED,
        "attestation": Attestation.VERIFIED,
    },
}
CHOICES = {
    "attachment": Attachment,
    "user_verification": UserVerification,
    "attestation": Attestation,
}
CHANGEABLE = frozenset({"name", "description", "allowed_models", *CHOICES})
CODE = re.compile(r"[A-Za-z0-9_-]{1,50}")
MAX_MODELS = 200
MAX_DESCRIPTION_LENGTH = 2000


@writing()
def ensure_built_in_types(*, now: datetime) -> None:
    """Create the device types `any` and `enclave_only` unless they are there."""
    for code, values in BUILT_IN.items():
        DeviceType.objects.get_or_create(
            code=code,
            defaults={
                **values,
                "built_in": True,
                "created_at": now,
                "modified_at": now,
            },
        )


@writing()
def create_device_type(
    *, code: str, name: str, actor: Actor, now: datetime, **values: Any
) -> DeviceType:
    """Create a device type that policies may ask for by its code.

    Raises:
        ConflictError: the code is taken.
        ValidationFailedError: a value makes no sense.
    """
    _check_right(actor)
    if not CODE.fullmatch(code):
        raise ValidationFailedError(
            fields={"code": [gettext("at most 50 letters, digits, `-` and `_`")]}
        )
    _check({"name": name, **values})
    if DeviceType.objects.filter(code=code).exists():
        raise ConflictError(
            gettext("there is a device type `%(code)s` already") % {"code": code}
        )
    kind = DeviceType.objects.create(
        code=code, name=name, created_at=now, modified_at=now, **values
    )
    _record("created", kind, None, actor=actor, now=now)
    return kind


@writing()
def change_device_type(
    type_id: UUID, *, version: int, actor: Actor, now: datetime, **changes: Any
) -> DeviceType:
    """Change what a type asks for. Devices that are enrolled stay as they are.

    Raises:
        DeviceTypeNotFoundError, StaleVersionError
        ValidationFailedError: a value makes no sense.
    """
    _check_right(actor)
    kind = _load(type_id, version)
    _check(changes)
    before = _state(kind)
    for name, value in changes.items():
        setattr(kind, name, value)
    kind.version += 1
    kind.modified_at = now
    kind.save()
    _record("changed", kind, before, actor=actor, now=now)
    return kind


@writing()
def delete_device_type(
    type_id: UUID, *, version: int, actor: Actor, now: datetime
) -> None:
    """Delete a type that no device and no link is of.

    Raises:
        DeviceTypeNotFoundError, StaleVersionError, DeviceTypeInUseError
    """
    _check_right(actor)
    kind = _load(type_id, version)
    if kind.built_in:
        raise DeviceTypeInUseError(gettext("the built-in types stay"))
    used = kind.credentials.count() + kind.links.count()
    if used:
        raise DeviceTypeInUseError(
            gettext("%(used)s devices and links are of this type") % {"used": used}
        )
    _record("deleted", kind, _state(kind), actor=actor, now=now)
    kind.delete()


def _load(type_id: UUID, version: int) -> DeviceType:
    kind = DeviceType.objects.filter(pk=type_id).first()
    if kind is None:
        raise DeviceTypeNotFoundError
    if kind.version != version:
        raise StaleVersionError
    return kind


def _check(values: dict[str, Any]) -> None:
    wrong: dict[str, list[str]] = {
        name: ["can't be set here"] for name in set(values) - CHANGEABLE
    }
    for name, choices in CHOICES.items():
        if name in values and values[name] not in choices.values:
            known = ", ".join(f"`{one}`" for one in choices.values)
            wrong[name] = [f"one of {known}"]
    name = values.get("name", "x")
    if not name.strip() or len(name) > 100 or not name.isprintable():  # noqa: PLR2004
        wrong["name"] = ["between 1 and 100 characters, on one line"]
    if len(values.get("description", "")) > MAX_DESCRIPTION_LENGTH:
        wrong["description"] = [f"at most {MAX_DESCRIPTION_LENGTH} characters"]
    models = values.get("allowed_models", [])
    bad = [one for one in models if not is_aaguid(one)]
    if bad or len(models) > MAX_MODELS:
        wrong["allowed_models"] = [
            f"`{bad[0][:40]}` is no AAGUID in lower case"
            if bad
            else f"at most {MAX_MODELS}"
        ]
    if wrong:
        raise ValidationFailedError(fields=wrong)


@writing()
def add_attestation_root(
    *, name: str, pem: str, actor: Actor, now: datetime
) -> AttestationRoot:
    """Trust a manufacturer's certificate.

    Raises:
        ValidationFailedError: this is no certificate.
        ConflictError: it, or its name, is there already.
    """
    _check_right(actor)
    name = name.strip()
    if not name or len(name) > 100 or not name.isprintable():  # noqa: PLR2004
        raise ValidationFailedError(
            fields={"name": [gettext("between 1 and 100 characters, on one line")]}
        )
    try:
        found = read_root(pem)
    except RootRefusedError as error:
        raise ValidationFailedError(fields={"pem": [str(error)]}) from error
    if selectors.list_roots().filter(name=name).exists():
        raise ConflictError(
            gettext("there is a certificate `%(name)s` already") % {"name": name}
        )
    if selectors.list_roots().filter(fingerprint=found.fingerprint).exists():
        raise ConflictError(gettext("this certificate is trusted already"))
    root = AttestationRoot.objects.create(
        name=name,
        pem=found.pem,
        fingerprint=found.fingerprint,
        expires_at=found.expires_at,
        created_at=now,
        modified_at=now,
    )
    _record_root("added", root, actor=actor, now=now)
    return root


@writing()
def remove_attestation_root(root_id: UUID, *, actor: Actor, now: datetime) -> None:
    """Stop trusting a manufacturer's certificate for what is enrolled from now on.

    Raises:
        NotFoundError: there is no such certificate.
    """
    _check_right(actor)
    root = selectors.list_roots().filter(pk=root_id).first()
    if root is None:
        raise NotFoundError(gettext("there is no such certificate"))
    _record_root("removed", root, actor=actor, now=now)
    root.delete()


def _check_right(actor: Actor) -> None:
    access.check_can(actor, Permission.SETTINGS_EDIT, get_root().id)


def _state(kind: DeviceType) -> dict[str, Any]:
    return {"code": kind.code} | {name: getattr(kind, name) for name in CHANGEABLE}


def _record(
    verb: str,
    kind: DeviceType,
    before: dict[str, Any] | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    records.record_thing(
        f"device_type.{verb}",
        "device_type",
        kind.pk,
        kind.name,
        before=before,
        after=None if verb == "deleted" else _state(kind),
        actor=actor,
        now=now,
    )


def _record_root(
    verb: str, root: AttestationRoot, *, actor: Actor, now: datetime
) -> None:
    state = {"name": root.name, "fingerprint": root.fingerprint}
    records.record_thing(
        f"attestation_root.{verb}",
        "attestation_root",
        root.pk,
        root.name,
        before=state if verb == "removed" else None,
        after=state if verb == "added" else None,
        actor=actor,
        now=now,
    )
