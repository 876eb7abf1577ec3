"""Enrolling a device: the challenge, the answer, and the record that comes of it."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from webauthn import generate_registration_options
from webauthn.helpers import base64url_to_bytes
from webauthn.helpers.structs import (
    AttestationConveyancePreference,
    AuthenticatorAttachment,
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialCreationOptions,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from console.core.actor import Actor
from console.core.transactions import writing
from devices import selectors
from devices.attestation import (
    Demands,
    RefusedError,
    Registered,
    RelyingParty,
    find_model,
    verify_registration,
)
from devices.attestation.parties import ALGORITHMS
from devices.exceptions import (
    CeremonyRefusedError,
    CredentialTakenError,
    DeviceTypeNotFoundError,
    TooManyDevicesError,
)
from devices.models import (
    Attestation,
    DeviceCredential,
    DeviceEnrollment,
    DeviceType,
    EnrollmentLink,
    Purpose,
    UserVerification,
)
from devices.services import ceremonies, links, records, rules
from directory import selectors as directory_selectors

if TYPE_CHECKING:
    from directory.models import User

MAX_LABEL_LENGTH = 100
TIMEOUT_MS = 5 * 60 * 1000


def begin_registration(
    *,
    party: RelyingParty,
    session: str,
    device_type: str = "",
    link_token: str = "",
    actor: Actor,
    now: datetime,
) -> dict[str, Any]:
    """Return what the browser is to ask a device for; the challenge is in it.

    With a link its type counts, otherwise `device_type`.

    Raises:
        DeviceTypeNotFoundError, LinkRefusedError, TooManyDevicesError
    """
    user_id = ceremonies.person_of(actor)
    person = directory_selectors.get_self(actor)
    link = links.open_link(link_token, actor=actor, now=now) if link_token else None
    kind = link.device_type if link else selectors.find_device_type(device_type)
    if kind is None:
        raise DeviceTypeNotFoundError
    problem = rules.check_room(user_id)
    if problem:
        raise TooManyDevicesError(problem)
    challenge = ceremonies.give_challenge(
        Purpose.REGISTER,
        session=session,
        device_type=kind,
        link=link,
        actor=actor,
        now=now,
    )
    options = _options(person, kind, party=party, challenge=challenge)
    return ceremonies.plain_options(options)


def _options(
    person: "User", kind: DeviceType, *, party: RelyingParty, challenge: bytes
) -> PublicKeyCredentialCreationOptions:
    return generate_registration_options(
        rp_id=party.id,
        rp_name=party.name,
        user_id=person.pk.bytes,
        user_name=person.email or str(person),
        user_display_name=str(person),
        challenge=challenge,
        timeout=TIMEOUT_MS,
        attestation=(
            AttestationConveyancePreference.NONE
            if kind.attestation == Attestation.NONE
            else AttestationConveyancePreference.DIRECT
        ),
        authenticator_selection=AuthenticatorSelectionCriteria(
            authenticator_attachment=(
                AuthenticatorAttachment(kind.attachment) if kind.attachment else None
            ),
            resident_key=ResidentKeyRequirement.DISCOURAGED,
            user_verification=UserVerificationRequirement(kind.user_verification),
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=base64url_to_bytes(one))
            for one in selectors.list_provable_ids(person.pk)
        ],
        supported_pub_key_algs=list(ALGORITHMS),
    )


def finish_registration(
    credential: object,
    *,
    party: RelyingParty,
    session: str,
    label: str = "",
    user_agent: str = "",
    actor: Actor,
    now: datetime,
) -> DeviceEnrollment:
    """Enroll the device that answered; it waits for approval, or a rule approves it.

    Raises:
        ChallengeRefusedError, CeremonyRefusedError: the answer does not hold.
        CredentialTakenError: the key is enrolled already, by anybody.
        LinkRefusedError: the link was used or withdrawn meanwhile.
        TooManyDevicesError: the person has as many as are allowed.
    """
    challenge, ceremony = ceremonies.take_challenge(
        credential, Purpose.REGISTER, session=session, actor=actor, now=now
    )
    kind = ceremony.device_type
    if kind is None:
        raise DeviceTypeNotFoundError
    try:
        found = verify_registration(
            credential, challenge=challenge, party=party, demands=demands_of(kind)
        )
    except RefusedError as error:
        raise CeremonyRefusedError(str(error)) from error
    with writing():
        user_id = ceremonies.person_of(actor)
        problem = rules.check_room(user_id)
        if problem:
            raise TooManyDevicesError(problem)
        if ceremony.link is not None:
            links.use_up(ceremony.link, actor=actor, now=now)
        enrollment = enroll_credential(
            user_id=user_id,
            device_type=kind.code,
            external_id=found.credential_id,
            public_key=found.public_key,
            label=label,
            facts=_facts_of(found),
            link=ceremony.link,
            user_agent=user_agent,
            actor=actor,
            now=now,
        )
        rules.apply_rules(enrollment, link=ceremony.link, now=now)
    return enrollment


@writing()
def enroll_credential(
    *,
    user_id: UUID,
    device_type: str,
    external_id: str,
    public_key: bytes,
    label: str,
    facts: Mapping[str, Any] | None = None,
    link: EnrollmentLink | None = None,
    user_agent: str = "",
    actor: Actor,
    now: datetime,
) -> DeviceEnrollment:
    """Record a device of a person as enrolled; it waits for approval.

    The caller has verified the WebAuthn registration; `facts` are further columns of
    the credential that it told.

    Raises:
        CredentialTakenError: the credential is enrolled already, by anybody.
    """
    if DeviceCredential.objects.filter(external_id=external_id).exists():
        raise CredentialTakenError
    credential = DeviceCredential(
        user_id=user_id,
        device_type=DeviceType.objects.get(code=device_type),
        external_id=external_id,
        label=clean_label(label),
        public_key=public_key,
        created_at=now,
        modified_at=now,
        **(facts or {}),
    )
    credential.fingerprint = records.fingerprint_of(credential)
    credential.save()
    enrollment = DeviceEnrollment.objects.create(
        credential=credential,
        link=link,
        enrolled_at=now,
        enrolled_from=actor.address[:64],
        user_agent=_printable(user_agent)[:300],
        created_at=now,
        modified_at=now,
    )
    records.record_device("enrolled", enrollment, before=None, actor=actor, now=now)
    return enrollment


def demands_of(kind: DeviceType) -> Demands:
    """Return what a type asks of a device, with the manufacturers that are trusted."""
    return Demands(
        attachment=kind.attachment,
        user_verification=kind.user_verification == UserVerification.REQUIRED,
        attestation=kind.attestation == Attestation.VERIFIED,
        models=tuple(kind.allowed_models),
        roots=tuple(one.pem.encode() for one in selectors.list_roots()),
        find_listed=find_model if settings.TRUST_FIDO_METADATA else None,
    )


def clean_label(text: str) -> str:
    """Return the name that a person gives a device, on one line and not too long."""
    return " ".join(_printable(text).split())[:MAX_LABEL_LENGTH]


def _printable(text: str) -> str:
    return "".join(one if one.isprintable() else " " for one in text)


def _facts_of(found: Registered) -> dict[str, Any]:
    return {
        "sign_count": found.sign_count,
        "aaguid": found.aaguid,
        "model": found.model,
        "attestation_format": found.format,
        "attestation_trust": found.trust,
        "attestation": {
            "subject": found.subject,
            "issuer": found.issuer,
            "sha256": hashlib.sha256(found.attestation_object).hexdigest(),
        },
        "attestation_object": found.attestation_object,
        "attachment": found.attachment,
        "transports": list(found.transports),
        "user_verified": found.user_verified,
        "backup_eligible": found.backup_eligible,
        "backed_up": found.backed_up,
    }
