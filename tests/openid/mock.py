"""oidc-provider-mock, which others wrote, in a process of its own."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

CLIENT_ID, CLIENT_SECRET = "the-client", "the-secret"


@dataclass
class Mock:
    """The provider, and what goes wrong there."""

    process: "subprocess.Popen[str]"
    port: int

    @property
    def issuer(self) -> str:
        """Its address, as it writes it itself."""
        return f"http://localhost:{self.port}"

    def fail(self, **faults: Any) -> None:
        """Let something go wrong from now on; nothing by default."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(faults) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "ok\n"

    def know(self, subject: str, **claims: Any) -> None:
        """Let it know what to say about somebody."""
        url = f"{self.issuer}/users/{subject}"
        answer = httpx.put(url, json=claims)
        assert answer.status_code == 204, answer.text

    def visit(self, address: str, subject: str = "person-1") -> dict[str, str]:
        """Say at the provider who one is; return the query of the way back."""
        answer = httpx.post(address, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        query = urlsplit(answer.headers["Location"]).query
        return {name: values[0] for name, values in parse_qs(query).items()}


@contextmanager
def serving_mock() -> Iterator[Mock]:
    """Serve it on a free port of this machine."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.openid.mock_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield Mock(process, int(process.stdout.readline()))
    finally:
        process.communicate()
