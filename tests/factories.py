"""Makes the rows that a test starts from. Rules are not checked here."""

from datetime import UTC, datetime
from itertools import count
from typing import Any

from django.utils.text import slugify

from console.core.actor import Actor, system
from directory import services as directory_services
from directory.models import (
    DataRun,
    Directory,
    ExternalDataSource,
    Group,
    Membership,
    RunState,
    ScimToken,
    ServiceAccount,
    SyncRun,
    Trial,
    TrialKind,
    TrialState,
    User,
)
from directory.sync.plan import Plan
from gateway import services as gateway_services
from gateway.authorizer.answers import challenge_of
from gateway.authorizer.cookies import key_of
from gateway.models import Decision, GatewaySession
from namespaces import services as namespace_services
from namespaces.models import ApiServiceAccount, Namespace, RoleBinding
from namespaces.selectors import get_root
from policies import services as policy_services
from policies.models import FetchedAddress, Policy
from routes import services as route_services
from routes.models import Route, RoutePolicy

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
EMPLOYEES = """\
allow:
  and:
    - domain: example.com
"""
_numbers = count(1)


def make_directory(**values: Any) -> Directory:
    """Make a directory that was completely read at NOW."""
    defaults = {
        "name": f"directory {next(_numbers)}",
        "provider": "demo",
        "complete_at": NOW,
        "created_at": NOW,
        "modified_at": NOW,
    }
    return Directory.objects.create(**defaults | values)


def make_user(name: str = "", **values: Any) -> User:
    """Make a person; the address is `<name>@example.com`."""
    name = name or f"person{next(_numbers)}"
    defaults = {
        "external_id": name,
        "email": f"{name}@example.com",
        "display_name": name.title(),
        "created_at": NOW,
        "modified_at": NOW,
    }
    return User.objects.create(**defaults | values)


def make_group(name: str = "", *members: User, **values: Any) -> Group:
    """Make a group with these members."""
    name = name or f"group{next(_numbers)}"
    if "directory" not in values:
        values["directory"] = Directory.objects.first() or make_directory()
    defaults = {
        "external_id": f"id-{name}",
        "name": name,
        "created_at": NOW,
        "modified_at": NOW,
    }
    group = Group.objects.create(**defaults | values)
    for member in members:
        Membership.objects.create(user=member, group=group)
    return group


def make_credential(name: str = "", **values: Any) -> ServiceAccount:
    """Make a directory service account, at Okta unless said otherwise."""
    defaults: dict[str, Any] = {
        "name": name or f"credential {next(_numbers)}",
        "kind": "okta",
        "settings": {"base_url": "https://example.okta.com"},
        "secrets": {"api_token": "a secret"},
        "actor": system("test"),
        "now": NOW,
    }
    return directory_services.create_service_account(**defaults | values)


def make_service_account(
    name: str = "", *, namespace: Namespace | None = None, role: str = "viewer"
) -> tuple[ApiServiceAccount, str]:
    """Make an account as the host does; return it and its token."""
    issued = namespace_services.create_api_account(
        namespace_id=(namespace or get_root()).id,
        name=name or f"robot {next(_numbers)}",
        role=role,
        actor=system("test"),
        now=NOW,
    )
    return issued.account, issued.token


def make_pushed_directory(name: str = "") -> Directory:
    """Make a directory that an identity provider pushes to."""
    return directory_services.create_directory(
        name=name or f"pushed directory {next(_numbers)}",
        options={},
        actor=system("test"),
        now=NOW,
    )


def make_scim_token(directory: Directory) -> ScimToken:
    """Make a token that pushes to a directory."""
    issued = directory_services.create_scim_token(
        directory.pk, name="Okta", actor=system("test"), now=NOW
    )
    return issued.row


def make_held_run(directory: Directory) -> SyncRun:
    """Make a run of a directory that is held, and changes nothing."""
    return SyncRun.objects.create(
        directory=directory,
        state=RunState.HELD,
        trigger="schedule",
        started_by="test",
        plan=Plan().as_json(),
        created_at=NOW,
        modified_at=NOW,
    )


def make_data_source(record_type: str = "", **values: Any) -> ExternalDataSource:
    """Make a source of external data that was completely read at NOW."""
    defaults = {
        "record_type": record_type or f"example.com/records{next(_numbers)}",
        "foreign_key": "user.id",
        "url": "https://data.example.com/records.json",
        "complete_at": NOW,
        "created_at": NOW,
        "modified_at": NOW,
    }
    return ExternalDataSource.objects.create(**defaults | values)


