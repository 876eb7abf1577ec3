"""Names for policies, made from what they mean: `Employees of example.com`.

Only the shapes that people write every day get such a name; for others the caller
falls back to the route that uses the policy. Uniqueness is the caller's business.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from policies.language import Action, CriterionNode, Operator, PolicyDocument
from routes.imports.findings import join_words

MAX_LENGTH = 100
MAX_LISTED = 3

GroupNames = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A criterion in words. Phrases of one `family` are told in one breath.

    `subject` stands at the beginning of a name, `condition` after another one.
    """

    family: str
    value: str = ""
    subject: str = ""
    condition: str = ""


def name_policy(
    document: PolicyDocument, *, group_names: GroupNames | None = None
) -> str:
    """Return a name for what a policy means, or "" if no short one can be found.

    `group_names` gives the names of directory groups by their ids.
    """
    groups = group_names or {}
    allowed = _name_side(document, Action.ALLOW, groups)
    denied = _name_side(document, Action.DENY, groups)
    if allowed is None or denied is None:
        return ""
    if allowed and denied:
        name = f"{allowed}, but not {_lower(denied)}"
    elif denied:
        name = f"Keep out {_lower(denied)}"
    else:
        name = allowed
    return name if len(name) <= MAX_LENGTH else ""


def _name_side(
    document: PolicyDocument, action: Action, groups: GroupNames
) -> str | None:
    """Return what one action applies to, "" for nothing, None if it has no words."""
    alternatives: list[str] = []
    for rule in document.rules:
        if rule.action is not action:
            continue
        for block in rule.operators:
            words = _name_block(block.operator, block.criteria, groups)
            if words is None:
                return None
            alternatives.extend(word for word in words if word not in alternatives)
    return _or(alternatives) if len(alternatives) <= MAX_LISTED else None


def _name_block(
    operator: Operator, criteria: Sequence[CriterionNode], groups: GroupNames
) -> list[str] | None:
    """Return the alternatives that an operator stands for, in words."""
    phrases: list[_Phrase] = []
    for node in criteria:
        phrase = _phrase(node, groups)
        if phrase is None:
            return None
        if phrase not in phrases:
            phrases.append(phrase)
    phrases = _without_doubles(phrases)
    if operator is Operator.OR:
        return _merge(phrases)
    if operator is Operator.AND:
        return [_and(phrases)] if phrases else []
    if operator is Operator.NOT and len(phrases) == 1:
        return [f"Everybody but {_lower(_subject(phrases[0]))}"]
    return None


def _without_doubles(phrases: list[_Phrase]) -> list[_Phrase]:
    """Drop the user ids that stand beside the same e-mail address.

    Core's `allowed_users` means both readings of each entry.
    """
    addresses = {one.value for one in phrases if one.family == "email"}
    return [
        one for one in phrases if not (one.family == "user" and one.value in addresses)
    ]


def _merge(phrases: Iterable[_Phrase]) -> list[str]:
    """Return alternatives in words, those of one family together."""
    families: dict[str, list[_Phrase]] = {}
    for phrase in phrases:
        families.setdefault(phrase.family, []).append(phrase)
    return [
        _MERGERS[family]([one.value for one in members])
        if family in _MERGERS
        else _or([_subject(one) for one in members])
        for family, members in families.items()
    ]


def _and(phrases: Sequence[_Phrase]) -> str:
    """Return one alternative in words: a subject, then its conditions."""
    ranked = sorted(phrases, key=lambda one: not one.subject)
    first, *others = ranked
    return " ".join([_subject(first), *(one.condition for one in others)])


def _subject(phrase: _Phrase) -> str:
    return phrase.subject or f"Anyone {phrase.condition}"


def _or(words: Sequence[str]) -> str:
    first, *others = words or [""]
    return join_words([first, *(_lower(word) for word in others)], is_choice=True)


def _lower(words: str) -> str:
    """Return a name as it stands in the middle of another one."""
    return next(
        (
            word.lower() + words[len(word) :]
            for word in _LOWERED
            if words.startswith(word)
        ),
        words,
    )


_LOWERED = (
    "Employees ",
    "Group ",
    "Any ",
    "Anyone ",
    "Public ",
    "Everybody ",
    "People ",
)


def _domains(values: Sequence[str]) -> str:
    return f"Employees of {_listed(values)}"


def _people(values: Sequence[str]) -> str:
    """Return `Alice and Bob at example.com`."""
    by_domain: dict[str, list[str]] = {}
    for address in values:
        local, _, domain = address.rpartition("@")
        by_domain.setdefault(domain, []).append(_person(local))
    return _or(
        [
            f"{_listed(names)} at {domain}" if domain else _listed(names)
            for domain, names in by_domain.items()
        ]
    )


