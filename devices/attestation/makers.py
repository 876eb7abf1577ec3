"""Names of authenticator models, by AAGUID.

An AAGUID is public, and given out by its maker. Here are those that the FIDO Alliance
doesn't list, such as managers of passwords, or lists under a name that nobody knows.
"""

import re

from devices.attestation.metadata import find_model

NO_AAGUID = "00000000-0000-0000-0000-000000000000"
AAGUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
NAMES = {
    "08987058-cadc-4b81-b6e1-30de50dcbe96": "Windows Hello with TPM",
    "9ddd1817-af5a-4672-a2b9-3e3dd95000a9": "Windows Hello with VBS",
    "6028b017-b1d4-4c02-b4b3-afcdafc96bb2": "Windows Hello in software",
    "adce0002-35bc-c60a-648b-0b25f1f05503": "Chrome on Mac",
    "fbfc3007-154e-4ecc-8c0b-6e020557d7bd": "iCloud Keychain",
    "dd4ec289-e01d-41c9-bb89-70fa845d4bf2": "iCloud Keychain, managed",
    "ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4": "Google Password Manager",
    "b93fd961-f2e6-462f-b122-82002247de78": "Android",
    "bada5566-a7aa-401f-bd96-45619a55120d": "1Password",
    "d548826e-79b4-db40-a3d8-11116f7e8349": "Bitwarden",
    "cb69481e-8ff7-4039-93ec-0a2729a154a8": "YubiKey 5",
    "ee882879-721c-4913-9775-3dfcce97072a": "YubiKey 5",
    "fa2b99dc-9e39-4257-8f92-4a30d23c4118": "YubiKey 5 NFC",
    "2fc0579f-8113-47ea-b116-bb5a8db9202a": "YubiKey 5 NFC",
    "c5ef55ff-ad9a-4b9f-b580-adebafe026d0": "YubiKey 5Ci",
    "f8a011f3-8c0a-4d15-8006-17111f9edc7d": "Security Key by Yubico",
    "01020304-0506-0708-0102-030405060708": "Chromium virtual authenticator",
}


def is_aaguid(text: str) -> bool:
    """Answer whether a text is an AAGUID as it is written here: in lower case."""
    return AAGUID.fullmatch(text) is not None


def model_name(aaguid: str, certificate_name: str = "") -> str:
    """Return what to call a model, "" when nothing is known of it."""
    if aaguid in NAMES:
        return NAMES[aaguid]
    listed = find_model(aaguid)
    return listed.name if listed is not None else certificate_name
