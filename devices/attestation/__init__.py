"""What WebAuthn says of a device, checked. Pure: no database, no clock, no settings.

py_webauthn verifies signatures and statements; the steps that it leaves to its caller
(cross-origin frames, requirements on certificates, trust, models) are here.
"""

from devices.attestation.assertions import Asserted, verify_assertion
from devices.attestation.inputs import (
    MAX_CREDENTIAL_BYTES,
    RefusedError,
    challenge_of,
    check_shape,
)
from devices.attestation.makers import is_aaguid, model_name
from devices.attestation.metadata import Model, find_model
from devices.attestation.parties import Demands, RelyingParty
from devices.attestation.registrations import Registered, verify_registration
from devices.attestation.roots import RootRefusedError, read_root
from devices.attestation.wording import describe

__all__ = [
    "MAX_CREDENTIAL_BYTES",
    "Asserted",
    "Demands",
    "Model",
    "RefusedError",
    "Registered",
    "RelyingParty",
    "RootRefusedError",
    "challenge_of",
    "check_shape",
    "describe",
    "find_model",
    "is_aaguid",
    "model_name",
    "read_root",
    "verify_assertion",
    "verify_registration",
]
