"""Pages of directories: where people and groups come from, and each reading of them."""

from functools import cached_property
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, gettext_lazy, gettext_noop

from console.core.exceptions import ConsoleError
from console.core.generic.pages import (
    ActionView,
    ActorMixin,
    F,
    FormPage,
    ListPage,
    Page,
    add_errors,
)
from console.ui import directory_runs as display
from console.ui import trials
from console.ui.directory_forms import DirectoryForm, EditDirectoryForm
from console.ui.scim_tokens import scim_address
from directory import selectors, services
from directory.listings import DirectoryListing
from directory.providers import BY_CODE, pushed

RECENT = 20
TOKEN_COLUMNS = (
    {"label": gettext_lazy("Token")},
    {"label": gettext_lazy("Last used"), "hide": "narrow"},
    {"label": gettext_lazy("Ends")},
)


class DirectoriesPage(ListPage):
    """All of them, with how the last run went."""

    title = gettext_noop("Directories")
    template_name = "directory/directory_list.html"
    listing = DirectoryListing()

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Refuse those to whom the list would look empty; add the troubles."""
        selectors.check_may_edit_directory(self.actor)
        context = super().get_context_data(**kwargs)
        troubles = {
            one.pk: text
            for one, text in selectors.list_troubles(self.actor, now=self.now)
        }
        rows = [
            {
                "directory": one,
                "provider": provider_name(one.provider),
                "trouble": troubles.get(one.pk, ""),
            }
            for one in context["list"].rows
        ]
        return context | {"rows": rows}


def provider_name(code: str) -> str:
    """Return what people call a provider."""
    return BY_CODE[code].name if code in BY_CODE else code.title()


class _OfDirectory(ActorMixin):
    @cached_property
    def directory(self) -> Any:
        """The directory of the URL."""
        return selectors.get_directory(self.kwargs["id"], actor=self.actor)

    @property
    def page_url(self) -> str:
        """Its own page."""
        return reverse("directory:directory-detail", args=[self.directory.pk])


class DirectoryPage(_OfDirectory, Page):
    """A directory: how it is read, and how that went."""

    template_name = "directory/directory_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add its facts and its latest runs."""
        directory = self.directory
        runs = selectors.list_runs(self.actor).filter(directory=directory)[:RECENT]
        shown = [display.run_row(run) for run in runs]
        troubles = dict(selectors.list_troubles(self.actor, now=self.now))
        if directory.provider == pushed.CODE:
            kwargs |= {
                "scim_address": scim_address(self.request, directory),
                "tokens": selectors.list_scim_tokens(self.actor).filter(
                    directory=directory
                ),
                "token_columns": TOKEN_COLUMNS,
            }
        return super().get_context_data(
            title=directory.name,
            directory=directory,
            provider=provider_name(directory.provider),
            options=_options_of(directory),
            trouble=troubles.get(directory, ""),
            is_busy=any(display.is_under_way(run) for run in runs),
            run_columns=display.RUN_COLUMNS,
            runs=shown,
            **kwargs,
        )


def _options_of(directory: Any) -> list[dict[str, Any]]:
    known = BY_CODE.get(directory.provider)
    return [
        {
            "label": gettext(one.label),
            "value": directory.options.get(one.name, one.default),
        }
        for one in (known.options if known else ())
    ]


class _DirectoryForm(FormPage[F]):
    template_name = "directory/directory_form.html"
    account_id: Any = None

    def form_valid(self, form: F) -> HttpResponse:
        """Save, or only try the connection."""
        if "test" not in self.request.POST:
            return super().form_valid(form)
        trial = None
        try:
            trial = services.try_directory(
                account_id=self.account_id,
                options=form.values["options"],  # type: ignore[attr-defined]
                actor=self.actor,
                now=self.now,
            )
        except ConsoleError as error:
            add_errors(form, error)
        shown = trials.shown(trial) if trial else None
        return self.render_to_response(self.get_context_data(form=form, trial=shown))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add where to go back to."""
        return super().get_context_data(cancel_url=self.cancel_url, **kwargs)

    @property
    def cancel_url(self) -> str:
        """The list."""
        return reverse("directory:directory-list")


class CreateDirectoryPage(_DirectoryForm[DirectoryForm]):
    """First the account that it is read with, then what it takes."""

    form_class = DirectoryForm
    title = gettext_noop("New directory")

    @cached_property
    def account(self) -> Any:
        """The chosen account; None before there is one."""
        try:
            asked = self.request.GET.get("account") or self.request.POST.get("account")
            wanted = UUID(asked or "")
        except ValueError:
            return None
        return selectors.get_service_account(wanted, actor=self.actor)

    @property
    def is_pushed(self) -> bool:
        """Whether the provider pushes, so that there is no account."""
        return "push" in self.request.GET

    @property
    def account_id(self) -> Any:
        """Its id; None where the provider pushes."""
        if self.is_pushed:
            return None
        return self.account.pk if self.account else UUID(int=0)

    def get_form_kwargs(self) -> dict[str, Any]:
        """Shape the form after the provider; only for those who may."""
        selectors.check_may_edit_directory(self.actor)
        kind = self.account.kind if self.account else ""
        kind = pushed.CODE if self.is_pushed else kind
        return super().get_form_kwargs() | {"kind": kind}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add the accounts to choose from."""
        accounts = selectors.list_service_accounts(self.actor)
        return super().get_context_data(
            account=self.account,
            is_pushed=self.is_pushed,
            accounts=[
                (one, provider_name(one.kind))
                for one in accounts
                if one.kind in BY_CODE
            ],
            **kwargs,
        )

    def save(self, form: DirectoryForm) -> str:
        """Add it; its first run begins within a minute."""
        directory = services.create_directory(
            account_id=self.account_id, actor=self.actor, now=self.now, **form.values
        )
        messages.success(
            self.request,
            gettext("%(name)s waits for pushes; give the provider a token.")
            % {"name": directory.name}
            if self.is_pushed
            else gettext("%(name)s will be read in a moment.")
            % {"name": directory.name},
        )
        return reverse("directory:directory-detail", args=[directory.pk])


