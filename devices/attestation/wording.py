"""An attestation in plain words, for whoever decides about a device."""

from collections.abc import Sequence

from devices.attestation.metadata import find_model

FORMATS = {
    "none": "The browser or the person kept the maker to themselves.",
    "packed": "A statement in the format of security keys and most platforms.",
    "tpm": "A statement of a Trusted Platform Module, as Windows Hello gives it.",
    "apple": "A statement by Apple, for one device and one key.",
    "android-key": "A statement of an Android key store, signed by Google's authority.",
    "fido-u2f": "A statement of a security key of the older U2F kind.",
}
TRUST = {
    "trusted": "The manufacturer vouches for this device, and is trusted here.",
    "unknown": (
        "A manufacturer vouches for this device, but is not among the trusted ones."
    ),
    "self": "The key vouches for itself; nobody says where it lives.",
    "none": "Nobody vouches for this device.",
}
UNKNOWN_FORMAT = "Nothing is known of how this device was made."


def describe(
    *,
    form: str,
    trust: str,
    aaguid: str,
    user_verified: bool,
    backup_eligible: bool,
    backed_up: bool,
) -> Sequence[str]:
    """Return what an attestation says, one sentence for each thing."""
    if form not in FORMATS:
        return (UNKNOWN_FORMAT, TRUST["none"])
    copies = "The key can't leave its device."
    if backup_eligible:
        copies = (
            "The key is kept in an account, and copied to other devices."
            if backed_up
            else "The key may be copied to other devices of the person."
        )
    return (
        FORMATS[form],
        TRUST.get(trust, TRUST["none"]),
        *_standing(aaguid, trust),
        copies,
        "The device recognized its owner (PIN, finger or face)."
        if user_verified
        else "The device was touched, but did not recognize its owner.",
    )


def _standing(aaguid: str, trust: str) -> Sequence[str]:
    """Return what the FIDO Alliance says of the model that a device claims to be."""
    model = find_model(aaguid)
    if model is None:
        return ()
    certified = f"certified at level {model.level}" if model.level else "not certified"
    says = "This is" if trust == "trusted" else "It calls itself"
    sentence = f"{says} what the FIDO Alliance lists as “{model.name}”, {certified}."
    if not model.problem:
        return (sentence,)
    return (sentence, f"Take care: {model.problem}.")
