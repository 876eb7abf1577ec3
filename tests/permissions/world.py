"""The objects that the cells ask about, and the ways of asking."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from console.core.actor import system
from console.core.models import AuditEvent
from console.core.tokens import new_token
from devices import services as device_services
from directory.models import User
from gateway import services as gateway_services
from namespaces import services as namespace_services
from namespaces.models import ApiServiceAccount, Namespace, RoleBinding
from namespaces.selectors import get_root
from policies import services as policy_services
from policies.selectors import Attempt
from routes import services as route_services
from routes.imports.plan import Options
from routes.models import HostClaim
from tests.devices.authorities import Authority
from tests.factories import (
    NOW,
    grant,
    make_credential,
    make_data_source,
    make_decision,
    make_directory,
    make_group,
    make_held_data_run,
    make_held_run,
    make_namespace,
    make_policy,
    make_pushed_directory,
    make_route,
    make_scim_token,
    make_service_account,
    make_session,
    make_trial,
    make_user,
)
from tests.gateway.certificates import make_certificate
from tests.gateway.pomerium.clusters import make_cluster
from tests.permissions.subjects import EVERYBODY, PARENTS, Subject

TEST = system("test")
CONFIGURATION = (
    b"routes:\n  - from: https://imported.example.com\n    to: http://up:80\n"
)


@dataclass
class World:
    """Everything that addresses and bodies name.

    `ids` maps a kind to the id that the URL takes; `places` are the namespaces.
    """

    places: dict[str, Namespace] = field(default_factory=dict)
    ids: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)

    def place(self, name: str) -> str:
        """Return the id of a namespace as text."""
        return str(self.places[name].id)

    def id(self, kind: str) -> str:
        """Return the id of an object as text."""
        return str(self.ids[kind])

    def client_of(self, subject: Subject) -> Client:
        """Return a client that asks as the subject: with their session or token."""
        if subject.way == "token":
            return Client(
                headers={"Authorization": f"Bearer {self.keys[subject.name]}"}
            )
        client = Client()
        if subject.name in self.keys:
            client.cookies[settings.SESSION_COOKIE_NAME] = self.keys[subject.name]
        return client


def make_world() -> World:
    """Make the tree, one object of each kind in Web, and everybody who asks."""
    world = World()
    world.places["root"] = get_root()
    for name, parent in PARENTS.items():
        if parent:
            world.places[name] = make_namespace(
                name.title(), parent=world.places[parent]
            )
    # Somebody must be admin of the root whatever the cells do.
    grant("admin", world.places["root"], user=make_user("keeper"))
    _make_objects(world)
    for subject in EVERYBODY:
        _make_subject(world, subject)
    gateway_services.deploy_changes(now=NOW)
    return world


def _make_objects(world: World) -> None:
    web = world.places["web"]
    person = make_user("target")
    group = make_group("targets", person)
    policy = make_policy("Target", namespace=web)
    policy_services.update_policy(
        policy.id, version=1, description="second", actor=TEST, now=NOW
    )
    example = policy_services.add_example(
        policy.id, Attempt(at=NOW), name="Nobody", expected="login", actor=TEST, now=NOW
    ).example
    idle = make_policy("Idle", namespace=web)
    attached = make_policy("Attached", namespace=web)
    policy_services.attach_to_namespace(
        attached.id, namespace_id=web.id, mode="inherited", actor=TEST, now=NOW
    )
    route = make_route("target", policy, namespace=web)
    binding = grant("viewer", web, user=person)
    empty = make_namespace("Empty", parent=web)
    run = route_services.begin_import(
        namespace_id=web.id,
        content=CONFIGURATION,
        file_name="core.yaml",
        options=Options(),
        actor=TEST,
        now=NOW,
    )
    world.keys["fingerprint"] = run.plan["fingerprint"]
    _make_ownership(world, web)
    _make_external_data(world)
    world.ids |= {
        "cluster": make_cluster("https://core.example.com:5443").pk,
        "certificate": make_certificate("shown.example.org", namespace=web).pk,
        "directory": make_directory(account=make_credential(), provider="okta").pk,
        "pushed-directory": (pushed := make_pushed_directory()).pk,
        "scim-token": make_scim_token(pushed).pk,
        "held-run": make_held_run(make_directory()).pk,
        "service-account": make_service_account("robot", namespace=web)[0].pk,
        "session": make_session(person, "target.example.com").pk,
        "import": run.pk,
        "decision": make_decision(route).pk,
        "namespace": web.id,
        "empty": empty.id,
        "person": person.id,
        "group": group.id,
        "policy": policy.id,
        "example": example.id,
        "address": policy_services.list_address(
            "https://example.com/listed.json", actor=TEST, now=NOW
        ).pk,
        "idle-policy": idle.id,
        "attached-policy": attached.id,
        "route": route.id,
        "binding": binding.pk,
        "event": AuditEvent.objects.filter(namespace_id=web.id).latest("sequence").pk,
        **_devices(world, person),
        "gone-namespace": _gone_namespace(web),
        "gone-policy": _gone_policy(web),
        "gone-route": _gone_route(web),
    }


def _devices(world: World, owner: User) -> dict[str, Any]:
    """Make a device that waits, one that an admin approved, and what goes with them."""
    device, decided = (
        device_services.enroll_credential(
            user_id=owner.pk,
            device_type="any",
            external_id=name,
            public_key=b"",
            label=name,
            actor=TEST,
            now=NOW,
        )
        for name in ("waiting", "decided")
    )
    world.keys["device"] = device.credential.fingerprint
    device_services.change_device(
        device_services.seen_of(decided), action="approve", actor=TEST, now=NOW
    )
    link, _ = device_services.issue_link(
        user_id=owner.pk,
        device_type="any",
        expires_at=NOW + timedelta(days=30),
        actor=TEST,
        now=NOW,
    )
    kind = device_services.create_device_type(
        code="phones", name="Phones", actor=TEST, now=NOW
    )
    root = device_services.add_attestation_root(
        name="Other maker", pem=Authority().pem.decode(), actor=TEST, now=NOW
    )
    return {
        "device": device.credential_id,
        "decided-device": decided.credential_id,
        "link": link.pk,
        "device-type": kind.pk,
        "attestation-root": root.pk,
    }


def _make_external_data(world: World) -> None:
    source = make_data_source("example.com/matrix")
    world.ids |= {
        "data-source": source.pk,
        "held-data-run": make_held_data_run(source).pk,
        "trial": make_trial().pk,
        "credential": make_credential().pk,
    }


def _make_ownership(world: World, web: Namespace) -> None:
    """Make a host that rests, a path and an upstream of Web, and a wish of the root."""
    _gone_route(web, "resting")
    lent = route_services.delegate_host(
        host="target.example.com",
        path="/lent/",
        namespace_id=web.id,
        actor=TEST,
        now=NOW,
    )
    taken_back = route_services.delegate_host(
        host="target.example.com",
        path="/back/",
        namespace_id=web.id,
        actor=TEST,
        now=NOW,
    )
    route_services.revoke_delegation(taken_back.pk, actor=TEST, now=NOW)
    for name in ("up", "other"):
        upstream = route_services.register_upstream(
            namespace_id=web.id, target=f"{name}.internal", actor=TEST, now=NOW
        )
    consent = route_services.request_consent(
        namespace_id=world.places["root"].id,
        upstream="up.internal",
        actor=TEST,
        now=NOW,
    )
    world.ids |= {
        "host": HostClaim.objects.get(host="resting.example.com").pk,
        "delegation": lent.pk,
        "gone-delegation": taken_back.pk,
        "upstream": upstream.pk,
        "consent": consent.pk,
    }


def _gone_namespace(web: Namespace) -> Any:
    gone = make_namespace("Gone", parent=web)
    namespace_services.delete_namespace(gone.id, actor=TEST, now=NOW)
    return gone.id


def _gone_policy(web: Namespace) -> Any:
    gone = make_policy("Gone", namespace=web)
    policy_services.delete_policy(gone.id, version=1, actor=TEST, now=NOW)
    return gone.id


def _gone_route(web: Namespace, name: str = "gone") -> Any:
    gone = make_route(name, namespace=web)
    route_services.delete_route(gone.pk, version=1, actor=TEST, now=NOW)
    return gone.pk


def _make_subject(world: World, subject: Subject) -> None:
    if subject.way == "anonymous":
        return
    if subject.way == "token":
        _make_token(world, subject)
        return
    user = make_user(subject.name)
    if subject.role:
        held_by = (
            {"group": make_group(subject.name, user)}
            if subject.way == "group"
            else {"user": user}
        )
        binding = grant(subject.role, world.places[subject.place], **held_by)
        if subject.way == "expired":
            ended = timezone.now() - timedelta(seconds=1)
            RoleBinding.objects.filter(pk=binding.pk).update(expires_at=ended)
    world.keys[subject.name] = _sign_in(user)
    if subject.way == "deactivated":
        User.objects.filter(pk=user.pk).update(is_active=False)


def _sign_in(user: User) -> str:
    client = Client()
    client.force_login(user)
    cookie: str = client.cookies[settings.SESSION_COOKIE_NAME].value
    return cookie


def _make_token(world: World, subject: Subject) -> None:
    token, prefix, token_hash = new_token()
    account = ApiServiceAccount.objects.create(
        namespace=world.places[subject.bound_to],
        name=subject.name,
        token_hash=token_hash,
        token_prefix=prefix,
        created_at=NOW,
        modified_at=NOW,
    )
    place = world.places[subject.place]
    grant(subject.role, place, service_account=account)
    world.keys[subject.name] = token
