"""Imports files as the services do it, and says briefly what came out."""

from typing import Any

from console.core.actor import Actor
from namespaces.models import Namespace
from routes import services
from routes.imports.plan import Options
from routes.models import ImportRun
from tests.factories import NOW
from tests.routes.imports.reading import SAMPLES

WIKI = """\
routes:
  - from: https://wiki.example.com
    to: http://wiki.internal
    policy:
      - allow: {or: [{domain: {is: example.com}}]}
"""


def begin(
    content: str | bytes, namespace: Namespace, *, actor: Actor, **options: Any
) -> ImportRun:
    return services.begin_import(
        namespace_id=namespace.pk,
        content=content.encode() if isinstance(content, str) else content,
        file_name="config.yaml",
        options=Options(**options),
        actor=actor,
        now=NOW,
    )


def finish(run: ImportRun, *, actor: Actor) -> ImportRun:
    return services.apply_import(
        run.pk, fingerprint=run.plan["fingerprint"], actor=actor, now=NOW
    )


def import_all(
    content: str | bytes, namespace: Namespace, *, actor: Actor, **options: Any
) -> ImportRun:
    run = begin(content, namespace, actor=actor, **options)
    if run.status == "reading":
        run = services.read_import(run.pk, now=NOW)
    assert run.status == "planned", run.plan["findings"]
    return finish(run, actor=actor)


def actions(run: ImportRun) -> list[str]:
    return [one["action"] for one in (*run.plan["policies"], *run.plan["routes"])]


def codes(run: ImportRun) -> list[str]:
    return [one["code"] for one in run.plan["findings"]]


def sample(name: str) -> bytes:
    return (SAMPLES / name).read_bytes()
