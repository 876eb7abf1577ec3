"""A real Pomerium Core on our export, asked the same questions.

People are told to it as a console tells them: records in its databroker, here a service
account for each person, since nobody can sign in without an identity provider.
"""

import base64
import hashlib
import hmac
import json
import os
import shutil
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import yaml
from django.utils import timezone
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory, struct_pb2
from google.protobuf.any_pb2 import Any as AnyMessage

from directory.models import User
from gateway.services.local_authority import LocalAuthority

VARIABLE = "POSTERN_TEST_POMERIUM"
KEY = b"k" * 32
PUT = "/databroker.DataBrokerService/Put"
TYPES = "type.googleapis.com/"
ACCOUNT = "user.ServiceAccount"
DIRECTORY_USER = "pomerium.io/DirectoryUser"
MINUTES = 60
SECONDS = 3600


def pomerium_path() -> str:
    """Return the program, "" where there is none."""
    return os.environ.get(VARIABLE, "") or shutil.which("pomerium") or ""


def _text(number: int, name: str) -> dict[str, Any]:
    return {"name": name, "number": number, "type": 9, "label": 1}


def _messages() -> dict[str, Any]:
    """Return what is needed of the databroker's messages."""
    file = descriptor_pb2.FileDescriptorProto(
        name="tests/databroker.proto",
        package="tests.databroker",
        syntax="proto3",
        dependency=["google/protobuf/any.proto"],
    )
    data = {
        "name": "data",
        "number": 4,
        "type": 11,
        "type_name": ".google.protobuf.Any",
        "label": 1,
    }
    records = {
        "name": "records",
        "number": 1,
        "type": 11,
        "type_name": ".tests.databroker.Record",
        "label": 3,
    }
    fields = {
        "Record": [_text(2, "type"), _text(3, "id"), data],
        "Put": [records],
        "Account": [_text(1, "id"), _text(2, "user_id")],
    }
    for name, listed in fields.items():
        made = file.message_type.add(name=name)
        for one in listed:
            made.field.add(**one)
    pool = descriptor_pool.DescriptorPool()
    pool.AddSerializedFile(AnyMessage.DESCRIPTOR.file.serialized_pb)
    pool.Add(file)
    return {
        name: message_factory.GetMessageClass(
            pool.FindMessageTypeByName(f"tests.databroker.{name}")
        )
        for name in fields
    }


def signed(claims: Mapping[str, Any]) -> str:
    """Return a token that Core takes for its own."""

    def encode(value: bytes) -> bytes:
        return base64.urlsafe_b64encode(value).rstrip(b"=")

    head = encode(b'{"alg":"HS256","typ":"JWT"}')
    body = encode(json.dumps(claims).encode())
    digest = hmac.new(KEY, head + b"." + body, hashlib.sha256).digest()
    return b".".join([head, body, encode(digest)]).decode()


def token_of(name: str) -> str:
    """Return the token of somebody's service account at Core."""
    now = int(time.time())
    times = {"iat": now - MINUTES, "nbf": now - MINUTES, "exp": now + SECONDS}
    return signed({"jti": f"account-{name}", "sub": name, **times})


def tell_people(address: str, *, with_directory: bool = True) -> None:
    """Put everybody into Core's databroker, if wanted with what a directory knows."""
    messages = _messages()
    request = messages["Put"]()

    def add(kind: str, key: str, value: bytes, type_url: str) -> None:
        record = request.records.add(type=kind, id=key)
        record.data.type_url, record.data.value = type_url, value

    people = User.objects.prefetch_related("memberships__group")
    for name in ("robot", *(person.external_id for person in people)):
        account = messages["Account"](id=f"account-{name}", user_id=name)
        url = TYPES + ACCOUNT
        add(url, account.id, account.SerializeToString(), url)
    for person in people if with_directory else ():
        name = person.external_id
        known = struct_pb2.Struct()
        groups = [one.group.external_id for one in person.memberships.all()]
        known.update({"id": name, "email": person.email, "group_ids": groups})
        packed = AnyMessage()
        packed.Pack(known)
        add(DIRECTORY_USER, name, packed.value, packed.type_url)
    with grpc.insecure_channel(address) as channel:
        put = channel.unary_unary(
            PUT,
            request_serializer=messages["Put"].SerializeToString,
            response_deserializer=bytes,
        )
        token = signed({"exp": int(time.time()) + MINUTES})
        put(request, metadata=(("jwt", token),), timeout=MINUTES, wait_for_ready=True)


@contextmanager
def running_core(
    folder: Path,
    export: str,
    *,
    ports: tuple[int, int],
    authority: LocalAuthority,
    hosts: list[str],
) -> Iterator[None]:
    """Run Core with the routes of an export until the end."""
    port, grpc_port = ports
    settings = {
        "address": f"127.0.0.1:{port}",
        "grpc_address": f"127.0.0.1:{grpc_port}",
        "grpc_insecure": True,
        "shared_secret": _base64(KEY),
        "cookie_secret": _base64(KEY),
        "authenticate_service_url": "https://authenticate.example.com",
        "idp_provider": "oidc",
        "idp_provider_url": "https://127.0.0.1:1",
        "idp_client_id": "nobody",
        "idp_client_secret": "nothing",
        **_certificate(authority, hosts),
    }
    config, log = folder / "config.yaml", folder / "core.log"
    config.write_text(yaml.safe_dump(settings) + export, encoding="utf-8")
    environment = {**os.environ, "HOME": str(folder), "XDG_CACHE_HOME": str(folder)}
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - a program that the tester names
            [pomerium_path(), "--config", str(config)],
            env=environment,
            cwd=folder,
            stdout=output,
            stderr=output,
        )
    try:
        yield
    finally:
        process.terminate()
        try:
            process.wait(30)
        finally:
            process.kill()
            process.wait()


def _certificate(authority: LocalAuthority, hosts: list[str]) -> dict[str, str]:
    issued = authority.issue(hosts, now=timezone.now())
    return {
        "certificate": _base64(issued.chain.encode()),
        "certificate_key": _base64(issued.key.encode()),
        "certificate_authority": _base64(authority.pem.encode()),
    }


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
