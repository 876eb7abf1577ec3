"""Attaching a policy to a namespace and taking it off, seen before it is done."""

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.utils.translation import gettext, gettext_lazy

from console.core.exceptions import PermissionDeniedError, ValidationFailedError
from console.core.generic.previewed import PreviewedPage
from console.core.generic.undo import undo_tag
from namespaces import access
from namespaces.permissions import Permission
from policies import selectors, services
from policies.forms import AttachForm
from policies.models import AttachmentMode, NamespacePolicy
from policies.services import PERMISSION_FOR
from policies.views.frame import UNDO, OfPolicy

TEXTS = {
    AttachmentMode.INHERITED: gettext_lazy(
        "From then on it counts as if attached to every route there and "
        "below, as far as these inherit."
    ),
    AttachmentMode.ENFORCED: gettext_lazy(
        "From then on it is a ceiling over every route there and below, "
        "which nobody below can switch off."
    ),
}


class AttachPage(OfPolicy, PreviewedPage):
    """Choose a namespace and how it counts there, see which routes that touches."""

    template_name = "policies/policy_attach.html"

    def get_title(self) -> str:
        """What is attached."""
        return gettext("Attach %(name)s") % {"name": self.policy.name}

    @cached_property
    def form(self) -> AttachForm:
        """What is chosen: sent, or in the address."""
        below = self.policy.namespace.path
        if not access.can_anywhere(self.actor, Permission.POLICY_ATTACH):
            raise PermissionDeniedError
        sent = self.request.POST or self.request.GET
        return AttachForm(
            sent if "mode" in sent else None,
            initial={"namespace": self.request.GET.get("namespace", "")},
            actor=self.actor,
            below=below,
        )

    def can_preview(self) -> bool:
        """Only for a place and a mode."""
        return self.form.is_bound and self.form.is_valid()

    def act(self, *, seen: str = "") -> NamespacePolicy:
        """Attach it."""
        values = dict(self.form.cleaned_data)
        return services.attach_to_namespace(
            self.policy.pk,
            namespace_id=values.pop("namespace"),
            seen=seen,
            actor=self.actor,
            now=self.moment,
            **values,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the choice, and what was chosen."""
        chosen = self.form.cleaned_data if self.can_preview() else {}
        place: Any = self.form.fields["namespace"]
        return super().get_context_data(
            form=self.form,
            text=TEXTS[AttachmentMode(chosen["mode"])] if chosen else "",
            place=place.name_of(chosen.get("namespace", "")),
            mode=chosen.get("mode", ""),
            hidden=[
                {"name": name, "value": value}
                for name, value in chosen.items()
                if name != "reason"
            ],
            cancel_url=self.url("policy-uses"),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Attach it as it was seen."""
        if not self.can_preview():
            raise ValidationFailedError(
                gettext("choose a namespace, and how it counts there")
            )
        attachment = self.act(seen=self.asked("seen"))
        messages.success(
            self.request,
            gettext(
                "%(name)s counts as %(mode)s on every route of %(namespace)s and below."
            )
            % {
                "name": self.policy.name,
                "mode": attachment.mode,
                "namespace": attachment.namespace.name,
            },
            extra_tags=undo_tag(UNDO, self.moment),
        )
        return self.url("policy-uses")


class DetachPage(OfPolicy, PreviewedPage):
    """Which routes lose a policy that is taken off a namespace."""

    template_name = "policies/policy_detach.html"

    @cached_property
    def attachment(self) -> NamespacePolicy:
        """The attachment of the URL; 404 when it isn't there or not to be seen."""
        return selectors.get_attachment(
            self.policy, self.kwargs["namespace_id"], actor=self.actor
        )

    def get_title(self) -> str:
        """What is detached."""
        return gettext("Detach %(name)s") % {"name": self.policy.name}

    def act(self, *, seen: str = "") -> Any:
        """Detach it."""
        services.detach_from_namespace(
            self.policy.pk,
            namespace_id=self.kwargs["namespace_id"],
            reason=self.asked("reason"),
            seen=seen,
            actor=self.actor,
            now=self.moment,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where it is attached."""
        one = self.attachment
        if not access.can(
            self.actor, PERMISSION_FOR[AttachmentMode(one.mode)], one.namespace
        ):
            raise PermissionDeniedError
        return super().get_context_data(
            text=gettext(
                "It is %(mode)s by %(name)s, and stops counting on the routes "
                "there and below."
            )
            % {"mode": one.mode, "name": one.namespace.name},
            cancel_url=self.url("policy-uses"),
            **kwargs,
        )

    def carry_out(self) -> str:
        """Detach it as it was seen."""
        self.act(seen=self.asked("seen"))
        messages.success(
            self.request,
            gettext("%(name)s no longer counts there.") % {"name": self.policy.name},
            extra_tags=undo_tag(UNDO, self.moment),
        )
        return self.url("policy-uses")
