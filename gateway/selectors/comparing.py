"""What changed from one deployment to the next, in sentences.

Texts of policies are compared as the language says them, not line by line: who reads
this wants to know who may what.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from gateway.selectors.contents import Contents, Document
from gateway.settings_table.showing import tell_changes
from namespaces import selectors as namespace_selectors
from policies import language
from policies import selectors as policy_selectors
from policies.language import PolicyLanguageError
from policies.texts import worded
from policies.translating import translated

MOST = 120  # characters of a setting
PLAIN_ROUTE = ("name", "description")
NOUNS = {
    "name": worded("name"),
    "description": worded("description"),
    "explanation": worded("explanation"),
    "remediation": worded("remediation"),
}
MODES = {"inherited": worded("inherited by"), "enforced": worded("enforced on")}


@dataclass(frozen=True, slots=True)
class Difference:
    """What became of one thing.

    Attributes:
        kind: `route`, `policy`, `namespace` or `settings`.
        verb: `added`, `removed` or `changed`.
        place: the names that lead to its namespace.
        sentences: what exactly, each a whole sentence.
    """

    kind: str
    id: str
    name: str
    verb: str
    place: str
    sentences: tuple[str, ...] = ()


class Comparison:
    """Two contents, and the names that sentences need."""

    def __init__(self, before: Contents, after: Contents) -> None:
        self.before, self.after = before, after
        known = before.policies | after.policies
        self._policies = {pk: str(one["name"]) for pk, one in known.items()}
        asked = {pk for one in self._routes() for pk in one["policies"]}
        asked |= {policy for _, policy in (*before.modes, *after.modes)}
        self._policies |= policy_selectors.name_policies(asked - known.keys())
        self._names = policy_selectors.names_in_texts(
            one["source"] for one in known.values() if one["language"] == "ppl"
        )

    def differences(self) -> list[Difference]:
        """Return what changed: routes, then policies, then namespaces, by name."""
        found = [
            *self._differences("route", self.before.routes, self.after.routes),
            *self._differences("policy", self.before.policies, self.after.policies),
            *self._differences(
                "namespace", self.before.namespaces, self.after.namespaces
            ),
        ]
        told = [one for one in found if one.verb != "changed" or one.sentences]
        return [*told, *_of_settings(self.before.settings, self.after.settings)]

    def _routes(self) -> Iterator[Document]:
        yield from self.before.routes.values()
        yield from self.after.routes.values()

    def _differences(
        self,
        kind: str,
        before: Mapping[str, Document],
        after: Mapping[str, Document],
    ) -> list[Difference]:
        say: Callable[[Document | None, Document | None], Iterator[str]] = {
            "route": self._of_route,
            "policy": self._of_policy,
            "namespace": self._of_namespace,
        }[kind]
        found = []
        for pk in before.keys() | after.keys():
            old, new = before.get(pk), after.get(pk)
            if old == new and kind != "namespace":
                continue
            shown = new or old or {}
            verb = "changed" if old and new else "added" if new else "removed"
            name = str(shown.get("name") or shown["path"])
            place = self._place(shown.get("namespace_id") or pk)
            sentences = tuple(say(old, new))
            found.append(Difference(kind, pk, name, verb, place, sentences))
        return sorted(found, key=lambda one: (one.name.casefold(), one.id))

    def _place(self, namespace_id: str) -> str:
        found = self.after.namespaces.get(namespace_id) or self.before.namespaces.get(
            namespace_id, {}
        )
        return str(found.get("path", ""))

    def _policy(self, pk: str) -> str:
        return self._policies.get(pk, worded("a policy that is gone"))

    def _of_route(self, old: Document | None, new: Document | None) -> Iterator[str]:
        if old is None or new is None:
            shown = new or old or {}
            address = f"{shown['from_url']}{_below(shown['match'])}"
            if new:
                yield worded("%(address)s is published.", address=address)
            else:
                yield worded("%(address)s is no longer published.", address=address)
            return
        yield from self._moved(old, new)
        for name in PLAIN_ROUTE:
            if old[name] != new[name]:
                yield worded(
                    "Its %(name)s is `%(new)s`; it was `%(old)s`.",
                    name=NOUNS[name],
                    new=new[name],
                    old=old[name],
                )
        if (old["from_url"], old["match"]) != (new["from_url"], new["match"]):
            yield (
                worded(
                    "It answers at %(new)s; it was %(old)s.",
                    new=f"{new['from_url']}{_below(new['match'])}",
                    old=f"{old['from_url']}{_below(old['match'])}",
                )
            )
        yield from _settings(old["settings"], new["settings"])
        if old["sealed"] != new["sealed"]:
            yield worded("A secret among its settings was set, replaced or taken away.")
        yield from self._attached(old["policies"], new["policies"])
        if old["inherits"] != new["inherits"]:
            yield (
                worded("It inherits policies of namespaces now.")
                if new["inherits"]
                else worded("It no longer inherits policies of namespaces.")
            )

    def _place_before(self, namespace_id: str) -> str:
        found = self.before.namespaces.get(namespace_id, {})
        place: str = found.get("path") or worded("elsewhere")
        return place

    def _attached(self, old: list[str], new: list[str]) -> Iterator[str]:
        for pk in new:
            if pk not in old:
                yield worded(
                    "The policy `%(policy)s` was attached.", policy=self._policy(pk)
                )
        for pk in old:
            if pk not in new:
                yield worded(
                    "The policy `%(policy)s` was detached.", policy=self._policy(pk)
                )

    def _of_policy(self, old: Document | None, new: Document | None) -> Iterator[str]:
        said_before, said_now = self._says(old), self._says(new)
        if old and new:
            yield from self._moved(old, new)
            for name in ("name", "description"):
                if old[name] != new[name]:
                    yield worded(
                        "Its %(name)s is `%(new)s`; it was `%(old)s`.",
                        name=NOUNS[name],
                        new=new[name],
                        old=old[name],
                    )
        yield from (
            worded("No longer: %(sentence)s", sentence=s)
            for s in said_before
            if s not in said_now
        )
        yield from (
            worded("Now: %(sentence)s", sentence=s)
            for s in said_now
            if s not in said_before
        )
        if old and new:
            for name in ("explanation", "remediation"):
                if old[name] != new[name]:
                    yield worded(
                        "Its %(name)s for people who are refused was changed.",
                        name=NOUNS[name],
                    )
            if old["source"] != new["source"] and said_before == said_now:
                yield worded("Its text was changed; it reads the same in sentences.")

    def _moved(self, old: Document, new: Document) -> Iterator[str]:
        if old["namespace_id"] != new["namespace_id"]:
            was = self._place_before(old["namespace_id"])
            yield worded(
                "It moved from %(was)s to %(new)s.",
                was=was,
                new=self._place(new["namespace_id"]),
            )

    def _says(self, policy: Document | None) -> list[str]:
        if policy is None:
            return []
        if policy["language"] != "ppl":
            return [
                worded(
                    "It is a program in Rego, version %(version)s.",
                    version=policy["version"],
                )
            ]
        try:
            document = policy_selectors.read_source(policy["source"])
        except PolicyLanguageError:
            return [worded("Its text can't be read.")]
        said = language.describe(document, names=self._names)
        return [one.text for one in said]

    def _of_namespace(
        self, old: Document | None, new: Document | None
    ) -> Iterator[str]:
        pk = (new or old or {})["id"]
        if old and new and old["path"] != new["path"]:
            yield worded(
                "Its place is %(new)s; it was %(old)s.",
                new=new["path"],
                old=old["path"],
            )
        if old and new and old["inherits"] != new["inherits"]:
            yield (
                worded("It inherits policies of the namespaces above it now.")
                if new["inherits"]
                else worded(
                    "It no longer inherits policies of the namespaces above it."
                )
            )
        was = {policy: m for (ns, policy), m in self.before.modes.items() if ns == pk}
        now = {policy: m for (ns, policy), m in self.after.modes.items() if ns == pk}
        for policy, mode in now.items():
            if was.get(policy) != mode:
                name = self._policy(policy)
                yield worded(
                    "The policy `%(name)s` is %(mode)s every route from here on.",
                    name=name,
                    mode=MODES[mode],
                )
        for policy, mode in was.items():
            if policy not in now:
                name = self._policy(policy)
                yield worded(
                    "The policy `%(name)s` is no longer %(mode)s routes here.",
                    name=name,
                    mode=MODES[mode],
                )


def _below(match: str) -> str:
    return f" ({match.replace(':', ' ', 1)})" if match else ""


def _settings(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(old.keys() | new.keys()):
        if key not in old:
            yield worded("`%(key)s` is set: %(new)s.", key=key, new=_short(new[key]))
        elif key not in new:
            yield worded(
                "`%(key)s` is no longer set; it was %(old)s.",
                key=key,
                old=_short(old[key]),
            )
        elif old[key] != new[key]:
            yield worded(
                "`%(key)s` is %(new)s; it was %(old)s.",
                key=key,
                new=_short(new[key]),
                old=_short(old[key]),
            )


def _of_settings(
    before: Mapping[str, Document], after: Mapping[str, Document]
) -> list[Difference]:
    """Return what namespaces set for proxies now, and did not before."""
    changed = [
        pk
        for pk in before.keys() | after.keys()
        if before.get(pk, {}) != after.get(pk, {})
    ]
    names = namespace_selectors.name_places(changed)
    found = []
    for pk in changed:
        sentences = tuple(tell_changes(before.get(pk, {}), after.get(pk, {})))
        name = names.get(pk, worded("a namespace that is gone"))
        found.append(Difference("settings", pk, name, "changed", name, sentences))
    return sorted(found, key=lambda one: (one.name.casefold(), one.id))


def _short(value: Any) -> str:
    """Return a setting on a line; secrets are not among them, they are null here."""
    text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
    return f"`{text if len(text) <= MOST else text[:MOST] + '…'}`"


def compare(before: Contents, after: Contents) -> list[Difference]:
    """Return what changed between two contents."""
    return translated(Comparison(before, after).differences())
