"""The command line works without Django and says what it found."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

import pytest

from policies.language.__main__ import main

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "allow:\n  and:\n    - email: {is: ada@example.com}\n"
BAD = "allow:\n  and:\n    - emial: ada@example.com\n"
REQUEST: dict[str, Any] = {
    "input": {
        "http": {"method": "GET", "path": "/", "ip": "192.0.2.1"},
        "session": {"id": "s1"},
        "is_valid_client_certificate": True,
    },
    "records": {
        "type.googleapis.com/session.Session": {"s1": {"id": "s1", "user_id": "u1"}},
        "type.googleapis.com/user.User": {
            "u1": {"id": "u1", "email": "ada@example.com"}
        },
    },
}
CASE = {
    "id": "one",
    "kind": "ppl",
    "edition": "core",
    "ppl": GOOD,
    **REQUEST,
    "expect": {
        "allow": True,
        "allow_reasons": ["email-ok"],
        "deny": False,
        "deny_reasons": [],
    },
}


def write(path: Path, content: Any) -> str:
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text)
    return str(path)


def test_check_is_silent_about_a_good_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["check", write(tmp_path / "good.yaml", GOOD)]) == 0
    assert capsys.readouterr().out == ""


def test_check_prints_each_problem_with_its_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write(tmp_path / "bad.yaml", BAD)

    assert main(["check", path]) == 1
    assert capsys.readouterr().out == (
        f"{path}:3:7: error: unknown criterion `emial`; did you mean `email`?"
        " [unknown-criterion]\n"
    )


def test_check_does_not_fail_on_a_warning(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = GOOD + "  or:\n    - pomerium_routes: true\n"

    assert main(["check", write(tmp_path / "odd.yaml", policy)]) == 0
    assert "warning" in capsys.readouterr().out


def test_check_can_be_as_lenient_as_core(tmp_path: Path) -> None:
    path = write(tmp_path / "empty.yaml", "allow: {}")

    assert main(["check", path]) == 1
    assert main(["check", "--lenient", path]) == 0


def test_check_knows_the_edition(tmp_path: Path) -> None:
    path = write(tmp_path / "days.yaml", "allow: {and: [day_of_week: mon]}")

    assert main(["check", path]) == 0
    assert main(["check", "--edition", "core", path]) == 1


def test_check_reads_standard_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(BAD.encode())))

    assert main(["check", "-"]) == 1
    assert capsys.readouterr().out.startswith("-:3:7: error")


def test_explain_prints_the_answer_and_every_step(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = write(
        tmp_path / "policy.yaml", GOOD + f"deny: {{or: [user: {'x' * 100}]}}"
    )
    request = write(tmp_path / "request.json", REQUEST)

    assert main(["explain", policy, request]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "allow 200",
        "allow: true (email-ok)",
        "deny: false (user-unauthorized)",
        "allow, line 1: true (email-ok)",
        "  and: true (email-ok)",
        "    email, line 3: true email-ok; the address: 'ada@example.com'",
        "deny, line 4: false (user-unauthorized)",
        "  or: false (user-unauthorized)",
        "    user, line 4: false user-unauthorized; the user id of the session: 'u1'",
    ]


def test_explain_says_what_would_change_a_refusal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "allow:\n  and:\n    - user: u2\n    - claim/team: red\n"
    policy = write(tmp_path / "policy.yaml", text)
    request = write(tmp_path / "request.json", REQUEST)

    assert main(["explain", policy, request]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "allowed if otherwise: user, line 3 and claim/team, line 4"


def test_explain_says_what_could_not_be_decided(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = write(tmp_path / "policy.yaml", "deny: {or: [source_ip: 10.0.0.0/8]}")
    request = write(
        tmp_path / "request.json", {"input": {"http": {"ip": "x" * 99}}, "records": {}}
    )

    assert main(["explain", policy, request]) == 0
    out = capsys.readouterr().out
    assert "undecided source-ip-data-unavailable" in out
    assert "…" in out


def test_explain_refuses_a_bad_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    policy = write(tmp_path / "bad.yaml", BAD)
    request = write(tmp_path / "request.json", REQUEST)

    assert main(["explain", policy, request]) == 1
    assert "emial" in capsys.readouterr().out


@pytest.mark.parametrize("request_text", ["[]", "{", '{"input": 5}', "{}"])
def test_explain_refuses_what_is_no_request(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], request_text: str
) -> None:
    policy = write(tmp_path / "good.yaml", GOOD)

    status = main(["explain", policy, write(tmp_path / "r.json", request_text)])

    assert status == 2
    assert "r.json" in capsys.readouterr().err


def test_test_counts_and_succeeds(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rego = {"id": "two", "kind": "rego", "rego": "allow = true", "expect": {}}
    path = tmp_path / "vectors.json.gz"
    path.write_bytes(gzip.compress(json.dumps({"cases": [CASE, rego]}).encode()))

    assert main(["test", str(path)]) == 0
    assert capsys.readouterr().out == "1 passed, 0 failed, 1 skipped\n"


def test_test_prints_each_disagreement(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = {**CASE, "expect": {**CASE["expect"], "deny": True}}
    path = write(tmp_path / "vectors.json", {"cases": [CASE, wrong, {}, 5]})

    assert main(["test", path]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "one: core-exact: deny: False instead of True"
    assert lines[-1] == "1 passed, 3 failed, 0 skipped"


def test_test_finds_records_by_reference(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = {key: value for key, value in CASE.items() if key != "records"}
    corpus = {
        "cases": [{**case, "records_ref": "set"}],
        "record_sets": {"set": REQUEST["records"]},
    }

    assert main(["test", write(tmp_path / "vectors.json", corpus)]) == 0
    assert capsys.readouterr().out == "1 passed, 0 failed, 0 skipped\n"


@pytest.mark.parametrize("content", ["[]", '{"cases": 5}', "no JSON"])
def test_test_refuses_what_holds_no_cases(tmp_path: Path, content: str) -> None:
    assert main(["test", write(tmp_path / "vectors.json", content)]) == 2


def test_a_missing_file_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "no-such-file.yaml"]) == 2
    assert "no-such-file.yaml" in capsys.readouterr().err


def test_it_runs_without_django(tmp_path: Path) -> None:
    path = write(tmp_path / "good.yaml", GOOD)
    code = (
        "import sys, runpy; sys.modules['django'] = None;"
        f"sys.argv = ['language', 'check', {path!r}];"
        "runpy.run_module('policies.language', run_name='__main__')"
    )

    done = subprocess.run(  # noqa: S603 -- our own interpreter
        [sys.executable, "-c", code], check=False, capture_output=True, text=True
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