class EditDirectoryPage(_OfDirectory, _DirectoryForm[EditDirectoryForm]):
    """Change options, schedule and brake."""

    form_class = EditDirectoryForm
    success_message = "Saved."

    @property
    def account_id(self) -> Any:
        """The account that it is read with."""
        return self.directory.account_id or UUID(int=0)

    @property
    def cancel_url(self) -> str:
        """Its page."""
        return self.page_url

    def get_title(self) -> str:
        """Its name."""
        return gettext("Edit %(name)s") % {"name": self.directory.name}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Shape the form after the directory."""
        return super().get_form_kwargs() | {"directory": self.directory}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Show the form at once: the account is known."""
        return super().get_context_data(
            account=self.directory.account or True,
            is_pushed=self.directory.provider == pushed.CODE,
            **kwargs,
        )

    def save(self, form: EditDirectoryForm) -> str:
        """Save it."""
        services.update_directory(
            self.directory.pk,
            version=form.cleaned_data["version"],
            actor=self.actor,
            now=self.now,
            **form.values,
        )
        return self.page_url


class StartRun(_OfDirectory, ActionView):
    """Read it now; with `dry`, only to see what would change."""

    def carry_out(self) -> str:
        """Let a worker begin."""
        try:
            run = services.start_sync(
                self.directory.pk,
                is_dry_run="dry" in self.request.POST,
                actor=self.actor,
                now=self.now,
            )
        except ConsoleError as error:
            if error.http_status in {403, 404}:
                raise
            messages.warning(self.request, error.message.capitalize())
            return self.page_url
        return reverse("directory:run-detail", args=[run.pk])


class _OfRun(ActorMixin):
    @cached_property
    def run(self) -> Any:
        """The run of the URL."""
        return selectors.get_run(self.kwargs["id"], actor=self.actor)


class RunPage(_OfRun, Page):
    """One run: how far it is, what it found, what it does to access, its log."""

    template_name = "directory/run_detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add everything that is known of it."""
        run = self.run
        context = {
            "title": gettext("Run of %(name)s") % {"name": run.directory.name},
            "run": run,
            "badge": display.badge_of(run),
            "how": display.trigger_of(run),
            "changes": display.changes_of(run) if run.counts else [],
            "differences": display.differences_of(run),
            "difference_columns": display.DIFFERENCE_COLUMNS,
            "is_cut": len(run.differences)
            < sum(run.counts.get(name, 0) for name, _ in display.CHANGES),
            "effect_columns": display.EFFECT_COLUMNS,
            "problem_columns": display.PROBLEM_COLUMNS,
            "is_held": run.state == "held",
            **kwargs,
        }
        if display.is_under_way(run):
            context["progress"] = display.progress_of(run)
        return super().get_context_data(**context)


class RunProgress(_OfRun, ActorMixin):
    """How far a run is; tells the page to reload when it is over."""

    http_method_names = ["get", "head", "options"]

    def get(self, request: HttpRequest, **_: Any) -> HttpResponse:
        """Answer with the progress, which asks again in a second."""
        if not display.is_under_way(self.run):
            response = HttpResponse(status=204)
            response["HX-Refresh"] = "true"
            return response
        return render(
            request, "components/progress.html", display.progress_of(self.run)
        )


class _Decide(_OfRun, ActionView):
    done = ""

    def decide(self) -> None:
        """Call the service."""
        raise NotImplementedError

    def carry_out(self) -> str:
        """Decide, or say why that can't be done any more."""
        try:
            self.decide()
        except ConsoleError as error:
            if error.http_status in {403, 404}:
                raise
            messages.warning(self.request, error.message.capitalize())
        else:
            messages.success(self.request, gettext(self.done))
        return reverse("directory:run-detail", args=[self.run.pk])


class ReleaseRun(_Decide):
    """Let a held run be written as it was looked at."""

    done = gettext_noop("The changes are in force.")

    def decide(self) -> None:
        """Write it."""
        services.release_run(self.run.pk, actor=self.actor, now=self.now)


class DiscardRun(_Decide):
    """Throw a held run away."""

    done = gettext_noop("The run is discarded; everything stays as it was.")

    def decide(self) -> None:
        """Discard it."""
        services.discard_run(self.run.pk, actor=self.actor, now=self.now)
