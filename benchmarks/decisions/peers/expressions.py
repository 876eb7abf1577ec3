"""Rules as expressions in the manner of C or of Python."""

from collections.abc import Callable

from benchmarks.decisions.workloads import Rule, Test


def expression(rule: Rule, write: Callable[[Test], str]) -> str:
    """Return a rule with `&&`, `||` and `!`."""
    tests = [write(test) for test in rule.tests]
    if rule.inverts:
        tests = [f"!({test})" for test in tests]
    return (" && " if rule.needs_all else " || ").join(f"({test})" for test in tests)


def expression_in_words(rule: Rule, write: Callable[[Test], str]) -> str:
    """Return a rule with `and`, `or` and `not`."""
    text = expression(rule, write)
    return text.replace("&&", "and").replace("||", "or").replace("!", "not ")
