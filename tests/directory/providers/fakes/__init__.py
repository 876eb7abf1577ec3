"""Fakes that speak the documented wire protocol of each provider over real HTTP."""

from tests.directory.providers.fakes.auth0 import FakeAuth0
from tests.directory.providers.fakes.cognito import FakeCognito
from tests.directory.providers.fakes.entra import FakeEntra
from tests.directory.providers.fakes.github import FakeGitHub
from tests.directory.providers.fakes.gitlab import FakeGitLab
from tests.directory.providers.fakes.google import FakeGoogle
from tests.directory.providers.fakes.http_json import FakeJson
from tests.directory.providers.fakes.keycloak import FakeKeycloak
from tests.directory.providers.fakes.okta import FakeOkta
from tests.directory.providers.fakes.onelogin import FakeOneLogin
from tests.directory.providers.fakes.ping import FakePing
from tests.directory.providers.fakes.scim import FakeScim
from tests.directory.providers.fakes.server import Fake

FAKES: tuple[type[Fake], ...] = (
    FakeAuth0,
    FakeCognito,
    FakeEntra,
    FakeGitHub,
    FakeGitLab,
    FakeGoogle,
    FakeJson,
    FakeKeycloak,
    FakeOkta,
    FakeOneLogin,
    FakePing,
    FakeScim,
)
NESTING = frozenset({"entra", "github", "google", "keycloak", "scim"})
