"""The gallery's pages, in the product's own frame and under its own policy."""

import json
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import path
from django.views.decorators.http import require_POST

from tests.frontend.gallery import content

PAGES = Path(__file__).parent


def page(name: str, **extra: Any) -> Any:
    """Make a view of the page `name`."""

    @login_not_required
    def view(request: HttpRequest) -> HttpResponse:
        context = {key.lower(): value for key, value in vars(content).items()}
        form = content.RouteForm({} if "errors" in request.GET else None)
        shell = {
            "title": f"Gallery: {name}",
            "namespace_path": content.PATH,
            "current_namespace": {"name": "Web"},
            "namespace_picker_url": "/tree/",
            "search_url": "/lists/",
            "person": {"name": "Ada Marsh", "email": "ada@example.com"},
            "account_url": "#account",
            "sign_out_url": "/done/out",
            "rows": content.route_rows(),
            "form": form,
        }
        template = engines["django"].from_string((PAGES / f"{name}.html").read_text())
        return HttpResponse(template.render(context | shell | extra, request))

    return view


@login_not_required
@require_POST
def done(request: HttpRequest, what: str) -> HttpResponse:
    """Pretend to do something, and say so."""
    chosen = ", ".join(request.POST.getlist("ids"))
    text = f"Done: {what} {chosen}".rstrip() + "."
    messages.success(request, text, extra_tags="undo:/done/undo")
    return redirect("/lists/")


@login_not_required
@require_POST
def lint(request: HttpRequest) -> JsonResponse:
    """Find fault with each `emial`, as the product's linter would."""
    text = json.loads(request.body)["text"]
    problems = []
    for number, line in enumerate(text.split("\n"), start=1):
        column = line.find("emial")
        if column < 0:
            continue
        start = sum(len(one) + 1 for one in text.split("\n")[: number - 1]) + column
        problems.append(
            {
                "code": "unknown_criterion",
                "severity": "error",
                "message": "unknown criterion `emial`",
                "line": number,
                "column": column + 1,
                "length": 5,
                "suggestion": "did you mean `email`?",
                "fix": {
                    "label": "Write `email`",
                    "start": start,
                    "end": start + 5,
                    "insert": "email",
                },
            }
        )
    return JsonResponse({"problems": problems})


@login_not_required
def completion(request: HttpRequest) -> JsonResponse:
    """Answer what the editor may offer."""
    return JsonResponse(content.COMPLETION)


urlpatterns = [
    path("", page("lists")),
    path("lists/", page("lists")),
    path("empty/", page("lists", rows=[])),
    path("forms/", page("forms")),
    path("facts/", page("facts")),
    path("editor/", page("editor")),
    path("bare/", page("bare")),
    path("tree/", page("tree")),
    path("done/<what>", done),
    path("lint/", lint),
    path("completion/", completion),
]
