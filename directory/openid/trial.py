"""A dry run of sign-in, as far as it goes without a person: what is wrong, by name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from urllib.parse import urlencode, urlsplit

from console.core.exceptions import ConsoleError
from directory.exceptions import ProviderMisconfiguredError, TokenRefusedError
from directory.openid import fetching, metadata
from directory.openid.client import Client
from directory.openid.tokens import ALGORITHMS, LEEWAY_SECONDS
from directory.selectors import Provider

# Any texts will do: the provider must refuse the code, and may not see a person.
NOTHING = "postern-test-of-the-settings-no-code-0000000000"
CHALLENGE = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
REDIRECTS = frozenset({301, 302, 303, 307, 308})
WRONG_REQUEST = frozenset({400, 401, 403, 404})


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was tried. `outcome` is `passed`, `failed` or `unknown`."""

    label: str
    outcome: str
    text: str


def try_provider(
    provider: Provider, *, redirect_uri: str, now: datetime
) -> list[Check]:
    """Try what sign-in depends on; stop where nothing further can be tried."""
    metadata.forget()
    url = provider.issuer.rstrip("/") + metadata.WELL_KNOWN
    try:
        answer = fetching.request("GET", url)
        if answer.status != fetching.OK:
            return [_failed("Discovery", f"`{url}` answers {answer.status}")]
        found = fetching.read_object(answer.body, url)
    except ConsoleError as error:
        return [_failed("Discovery", error.message)]
    reached = Check("Discovery", "passed", f"`{url}` answers")
    try:
        told = metadata.read_metadata(found, issuer=provider.issuer)
    except ProviderMisconfiguredError as error:
        return [reached, _failed("Issuer", error.message)]
    client = Client(provider, told)
    return [
        reached,
        Check("Issuer", "passed", "the provider calls itself what the settings say"),
        *_clock(answer, now),
        _keys(client),
        _redirect(client, redirect_uri),
        _secret(client, redirect_uri),
    ]


def _failed(label: str, text: str) -> Check:
    return Check(label, "failed", text)


def _clock(answer: fetching.Answer, now: datetime) -> Iterator[Check]:
    try:
        theirs = parsedate_to_datetime(answer.header("Date"))
    except ValueError:
        return
    apart = int(abs((now - theirs).total_seconds()))
    if apart > LEEWAY_SECONDS:
        yield _failed("Clocks", f"ours and the provider's are {apart} seconds apart")
    else:
        yield Check("Clocks", "passed", "ours and the provider's agree")


def _keys(client: Client) -> Check:
    try:
        keys = metadata.list_keys(client.metadata)
    except ConsoleError as error:
        return _failed("Keys", error.message)
    kinds = {key.get("kty") for key in keys}
    algorithms = client.metadata.algorithms or frozenset(ALGORITHMS)
    usable = {name for name in algorithms if ALGORITHMS.get(name) in kinds}
    if not usable:
        return _failed(
            "Keys",
            "it signs with none of the algorithms that are safe here: "
            + ", ".join(sorted(ALGORITHMS)),
        )
    return Check("Keys", "passed", f"it can sign with {', '.join(sorted(usable))}")


def _redirect(client: Client, redirect_uri: str) -> Check:
    """Ask for a silent log-in: a provider sends home only where it knows the way."""
    label = "Redirect URI"
    query = {
        "response_type": "code",
        "scope": client.provider.scopes,
        "client_id": client.provider.client_id,
        "redirect_uri": redirect_uri,
        "state": NOTHING,
        "nonce": NOTHING,
        "prompt": "none",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    }
    endpoint = client.metadata.authorization_endpoint
    mark = "&" if urlsplit(endpoint).query else "?"
    try:
        answer = fetching.request("GET", f"{endpoint}{mark}{urlencode(query)}")
    except ConsoleError as error:
        return _failed(label, error.message)
    if answer.status in REDIRECTS and answer.header("Location").startswith(
        redirect_uri
    ):
        return Check(
            label, "passed", f"the provider sends people back to {redirect_uri}"
        )
    if answer.status in WRONG_REQUEST:
        return _failed(
            label,
            f"the provider refuses (it answers {answer.status}): register "
            f"{redirect_uri} for this client, and compare the client id",
        )
    return Check(
        label,
        "unknown",
        f"the provider does not say; {redirect_uri} must be registered there",
    )


def _secret(client: Client, redirect_uri: str) -> Check:
    """Redeem a code that isn't one: with the right secret only the code is wrong."""
    label = "Client id and secret"
    try:
        client.redeem(
            {
                "grant_type": "authorization_code",
                "code": NOTHING,
                "redirect_uri": redirect_uri,
                "code_verifier": NOTHING,
            }
        )
    except TokenRefusedError:
        return Check(label, "passed", "the provider accepts them")
    except ConsoleError as error:
        return _failed(label, error.message)
    return _failed(label, "the provider gave tokens for a code that was made up")
