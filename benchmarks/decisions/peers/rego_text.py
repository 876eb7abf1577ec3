"""A route as one Rego module, as somebody who knows Rego would write it by hand."""

from benchmarks.decisions.workloads import Route, Rule, Test, has_allow_rules


def rego_of(route: Route) -> str:
    """Return the module; the person and the method are its input."""
    lines = ["package route", "import rego.v1", "default allow := false"]
    limits = []
    for policy in route.policies:
        for rule in policy:
            lines += _rules("granted" if rule.action == "allow" else "denied", rule)
    for place, policy in enumerate(route.enforced):
        if has_allow_rules(policy):
            limits.append(f"within{place}")
        for rule in policy:
            name = f"within{place}" if rule.action == "allow" else "denied"
            lines += _rules(name, rule)
    lines.append("default denied := false")
    whole = "; ".join(["granted", "not denied", *limits])
    lines.append(f"allow if {{ {whole} }}")
    return "\n".join(lines)


def _test(test: Test) -> str:
    if test.field == "groups":
        return f'input.groups["{test.value}"]'
    return f'input.{test.field} == "{test.value}"'


def _rules(name: str, rule: Rule) -> list[str]:
    tests = [_test(test) for test in rule.tests]
    if rule.inverts:
        tests = [f"not {test}" for test in tests]
    if rule.needs_all:
        return [f"{name} if {{ {'; '.join(tests)} }}"]
    return [f"{name} if {{ {test} }}" for test in tests]
