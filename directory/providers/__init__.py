"""Every kind of directory that can be read, and opening a run with one.

Each kind is one declaration in a module of its own. What is read is records
(`records`), not yet people and groups of ours: that is `directory.sync`'s.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from directory.providers import (
    auth0,
    cognito,
    entra,
    github,
    gitlab,
    google,
    http_json,
    keycloak,
    ldap,
    okta,
    onelogin,
    ping,
    pushed,
    scim,
)
from directory.providers.base import Options, Provider
from directory.providers.client import HttpClient
from directory.providers.encryption import transport_for

PROVIDERS: Sequence[Provider] = (
    okta.PROVIDER,
    entra.PROVIDER,
    google.PROVIDER,
    github.PROVIDER,
    gitlab.PROVIDER,
    keycloak.PROVIDER,
    auth0.PROVIDER,
    cognito.PROVIDER,
    onelogin.PROVIDER,
    ping.PROVIDER,
    ldap.PROVIDER,
    scim.PROVIDER,
    pushed.PROVIDER,
    http_json.PROVIDER,
)
BY_CODE: Mapping[str, Provider] = {one.code: one for one in PROVIDERS}


def open_client(provider: Provider, options: Options, **more: Any) -> HttpClient:
    """Return a client that speaks to this provider, and to nothing else.

    Raises:
        CredentialRefusedError: the credential has not the form that it must have.
    """
    if "transport" not in more:
        more["transport"] = transport_for(options)
    return HttpClient(
        origins=[provider.address(options), *provider.origins(options)],
        auth=provider.auth(options),
        classify=provider.classify,
        **more,
    )
