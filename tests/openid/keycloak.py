"""A real Keycloak, where POSTERN_TEST_KEYCLOAK names the folder of a distribution.

Such a distribution is `org.keycloak:keycloak-quarkus-dist` at Maven Central, a zip that
needs Java 17 or later. The server keeps its database in a folder of the test.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.console.running import free_port
from tests.openid.canaille import wait_for

KEYCLOAK = os.environ.get("POSTERN_TEST_KEYCLOAK", "")
CLIENT_ID, CLIENT_SECRET = "postern", "the-secret-of-the-client"
PASSWORD = "the-password-of-ada"
ADMIN = {"username": "admin", "password": "the-password-of-the-admin"}
ROLES = ("view-users", "query-users", "query-groups")
PATIENCE = 900.0  # a JVM on a busy machine


@dataclass
class Keycloak:
    """A running server, with one realm."""

    url: str
    realm: str = "acme"
    http: httpx.Client = field(default_factory=httpx.Client)

    @property
    def issuer(self) -> str:
        """The address of the realm."""
        return f"{self.url}/realms/{self.realm}"

    def sign_in(self) -> None:
        """Become its administrator."""
        form = {**ADMIN, "grant_type": "password", "client_id": "admin-cli"}
        token = f"{self.url}/realms/master/protocol/openid-connect/token"
        found = httpx.post(token, data=form, timeout=PATIENCE)
        found.raise_for_status()
        self.http.close()
        bearer = {"Authorization": f"Bearer {found.json()['access_token']}"}
        self.http = httpx.Client(
            base_url=f"{self.url}/admin/realms", headers=bearer, timeout=PATIENCE
        )

    def add(self, path: str, body: Any) -> str:
        """Make something; return its id."""
        answer = self.http.post(path, json=body)
        answer.raise_for_status()
        return str(answer.headers.get("location", "")).rpartition("/")[2]

    def stay_signed_in(self) -> None:
        """Let the administrator's token last for more than its minute."""
        self.http.put("/master", json={"accessTokenLifespan": 36000}).raise_for_status()
        self.sign_in()

    def add_realm(self, redirect_uri: str) -> None:
        """Make the realm, and the console as a client that PKCE is demanded of."""
        self.add("", {"realm": self.realm, "enabled": True})
        client = self.add(
            f"/{self.realm}/clients",
            {
                "clientId": CLIENT_ID,
                "secret": CLIENT_SECRET,
                "redirectUris": [redirect_uri],
                "serviceAccountsEnabled": True,
                "standardFlowEnabled": True,
                "attributes": {"pkce.code.challenge.method": "S256"},
            },
        )
        account = self.get(f"/clients/{client}/service-account-user")["id"]
        of_realm = self.get("/clients?clientId=realm-management")[0]["id"]
        roles = self.get(f"/clients/{of_realm}/roles")
        given = [one for one in roles if one["name"] in ROLES]
        self.add(
            f"/{self.realm}/users/{account}/role-mappings/clients/{of_realm}", given
        )

    def get(self, path: str) -> Any:
        """Return what the realm has at a path."""
        answer = self.http.get(f"/{self.realm}{path}")
        answer.raise_for_status()
        return answer.json()

    def add_person(self, name: str, **more: Any) -> str:
        """Let somebody be known there; return their id."""
        secret = {"type": "password", "value": PASSWORD, "temporary": False}
        body = {
            "username": name,
            "firstName": name.title(),
            "lastName": "Lovelace",
            "email": f"{name}@example.com",
            "emailVerified": True,
            "enabled": True,
            "credentials": [secret],
            **more,
        }
        return self.add(f"/{self.realm}/users", body)

    def add_people(self, count: int) -> list[str]:
        """Let many be known, without passwords, which take long; return their ids."""
        names = [f"person{number:03}" for number in range(count)]
        return [self.add_person(name, credentials=[]) for name in names]

    def add_group(self, name: str, inside: str = "") -> str:
        """Make a group, in another one; return its id."""
        path = f"/groups/{inside}/children" if inside else "/groups"
        return self.add(f"/{self.realm}{path}", {"name": name})

    def join(self, person: str, group: str) -> None:
        """Put somebody into a group."""
        path = f"/{self.realm}/users/{person}/groups/{group}"
        self.http.put(path).raise_for_status()

    def options(self) -> Mapping[str, str]:
        """Return what the provider is read with."""
        return {
            "base_url": self.url,
            "realm": self.realm,
            "client_id": CLIENT_ID,
            "client_secret": CLIENT_SECRET,
        }


@contextmanager
def running_keycloak(folder: Path) -> Iterator[Keycloak]:
    """Start it on a free port, with a copy of the distribution in a folder."""
    home = folder / "keycloak"
    shutil.copytree(KEYCLOAK, home, ignore=shutil.ignore_patterns("data"))
    port = free_port()
    process = subprocess.Popen(  # noqa: S603 - the operator's own choice
        [
            *(str(home / "bin" / "kc.sh"), "start-dev"),
            *("--http-host=127.0.0.1", f"--http-port={port}"),
        ],
        env={
            **os.environ,
            "KC_BOOTSTRAP_ADMIN_USERNAME": ADMIN["username"],
            "KC_BOOTSTRAP_ADMIN_PASSWORD": ADMIN["password"],
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    server = Keycloak(f"http://127.0.0.1:{port}")
    try:
        wait_for(f"{server.url}/realms/master", patience=PATIENCE)
        server.sign_in()
        server.stay_signed_in()
        yield server
    finally:
        server.http.close()
        process.terminate()
        process.wait(PATIENCE)
