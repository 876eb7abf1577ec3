"""Pages that change policies: create, edit, move, attach, delete, restore."""

from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop

from console.core.exceptions import (
    ConsoleError,
    NotFoundError,
    PermissionDeniedError,
    StaleVersionError,
)
from console.core.generic.pages import ActionView, ConfirmPage, FormPage
from console.core.generic.undo import undo_tag
from console.core.http import uuid_from
from namespaces import access
from namespaces.permissions import Permission
from policies import selectors, services
from policies.forms import (
    EditPolicyForm,
    MovePolicyForm,
    NewPolicyForm,
    PolicyForm,
)
from policies.models import PolicyVersion
from policies.views.drafting import REGO_STARTER, STARTER, EditorPage, written_lines
from policies.views.examples import failing_in_words
from policies.views.frame import (
    GENERAL,
    PAGES,
    UNDO,
    WRITTEN_IN,
    OfPolicy,
    effect_url,
    number_from,
    route_url,
)

COPIED = ("description", "language", "source", "explanation", "remediation")
MERGED = ("source", "name", "description", "explanation", "remediation")


class CreatePage(EditorPage):
    """A new policy, in a namespace where the person may create some."""

    title = gettext_noop("New policy")
    form_class = NewPolicyForm
    first = {"ppl": GENERAL, "rego": GENERAL}

    @property
    def try_url(self) -> str:  # type: ignore[override]
        """Where drafts are tried."""
        return reverse("policies:policy-try-draft")

    @property
    def effect_url(self) -> str:  # type: ignore[override]
        """Where the effect of drafts is asked for."""
        return effect_url()

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        """Where to go without saving."""
        return reverse("policies:policy-list")

    @property
    def may_write_rego(self) -> bool:  # type: ignore[override]
        """Whether the person may write Rego somewhere."""
        return access.can_anywhere(self.actor, Permission.POLICY_EDIT_REGO)

    def get_initial(self) -> dict[str, Any]:
        """Start in the chosen namespace: from a copy, or with the shortest policy."""
        is_rego = self.request.GET.get("language") == "rego"
        initial = {
            "namespace": self.request.GET.get("namespace", ""),
            "language": "rego" if is_rego else "ppl",
            "source": REGO_STARTER if is_rego else STARTER,
        }
        copied = self.request.GET.get("copy", "")
        if copied:
            policy = selectors.get_policy(
                uuid_from(copied, name="copy"), actor=self.actor
            )
            initial |= {name: getattr(policy, name) for name in COPIED}
            initial |= {
                "name": gettext("Copy of %(name)s") % {"name": policy.name},
                "namespace": str(policy.namespace_id),
            }
        return initial

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the places where the person may."""
        if not access.can_anywhere(self.actor, Permission.POLICY_CREATE):
            raise PermissionDeniedError
        return super().get_form_kwargs() | {"actor": self.actor}

    def save(self, form: PolicyForm) -> str:
        """Create it."""
        values = dict(form.cleaned_data)
        policy = services.create_policy(
            namespace_id=values.pop("namespace"),
            actor=self.actor,
            now=self.now,
            **values,
        )
        messages.success(
            self.request,
            gettext("%(name)s is there. It does nothing until it is attached.")
            % {"name": policy.name},
        )
        return reverse("policies:policy-detail", args=[policy.pk])


class EditPage(OfPolicy, EditorPage):
    """A policy as it stands, to be changed."""

    form_class = EditPolicyForm
    first = WRITTEN_IN

    @property
    def try_url(self) -> str:  # type: ignore[override]
        """Where the draft is tried."""
        return self.url("policy-try")

    @property
    def effect_url(self) -> str:  # type: ignore[override]
        """Where the effect of the draft is asked for."""
        return effect_url(self.policy.pk)

    @property
    def cancel_url(self) -> str:  # type: ignore[override]
        """Where to go without saving."""
        return self.page_url

    @property
    def may_write_rego(self) -> bool:  # type: ignore[override]
        """Whether the person may write Rego where the policy lives."""
        return self.can(Permission.POLICY_EDIT_REGO)

    def last_in_ppl(self) -> PolicyVersion | None:
        """Return what the policy said in PPL, for switching back to it."""
        return selectors.find_last_in_ppl(self.policy, actor=self.actor)

    def get_title(self) -> str:
        """What is edited."""
        return gettext("Edit %(name)s") % {"name": self.policy.name}

    def get_initial(self) -> dict[str, Any]:
        """Start from what is there."""
        names = ("name", *COPIED, "version")
        return {name: getattr(self.policy, name) for name in names}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Refuse to show a form that would be refused when sent."""
        self.check(Permission.POLICY_EDIT)
        return super().get_form_kwargs()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what somebody else saved meanwhile, and go on from there."""
        error: ConsoleError | None = kwargs.get("error")
        kwargs |= {
            "looks": [
                one | {"id": f"{name}-panel"}
                for one, (_, name, _) in zip(self.page_links(), PAGES, strict=True)
            ],
            "move_url": self.url("policy-move"),
        }
        if not isinstance(error, StaleVersionError):
            return super().get_context_data(**kwargs)
        form, stale = kwargs["form"], error.details
        seen = number_from(form.data.get("version", ""))
        # Whoever has seen the other's change may save over it.
        form.data = form.data.copy()
        form.data["version"] = stale["current_version"]
        return super().get_context_data(
            stale=stale, **self._changes_since(seen, form), **kwargs
        )

    def _changes_since(self, number: int, form: PolicyForm) -> dict[str, Any]:
        """Return what both began with, what the other made of it, and the person.

        Texts in different languages can't be put together.
        """
        versions = selectors.list_versions(self.policy, actor=self.actor)
        newest, seen = versions[0], versions.filter(number=number).first()
        own = {name: written_lines(form[name].value()) for name in MERGED}
        began = {name: getattr(seen, name, "") for name in MERGED}
        merges = [
            {
                "id": form[name].id_for_label,
                "label": form[name].label,
                "base": began[name],
                "theirs": getattr(newest, name),
                "own": own[name],
            }
            for name in MERGED
            if not getattr(newest, name) == began[name] == own[name]
        ]
        language = form["language"].value() or "ppl"
        since = getattr(seen, "language", language)
        return {
            "merges": merges if newest.language == language else [],
            "theirs": selectors.compare_texts(
                began["source"], newest.source, languages=(since, newest.language)
            ),
            "own": selectors.compare_texts(
                began["source"], own["source"], languages=(since, language)
            ),
        }

    def save(self, form: PolicyForm) -> str:
        """Save the next version, unless nothing changed."""
        values = dict(form.cleaned_data)
        version = values.pop("version")
        policy = services.update_policy(
            self.policy.pk,
            version=version,
            actor=self.actor,
            now=self.moment,
            **values,
        )
        if policy.version == version:
            messages.info(
                self.request, gettext("Nothing was changed, so nothing was saved.")
            )
        else:
            messages.success(
                self.request,
                gettext("Saved as version %(version)s.") % {"version": policy.version},
                extra_tags=undo_tag(UNDO, self.moment),
            )
            self._warn(policy)
        return self.page_url

    def _warn(self, policy: Any) -> None:
        """Say which examples are answered otherwise than expected."""
        failing = selectors.count_failing([policy], actor=self.actor)
        if policy.pk in failing:
            messages.warning(self.request, failing_in_words(failing[policy.pk]))


class MovePage(OfPolicy, FormPage[MovePolicyForm]):
    """Another namespace for a policy."""

    template_name = "policies/policy_move.html"
    form_class = MovePolicyForm

    def get_title(self) -> str:
        """What is moved."""
        return gettext("Move %(name)s") % {"name": self.policy.name}

    def get_initial(self) -> dict[str, Any]:
        """Keep the version that was seen."""
        return {"version": self.policy.version}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Offer the places where the person may."""
        self.check(Permission.POLICY_EDIT)
        return super().get_form_kwargs() | {"actor": self.actor}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(cancel_url=self.page_url, **kwargs)

    def save(self, form: MovePolicyForm) -> str:
        """Move it."""
        values = dict(form.cleaned_data)
        policy = services.move_policy(
            self.policy.pk,
            namespace_id=values.pop("namespace"),
            actor=self.actor,
            now=self.moment,
            **values,
        )
        messages.success(
            self.request,
            gettext("%(name)s lives in %(namespace)s now.")
            % {"name": policy.name, "namespace": policy.namespace.name},
            extra_tags=undo_tag(UNDO, self.moment),
        )
        return self.page_url


