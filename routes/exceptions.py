"""What can go wrong with routes."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext, gettext_noop, ngettext

from console.core.exceptions import (
    ConflictError,
    NotFoundError,
    PermissionDeniedError,
    ValidationFailedError,
)
from policies.translating import translated

if TYPE_CHECKING:
    from routes.validation import Problem


class RouteNotFoundError(NotFoundError):
    code = "route_not_found"
    default_message = gettext_noop("there is no such route, or you may not see it")


class RouteSettingsError(ValidationFailedError):
    """Settings can't be used; `details["problems"]` holds all that is wrong.

    Each problem has `route` (its number among several), `path`, `key`, `message` and
    `remedy`.
    """

    code = "route_settings"

    def __init__(self, problems: Iterable[tuple[int, "Problem"]]) -> None:
        found = [(number, translated(one)) for number, one in problems]
        fields: dict[str, list[str]] = {}
        for _, problem in found:
            fields.setdefault(problem.key, []).append(problem.sentence)
        count = len(found)
        super().__init__(
            ngettext(
                "the settings have %(count)s problem",
                "the settings have %(count)s problems",
                count,
            )
            % {"count": count},
            fields=fields,
            details={"problems": [_as_json(number, one) for number, one in found]},
        )


def _as_json(number: int, problem: "Problem") -> dict[str, Any]:
    return {
        "route": number,
        "path": [
            step if isinstance(step, int) else step.encode(errors="replace").decode()
            for step in problem.path
        ],
        "key": problem.key,
        "message": problem.message,
        "remedy": problem.remedy,
    }


class UnknownPolicyError(ValidationFailedError):
    """The same whether a policy isn't there, isn't to be seen, or lives elsewhere."""

    code = "unknown_policy"

    def __init__(self, ids: Sequence[object]) -> None:
        texts = [gettext("unknown policy `%(id)s`") % {"id": one} for one in ids]
        super().__init__(texts[0], fields={"policies": texts})


class RouteNameTakenError(ConflictError):
    code = "route_name_taken"


class RouteAddressTakenError(ConflictError):
    """Another route answers at exactly this address."""

    code = "route_address_taken"


class HostOwnedError(ConflictError):
    """The host belongs to another namespace, which is named only to who may see it."""

    code = "host_owned"


class HostRestingError(ConflictError):
    """The host was given up not long ago."""

    code = "host_resting"


class HostsSharedError(ConflictError):
    """Other routes of a host would stay behind in its owner's namespace."""

    code = "hosts_shared"


class WildcardHostError(PermissionDeniedError):
    code = "wildcard_host"
    default_message = gettext_noop(
        "a host with `*` stands for names of every team; an admin of the "
        "root namespace has to make it"
    )


class UpstreamOwnedError(ConflictError):
    """An upstream is registered to another namespace, which did not consent."""

    code = "upstream_owned"


class RouteOpenToAnyoneError(PermissionDeniedError):
    code = "open_to_anyone"
    default_message = gettext_noop(
        "after this, somebody who has not signed in could be let in; "
        "only an admin may do it"
    )


class FileSettingError(PermissionDeniedError):
    """A setting names a file on the proxy's machine, and the actor is no admin."""

    code = "file_setting"

    def __init__(self, keys: Sequence[str]) -> None:
        text = (
            "this names a file that the proxy reads as itself; only an admin may set "
            "it, anybody may give the content instead"
        )
        super().__init__(f"`{keys[0]}`: {text}", fields={key: [text] for key in keys})


class RoutesDependError(ConflictError):
    """Routes elsewhere need what would go."""

    code = "routes_depend"


class PoliciesOutOfReachError(ConflictError):
    """Policies that are picked would not be seen any more where the route goes."""

    code = "policies_out_of_reach"


class EnforcedPoliciesLeaveError(PermissionDeniedError):
    """A move would take a route out from under policies that are enforced on it."""

    code = "enforced_policies_leave"


class PolicyGoneError(ConflictError):
    """A deleted route had a policy that isn't there any more."""

    code = "policy_gone"


class ImportNotFoundError(NotFoundError):
    code = "import_not_found"
    default_message = gettext_noop("there is no such import, or you may not see it")


class ImportNotReadyError(ConflictError):
    code = "import_not_ready"
    default_message = gettext_noop("this import has problems, is under way, or is done")


class ImportChangedError(ConflictError):
    """What an import would do is no longer what was shown."""

    code = "import_changed"
    default_message = gettext_noop(
        "routes or policies have changed since this was shown; look at it again"
    )


class ExportRefusedError(ConflictError):
    """Core can't be told some policies; `details["refusals"]` lists routes and why."""

    code = "export_refused"
