"""Forms of the gateway."""

from gateway.forms.certificates import MAX_PEM, CertificateForm
from gateway.forms.clusters import ClusterForm, EditClusterForm
from gateway.forms.holding import HoldForm
from gateway.forms.settings import SettingsForm

__all__ = [
    "MAX_PEM",
    "CertificateForm",
    "ClusterForm",
    "EditClusterForm",
    "HoldForm",
    "SettingsForm",
]
