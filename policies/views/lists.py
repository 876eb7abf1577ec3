"""Lists of policies: those that are there, and those that were deleted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop, ngettext, ngettext_lazy

from console.core.generic.pages import CsvExport, ListPage, Page
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission
from namespaces.views import path_names
from policies import selectors
from policies.listings import PolicyListing
from policies.models import Policy
from policies.selectors import Renaming
from policies.views.frame import import_url

DELETED_PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class PolicyRow:
    """A policy as the list draws it."""

    policy: Any
    words: str
    path: list[dict[str, str]]
    menu: list[dict[str, Any]]
    failing: int = 0
    faults: Sequence[str] = ()
    renamed: Sequence[Renaming] = ()

    @property
    def menu_id(self) -> str:
        """Id of the row's menu, unique on the page."""
        return f"menu-{self.policy.pk}"

    @property
    def menu_label(self) -> str:
        """What the row's menu is for."""
        return gettext("Actions for %(name)s") % {"name": self.policy.name}

    @property
    def failing_label(self) -> str:
        """How many examples are answered otherwise than expected."""
        is_one = self.failing == 1
        return (
            gettext("1 example fails")
            if is_one
            else gettext("%(failing)s examples fail") % {"failing": self.failing}
        )

    @property
    def faults_label(self) -> str:
        """How many groups it names that are not there."""
        count = len(self.faults)
        return ngettext(
            "%(count)s group is missing", "%(count)s groups are missing", count
        ) % {"count": count}

    @property
    def renamed_label(self) -> str:
        """How many groups it speaks of that are called otherwise now."""
        count = len(self.renamed)
        return ngettext(
            "%(count)s group was renamed", "%(count)s groups were renamed", count
        ) % {"count": count}

    @property
    def renamed_kind(self) -> str:
        """Whether a renaming may change who is let in."""
        by_name = any(one.is_by_name for one in self.renamed)
        return "warning" if by_name else "info"

    @property
    def renamed_note(self) -> str:
        """Which groups were renamed."""
        return "; ".join(one.text for one in self.renamed)

    @property
    def used_by(self) -> str:
        """How many routes and namespaces it is attached to."""
        counted = (
            (
                self.policy.route_count,
                ngettext_lazy("%(count)s route", "%(count)s routes", "count"),
            ),
            (
                self.policy.namespace_count,
                ngettext_lazy("%(count)s namespace", "%(count)s namespaces", "count"),
            ),
        )
        return ", ".join(text % {"count": count} for count, text in counted if count)


class PolicyListPage(ListPage):
    """The policies that the person sees."""

    title = gettext_noop("Policies")
    template_name = "policies/policy_list.html"
    listing = PolicyListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what each policy says, and what may be done."""
        context = super().get_context_data(**kwargs)
        policies = context["list"].rows
        groups = selectors.look_up_groups(policies, now=self.now)
        narrowed = self.request.GET.get("namespace", "")
        paths = namespace_selectors.name_paths(row.namespace for row in policies)
        return context | {
            "rows": [
                PolicyRow(
                    policy=policy,
                    words=selectors.summarize(policy, names=groups.names),
                    path=path_names(paths[policy.namespace_id]),
                    menu=self._menu(policy),
                    failing=selectors.count_failing_of(policy, actor=self.actor),
                    faults=groups.faults.get(policy.pk, ()),
                    renamed=groups.renamed.get(policy.pk, ()),
                )
                for policy in policies
            ],
            "total": ngettext(
                "%(count)s policy", "%(count)s policies", context["list"].total
            )
            % {"count": context["list"].total},
            "create_query": f"?namespace={narrowed}" if narrowed else "",
            "import_url": import_url(),
            "may_create": access.can_anywhere(self.actor, Permission.POLICY_CREATE),
            "may_change": access.can_anywhere(self.actor, Permission.POLICY_EDIT),
        }

    def _menu(self, policy: Policy) -> list[dict[str, Any]]:
        entries = (
            (Permission.POLICY_EDIT, gettext("Edit"), "edit", "policy-edit"),
            (Permission.POLICY_VIEW, gettext("History"), "history", "policy-history"),
            (Permission.POLICY_DELETE, gettext("Delete"), "delete", "policy-delete"),
        )
        return [
            {
                "label": label,
                "icon": icon,
                "url": reverse(f"policies:{name}", args=[policy.pk]),
                "danger": icon == "delete",
            }
            for permission, label, icon, name in entries
            if permission is Permission.POLICY_VIEW
            or access.can(self.actor, permission, policy.namespace)
        ]


class PolicyExport(CsvExport):
    """The same list as a file."""

    listing = PolicyListing()


class DeletedPoliciesPage(Page):
    """What was deleted and may be restored."""

    title = gettext_noop("Deleted policies")
    template_name = "policies/policy_deleted.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add one page of tombstones."""
        rows = Paginator(selectors.list_deleted(self.actor), DELETED_PER_PAGE)
        return super().get_context_data(
            page=rows.get_page(self.request.GET.get("page")),
            columns=[
                {"label": gettext("Name")},
                {"label": gettext("Deleted by"), "hide": "narrow"},
                {"label": gettext("When")},
            ],
            **kwargs,
        )
