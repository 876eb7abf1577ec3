"""Load Meridian Freight through the services that everybody else uses."""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

from console.core.actor import Actor
from console.demo import policies as demo_policies
from console.demo import routes as demo_routes
from console.demo.people import DOMAIN, email_of, group_id, snapshot
from console.demo.routes import ZONE
from devices import services as device_services
from directory import selectors as directory_selectors
from directory import services as directory_services
from namespaces import selectors as namespace_selectors
from namespaces import services as namespace_services
from policies import services as policy_services
from routes import services as route_services

Say = Callable[[str], None]

# Nothing reads the demo's directory again: its groups must not go stale.
NEVER_OLD = 2**31 - 1

# Parents before children.
NAMESPACES = {
    "Engineering": "What our own software teams publish.",
    "Engineering/Platform": "The ground that everything runs on.",
    "Engineering/Web": "The storefront and what belongs to it.",
    "Finance": "Money. Only approved devices.",
    "People": "Hiring, pay, and people's files.",
    "Operations": "Trucks, ships, customs.",
    "Operations/Warehouse": "What the floor uses.",
    "Security": "What the security team runs for itself.",
}
# Role, namespace, then a person's name or "group <key>".
ROLES = (
    ("admin", "", "Viktor Lindqvist"),
    ("admin", "", "Noor Haddad"),
    ("viewer", "", "group security"),
    ("admin", "Engineering", "Ingrid Solberg"),
    ("viewer", "Engineering", "group engineering"),
    ("manager", "Engineering/Platform", "group platform"),
    ("manager", "Engineering/Web", "Elena Petrova"),
    ("viewer", "Engineering/Web", "group web"),
    ("admin", "Finance", "Beatrice Conti"),
    ("manager", "Finance", "Samuel Adeyemi"),
    ("manager", "People", "Camille Laurent"),
    ("manager", "Operations", "Patrick O'Brien"),
    ("viewer", "Operations", "group operations"),
    ("manager", "Operations/Warehouse", "Anneke de Vries"),
    ("viewer", "Security", "Tomás Rivera"),
)
# Owner, device type, label, whether approved.
DEVICES = (
    ("Beatrice Conti", "enclave_only", "MacBook Pro", True),
    ("Samuel Adeyemi", "enclave_only", "ThinkPad X1", True),
    ("Hannah Vogel", "any", "YubiKey 5C", True),
    ("Priya Nair", "enclave_only", "Surface Laptop", False),
    ("Luca Moretti", "any", "YubiKey 5 NFC", False),
    ("Ravi Menon", "enclave_only", "MacBook Air", True),
    ("Chloe Dupont", "any", "Titan key", True),
    ("Anneke de Vries", "enclave_only", "Pixel 9", False),
)


def load_demo(*, actor: Actor, now: datetime, say: Say) -> None:
    """Fill an empty database. What is written bears times of the last weeks."""
    start = now - timedelta(days=21)
    directory_services.load_snapshot(
        snapshot(),
        name="Meridian Freight",
        provider="demo",
        max_age_seconds=NEVER_OLD,
        actor=actor,
        now=start,
    )
    say("40 people in 12 groups")
    places = _load_namespaces(actor=actor, now=start + timedelta(hours=1))
    say(f"{len(places)} namespaces")
    _grant_roles(places, actor=actor, now=start + timedelta(hours=2))
    policy_ids = _load_policies(places, actor=actor, now=start + timedelta(days=1))
    say(f"{len(policy_ids)} policies")
    _load_routes(places, policy_ids, actor=actor, now=start + timedelta(days=2))
    say(f"{len(demo_routes.ROUTES)} routes")
    _load_devices(actor=actor, now=start + timedelta(days=9))
    say(f"{len(DEVICES)} devices")


def _load_namespaces(*, actor: Actor, now: datetime) -> dict[str, UUID]:
    places = {"Global": namespace_selectors.get_root().id}
    for path, description in NAMESPACES.items():
        parent, _, name = f"Global/{path}".rpartition("/")
        places[f"Global/{path}"] = namespace_services.create_namespace(
            parent_id=places[parent],
            name=name,
            description=description,
            actor=actor,
            now=now,
        ).id
    return places


def _grant_roles(places: dict[str, UUID], *, actor: Actor, now: datetime) -> None:
    for role, path, subject in ROLES:
        kind, _, key = subject.partition(" ")
        is_group = kind == "group"
        namespace_services.grant_role(
            namespace_id=places[f"Global/{path}".rstrip("/")],
            role=role,
            user_id=None if is_group else _person_id(subject),
            group_id=_group_id(key) if is_group else None,
            actor=actor,
            now=now,
        )


def _group_id(key: str) -> UUID:
    return directory_selectors.find_group(group_id(key)).id


def _person_id(name: str) -> UUID:
    return directory_selectors.find_person(email_of(name, DOMAIN)).id


def _load_policies(
    places: dict[str, UUID], *, actor: Actor, now: datetime
) -> dict[str, UUID]:
    made = {}
    for policy in demo_policies.POLICIES:
        row = policy_services.create_policy(
            namespace_id=places[policy.namespace],
            name=policy.name,
            source=policy.source,
            description=policy.description,
            explanation=policy.explanation,
            remediation=policy.remediation,
            actor=actor,
            now=now,
        )
        made[policy.name] = row.id
        attachments = [(path, "inherited") for path in policy.inherited]
        attachments += [(path, "enforced") for path in policy.enforced]
        for path, mode in attachments:
            policy_services.attach_to_namespace(
                row.id, namespace_id=places[path], mode=mode, actor=actor, now=now
            )
    return made


def _load_routes(
    places: dict[str, UUID],
    policy_ids: dict[str, UUID],
    *,
    actor: Actor,
    now: datetime,
) -> None:
    for route in demo_routes.ROUTES:
        route_services.create_route(
            namespace_id=places[route.namespace],
            name=route.name,
            settings={
                "from": f"https://{route.host}.{ZONE}",
                "to": [route.to],
                "description": route.description,
                **route.settings,
            },
            policy_ids=[policy_ids[name] for name in route.policies],
            actor=actor,
            now=now,
        )


def _load_devices(*, actor: Actor, now: datetime) -> None:
    for number, (owner, device_type, label, approved) in enumerate(DEVICES):
        at = now + timedelta(hours=7 * number)
        enrollment = device_services.enroll_credential(
            user_id=_person_id(owner),
            device_type=device_type,
            external_id=f"demo-credential-{number:02}",
            # No key: a demo device can't be used to prove anything.
            public_key=b"",
            label=label,
            actor=actor,
            now=at,
        )
        if approved:
            device_services.change_device(
                device_services.seen_of(enrollment),
                action="approve",
                actor=actor,
                now=at + timedelta(hours=3),
            )
