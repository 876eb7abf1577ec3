"""Pages about the certificates that proxies show."""

from functools import cached_property
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.views import View

from console.core.exceptions import NotFoundError, PermissionDeniedError
from console.core.generic.pages import ConfirmPage, FormPage, ListPage
from gateway import selectors, services
from gateway.forms import CertificateForm
from gateway.listings import CertificateListing
from gateway.services.local_authority import CERTIFICATE
from namespaces import access
from namespaces.permissions import Permission


def local_authority() -> Path:
    """Return where the certificate of this machine's own authority would be."""
    return Path(settings.DATA_DIR) / "gateway" / CERTIFICATE


class CertificatesPage(ListPage):
    """Certificates, the one that ends first on top."""

    title = gettext_noop("Certificates")
    template_name = "gateway/certificate_list.html"
    listing = CertificateListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what the reader may do to each, and how long it lasts."""
        context = super().get_context_data(**kwargs)
        rows = [
            {
                "row": one,
                "may": access.can(
                    self.actor, Permission.CERTIFICATE_EDIT, one.namespace
                ),
                "has_ended": one.ends_at <= self.now,
                "ends_soon": one.ends_at <= self.now + selectors.WARN_BEFORE,
            }
            for one in context["list"].rows
        ]
        may_add = access.can_anywhere(self.actor, Permission.CERTIFICATE_EDIT)
        has_authority = local_authority().is_file()
        return context | {
            "rows": rows,
            "may_add": may_add,
            "has_authority": has_authority,
        }


class UploadPage(FormPage[CertificateForm]):
    """Upload a certificate, or a newer one in the place of one that ends."""

    title = gettext_noop("Upload a certificate")
    template_name = "gateway/certificate_form.html"
    form_class = CertificateForm
    success_message = gettext_noop("Uploaded. Proxies show it within seconds.")

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the namespaces where the reader may do it."""
        if not access.can_anywhere(self.actor, Permission.CERTIFICATE_EDIT):
            raise PermissionDeniedError
        return super().get_form_kwargs() | {"actor": self.actor}

    def save(self, form: CertificateForm) -> str:
        """Upload."""
        values = dict(form.cleaned_data)
        values["namespace_id"] = values.pop("namespace")
        services.upload_certificate(**values, actor=self.actor, now=self.now)
        return reverse("gateway:certificate-list")


class RemovePage(ConfirmPage):
    """Take a certificate away."""

    template_name = "gateway/certificate_remove.html"

    @cached_property
    def certificate(self) -> Any:
        """The certificate of the URL."""
        return selectors.get_certificate(self.kwargs["id"], actor=self.actor)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Say what it means."""
        place = self.certificate.namespace
        if not access.can(self.actor, Permission.CERTIFICATE_EDIT, place):
            raise PermissionDeniedError
        hosts = ", ".join(self.certificate.host_list)
        return super().get_context_data(
            title=gettext("Remove %(certificate)s") % {"certificate": self.certificate},
            text=gettext("Proxies no longer show it for %(hosts)s.") % {"hosts": hosts},
            kept=gettext(
                "Routes stay as they are; browsers warn until there is another one."
            ),
            label=gettext("Remove"),
            cancel_url=reverse("gateway:certificate-list"),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Remove it."""
        services.remove_certificate(self.kwargs["id"], actor=self.actor, now=self.now)
        messages.success(self.request, "Removed.")
        return reverse("gateway:certificate-list")


class AuthorityDownload(View):
    """The certificate of this machine's own authority, for browsers to trust."""

    def get(self, request: HttpRequest) -> HttpResponseBase:
        """Give the file; there is nothing secret in it."""
        path = local_authority()
        if not path.is_file():
            raise NotFoundError
        return FileResponse(
            path.open("rb"),
            as_attachment=True,
            filename="postern-local-authority.pem",
            content_type="application/x-pem-file",
        )
