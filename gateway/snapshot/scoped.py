"""Settings of the gateway as a snapshot carries them, and what holds where.

The root's values lie on top, under their keys. Namespaces with values of their own are
beside them under `SCOPED`: their values, which of them each namespace below comes to
first, and which one comes next on the way up.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

SCOPED: Final = "namespaces"
OWN: Final = "own"
NEAREST: Final = "nearest"
ABOVE: Final = "above"


def settings_at(
    settings: Mapping[str, Any],
    namespace_id: str,
    *,
    cluster: Mapping[str, Any] | None = None,
) -> dict[str, Any]:
    """Return what is set for a namespace: its own, then what is set above it.

    Defaults are not among it: whoever acts on a setting knows its own. `cluster` are
    values that a cluster has for itself; they count over those of the root.
    """
    scoped = settings.get(SCOPED) or {NEAREST: {}}
    place = scoped[NEAREST].get(namespace_id)
    found = {key: value for key, value in settings.items() if key != SCOPED}
    found |= cluster or {}
    if place is None:
        return found
    chain = [place]
    while chain[-1] in scoped[ABOVE]:
        chain.append(scoped[ABOVE][chain[-1]])
    for one in reversed(chain):
        found |= scoped[OWN][one]
    return found


def own_settings(settings: Mapping[str, Any], root_id: str) -> dict[str, Any]:
    """Return the values that each namespace has of its own, where there are any."""
    scoped = settings.get(SCOPED)
    of_root = {key: value for key, value in settings.items() if key != SCOPED}
    found = dict(scoped[OWN]) if scoped else {}
    return found | ({root_id: of_root} if of_root else {})


def put_together(
    root_id: str,
    own: Mapping[str, Mapping[str, Any]],
    parents: Mapping[str, str | None],
) -> dict[str, Any]:
    """Return settings as a snapshot carries them.

    `own` are the values of each namespace that has any; `parents` leads from each
    namespace to the one above it, parents before children.
    """
    found: dict[str, Any] = dict(own.get(root_id, {}))
    local = {pk: dict(values) for pk, values in own.items() if values and pk != root_id}
    if not local:
        return found
    nearest: dict[str, str] = {}
    above: dict[str, str] = {}
    for pk, parent in parents.items():
        inherited = nearest.get(parent) if parent is not None else None
        if pk in local:
            nearest[pk] = pk
            if inherited is not None:
                above[pk] = inherited
        elif inherited is not None:
            nearest[pk] = inherited
    found[SCOPED] = {OWN: local, NEAREST: nearest, ABOVE: above}
    return found
