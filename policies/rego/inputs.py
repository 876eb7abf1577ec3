"""What a policy finds under `input`, and which records it may ask for.

The shape is Core's. The paths are the one table that the check at save and the
completion of the editor read.
"""

from __future__ import annotations

from typing import Final

# Paths of `input`, and what is there. One that ends in `.*` holds whatever comes.
INPUTS: Final = {
    "http": "the HTTP request",
    "http.method": "GET, POST, …",
    "http.host": "the host, with a port if there is one",
    "http.hostname": "the host without its port",
    "http.path": "the path, percent-decoded",
    "http.raw_path": "the path as it was sent",
    "http.raw_query": "what follows the question mark",
    "http.url": "the whole address",
    "http.headers": "headers by canonical name, one text each",
    "http.headers.*": "the text of a header",
    "http.client_certificate": "what the client presented",
    "http.client_certificate.presented": "whether there was one",
    "http.client_certificate.leaf": "the certificate in PEM, not verified",
    "http.client_certificate.intermediates": "the rest of its chain, in PEM",
    "http.ip": "the address that the request comes from",
    "http.body": "empty, except for MCP",
    "ssh": "the SSH request; its fields are empty for HTTP",
    "ssh.username": "the user name that is asked for",
    "ssh.publickey": "the key, base64 of its wire form",
    "mcp": "the MCP request; empty for others",
    "mcp.id": "its id",
    "mcp.method": "`tools/call`, …",
    "mcp.tool_call": "the call, if it is one",
    "mcp.tool_call.name": "the tool",
    "mcp.tool_call.arguments": "its arguments",
    "mcp.tool_call.arguments.*": "one argument",
    "session": "the session; its fields are empty for nobody",
    "session.id": "its id",
    "session.user_id": "the id of the person",
    "is_valid_client_certificate": "whether the certificate is valid here",
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
    SESSION: "the session of the request",
    SERVICE_ACCOUNT: "the service account of the request",
    USER: "the person, as signing in left them",
    DIRECTORY_USER: "the person, as the directory knows them",
    DIRECTORY_GROUP: "a group of that person",
    CREDENTIAL: "a device that the session was used with",
    ENROLLMENT: "the registration of that device",
}


def knows(path: tuple[str, ...]) -> bool:
    """Return whether `input` has a path."""
    joined = ".".join(path)
    if not path or joined in INPUTS:
        return True
    return any(
        f"{'.'.join(path[:length])}.*" in INPUTS for length in range(1, len(path))
    )