def _person(local: str) -> str:
    if not local.replace(".", "").replace("_", "").replace("-", "").isalpha():
        return local
    words = local.replace(".", " ").replace("_", " ").split()
    return " ".join(word[:1].upper() + word[1:] for word in words)


def _groups(values: Sequence[str]) -> str:
    return f"Group {values[0]}" if len(values) == 1 else f"Groups {_listed(values)}"


def _listed(values: Sequence[str]) -> str:
    if len(values) <= MAX_LISTED:
        return join_words(values)
    rest = len(values) - MAX_LISTED + 1
    return join_words([*values[: MAX_LISTED - 1], f"{rest} others"])


_MERGERS: dict[str, Callable[[Sequence[str]], str]] = {
    "domain": _domains,
    "email": _people,
    "groups": _groups,
}


def _phrase(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    make = _PHRASES.get(node.name)
    return make(node, groups) if make is not None else None


def _plain(value: Any, *operators: str) -> str | None:
    """Return the text that a matcher compares with, if that is all it does."""
    if isinstance(value, Mapping) and len(value) == 1:
        operator, value = next(iter(value.items()))
        if operator not in operators:
            return None
    if not isinstance(value, str) or not value.strip() or not value.isprintable():
        return None
    return value


def _domain(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    domain = _plain(node.value, "is")
    if domain is None:
        return None
    return _Phrase("domain", domain, f"Employees of {domain}", f"of {domain}")


def _email(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    address = _plain(node.value, "is")
    if address is not None:
        return _Phrase("email", address, _people([address]), f"as {address}")
    return _text_test(node, "address")


def _user(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    user = _plain(node.value, "is")
    return _Phrase("user", user, f"User {user}", f"as {user}") if user else None


def _group(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    group = _plain(node.value, "has", "is")
    if group is None:
        return None
    name = groups.get(group, group)
    return _Phrase("groups", name, f"Group {name}", f"in group {name}")


def _claim(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    value = _plain(node.value, "has", "is")
    if value is None or not node.sub_path:
        return None
    words = f"whose {node.sub_path} claim is {value}"
    return _Phrase(f"claim/{node.sub_path}", value, f"Anyone {words}", words)


def _text_test(node: CriterionNode, what: str) -> _Phrase | None:
    """Return `address starts with admin` for a matcher of one such operator."""
    for operator, words in _TESTS.items():
        value = _plain(node.value, operator)
        if isinstance(node.value, Mapping) and value is not None:
            condition = f"with {what} {words} {value}"
            return _Phrase(f"{node.name}-{operator}", value, "", condition)
    return None


_TESTS = {
    "starts_with": "starting with",
    "ends_with": "ending with",
    "contains": "containing",
}


def _method(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    method = _plain(node.value, "is")
    return _Phrase("method", method, "", f"by {method}") if method else None


def _path(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    path = _plain(node.value, "is", "starts_with")
    return _Phrase("path", path, "", f"on {path}") if path else None


def _tool(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    tool = _plain(node.value, "is")
    if tool is not None:
        return _Phrase("tool", tool, f"the tool {tool}", f"with the tool {tool}")
    prefix = _plain(node.value, "starts_with")
    if prefix is None:
        return None
    words = f"tools starting with {prefix}"
    return _Phrase("tools", prefix, words, f"with {words}")


def _source_ip(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    values = node.value if isinstance(node.value, list) else [node.value]
    networks = [value for value in values if isinstance(value, str)]
    if not networks or len(networks) != len(values):
        return None
    return _Phrase("source_ip", "", "", f"from {_listed(networks)}")


def _ssh_name(node: CriterionNode, groups: GroupNames) -> _Phrase | None:
    name = _plain(node.value, "is")
    return _Phrase("ssh_username", name, "", f"as SSH user {name}") if name else None


def _fixed(subject: str, condition: str) -> Callable[..., _Phrase]:
    phrase = _Phrase(subject or condition, "", subject, condition)
    return lambda node, groups: phrase


_PHRASES: dict[str, Callable[[CriterionNode, GroupNames], _Phrase | None]] = {
    "accept": _fixed("Public access", "without condition"),
    "authenticated_user": _fixed("Any signed-in person", "signed in"),
    "claim": _claim,
    "cors_preflight": _fixed("CORS preflight requests", "for CORS preflight"),
    "device": lambda node, groups: (
        _Phrase("device", "", "", "on an approved device")
        if node.value == {"approved": True}
        else None
    ),
    "domain": _domain,
    "email": _email,
    "groups": _group,
    "http_method": _method,
    "http_path": _path,
    "invalid_client_certificate": _fixed("", "with an invalid client certificate"),
    "mcp_tool": _tool,
    "reject": _fixed("Nobody", "never"),
    "source_ip": _source_ip,
    "ssh_publickey": _fixed("", "with a listed SSH key"),
    "ssh_username": _ssh_name,
    "ssh_username_matches_email": _fixed("", "under their own SSH user name"),
    "user": _user,
}
