"""A process that serves oidc-provider-mock, and does wrong what the test tells it.

`python -m tests.openid.mock_process`: writes its port; then each line of the input is
JSON of what goes wrong from now on, and is answered by `ok`. The provider is theirs:
whatever is changed is changed in what it answers, and signed with its own key.

- `claims`: claims of the ID token to set; null takes one away, and `now+60` is a time.
- `sign`: `none`, `public key` (HMAC with it), `other key`, `broken`, or as it is right.
- `header`: headers of the token. `userinfo`: what is answered there instead.
- `rotate`: a new key from now on, which tokens name.
- `path` and `answer`: what is answered at an address: `500`, `hang`, `flood`, `html`.
"""

import hashlib
import hmac
import json
import os
import sys
import threading
import time
import warnings
from base64 import urlsafe_b64encode
from importlib import import_module
from typing import Any

import flask
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from werkzeug.serving import make_server

TOKEN, USERINFO = "/oauth2/token", "/userinfo"
faults: dict[str, Any] = {}
over = threading.Event()


def main() -> None:
    """Serve until the test closes the input."""
    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    warnings.simplefilter("ignore")
    # It warns when it is imported, whatever the filters say.
    _app: Any = import_module("oidc_provider_mock._app")

    app = _app.app()
    app.debug = False
    app.before_request(instead)
    app.after_request(change)
    warnings.simplefilter("ignore")  # importing it lets its own warnings through
    server = make_server("localhost", 0, app, threaded=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    say(str(server.server_port))
    for line in sys.stdin:
        faults.clear()
        faults.update(json.loads(line))
        say("ok")
    over.set()


def say(text: str) -> None:
    """Tell the test."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def instead() -> Any:
    """Answer otherwise than the provider would, where the test wants it."""
    if flask.request.path != faults.get("path"):
        return None
    match faults["answer"]:
        case "500":
            return "failed", 500
        case "html":
            return "<html>Sign in here</html>", 200
        case "flood":
            return b" " * (2 * 2**20), 200
    over.wait(3)
    return "{}", 200


def change(response: Any) -> Any:
    """Change tokens, and what is told about people."""
    storage = flask.g.oidc_provider_mock_storage
    if faults.pop("rotate", False):
        storage.jwk = type(storage.jwk).generate_key(is_private=True)
        faults["header"] = {"kid": storage.jwk.thumbprint()}
    path = flask.request.path
    if path == USERINFO and "userinfo" in faults:
        response.set_data(json.dumps(faults["userinfo"]))
    if path == TOKEN and response.status_code == 200:
        found = json.loads(response.get_data())
        found["id_token"] = changed(found["id_token"], storage.jwk)
        response.set_data(json.dumps(found))
    return response


def changed(token: str, jwk: Any) -> str:
    """Return the token with its faults, signed as the test wants it."""
    claims = jwt.decode(token, options={"verify_signature": False})
    for name, value in faults.get("claims", {}).items():
        if value is None:
            claims.pop(name, None)
        else:
            claims[name] = moment(value)
    key = jwk.get_private_key()
    headers = faults.get("header")
    match faults.get("sign"):
        case "none":
            return jwt.encode(claims, "", algorithm="none", headers=headers)
        case "public key":
            return hmac_token(claims, jwk.as_pem(is_private=False))
        case "other key":
            key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case "broken":
            return "a.b"
    return jwt.encode(claims, key, algorithm="RS256", headers=headers)


def moment(value: Any) -> Any:
    """Return a time in seconds for `now+60` and `now-60`."""
    if isinstance(value, str) and value.startswith("now"):
        return int(time.time()) + int(value.removeprefix("now"))
    return value


def hmac_token(claims: dict[str, Any], secret: bytes) -> str:
    """Sign with the public key as if it were a secret; no library does it."""

    def encoded(data: bytes) -> str:
        return urlsafe_b64encode(data).decode().rstrip("=")

    head = encoded(b'{"alg": "HS256"}')
    body = encoded(json.dumps(claims).encode())
    made = hmac.new(secret, f"{head}.{body}".encode(), hashlib.sha256).digest()
    return f"{head}.{body}.{encoded(made)}"


if __name__ == "__main__":
    main()
