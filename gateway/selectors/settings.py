"""Which settings of the gateway hold where, and where each of them comes from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from console.core.actor import Actor
from gateway.models import GatewaySettings
from gateway.settings_table import DEFAULTS, TABLE, GatewaySetting
from gateway.snapshot import put_together
from namespaces import access
from namespaces import selectors as namespace_selectors
from namespaces.permissions import Permission

if TYPE_CHECKING:
    from namespaces.models import Namespace


@dataclass(frozen=True, slots=True)
class Held:
    """One setting in one namespace.

    Attributes:
        own: its value in the namespace itself, None where that leaves it out.
        value: what holds there.
        otherwise: what would hold without a value of its own.
        source: where `otherwise` is set, None for the default.
    """

    setting: GatewaySetting
    own: Any
    value: Any
    otherwise: Any
    source: "Namespace | None"


@dataclass(frozen=True, slots=True)
class HeldSettings:
    """All settings that something can have, and the version of its own."""

    version: int
    held: tuple[Held, ...]

    @property
    def own(self) -> dict[str, Any]:
        """What it sets itself."""
        return {one.setting.key: one.own for one in self.held if one.own is not None}

    @property
    def values(self) -> dict[str, Any]:
        """What holds there."""
        return {
            one.setting.key: one.value for one in self.held if one.value is not None
        }


@dataclass(frozen=True, slots=True)
class SettingsOf(HeldSettings):
    """All settings that a namespace can have."""

    namespace: "Namespace"


def settings_of(
    namespace: "Namespace", *, cluster: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Return what holds in a namespace, whoever may know it, defaults included.

    `cluster` are values that a cluster sets for itself: they count over those of the
    root, and those of namespaces below the root count over them.
    """
    chain = namespace_selectors.list_chain(namespace)
    own = read_own(one.pk for one in chain)
    found = {**DEFAULTS, **own.get(chain[0].pk, {}), **(cluster or {})}
    for one in chain[1:]:
        found |= own.get(one.pk, {})
    return found


def root_settings() -> dict[str, Any]:
    """Return what holds at the root, defaults included, in one query."""
    row = GatewaySettings.objects.filter(namespace__depth=0).first()
    return {**DEFAULTS, **(row.values if row else {})}


def get_settings(namespace_id: UUID | str, *, actor: Actor) -> SettingsOf:
    """Return the settings of a namespace, for whoever may change them there.

    Raises:
        NamespaceNotFoundError: it isn't there, or the actor may not see it.
        PermissionDeniedError: the actor is no admin there.
    """
    namespace = access.check_can(actor, Permission.SETTINGS_EDIT, namespace_id)
    return read_settings_of(namespace)


def read_settings_of(namespace: "Namespace") -> SettingsOf:
    """Return the settings of a namespace, each with where it comes from."""
    chain = namespace_selectors.list_chain(namespace)
    rows = {
        one.namespace_id: one
        for one in GatewaySettings.objects.filter(
            namespace__in=[one.pk for one in chain]
        )
    }
    row = rows.get(namespace.pk)
    above = [one for one in chain if one.pk in rows and one.pk != namespace.pk]
    held = tuple(
        _held(one, row, [(place, rows[place.pk].values) for place in above])
        for one in TABLE
        if one.is_local or namespace.depth == 0
    )
    return SettingsOf(row.version if row else 0, held, namespace)


def _held(
    setting: GatewaySetting,
    row: GatewaySettings | None,
    above: "Iterable[tuple[Namespace, Mapping[str, Any]]]",
) -> Held:
    otherwise, source = setting.default, None
    for place, values in above:
        if setting.key in values:
            otherwise, source = values[setting.key], place
    own = row.values.get(setting.key) if row else None
    return Held(setting, own, otherwise if own is None else own, otherwise, source)


def build_settings(tree: "Iterable[Namespace]") -> dict[str, Any]:
    """Return all settings as a deployment carries them; parents before children."""
    rows = GatewaySettings.objects.values_list("namespace_id", "values")
    own = {str(pk): values for pk, values in rows}
    if not own:
        return {}
    parents = {
        str(one.pk): str(one.parent_id) if one.parent_id else None for one in tree
    }
    root = next(pk for pk, parent in parents.items() if parent is None)
    return put_together(root, own, parents)


def read_own(ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    """Return what namespaces set themselves, of those that set anything."""
    rows = GatewaySettings.objects.filter(namespace__in=list(ids))
    return dict(rows.values_list("namespace_id", "values"))