class DeletePage(OfPolicy, ConfirmPage):
    """Lists what goes with a policy, or where it is attached; then deletes it."""

    template_name = "policies/policy_confirm_delete.html"

    def get_title(self) -> str:
        """What is deleted."""
        return gettext("Delete %(name)s") % {"name": self.policy.name}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what goes with it, or what stands in the way."""
        self.check(Permission.POLICY_DELETE)
        policy = self.policy
        usage = selectors.get_usage(policy, actor=self.actor)
        return super().get_context_data(
            text=gettext("“%(name)s” is deleted. It is attached to nothing.")
            % {"name": policy.name},
            usage=usage,
            used_by=[
                {
                    "name": route.name,
                    "url": route_url(route.pk),
                    "note": gettext("route"),
                }
                for route in usage.routes
            ]
            + [
                {"name": one.namespace.name, "url": "", "note": one.get_mode_display()}
                for one in usage.attachments
            ],
            consequences=[
                {"label": gettext("versions of it"), "count": policy.version}
            ],
            hidden=[{"name": "version", "value": policy.version}],
            cancel_url=self.page_url,
            **kwargs,
        )

    def carry_out(self) -> str:
        """Delete it, and offer to take that back."""
        version = self.request.POST.get("version", "")
        services.delete_policy(
            self.policy.pk,
            version=number_from(version),
            actor=self.actor,
            now=self.now,
        )
        undo = self.url("policy-restore")
        messages.success(
            self.request,
            gettext("%(name)s is deleted.") % {"name": self.policy.name},
            extra_tags=f"undo:{undo}",
        )
        return reverse("policies:policy-list")


class RestoreAction(ActionView):
    """Takes back a deletion."""

    def carry_out(self) -> str:
        """Restore it."""
        try:
            policy = services.restore_policy(
                self.kwargs["id"], actor=self.actor, now=self.now
            )
        except NotFoundError:
            messages.info(
                self.request, gettext("It is there already, or was never deleted.")
            )
            return reverse("policies:policy-list")
        messages.success(
            self.request,
            gettext("%(name)s is back, with all its versions.") % {"name": policy.name},
        )
        return reverse("policies:policy-detail", args=[policy.pk])
