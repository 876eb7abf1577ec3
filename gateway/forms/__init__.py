"""Forms of the gateway."""

from gateway.forms.certificates import MAX_PEM, CertificateForm
from gateway.forms.holding import HoldForm
from gateway.forms.settings import SettingsForm

__all__ = ["MAX_PEM", "CertificateForm", "HoldForm", "SettingsForm"]