def make_held_data_run(source: ExternalDataSource) -> DataRun:
    """Make a run of a source that is held, and changes nothing."""
    return DataRun.objects.create(
        source=source,
        state=RunState.HELD,
        trigger="schedule",
        started_by="test",
        reasons=["3 of 4 records are gone"],
        plan={"put": [], "gone": [], "new": 0, "count": 0}
        | {"fields": [], "validators": {}},
        created_at=NOW,
        modified_at=NOW,
    )


def make_trial() -> Trial:
    """Make a trial that a worker has made."""
    return Trial.objects.create(
        kind=TrialKind.DIRECTORY,
        state=TrialState.DONE,
        asked_by="test",
        asked={},
        result={"text": "it answered"},
        created_at=NOW,
        modified_at=NOW,
    )


def make_namespace(name: str = "", *, parent: Namespace | None = None) -> Namespace:
    """Make a namespace under `parent`, or under the root."""
    return namespace_services.create_namespace(
        parent_id=(parent or get_root()).id,
        name=name or f"namespace {next(_numbers)}",
        actor=system("test"),
        now=NOW,
    )


def grant(role: str, namespace: Namespace, **subject: Any) -> RoleBinding:
    """Give `user=`, `group=` or `service_account=` a role on a namespace."""
    return namespace_services.grant_role(
        namespace_id=namespace.id,
        role=role,
        actor=system("test"),
        now=NOW,
        **{f"{name}_id": row.id for name, row in subject.items()},
    )


def make_address(url: str = "https://example.com/names.json") -> FetchedAddress:
    """Make an address that policies may fetch, and that has not answered yet."""
    return FetchedAddress.objects.create(
        url=url, created_by="test", created_at=NOW, modified_at=NOW
    )


def make_policy(
    name: str = "",
    *,
    namespace: Namespace | None = None,
    source: str = "",
    **values: Any,
) -> Policy:
    """Make a policy through its service, so that it has its version 1.

    Without a text, it allows the people of example.com.
    """
    return policy_services.create_policy(
        namespace_id=(namespace or get_root()).id,
        name=name or f"policy {next(_numbers)}",
        source=source or EMPLOYEES,
        actor=system("test"),
        now=NOW,
        **values,
    )


def make_bare_route(
    *policies: Policy, namespace: Namespace | None = None, name: str = ""
) -> Route:
    """Make the row of a route with these policies; no rule of routes is looked at."""
    name = name or f"route {next(_numbers)}"
    route = Route.objects.create(
        namespace=namespace or get_root(),
        name=name,
        from_url=f"https://{name.replace(' ', '-').lower()}.example.com",
        host=f"{name.replace(' ', '-').lower()}.example.com",
        created_at=NOW,
        modified_at=NOW,
    )
    for position, policy in enumerate(policies):
        RoutePolicy.objects.create(route=route, policy=policy, position=position)
    return route


def make_route(
    name: str = "",
    *policies: Policy,
    namespace: Namespace | None = None,
    **settings: Any,
) -> Route:
    """Make a route through its service; `settings` are added to the usual ones.

    `from` is a word of Python's: give it as `from_`.
    """
    name = name or f"route {next(_numbers)}"
    host = slugify(name) or f"route-{next(_numbers)}"
    usual = {
        "from": settings.pop("from_", f"https://{host}.example.com"),
        "to": [f"http://{host}.internal:8080"],
    }
    return route_services.create_route(
        namespace_id=(namespace or get_root()).pk,
        name=name,
        settings=usual | settings,
        policy_ids=[policy.pk for policy in policies],
        actor=system("test"),
        now=NOW,
    )


def make_session(user: User, host: str, **values: Any) -> GatewaySession:
    """Make a session at a route's host, as a browser gets it."""
    nonce = "n" * 43
    address = gateway_services.promise_session(
        f"https://{host}/",
        challenge=challenge_of(nonce),
        actor=Actor(user_id=user.id, label=user.email),
        now=NOW,
        **values,
    )
    code = address.partition("code=")[2]
    begun = gateway_services.begin_session(
        code, challenge=challenge_of(nonce), host=host, address="203.0.113.7", now=NOW
    )
    assert begun is not None
    return GatewaySession.objects.get(key=key_of(begun.secret))


def make_decision(route: Route | None = None, **values: Any) -> Decision:
    """Make a line of the decision log: nobody was sent to sign in, at NOW."""
    known: dict[str, Any] = {}
    if route is not None:
        known = {
            "route_id": route.pk,
            "route": route.name,
            "namespace_id": route.namespace_id,
        }
    usual = {
        "at": NOW,
        "method": "GET",
        "host": route.host if route is not None else "gone.example.com",
        "path": "/",
        "address": "203.0.113.7",
        "outcome": "login",
        "status": 302,
        "reasons": ["user-unauthenticated"],
        "deployment": 1,
        "microseconds": 120,
        "proxy": "envoy",
        "recorder": "edge-1",
    }
    return Decision.objects.create(**usual | known | values)
