"""Who holds which role in a namespace: the page, and what changes it."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, ngettext

from console.core.exceptions import NotFoundError, PermissionDeniedError
from console.core.generic.pages import F, FormPage, Page
from console.core.generic.previewed import PreviewedPage
from console.core.previews import preview
from console.ui.namespaces.forms import GrantForm, RoleForm, last_day
from console.ui.namespaces.frame import OfNamespace
from directory import selectors as directory_selectors
from namespaces import access, services
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from namespaces.roles import ROLE_BY_CODE, Role

if TYPE_CHECKING:
    from directory.selectors import EffectivePerson
    from namespaces.models import RoleBinding

MAX_FOUND = 10
MOST_PEOPLE = 500
PEOPLE_COLUMNS = (
    {"label": gettext_lazy("Person")},
    {"label": gettext_lazy("Role here")},
    {"label": gettext_lazy("By"), "hide": "narrow"},
)
COLUMNS = (
    {"label": gettext_lazy("Who")},
    {"label": gettext_lazy("Role")},
    {"label": gettext_lazy("From"), "hide": "narrow"},
    {"label": gettext_lazy("Until"), "hide": "narrow"},
)


@dataclass(frozen=True, slots=True)
class Held:
    """A role in the page's table."""

    binding: "RoleBinding"
    role: Role
    is_direct: bool
    is_own: bool
    members: int | None

    @property
    def note(self) -> str:
        """What to know of the subject besides the name."""
        one = self.binding
        if self.is_own:
            return gettext("you")
        if one.user and not one.user.is_active:
            return gettext("deactivated")
        if self.members is not None:
            text = ngettext("%(count)s member", "%(count)s members", self.members)
            return text % {"count": self.members}
        return ""

    @property
    def subject(self) -> Any:
        """Who holds it."""
        one = self.binding
        return one.user or one.group or one.service_account


class RolesPage(OfNamespace, Page):
    """The roles that count in a namespace, direct and inherited, with where from."""

    template_name = "namespaces/namespace_roles.html"
    tab = "namespace-roles"

    def get_title(self) -> str:
        """Name of the namespace."""
        return self.namespace.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the roles."""
        bindings = list(
            namespace_selectors.list_role_bindings(self.namespace, actor=self.actor)
        )
        people = directory_selectors.list_effective_people(
            self.namespace, actor=self.actor, limit=MOST_PEOPLE
        )
        members = directory_selectors.count_members(
            one.group_id for one in bindings if one.group_id
        )
        return super().get_context_data(
            columns=COLUMNS,
            roles=[
                Held(
                    binding=one,
                    role=ROLE_BY_CODE[one.permission.codename],
                    is_direct=one.content_object_id == self.namespace.id,
                    is_own=one.user_id == self.actor.user_id,
                    members=members.get(one.group_id) if one.group_id else None,
                )
                for one in bindings
            ],
            people=None if people is None else self._told(people),
            people_columns=PEOPLE_COLUMNS,
            hides_some=not self._sees_all_above(),
            may_grant=self.can(Permission.NAMESPACE_GRANT),
            empty_url=self._grant_url(),
            **kwargs,
        )

    def _told(self, people: "list[EffectivePerson]") -> list[dict[str, Any]]:
        """Return people with where it is explained what they can do here."""
        why = f"{reverse('access-why')}?namespace={self.namespace.id}&person="
        return [
            {
                "who": one,
                "why_url": f"{why}{one.person.pk}",
                "why_label": gettext("What %(person)s can do here")
                % {"person": one.person},
            }
            for one in people
        ]

    def _grant_url(self) -> str:
        if not self.can(Permission.NAMESPACE_GRANT):
            return ""
        return reverse("namespaces:role-grant", args=[self.namespace.id])

    def _sees_all_above(self) -> bool:
        root = namespace_selectors.list_chain(self.namespace)[0]
        return access.can(self.actor, Permission.NAMESPACE_VIEW, root)


class _RoleForm(OfNamespace, FormPage[F]):
    """A form about roles in a namespace, for those who grant them."""

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer roles up to the person's own."""
        own = access.role_at(access.grants_of(self.actor), self.namespace.path)
        if own is None or Permission.NAMESPACE_GRANT not in own.permissions:
            raise PermissionDeniedError
        return super().get_form_kwargs() | {"highest": own}

    @property
    def roles_url(self) -> str:
        """The page of the namespace's roles."""
        return reverse("namespaces:namespace-roles", args=[self.namespace.id])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(cancel_url=self.roles_url, **kwargs)


