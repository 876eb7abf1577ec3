"""Cognito against moto's server; skipped where `moto_server` is not installed.

`pip install 'moto[server]'` anywhere; POSTERN_TEST_MOTO names the program if it is not
on the path.
"""

import json
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from directory.exceptions import PageFailedError
from directory.providers import BY_CODE, open_client
from directory.providers.base import Limits
from directory.providers.engine import enumerate_all
from directory.providers.records import Batch
from tests.directory.providers.reading import told

MOTO = os.environ.get("POSTERN_TEST_MOTO") or shutil.which("moto_server")
PATIENCE = 120.0
SIGNED = (
    "AWS4-HMAC-SHA256 Credential=key/20260101/us-east-1/cognito-idp/aws4_request, "
    "SignedHeaders=host, Signature=none"
)
PROVIDER = BY_CODE["cognito"]
COUNT = 130  # three pages of sixty

pytestmark = [
    pytest.mark.nightly,
    pytest.mark.skipif(not MOTO, reason="moto_server is not installed"),
]


@contextmanager
def running_moto() -> Iterator[str]:
    """Start the server on a free port; yield its address."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process = subprocess.Popen(  # noqa: S603 # the operator's own choice
        [str(MOTO), "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until and process.poll() is None:
            try:
                httpx.get(f"{url}/moto-api/data.json", timeout=30)
                break
            except httpx.TransportError:
                time.sleep(0.1)
        yield url
    finally:
        process.terminate()
        process.wait(PATIENCE)


def tell(url: str, operation: str, **body: Any) -> Any:
    """Carry out an operation of Cognito."""
    answer = httpx.post(
        url,
        content=json.dumps(body),
        timeout=60,
        headers={
            "content-type": "application/x-amz-json-1.1",
            "x-amz-target": f"AWSCognitoIdentityProviderService.{operation}",
            "authorization": SIGNED,
        },
    )
    answer.raise_for_status()
    return answer.json()


def read(url: str, pool: str) -> list[Batch]:
    """Return every page."""
    options = PROVIDER.with_defaults(
        {
            "region": "us-east-1",
            "user_pool_id": pool,
            "access_key_id": "key",
            "secret_access_key": "secret",
            "endpoint_url": url,
        }
    )
    with open_client(PROVIDER, options, limits=Limits(tries=1)) as client:
        return list(enumerate_all(PROVIDER, options, client))


def test_reads_people_groups_and_members_of_a_pool() -> None:
    with running_moto() as url:
        pool = tell(url, "CreateUserPool", PoolName="people")["UserPool"]["Id"]
        tell(url, "CreateGroup", UserPoolId=pool, GroupName="engineering")
        for number in range(COUNT):
            verified = "true" if number % 2 else "false"
            tell(
                url,
                "AdminCreateUser",
                UserPoolId=pool,
                Username=f"p{number}",
                UserAttributes=[
                    {"Name": "email", "Value": f"p{number}@example.com"},
                    {"Name": "email_verified", "Value": verified},
                ],
            )
        for number in range(70):
            told_of = {"UserPoolId": pool, "Username": f"p{number}"}
            tell(url, "AdminAddUserToGroup", GroupName="engineering", **told_of)
        tell(url, "AdminDisableUser", UserPoolId=pool, Username="p1")
        people, groups, edges = told(read(url, pool))
        with pytest.raises(PageFailedError):
            read(url, "us-east-1_missing")

    assert len({one.id for one in people}) == COUNT
    assert [one.name for one in people if not one.is_active] == ["p1"]
    assert {one.email for one in people if one.email} == {
        f"p{number}@example.com" for number in range(1, COUNT, 2)
    }
    assert [one.id for one in groups] == ["engineering"]
    assert len({one.member_id for one in edges}) == 70
    assert {one.member_id for one in edges} <= {one.id for one in people}
