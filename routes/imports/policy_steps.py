"""The policies of a plan: which are there already, which are created, what they mean.

Documents that mean the same become one policy, however many routes use them.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from console.core.exceptions import ValidationFailedError
from policies import validation
from policies.texts import worded
from routes.imports.draft import DraftPolicy
from routes.imports.existing import Existing
from routes.imports.findings import Findings, Place, join_words
from routes.imports.plan import Action, Differing, Options, PolicyStep, RouteStep
from routes.imports.policy_names import name_policy
from routes.imports.route_names import number

if TYPE_CHECKING:
    from namespaces.models import Namespace
    from policies.models import Policy

NOTES = ("name", "description", "explanation", "remediation")
MAX_LENGTH = validation.MAX_NAME_LENGTH

Identity = tuple[str, ...]


class PolicySteps:
    """Collects the policies that the routes of a file use.

    `steps` grows while routes are looked at; the position of a policy never changes.
    """

    def __init__(
        self, existing: Existing, options: Options, findings: Findings
    ) -> None:
        self.steps: list[PolicyStep] = []
        self._existing = existing
        self._options = options
        self._findings = findings
        self._known: dict[Identity, int] = {}
        self._fresh: dict[str, int] = {}
        self._drafts: dict[int, DraftPolicy] = {}
        self._users: dict[int, list[str]] = {}

    def add(self, draft: DraftPolicy, namespace: "Namespace | None" = None) -> int:
        """Return the position of the policy that a draft stands for.

        It can be attached in `namespace`; None is for policies that no route uses.
        """
        held = self._held(draft, namespace)
        if held is not None:
            return self._keep_one(held, draft)
        return self._create(draft, namespace)

    def keep(
        self, drafts: Sequence[DraftPolicy], policies: Sequence["Policy"]
    ) -> list[int]:
        """Return the positions of policies that a route has and keeps."""
        said = {one.meaning: one for one in drafts}
        said |= {one.id: one for one in drafts if one.id}
        return [
            self._keep_one(one, said.get(str(one.pk)) or said.get(one.meaning))
            for one in policies
        ]

    def are_same(
        self, drafts: Sequence[DraftPolicy], policies: Sequence["Policy"]
    ) -> bool:
        """Return whether a route already has what the file says.

        By their ids in the same order if the file knows these, else by what they mean.
        """
        if len(drafts) != len(policies):
            return False
        known = [one.id for one in drafts if one.id in self._existing.policies]
        if len(known) == len(drafts):
            return known == [str(one.pk) for one in policies]
        return sorted(one.meaning for one in drafts) == sorted(
            one.meaning for one in policies
        )

    def finish(self, routes: Sequence[RouteStep]) -> None:
        """Name the policies that are created, when all routes have their names."""
        for route in routes:
            for position in route.policies:
                self.steps[position].route_count += 1
                self._users.setdefault(position, []).append(route.name)
        used = {
            place: set(names) for place, names in self._existing.policy_names.items()
        }
        for position, step in enumerate(self.steps):
            if step.action is Action.CREATE:
                taken = used.setdefault(step.namespace_id, set())
                step.name = self._name(position, step, taken)
                taken.add(step.name.lower())
                self._check_texts(step)

    def _held(
        self, draft: DraftPolicy, namespace: "Namespace | None"
    ) -> "Policy | None":
        """Return the policy that is there for a draft, and may be attached there."""
        named = self._existing.policies.get(draft.id)
        if named is not None and (
            namespace is None or namespace.path.startswith(named.namespace.path)
        ):
            return named
        same = self._existing.same.get(draft.meaning)
        if same is None or not _notes_fit(draft, same):
            return None
        # The file knows both of them, and keeps them apart.
        is_another = bool(draft.id) and str(same.pk) in self._existing.policies
        return None if is_another else same

    def _keep_one(self, policy: "Policy", draft: DraftPolicy | None) -> int:
        identity = ("there", str(policy.pk))
        if identity in self._known:
            return self._known[identity]
        step = PolicyStep(
            action=Action.REUSE,
            name=policy.name,
            source=policy.source,
            namespace_id=policy.namespace_id,
            namespace=self._existing.path_of(policy.namespace),
            place=draft.place if draft is not None else Place(),
            description=policy.description,
            explanation=policy.explanation,
            remediation=policy.remediation,
            policy_id=policy.pk,
            version=policy.version,
            allows_anonymous=policy.allows_anonymous,
            language=policy.language,
        )
        if draft is not None and draft.id == str(policy.pk):
            self._compare(step, policy, draft)
        self._known[identity] = len(self.steps)
        self.steps.append(step)
        return self._known[identity]

    def _compare(self, step: PolicyStep, policy: "Policy", draft: DraftPolicy) -> None:
        """Decide what happens to a policy whose mark the file carries."""
        changes = [
            name for name in NOTES if getattr(draft, name) != getattr(step, name)
        ]
        if draft.meaning != policy.meaning:
            changes.insert(0, "source")
        if not changes:
            return
        differing = self._options.differing
        here = policy.namespace.path.startswith(self._existing.target.path)
        if differing is Differing.SKIP or (not here and "source" not in changes):
            return
        if differing is Differing.REFUSE or not here:
            self._refuse(step, draft, changes, here=here)
            return
        step.action = Action.UPDATE
        step.changes = tuple(changes)
        step.source = draft.source if "source" in changes else policy.source
        step.language = draft.code
        step.allows_anonymous = draft.allows_anonymous
        for name in NOTES:
            setattr(step, name, getattr(draft, name))

    def _refuse(
        self, step: PolicyStep, draft: DraftPolicy, changes: list[str], *, here: bool
    ) -> None:
        what = join_words(f"`{one}`" for one in changes)
        self._findings.problem(
            "policy_differs",
            worded(
                "the policy `%(name)s` is there and differs in %(what)s",
                name=step.name,
                what=what,
            ),
            draft.place,
            remedy=worded("choose whether to update or to skip what differs")
            if here
            else worded(
                "it lives in %(namespace)s: change it there, or skip what differs",
                namespace=step.namespace,
            ),
        )

    def _create(self, draft: DraftPolicy, namespace: "Namespace | None") -> int:
        notes = (draft.meaning, draft.explanation, draft.remediation)
        identity = ("new", draft.id) if draft.id else ("new", *notes)
        position = self._known.get(identity)
        if position is None and not draft.id:
            alike = self._fresh.get(draft.meaning)
            if alike is not None and _notes_fit(draft, self.steps[alike]):
                position = alike
        if position is None:
            position = self._known[identity] = len(self.steps)
            self.steps.append(self._fresh_step(draft))
            self._drafts[position] = draft
            self._fresh.setdefault(draft.meaning, position)
        step = self.steps[position]
        if "#" in draft.source and "#" not in step.source and not draft.id:
            step.source = draft.source  # of texts that mean the same, one with comments
        home = self._home_of(draft)
        if namespace is not None and not namespace.path.startswith(home.path):
            step.namespace_id = self._existing.target.pk
            step.namespace = self._existing.target_path
        return position

    def _home_of(self, draft: DraftPolicy) -> "Namespace":
        return self._existing.homes.get(draft.home, self._existing.target)

    def _fresh_step(self, draft: DraftPolicy) -> PolicyStep:
        home = self._home_of(draft)
        return PolicyStep(
            action=Action.CREATE,
            name=draft.name,
            source=draft.source,
            namespace_id=home.pk,
            namespace=self._existing.path_of(home),
            place=draft.place,
            description=draft.description,
            explanation=draft.explanation,
            remediation=draft.remediation,
            allows_anonymous=draft.allows_anonymous,
            language=draft.code,
        )

    def _name(self, position: int, step: PolicyStep, taken: set[str]) -> str:
        """Return a name that nothing else has: the file's, or one for the meaning."""
        user = next(iter(self._users.get(position, ())), "")
        document = self._drafts[position].document
        meant = step.name
        if not meant and document is not None:
            meant = name_policy(document, group_names=self._existing.group_names)
        fallback = f"Access to {user}" if user else "Imported policy"
        candidates = [meant, f"{meant} ({user})" if meant and user else "", fallback]
        for name in candidates:
            if name and len(name) <= MAX_LENGTH and name.lower() not in taken:
                return name
        return number((meant or fallback)[: MAX_LENGTH - 10], taken)

    def _check_texts(self, step: PolicyStep) -> None:
        try:
            validation.clean_name(step.name)
            for field in NOTES[1:]:
                validation.clean_note(field, getattr(step, field))
        except ValidationFailedError as error:
            for field, messages in error.fields.items():
                self._findings.problem(
                    "policy_text",
                    worded(
                        "the %(field)s of this policy can't be used: %(first)s",
                        field=field,
                        first=messages[0],
                    ),
                    step.place,
                    remedy=worded("correct it in the file"),
                )


def _notes_fit(draft: DraftPolicy, other: "Policy | PolicyStep") -> bool:
    """Return whether what people are told is the same, or left open by the file."""
    return all(
        getattr(draft, name) in {"", getattr(other, name)}
        for name in ("explanation", "remediation")
    )
