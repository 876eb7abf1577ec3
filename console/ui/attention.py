"""What a person should look at, on the first page."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.urls import reverse
from django.utils.translation import gettext, ngettext

from console.core.actor import Actor
from directory import selectors as directory_selectors
from gateway import selectors as gateway_selectors
from namespaces import selectors as namespace_selectors
from policies import selectors as policy_selectors

if TYPE_CHECKING:
    from routes.selectors import Survey

SHOWN = 5
MOST_COUNTED = 100
SOON = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class Matter:
    """Something to look at: how much of it, why, and its first few things."""

    count: str
    label: str
    icon: str
    why: str
    entries: Sequence[dict[str, str]]


def list_attention(survey: "Survey", *, actor: Actor, now: datetime) -> list[Matter]:
    """Return what there is; nothing when all is well."""
    found = [
        *_routes(survey),
        _quarantined(actor),
        _idle_policies(actor),
        _ending_roles(actor, now),
        _ending_accounts(actor, now),
        _ending_certificates(actor, now),
        _troubled_directories(actor, now),
        _troubled_sources(actor, now),
    ]
    return [matter for matter in found if matter.entries]


def _routes(survey: "Survey") -> Iterator[Matter]:
    about = "" if survey.is_complete else gettext("at least ")
    yield Matter(
        count=f"{about}{len(survey.closed)}",
        label=ngettext("closed route", "closed routes", len(survey.closed)),
        icon="deny",
        why=gettext("No policy lets anybody in."),
        entries=[_thing(one, "routes:route-detail") for one in survey.closed[:SHOWN]],
    )
    anyone = survey.open_to_anyone
    yield Matter(
        count=f"{about}{len(anyone)}",
        label=ngettext("route open to anyone", "routes open to anyone", len(anyone)),
        icon="public",
        why=gettext("A policy lets people in who have not signed in."),
        entries=[_thing(one, "routes:route-detail") for one in anyone[:SHOWN]],
    )


def _quarantined(actor: Actor) -> Matter:
    found = policy_selectors.list_quarantined(actor)
    return Matter(
        count=str(len(found)),
        label=ngettext("policy in quarantine", "policies in quarantine", len(found)),
        icon="alert",
        why=gettext("They broke their limits three times, and refuse everybody since."),
        entries=[_thing(one, "policies:policy-detail") for one in found[:SHOWN]],
    )


def _idle_policies(actor: Actor) -> Matter:
    columns = ("name", "namespace__name")
    unattached = policy_selectors.list_unattached(actor).only(*columns)
    idle = list(unattached[: MOST_COUNTED + 1])
    count = len(idle)
    is_more = count > MOST_COUNTED
    return Matter(
        count=gettext("more than %(most_counted)s") % {"most_counted": MOST_COUNTED}
        if is_more
        else str(count),
        label=ngettext("policy attached nowhere", "policies attached nowhere", count),
        icon="policy",
        why=gettext(
            "They do nothing until they are attached to a route or a namespace."
        ),
        entries=[_thing(one, "policies:policy-detail") for one in idle[:SHOWN]],
    )


def _ending_roles(actor: Actor, now: datetime) -> Matter:
    ending = namespace_selectors.list_ending_roles(actor, before=now + SOON)
    return Matter(
        count=str(len(ending)),
        label=ngettext("role ends soon", "roles end soon", len(ending)),
        icon="clock",
        why=gettext("Within two weeks."),
        entries=[
            {
                "name": str(one.user or one.group or one.service_account),
                "url": reverse(
                    "namespaces:namespace-roles", args=[one.content_object_id]
                ),
                "note": one.content_object.name,
            }
            for one in ending[:SHOWN]
        ],
    )


def _troubled_directories(actor: Actor, now: datetime) -> Matter:
    found = directory_selectors.list_troubles(actor, now=now)
    return Matter(
        count=str(len(found)),
        label=ngettext("directory needs you", "directories need you", len(found)),
        icon="group",
        why=gettext(
            "What was read completely last stays in force until it is too old."
        ),
        entries=[
            {
                "name": directory.name,
                "url": reverse("directory:directory-detail", args=[directory.pk]),
                "note": text,
            }
            for directory, text in found[:SHOWN]
        ],
    )


def _troubled_sources(actor: Actor, now: datetime) -> Matter:
    found = directory_selectors.list_data_troubles(actor, now=now)
    return Matter(
        count=str(len(found)),
        label=ngettext("data source needs you", "data sources need you", len(found)),
        icon="data",
        why=gettext("Criteria on its records refuse once they are too old."),
        entries=[
            {
                "name": source.record_type,
                "url": reverse("directory:data-source-detail", args=[source.pk]),
                "note": text,
            }
            for source, text in list(found.items())[:SHOWN]
        ],
    )


def _ending_accounts(actor: Actor, now: datetime) -> Matter:
    ending = directory_selectors.list_ending_accounts(actor, before=now + SOON)
    return Matter(
        count=str(len(ending)),
        label=ngettext(
            "credential expires soon", "credentials expire soon", len(ending)
        ),
        icon="key",
        why=gettext(
            "Without it, people and groups are no longer read from the provider."
        ),
        entries=[
            {
                "name": one.name,
                "url": reverse("directory:credential-detail", args=[one.pk]),
                "note": "",
            }
            for one in ending[:SHOWN]
        ],
    )


def _ending_certificates(actor: Actor, now: datetime) -> Matter:
    before = now + gateway_selectors.WARN_BEFORE
    ending = gateway_selectors.list_certificates(actor).filter(ends_at__lte=before)
    found = list(ending.order_by("ends_at", "pk"))
    return Matter(
        count=str(len(found)),
        label=ngettext("certificate ends soon", "certificates end soon", len(found)),
        icon="clock",
        why=gettext("Browsers refuse hosts whose certificate has ended."),
        entries=[
            {
                "name": one.name,
                "url": reverse("gateway:certificate-list"),
                "note": f"{one.ends_at:%Y-%m-%d}",
            }
            for one in found[:SHOWN]
        ],
    )


def _thing(row: Any, page: str) -> dict[str, str]:
    return {
        "name": row.name,
        "url": reverse(page, args=[row.pk]),
        "note": row.namespace.name,
    }
