"""What a policy finds under `input`, and which records it may ask for.

The shape is Core's. The paths are the one table that the check at save and the
completion of the editor read.
"""

from __future__ import annotations

from typing import Final

from policies.texts import worded

# Paths of `input`, and what is there. One that ends in `.*` holds whatever comes.
INPUTS: Final = {
    "http": worded("the HTTP request"),
    "http.method": worded("GET, POST, …"),
    "http.host": worded("the host, with a port if there is one"),
    "http.hostname": worded("the host without its port"),
    "http.path": worded("the path, percent-decoded"),
    "http.raw_path": worded("the path as it was sent"),
    "http.raw_query": worded("what follows the question mark"),
    "http.url": worded("the whole address"),
    "http.headers": worded("headers by canonical name, one text each"),
    "http.headers.*": worded("the text of a header"),
    "http.client_certificate": worded("what the client presented"),
    "http.client_certificate.presented": worded("whether there was one"),
    "http.client_certificate.leaf": worded("the certificate in PEM, not verified"),
    "http.client_certificate.intermediates": worded("the rest of its chain, in PEM"),
    "http.ip": worded("the address that the request comes from"),
    "http.body": worded("empty, except for MCP"),
    "ssh": worded("the SSH request; its fields are empty for HTTP"),
    "ssh.username": worded("the user name that is asked for"),
    "ssh.publickey": worded("the key, base64 of its wire form"),
    "mcp": worded("the MCP request; empty for others"),
    "mcp.id": worded("its id"),
    "mcp.method": worded("`tools/call`, …"),
    "mcp.tool_call": worded("the call, if it is one"),
    "mcp.tool_call.name": worded("the tool"),
    "mcp.tool_call.arguments": worded("its arguments"),
    "mcp.tool_call.arguments.*": worded("one argument"),
    "session": worded("the session; its fields are empty for nobody"),
    "session.id": worded("its id"),
    "session.user_id": worded("the id of the person"),
    "is_valid_client_certificate": worded("whether the certificate is valid here"),
}
# Paths that documentation has led people to, and where the value really is.
MOVED: Final = {
    "http.session": "session",
    "http.session.id": "session.id",
    "http.session.user_id": "session.user_id",
    "http.is_valid_client_certificate": "is_valid_client_certificate",
    "http.client_certificate.is_valid": "is_valid_client_certificate",
    "http.query": "http.raw_query",
    "http.uri": "http.url",
    "user": "session.user_id",
    "user.id": "session.user_id",
}
SESSION: Final = "type.googleapis.com/session.Session"
SERVICE_ACCOUNT: Final = "type.googleapis.com/user.ServiceAccount"
USER: Final = "type.googleapis.com/user.User"
CREDENTIAL: Final = "type.googleapis.com/pomerium.device.Credential"
ENROLLMENT: Final = "type.googleapis.com/pomerium.device.Enrollment"
DIRECTORY_USER: Final = "pomerium.io/DirectoryUser"
DIRECTORY_GROUP: Final = "pomerium.io/DirectoryGroup"
# What get_databroker_record serves, besides the types of external data.
RECORD_TYPES: Final = {
    SESSION: worded("the session of the request"),
    SERVICE_ACCOUNT: worded("the service account of the request"),
    USER: worded("the person, as signing in left them"),
    DIRECTORY_USER: worded("the person, as the directory knows them"),
    DIRECTORY_GROUP: worded("a group of that person"),
    CREDENTIAL: worded("a device that the session was used with"),
    ENROLLMENT: worded("the registration of that device"),
}


def knows(path: tuple[str, ...]) -> bool:
    """Return whether `input` has a path."""
    joined = ".".join(path)
    if not path or joined in INPUTS:
        return True
    return any(
        f"{'.'.join(path[:length])}.*" in INPUTS for length in range(1, len(path))
    )
