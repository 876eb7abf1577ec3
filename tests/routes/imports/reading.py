"""Reads the files of this folder, and says briefly what came out."""

from pathlib import Path

from routes.imports.analysis import analyze
from routes.imports.draft import Draft
from routes.imports.findings import Finding, Severity
from routes.validation import Allowlist

SAMPLES = Path(__file__).parent / "samples"


def analyze_sample(name: str) -> Draft:
    """Return the draft of a file in `samples`."""
    return analyze((SAMPLES / name).read_bytes(), allowlist=Allowlist())


def analyze_text(text: str | bytes) -> Draft:
    """Return the draft of a text."""
    return analyze(text, allowlist=Allowlist())


def of_severity(draft: Draft, severity: Severity) -> list[Finding]:
    """Return the findings of one severity, in the order of the file."""
    return [one for one in draft.findings.in_order() if one.severity is severity]


def problems(draft: Draft) -> list[tuple[str, int, int]]:
    """Return code, line and column of each problem."""
    return [
        (one.code, one.place.line, one.place.column)
        for one in of_severity(draft, Severity.PROBLEM)
    ]


def warnings(draft: Draft) -> list[tuple[str, int]]:
    """Return code and line of each warning."""
    return [(one.code, one.place.line) for one in of_severity(draft, Severity.WARNING)]
