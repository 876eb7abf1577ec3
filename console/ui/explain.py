"""Who may? Why somebody can, or can't, do something in a namespace."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.actor import Actor
from console.core.exceptions import PermissionDeniedError
from console.core.generic.pages import Page
from console.core.http import uuid_from
from console.ui.people import ROLE_COLUMNS, role_rows
from directory import selectors as directory_selectors
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.forms import NamespaceField
from namespaces.permissions import Permission
from namespaces.roles import roles_with
from namespaces.selectors import AccessAnswer

MAX_FOUND = 10
Words = str | Promise

# In the order in which people think of it; `test_explain` checks that none is missing.
QUESTIONS: Sequence[tuple[Words, Sequence[tuple[Permission, Words]]]] = (
    (
        gettext_lazy("Routes"),
        (
            (Permission.ROUTE_VIEW, gettext_lazy("see routes")),
            (Permission.ROUTE_CREATE, gettext_lazy("create routes")),
            (Permission.ROUTE_EDIT, gettext_lazy("edit routes")),
            (Permission.ROUTE_MOVE, gettext_lazy("move routes")),
            (Permission.ROUTE_DELETE, gettext_lazy("delete routes")),
            (
                Permission.ROUTE_OPEN_TO_ANYONE,
                gettext_lazy("open routes to anyone, signed in or not"),
            ),
            (
                Permission.ROUTE_NAME_FILES,
                gettext_lazy("let routes read files of the proxy's machine"),
            ),
            (Permission.HOST_DELEGATE, gettext_lazy("delegate hosts, paths and zones")),
            (Permission.HOST_RELEASE, gettext_lazy("release hosts")),
            (
                Permission.UPSTREAM_EDIT,
                gettext_lazy("register upstreams, and consent to routes to them"),
            ),
        ),
    ),
    (
        gettext_lazy("Policies"),
        (
            (Permission.POLICY_VIEW, gettext_lazy("see policies")),
            (Permission.POLICY_TRY, gettext_lazy("try policies")),
            (Permission.POLICY_CREATE, gettext_lazy("create policies")),
            (Permission.POLICY_EDIT, gettext_lazy("edit policies")),
            (Permission.POLICY_DELETE, gettext_lazy("delete policies")),
            (Permission.POLICY_ATTACH, gettext_lazy("attach policies")),
            (
                Permission.POLICY_ENFORCE,
                gettext_lazy("enforce policies on a namespace"),
            ),
            (Permission.POLICY_EDIT_REGO, gettext_lazy("write policies in Rego")),
        ),
    ),
    (
        gettext_lazy("Namespaces and roles"),
        (
            (Permission.NAMESPACE_VIEW, gettext_lazy("see the namespace")),
            (Permission.NAMESPACE_CREATE, gettext_lazy("create namespaces in it")),
            (Permission.NAMESPACE_EDIT, gettext_lazy("rename and describe it")),
            (Permission.NAMESPACE_MOVE, gettext_lazy("move it")),
            (Permission.NAMESPACE_DELETE, gettext_lazy("delete it")),
            (Permission.NAMESPACE_GRANT, gettext_lazy("grant roles")),
            (Permission.AUDIT_VIEW, gettext_lazy("read the audit log")),
        ),
    ),
    (
        gettext_lazy("People, devices and machines"),
        (
            (Permission.DIRECTORY_VIEW, gettext_lazy("look people and groups up")),
            (Permission.DIRECTORY_EDIT, gettext_lazy("change the directory")),
            (Permission.DEVICE_VIEW, gettext_lazy("see devices")),
            (Permission.DEVICE_APPROVE, gettext_lazy("approve devices")),
            (Permission.SERVICE_ACCOUNT_VIEW, gettext_lazy("see service accounts")),
            (Permission.SERVICE_ACCOUNT_EDIT, gettext_lazy("change service accounts")),
        ),
    ),
    (
        gettext_lazy("Settings"),
        (
            (Permission.CERTIFICATE_VIEW, gettext_lazy("see certificates")),
            (Permission.CERTIFICATE_EDIT, gettext_lazy("change certificates")),
            (
                Permission.EXTERNAL_DATA_EDIT,
                gettext_lazy("change external data sources"),
            ),
            (Permission.DEPLOYMENT_VIEW, gettext_lazy("see deployments, at the root")),
            (
                Permission.DEPLOYMENT_PUBLISH,
                gettext_lazy("publish and roll back, at the root"),
            ),
            (Permission.SETTINGS_EDIT, gettext_lazy("change settings")),
        ),
    ),
)
WORDS = {permission: words for _, group in QUESTIONS for permission, words in group}


class WhyForm(forms.Form):
    """Where it is asked."""

    namespace = NamespaceField(label=gettext_lazy("Namespace"), required=False)

    def offer(self, actor: Actor) -> None:
        """Offer what the actor sees."""
        namespace: Any = self.fields["namespace"]
        namespace.offer(actor, Permission.NAMESPACE_VIEW)


class WhyPage(Page):
    """Choose a person and a namespace; see every answer, and the roles behind it."""

    title = gettext_noop("Who may?")
    template_name = "console/access_why.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add what can be chosen, and the answer to what was."""
        if not access.can_anywhere(self.actor, Permission.NAMESPACE_VIEW):
            raise PermissionDeniedError
        asked = self.request.GET
        person_id = asked.get("person", "").removeprefix("user:")
        who = asked.get("who", "").strip()[:100]
        namespace_id = self._namespace_id()
        form = WhyForm(initial={"namespace": namespace_id})
        form.offer(self.actor)
        found = directory_selectors.find_subjects(
            who,
            chosen=f"user:{person_id}" if person_id else "",
            limit=MAX_FOUND,
            actor=self.actor,
        )
        context = super().get_context_data(
            who=who,
            chosen=f"user:{person_id}",
            found=[one for one in found if not one.is_group],
            form=form,
            questions=QUESTIONS,
            permission=asked.get("permission", ""),
            **kwargs,
        )
        if person_id and namespace_id:
            context |= self._answer(person_id, namespace_id, context["permission"])
        elif person_id:
            context |= self._everywhere(person_id)
        return context

    def _namespace_id(self) -> str:
        """Return the namespace that was chosen or, without scripts, typed."""
        form = WhyForm(self.request.GET)
        form.offer(self.actor)
        is_named = form.is_valid() and form.cleaned_data["namespace"]
        return str(is_named or self.request.GET.get("namespace", ""))

    def _everywhere(self, person_id: str) -> dict[str, Any]:
        """Return where somebody holds roles, as far as the reader sees the places."""
        person = directory_selectors.get_person(
            uuid_from(person_id, name="person"), actor=self.actor
        )
        groups = {
            group.id: group.name for group in directory_selectors.list_groups_of(person)
        }
        bindings = namespace_selectors.list_bindings_of(
            self.actor, user_id=person.id, group_ids=groups
        )
        why = f"{reverse('access-why')}?person={person.id}&namespace="
        rows = role_rows(bindings, groups)
        return {
            "subject": person,
            "places": [
                (row, f"{why}{one.content_object_id}")
                for row, one in zip(rows, bindings, strict=True)
            ],
            "place_columns": ROLE_COLUMNS,
        }

    def _answer(
        self, person_id: str, namespace_id: str, permission: str
    ) -> dict[str, Any]:
        person = directory_selectors.get_person(
            uuid_from(person_id, name="person"), actor=self.actor
        )
        groups = directory_selectors.list_groups_of(person)
        asked = Permission(permission) if permission in WORDS else None
        answer = namespace_selectors.explain_access(
            Actor(user_id=person.id, label=person.email),
            asked or Permission.NAMESPACE_VIEW,
            uuid_from(namespace_id, name="namespace"),
            actor=self.actor,
            group_names={group.id: group.name for group in groups},
        )
        role = answer.role
        words = str(WORDS[asked]) if asked else ""
        return {
            "subject": person,
            "answer": answer,
            "asked": words,
            "sentence": _sentence(str(person), answer, words),
            "role": role,
            "matrix": [
                (
                    label,
                    [
                        (
                            words,
                            one in role.permissions if role else False,
                            roles_with(one),
                        )
                        for one, words in group
                    ],
                )
                for label, group in QUESTIONS
            ],
        }


def _sentence(person: str, answer: AccessAnswer, words: str) -> str:
    place = answer.namespace.names[-1]
    if words:
        text = (
            gettext("%(person)s can %(words)s in %(place)s")
            if answer.allowed
            else gettext("%(person)s cannot %(words)s in %(place)s")
        )
        return text % {"person": person, "words": words, "place": place}
    if answer.role is None:
        return gettext("%(person)s holds no role in %(place)s") % {
            "person": person,
            "place": place,
        }
    return gettext("%(person)s is %(name)s in %(place)s") % {
        "person": person,
        "name": answer.role.name,
        "place": place,
    }
