"""One policy: what it says, what it applies to, and what it said before."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy

from console.core import http
from console.core.generic.pages import ActionView, Page
from namespaces import access
from namespaces.permissions import Permission
from namespaces.views import namespace_url
from policies import selectors, services
from policies.language import Sentence
from policies.models import AttachmentMode, PolicyVersion
from policies.selectors import Renaming
from policies.services import PERMISSION_FOR
from policies.views.frame import GENERAL, OfPolicy, number_from, parts_of, route_url
from policies.views.switching import closed_tab
from policies.views.trying import panel_context

FIELD_LABELS = {
    "name": gettext_lazy("Name"),
    "description": gettext_lazy("Description"),
    "language": gettext_lazy("Language"),
    "explanation": gettext_lazy("Explanation"),
    "remediation": gettext_lazy("Remediation"),
}
ROUTE_COLUMNS = (
    {"label": gettext_lazy("Route")},
    {"label": gettext_lazy("How")},
    {"label": gettext_lazy("Since"), "hide": "narrow"},
    {"label": gettext_lazy("By"), "hide": "medium"},
)
NAMESPACE_COLUMNS = (
    {"label": gettext_lazy("Namespace")},
    {"label": gettext_lazy("How")},
    {"label": gettext_lazy("Since"), "hide": "narrow"},
    {"label": gettext_lazy("By"), "hide": "medium"},
)
VERSION_COLUMNS = (
    {"label": gettext_lazy("Version")},
    {"label": gettext_lazy("Saved")},
    {"label": gettext_lazy("By"), "hide": "narrow"},
    {"label": gettext_lazy("Reason"), "hide": "medium"},
)


class PolicyPage(OfPolicy, Page):
    """What a policy says, in words and as text; trying it."""

    template_name = "policies/policy_detail.html"
    tab = "policy-detail"

    def get_title(self) -> str:
        """Name of the policy."""
        return self.policy.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the sentences, the use, and what may be done."""
        policy = self.policy
        groups = selectors.look_up_groups([policy], now=self.now)
        may_try = self.can(Permission.POLICY_TRY)
        strikes = selectors.find_strikes(policy)
        return super().get_context_data(
            parts=parts_of(policy.language, first=GENERAL),
            pages=self.page_links(),
            closed=closed_tab(
                policy.language,
                may_switch=self.can(Permission.POLICY_EDIT)
                and self.can(Permission.POLICY_EDIT_REGO),
                edit_url=self.url("policy-edit"),
            ),
            sentences=[
                _sentence(one) for one in selectors.describe(policy, names=groups.names)
            ],
            usage=selectors.get_usage(policy, actor=self.actor),
            faults=groups.faults.get(policy.pk, ()),
            renamed=_renamed(groups.renamed.get(policy.pk, ())),
            quarantine=strikes if strikes and strikes.quarantined_at else None,
            strikes=strikes,
            may_edit_rego=self.can(Permission.POLICY_EDIT_REGO),
            newest=selectors.get_version(policy, policy.version, actor=self.actor),
            menu=self.menu(),
            may_edit=self.can(Permission.POLICY_EDIT),
            may_attach=access.can_anywhere(self.actor, Permission.POLICY_ATTACH),
            panel=panel_context(self.url("policy-try"), actor=self.actor)
            if may_try
            else None,
            **kwargs,
        )

    def menu(self) -> list[dict[str, Any]]:
        """Return the rarer actions that the person may take."""
        entries = (
            (
                access.can_anywhere(self.actor, Permission.POLICY_ATTACH),
                gettext("Attach to a namespace"),
                "attach",
                self.url("policy-attach"),
            ),
            (
                self.can(Permission.POLICY_EDIT),
                gettext("Move"),
                "move",
                self.url("policy-move"),
            ),
            (
                self.can(Permission.POLICY_CREATE),
                gettext("Duplicate"),
                "duplicate",
                f"{reverse('policies:policy-create')}?copy={self.policy.pk}",
            ),
            (
                self.can(Permission.POLICY_DELETE),
                gettext("Delete"),
                "delete",
                self.url("policy-delete"),
            ),
        )
        return [
            {"label": label, "icon": icon, "url": url, "danger": icon == "delete"}
            for is_offered, label, icon, url in entries
            if is_offered
        ]


class ConfirmAction(OfPolicy, ActionView):
    """Says that a policy is right with its groups by their new names."""

    def carry_out(self) -> str:
        """Keep it as it is."""
        policy = services.confirm_policy(
            self.policy.pk,
            version=number_from(self.request.POST.get("version", "")),
            actor=self.actor,
            now=self.now,
        )
        messages.success(
            self.request, gettext("%(name)s stays as it is.") % {"name": policy.name}
        )
        return self.page_url


