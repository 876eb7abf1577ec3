"""Exports, and imports of exports, as the services do them."""

from typing import Any

from console.core.actor import Actor, system
from namespaces.models import Namespace
from policies import services as policy_services
from policies.models import Policy
from routes import services
from routes.imports.plan import Options
from routes.models import ImportRun
from tests.factories import NOW

ROOT = system("test")


def export(namespace: Namespace, *, actor: Actor = ROOT, **options: Any) -> str:
    return services.export_configuration(
        namespace_id=namespace.pk, actor=actor, now=NOW, **options
    ).text


def begin(text: str, namespace: Namespace, **options: Any) -> ImportRun:
    return services.begin_import(
        namespace_id=namespace.pk,
        content=text.encode(),
        file_name="export.yaml",
        options=Options(**options),
        actor=ROOT,
        now=NOW,
        may_wait=True,
    )


def restore(text: str, namespace: Namespace, **options: Any) -> ImportRun:
    run = begin(text, namespace, **options)
    assert run.status == "planned", run.plan["findings"]
    return services.apply_import(
        run.pk, fingerprint=run.plan["fingerprint"], actor=ROOT, now=NOW
    )


def attach(policy: Policy, namespace: Namespace, mode: str) -> None:
    policy_services.attach_to_namespace(
        policy.pk, namespace_id=namespace.pk, mode=mode, actor=ROOT, now=NOW
    )
