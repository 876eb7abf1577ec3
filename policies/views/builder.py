"""The builder of policies: a text as blocks, and the text after each change of them."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext, gettext_lazy

from console.core.actor import Actor
from console.core.exceptions import ValidationFailedError
from console.core.generic.pages import Page
from policies import selectors
from policies.language.editing import Override
from policies.translating import translated
from policies.views import builder_fields as fields

SECTIONS = (
    (
        "allow",
        gettext_lazy("Let in when"),
        gettext_lazy("Nobody is let in: add what must hold."),
    ),
    (
        "deny",
        gettext_lazy("Keep out when"),
        gettext_lazy("Nobody is kept out who was let in above."),
    ),
)
SWITCHES = {
    Override.AUTHENTICATED_USER: (
        gettext_lazy("Anybody who has signed in"),
        gettext_lazy("Every account that can sign in, of whatever organization."),
    ),
    Override.CORS_PREFLIGHT: (
        gettext_lazy("CORS preflight requests"),
        gettext_lazy("Browsers ask before a page of another origin may call."),
    ),
    Override.ACCEPT: (
        gettext_lazy("Everybody, without signing in"),
        gettext_lazy("Public access. Saving this needs the admin role."),
    ),
}


class BuilderFragment(Page):
    """The builder's part of a page, for a text and the change that was made in it."""

    template_name = "policies/partials/_builder.html"
    http_method_names = ["post", "options"]

    def post(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer with the blocks of the text, after the edit if there is one."""
        context = builder_context(
            request.POST.get("source", ""),
            actor=self.actor,
            request=_edit_from(request.POST.get("edit", "")),
            is_fixed=request.POST.get("readonly") == "true",
        )
        return self.render_to_response(self.get_context_data(**context))


def _edit_from(text: str) -> dict[str, Any] | None:
    if not text:
        return None
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise ValidationFailedError(gettext("the edit is no JSON object"))
    return found


def builder_context(
    source: str,
    *,
    actor: Actor,
    request: dict[str, Any] | None = None,
    is_fixed: bool = False,
) -> dict[str, Any]:
    """Return what partials/_builder.html shows."""
    built = selectors.build(source, actor=actor, request=request)
    context: dict[str, Any] = {"built": built, "is_fixed": is_fixed}
    if built.tree is None:
        return context
    blocks = [_block(one, built) for one in built.tree["blocks"]]
    context["is_fixed"] = is_fixed or not built.tree["is_editable"]
    context["switches"] = [
        {
            "name": switch.value,
            "label": label,
            "help": text,
            "is_on": built.tree["overrides"][switch.value],
            "warns": switch is Override.ACCEPT,
            "edit": _edit("set-override", override=switch.value),
        }
        for switch, (label, text) in SWITCHES.items()
    ]
    context["sections"] = [
        {
            "action": action,
            "title": title,
            "empty": empty,
            "blocks": [one for one in blocks if one["action"] == action],
            "add": _edit("add-block", action=action),
            "paste": _edit("paste", action=action),
        }
        for action, title, empty in SECTIONS
    ]
    context["groups"] = _offers()
    context["operators"] = translated(fields.CATALOG["operators"])
    return context


def _offers() -> list[dict[str, Any]]:
    return [
        group
        | {
            "criteria": [
                one | {"start": json.dumps(one["start"])} for one in group["criteria"]
            ]
        }
        for group in fields.choices()
    ]


def _block(block: dict[str, Any], built: selectors.Built) -> dict[str, Any]:
    if block["kind"] == "opaque":
        return block | {"problems": _problems(block, built)}
    at, count = block["id"], len(block["criteria"])
    criteria = [
        _criterion(one, number, count, built)
        for number, one in enumerate(block["criteria"])
    ]
    return block | {
        "criteria": criteria,
        "change": _edit("change-operator", at=at),
        "comment_edit": _edit("set-comment", at=at),
        "duplicate": _edit("duplicate-block", at=at),
        "remove": _edit("remove-block", at=at),
        "add": _edit("add-criterion", at=at),
    }


def _criterion(
    one: dict[str, Any], number: int, count: int, built: selectors.Built
) -> dict[str, Any]:
    at = one["id"]
    block = at.rpartition("/")[0]
    context = one | {
        "problems": _problems(one, built),
        "is_touched": built.touched is not None
        and built.touched[0] <= one["line"] <= built.touched[1],
        "remove": _edit("remove-criterion", at=at),
        "duplicate": _edit("duplicate-criterion", at=at),
        "up": number > 0 and _edit("move-criterion", at=at, to=f"{block}/{number - 1}"),
        "down": number + 1 < count
        and _edit("move-criterion", at=at, to=f"{block}/{number + 1}"),
        "comment_edit": _edit("set-comment", at=at),
    }
    if one["kind"] == "opaque":
        return context
    entry = fields.BY_NAME[one["name"]]
    shape = fields.shape_of(one)
    tests, operators = one["tests"] or [], translated(entry["tests"])
    return context | {
        "help": translated(entry["help"]),
        "takes_sub_path": entry["takes_sub_path"],
        "shape": shape,
        "is_scalar": shape == "tests" and not isinstance(one["data"], dict),
        "fields": fields.fields_of(one, built.offers)
        if shape not in {"none", "tests"}
        else [],
        "extra": fields.record_fields(one, built.offers),
        "claims": built.offers.claims if entry["takes_sub_path"] else (),
        "certificate": _edit("add-certificate", at=at)
        if one["widget"] == "certificate" and entry["matcher"] == "certificate"
        else "",
        "rows": [
            {
                "test": test,
                "field": (found := fields.field_of_test(one, test)),
                "is_blank": not (found.value or found.values or found.found),
                "unknown": [text for text, _ in found.found if text in built.unknown],
                "operators": operators,
            }
            for test in tests
        ],
        "set_data": _edit("set-data", at=at),
        "rename": _edit("set-criterion", at=at),
    }


def _problems(part: dict[str, Any], built: selectors.Built) -> list[Any]:
    return [
        problem
        for problem in built.problems
        if part["line"] <= problem.span.line <= part["last_line"]
    ]


def _edit(name: str, **arguments: Any) -> str:
    return json.dumps({"edit": name, **arguments})