class LiftQuarantineAction(OfPolicy, ActionView):
    """Lets a policy in Rego be run again."""

    def carry_out(self) -> str:
        """Lift it."""
        policy = services.lift_quarantine(
            self.policy.pk, actor=self.actor, now=self.now
        )
        messages.success(
            self.request, gettext("%(name)s is run again.") % {"name": policy.name}
        )
        return self.page_url


def _renamed(renamings: Sequence[Renaming]) -> dict[str, list[Renaming]]:
    """Return renamings apart: those that change nothing, and those that may."""
    return {
        "by_id": [one for one in renamings if not one.is_by_name],
        "by_name": [one for one in renamings if one.is_by_name],
    }


def _sentence(sentence: Sentence) -> dict[str, Any]:
    """Return a sentence with what stands before its clauses by itself."""
    clauses = [clause.text for clause in sentence.clauses]
    return {
        "action": sentence.action.value,
        "text": sentence.text,
        "lead": sentence.text.removesuffix("; ".join(clauses)).strip(),
        "clauses": clauses,
    }


class UsesPage(OfPolicy, Page):
    """The routes and namespaces that a policy is attached to, who set it, and when."""

    template_name = "policies/policy_uses.html"
    fragment_template_name = "policies/partials/_uses.html"
    tab = "policy-uses"

    def get_title(self) -> str:
        """Name of the policy."""
        return self.policy.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where it is attached, as far as the person may see."""
        usage = selectors.get_usage(self.policy, actor=self.actor)
        return super().get_context_data(
            usage=usage,
            routes=[(one, route_url(one.route_id)) for one in usage.attached],
            attachments=[
                {
                    "row": one,
                    "url": namespace_url(one.namespace, actor=self.actor),
                    "may_detach": access.can(
                        self.actor,
                        PERMISSION_FOR[AttachmentMode(one.mode)],
                        one.namespace,
                    ),
                }
                for one in usage.attachments
            ],
            route_columns=ROUTE_COLUMNS,
            namespace_columns=NAMESPACE_COLUMNS,
            may_attach=access.can_anywhere(self.actor, Permission.POLICY_ATTACH),
            **kwargs,
        )


class HistoryPage(OfPolicy, Page):
    """All versions, and what changed between any two."""

    template_name = "policies/policy_history.html"
    fragment_template_name = "policies/partials/_versions.html"
    tab = "policy-history"

    def get_title(self) -> str:
        """Name of the policy."""
        return self.policy.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the versions, and the difference between the two that are chosen."""
        versions = list(selectors.list_versions(self.policy, actor=self.actor))
        earlier = _earlier([one.number for one in versions])
        after = self._chosen("to", versions[0].number)
        before = self._chosen("from", earlier[after.number])
        is_same = before.number == after.number
        return super().get_context_data(
            versions=[(one, earlier[one.number]) for one in versions],
            next_number=versions[0].number + 1,
            diff_label=gettext("Version %(number)s and %(after)s")
            % {"number": before.number, "after": after.number},
            columns=VERSION_COLUMNS,
            before=before,
            after=after,
            comparison=selectors.compare_texts(
                before.source, after.source, languages=(before.language, after.language)
            ),
            same=gettext("These are the same version.")
            if is_same
            else gettext("The text is the same."),
            is_part=http.is_fragment(self.request),
            changes=_changed_fields(before, after),
            may_edit=self.can(Permission.POLICY_EDIT),
            **kwargs,
        )

    def _chosen(self, name: str, default: int) -> PolicyVersion:
        number = number_from(self.request.GET.get(name, ""), default)
        return selectors.get_version(self.policy, number, actor=self.actor)


def _earlier(numbers: Sequence[int]) -> dict[int, int]:
    """Return for each version that is shown the one before it; the first has itself."""
    return dict(zip(numbers, [*numbers[1:], *numbers[-1:]], strict=True))


def _changed_fields(
    before: PolicyVersion, after: PolicyVersion
) -> list[dict[str, str]]:
    """Return what changed besides the text."""
    return [
        {
            "label": str(label),
            "before": getattr(before, name),
            "after": getattr(after, name),
        }
        for name, label in FIELD_LABELS.items()
        if getattr(before, name) != getattr(after, name)
    ]


class RevertAction(OfPolicy, ActionView):
    """Lets a policy say again what an earlier version said."""

    def carry_out(self) -> str:
        """Save it as a new version."""
        to_version = number_from(self.request.POST.get("to_version", ""))
        policy = services.revert_policy(
            self.policy.pk,
            to_version=to_version,
            version=number_from(self.request.POST.get("version", "")),
            actor=self.actor,
            now=self.now,
        )
        messages.success(
            self.request,
            gettext(
                "%(name)s says again what version %(to_version)s said, as "
                "version %(version)s."
            )
            % {
                "name": policy.name,
                "to_version": to_version,
                "version": policy.version,
            },
        )
        return self.url("policy-history")
