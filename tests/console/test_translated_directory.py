"""What kinds of directories and of their accounts ask for is shown in the reader's
language."""

from collections.abc import Iterator

import pytest
from django import forms
from django.utils import translation

from console.ui.credential_forms import CredentialForm, scope_help_of
from console.ui.directory_forms import DirectoryForm
from directory.credential_kinds import KINDS
from directory.providers import PROVIDERS
from tests.console.bracketed import LANGUAGE, needs_gettext, outside

pytestmark = needs_gettext
# Attributes, programs and rights are called so in every language.
NAMES = {
    *("userName", "displayName", "OpenLDAP", "Active", "Directory"),
    *("read", "org", "user", "email", "users", "roles", "role_members"),
}


@pytest.fixture(autouse=True)
def reading(languages: None) -> Iterator[None]:
    """Read in the language of brackets."""
    with translation.override(LANGUAGE):
        yield


def left_in(form: forms.BaseForm) -> list[str]:
    """Return the words of a form that stand in no brackets."""
    texts = []
    for field in form.fields.values():
        texts += [str(field.label), str(field.help_text)]
        texts += [str(text) for _, text in getattr(field, "choices", ())]
    return [word for word in outside(" ".join(texts)) if word not in NAMES]


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.code)
def test_what_an_account_is_made_of(kind: object) -> None:
    code = kind.code  # type: ignore[attr-defined]

    assert left_in(CredentialForm(kind=code)) == []
    assert outside(scope_help_of(code)) == []


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda one: one.code)
def test_what_a_directory_is_read_with(provider: object) -> None:
    assert left_in(DirectoryForm(kind=provider.code)) == []  # type: ignore[attr-defined]