class GrantPage(_RoleForm[GrantForm]):
    """Grant a role to a person or a group."""

    template_name = "namespaces/role_form.html"
    form_class = GrantForm

    def get_title(self) -> str:
        """Where the role is granted."""
        return gettext("Grant a role in %(name)s") % {"name": self.namespace.name}

    def get_initial(self) -> dict[str, Any]:
        """Start with the weakest role, and with who was chosen elsewhere."""
        return {"role": "viewer", "subject": self.request.GET.get("subject", "")}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add who was found."""
        text = (self.request.GET.get("who") or self.request.POST.get("who", "")).strip()
        chosen = self.request.POST.get("subject") or self.request.GET.get("subject", "")
        return super().get_context_data(
            who=text,
            chosen=chosen,
            found=directory_selectors.find_subjects(
                text[:100], chosen=chosen, limit=MAX_FOUND, actor=self.actor
            ),
            **kwargs,
        )

    def grant(self, form: GrantForm, *, seen: str = "") -> "RoleBinding":
        """Grant it."""
        return services.grant_role(
            namespace_id=self.namespace.id,
            role=form.cleaned_data["role"],
            expires_at=form.expires_at,
            reason=form.cleaned_data["reason"],
            seen=seen,
            actor=self.actor,
            now=self.now,
            **form.subject_id,
        )

    def form_valid(self, form: GrantForm) -> HttpResponse:
        """Grant it, or only show who would gain and lose what."""
        if "look" not in self.request.POST:
            return super().form_valid(form)
        found = preview(lambda: self.grant(form))
        return self.render_to_response(self.get_context_data(form=form, preview=found))

    def save(self, form: GrantForm) -> str:
        """Grant it as it was seen."""
        binding = self.grant(form, seen=self.request.POST.get("seen", "")[:64])
        role = ROLE_BY_CODE[binding.permission.codename]
        messages.success(
            self.request,
            gettext("%(user)s is %(name)s here now.")
            % {"user": binding.user or binding.group, "name": role.name},
        )
        return self.roles_url


class _OfBinding(OfNamespace):
    @property
    def binding(self) -> "RoleBinding":
        """The role of the URL; 404 when it isn't one of this namespace."""
        binding = namespace_selectors.get_binding(
            self.kwargs["binding"], actor=self.actor
        )
        if binding.content_object_id != self.namespace.id:
            raise NotFoundError
        return binding


class ChangePage(_OfBinding, _RoleForm[RoleForm]):
    """Change a role, or until when it holds."""

    template_name = "namespaces/role_form.html"
    form_class = RoleForm
    success_message = "Saved."

    def get_title(self) -> str:
        """Whose role it is."""
        one = self.binding
        return gettext("Role of %(user)s") % {
            "user": one.user or one.group or one.service_account
        }

    def get_initial(self) -> dict[str, Any]:
        """Start from what is there."""
        one = self.binding
        return {
            "role": one.permission.codename,
            "ends_on": last_day(one.expires_at),
            "version": one.version,
        }

    def save(self, form: RoleForm) -> str:
        """Save it."""
        services.change_role(
            self.binding.pk,
            version=form.cleaned_data["version"] or 0,
            role=form.cleaned_data["role"],
            expires_at=form.expires_at,
            reason=form.cleaned_data["reason"],
            actor=self.actor,
            now=self.now,
        )
        return self.roles_url


class RevokePage(_OfBinding, PreviewedPage):
    """Take a role away."""

    template_name = "namespaces/role_confirm_revoke.html"

    def get_title(self) -> str:
        """Whose role goes."""
        one = self.binding
        return gettext("Take the role of %(user)s away") % {
            "user": one.user or one.group or one.service_account
        }

    def act(self, *, seen: str = "") -> Any:
        """Revoke it."""
        binding = self.binding
        services.revoke_role(
            binding.pk,
            version=self.asked_number("version", binding.version),
            reason=self.asked("reason"),
            seen=seen,
            actor=self.actor,
            now=self.now,
        )

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the role."""
        if not self.can(Permission.NAMESPACE_GRANT):
            raise PermissionDeniedError
        binding = self.binding
        return super().get_context_data(
            text=(
                gettext(
                    "%(user)s is %(name)s of %(namespace)s, and of all below it, "
                    "until you take it away."
                )
                % {
                    "user": binding.user or binding.group or binding.service_account,
                    "name": ROLE_BY_CODE[binding.permission.codename].name,
                    "namespace": self.namespace.name,
                }
            ),
            hidden=[{"name": "version", "value": binding.version}],
            cancel_url=self._roles_url(),
            **kwargs,
        )

    def _roles_url(self) -> str:
        return reverse("namespaces:namespace-roles", args=[self.namespace.id])

    def carry_out(self) -> str:
        """Revoke it as it was seen."""
        self.act(seen=self.asked("seen"))
        messages.success(self.request, gettext("The role is taken away."))
        return self._roles_url()
