"""A policy as Rego in the shape that Pomerium Core gives it.

One complete rule for each criterion, an `else` for each way to fail with its reason,
one for each operator that collects, normalizes and merges them, and lookups of session,
person and directory in each criterion anew. `groups` is not Core's; it is written as
the others are.
"""

from collections.abc import Iterable

from benchmarks.decisions.workloads import Policy, Rule, Test

QUERY = "result = data.pomerium.policy"
_HEAD = """package pomerium.policy

import rego.v1

default allow := [false, set()]

default deny := [false, set()]
"""
_SIGNED_IN = """
	session := get_session(input.session.id)
	session.id != ""
"""
_TESTS = {
    "domain": """
	session := get_session(input.session.id)
	user := get_user(session)
	email := get_user_email(session, user)
	domain := split(email, "@")[1]
	domain == "{value}"
""",
    "groups": """
	session := get_session(input.session.id)
	directory_user := get_directory_user(session)
	group_ids := object_get(directory_user, "group_ids", [])
	some group_id in group_ids
	group_id == "{value}"
""",
    "role": """
	session := get_session(input.session.id)
	session_claims := object_get(session, "claims", {{}})
	user := get_user(session)
	user_claims := object_get(user, "claims", {{}})
	claims := object.union(session_claims, user_claims)
	values := object_get(claims, "role", [])
	some value in values
	value == "{value}"
""",
    "method": """
	method := input.http.method
	method == "{value}"
""",
}
_NAMES = {
    "domain": "domain",
    "groups": "groups",
    "role": "claim",
    "method": "http_method",
}
_LIBRARY = """
invert_criterion_result(result) := array.concat([false], array.slice(result, 1, count(result))) if {
	result[0]
} else := array.concat([true], array.slice(result, 1, count(result)))

normalize_criterion_result(result) := [result, set()] if {
	is_boolean(result)
} else := result if {
	is_array(result)
} else := [false, set()]

object_union(objects) := {key: value |
	some object in objects
	some key, _ in object
	value := max([other[key] | some other in objects])
}

reasons_in(results) := union({result[1] | some result in results})

data_in(results) := object_union({result[2] | some result in results})

merge_with_and(results) := [true, reasons_in(results), data_in(results)] if {
	count([result | some result in results; not result[0]]) == 0
} else := [false, reasons_in(failed), data_in(failed)] if {
	failed := [result | some result in results; not result[0]]
}

merge_with_or(results) := [true, reasons_in(held), data_in(held)] if {
	held := [result | some result in results; result[0]]
	count(held) > 0
} else := [false, reasons_in(results), data_in(results)]

get_session(id) := found if {
	found := get_databroker_record("type.googleapis.com/user.ServiceAccount", id)
	found != null
} else := found if {
	own := get_databroker_record("type.googleapis.com/session.Session", id)
	own != null
	object_get(own, "impersonate_session_id", "") != ""
	found := get_databroker_record(
		"type.googleapis.com/session.Session",
		own.impersonate_session_id,
	)
	found != null
} else := found if {
	found := get_databroker_record("type.googleapis.com/session.Session", id)
	found != null
} else := {}

get_user(session) := found if {
	found := get_databroker_record("type.googleapis.com/user.User", session.user_id)
	found != null
} else := {}

get_directory_user(session) := found if {
	found := get_databroker_record("pomerium.io/DirectoryUser", session.user_id)
	found != null
} else := {}

get_user_email(session, user) := found if {
	directory_user := get_directory_user(session)
	found := object_get(directory_user, "email", "")
	found != ""
} else := object_get(user, "email", "")

object_get(holder, key, default_value) := object.get(holder, key, default_value)
"""  # noqa: E501 - as OPA's formatter writes it


def core_rego_of(policy: Policy) -> str:
    """Return the module of one policy; Core evaluates each by itself."""
    return _HEAD + "".join(_Module().rules(policy)) + _LIBRARY


class _Module:
    def __init__(self) -> None:
        self.counts: dict[str, int] = {}

    def rules(self, policy: Policy) -> Iterable[str]:
        for action in ("allow", "deny"):
            names: list[str] = []
            for rule in policy:
                if rule.action == action:
                    yield from self._operator(rule, names)
            if names:
                yield _joined(action, names, "merge_with_or", inverts=False)

    def _operator(self, rule: Rule, names: list[str]) -> Iterable[str]:
        criteria = []
        for test in rule.tests:
            name = self._name(_NAMES[test.field])
            criteria.append(name)
            yield _criterion(name, test)
        operator = self._name(rule.operator)
        names.append(operator)
        merge = "merge_with_and" if rule.needs_all else "merge_with_or"
        yield _joined(operator, criteria, merge, inverts=rule.inverts)

    def _name(self, kind: str) -> str:
        number = self.counts.get(kind, 0)
        self.counts[kind] = number + 1
        return f"{kind}_{number}"


def _criterion(name: str, test: Test) -> str:
    kind = _NAMES[test.field].replace("_", "-")
    body = _TESTS[test.field].format(value=test.value)
    text = f'\n{name} := [true, {{"{kind}-ok"}}] if {{{body}}} else := '
    if test.field == "method":
        return f'{text}[false, {{"{kind}-unauthorized"}}]\n'
    return (
        f'{text}[false, {{"{kind}-unauthorized"}}] if {{{_SIGNED_IN}}} else := '
        '[false, {"user-unauthenticated"}]\n'
    )


def _joined(name: str, parts: list[str], merge: str, *, inverts: bool) -> str:
    inverted = "invert_criterion_result(result)" if inverts else "result"
    return f"""
{name} := merged if {{
	results := [{", ".join(parts)}]
	normalized := [normalize_criterion_result(result) | some result in results]
	turned := [{inverted} | some result in normalized]
	merged := {merge}([array.concat(result, [{{}}]) | some result in turned])
}}
"""
