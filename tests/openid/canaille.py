"""Canaille, an identity provider that others wrote, in a process of its own.

`pip install 'canaille[front,oidc,sqlite,server]==0.3.6'` in an environment of its own;
POSTERN_TEST_CANAILLE names the program if it is not on the path.
"""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

from tests.console.running import free_port

CANAILLE = os.environ.get("POSTERN_TEST_CANAILLE") or shutil.which("canaille")
CLIENT_ID, CLIENT_SECRET = "the-client", "the-secret"
PASSWORD = "the-password-of-ada"
PATIENCE = 900.0  # a busy machine
# Without a name of its own it answers 500 to whoever asks for tokens.
SETTINGS = """
SECRET_KEY = "the-key-of-a-test"
SERVER_NAME = "localhost:{port}"
PREFERRED_URL_SCHEME = "http"
[CANAILLE]
DATABASE = "sql"
[CANAILLE_SQL]
DATABASE_URI = "sqlite:///{folder}/canaille.sqlite"
[CANAILLE_OIDC]
ACTIVE_JWKS = [{key}]
"""


@dataclass(frozen=True)
class Canaille:
    """A running server."""

    folder: Path
    port: int

    @property
    def issuer(self) -> str:
        """Its address, as it writes it itself."""
        return f"http://localhost:{self.port}"

    def call(self, *arguments: str) -> str:
        """Run one of its commands; return what it wrote."""
        return call(self.folder, arguments)

    def add_client(self, redirect_uri: str) -> None:
        """Register the console; a client must be there to be an audience."""
        self.call(
            *("create", "client", "--client-id", CLIENT_ID),
            *("--client-secret", CLIENT_SECRET, "--redirect-uris", redirect_uri),
            # An address of this machine would be trusted, and nobody asked to consent.
            *("--client-name", "Postern", "--client-uri", "https://console.example"),
            *("--grant-types", "authorization_code", "--response-types", "code"),
            *("--scope", "openid", "--scope", "profile", "--scope", "email"),
            *("--token-endpoint-auth-method", "client_secret_basic"),
        )
        self.call("set", "client", CLIENT_ID, "--audience", CLIENT_ID)

    def add_person(self, name: str, given: str, family: str) -> None:
        """Let somebody be known there, by name and password."""
        self.call(
            *("create", "user", "--user-name", name, "--password", PASSWORD),
            *("--given-name", given, "--family-name", family),
            *("--formatted-name", f"{given} {family}"),
            *("--emails", f"{name}@example.com"),
        )


def call(folder: Path, arguments: Sequence[str]) -> str:
    """Run a command of Canaille's in the folder of its settings.

    Raises:
        subprocess.CalledProcessError: it failed.
    """
    done = subprocess.run(  # noqa: S603 - the operator's own choice
        [str(CANAILLE), *arguments],
        cwd=folder,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    return done.stdout


def environment() -> dict[str, str]:
    """Return the environment in which it takes an address without encryption."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return {**kept, "AUTHLIB_INSECURE_TRANSPORT": "1"}


@contextmanager
def running_canaille(folder: Path) -> Iterator[Canaille]:
    """Start it on a free port, with an empty database in a folder."""
    port = free_port()
    key = call(folder, ["jwk", "create", "rsa", "--format", "toml"]).strip()
    text = SETTINGS.format(folder=folder, port=port, key=key.splitlines()[-1])
    (folder / "canaille.toml").write_text(text, encoding="utf-8")
    call(folder, ["install"])
    process = subprocess.Popen(  # noqa: S603 - the operator's own choice
        [str(CANAILLE), "run", "--bind", f"127.0.0.1:{port}"],
        cwd=folder,
        env=environment(),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(f"http://localhost:{port}/.well-known/openid-configuration")
        yield Canaille(folder, port)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def wait_for(url: str, *, patience: float = PATIENCE) -> None:
    """Wait until an address answers.

    Raises:
        TimeoutError: it does not.
    """
    until = time.monotonic() + patience
    while time.monotonic() < until:
        try:
            if httpx.get(url, timeout=30).status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise TimeoutError(url)
