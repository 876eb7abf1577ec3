"""Amazon Cognito: https://docs.aws.amazon.com/cognito-user-identity-pools/

Everything is a POST to one address; the header X-Amz-Target says which operation.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from directory.providers.auth import AwsSignature
from directory.providers.base import (
    Auth,
    Context,
    Item,
    Listing,
    Options,
    Provider,
)
from directory.providers.paging import Cursor
from directory.providers.reading import UnreadableError, flag, key, text
from directory.providers.records import Edge, Group, Person, Record

TARGET = "AWSCognitoIdentityProviderService."
SIZE = 60
THROTTLED = (
    "TooManyRequestsException",
    "ThrottlingException",
    "LimitExceededException",
)
REFUSED = (
    "NotAuthorizedException",
    "AccessDeniedException",
    "UnrecognizedClientException",
    "InvalidSignatureException",
    "ExpiredTokenException",
    "IncompleteSignatureException",
)


def _address(options: Options) -> str:
    region = options["region"]
    return options.get("endpoint_url") or f"https://cognito-idp.{region}.amazonaws.com"


def _auth(options: Options) -> Auth:
    return AwsSignature(
        key_id=options["access_key_id"],
        secret=options["secret_access_key"],
        region=options["region"],
        service="cognito-idp",
        session_token=options.get("session_token", ""),
    )


def _classify(status: int, body: Any) -> str:
    kind = str(body.get("__type", "")) if isinstance(body, Mapping) else ""
    if kind.endswith(THROTTLED):
        return "throttled"
    return "refused" if kind.endswith(REFUSED) else ""


def _ask(context: Context) -> Mapping[str, Any]:
    return {"UserPoolId": context.options["user_pool_id"], "Limit": SIZE}


def _ask_members(context: Context) -> Mapping[str, Any]:
    return {**_ask(context), "GroupName": context.parent["GroupName"]}


def _attributes(item: Item) -> dict[str, str]:
    found = item.get("Attributes")
    if not isinstance(found, list):
        raise UnreadableError("`Attributes` is missing or no list")
    return {
        key(one, "Name"): text(one, "Value")
        for one in found
        if isinstance(one, Mapping)
    }


def _id(item: Item) -> str:
    """Return `sub`, which tokens name; else the name of sign-in."""
    return _attributes(item).get("sub") or key(item, "Username")


def _person(item: Item, _: Context) -> Iterable[Record]:
    found = _attributes(item)
    is_verified = found.get("email_verified", "").lower() == "true"
    yield Person(
        id=_id(item),
        email=found.get("email", "") if is_verified else "",
        name=found.get("name", "") or text(item, "Username"),
        is_active=flag(item, "Enabled", default=True),
    )


def _group(item: Item, _: Context) -> Iterable[Record]:
    yield Group(id=key(item, "GroupName"), name=key(item, "GroupName"))


def _member(item: Item, context: Context) -> Iterable[Record]:
    yield Edge(key(context.parent, "GroupName"), _id(item))


def _listing(
    name: str,
    kind: str,
    operation: str,
    read: Callable[[Item, Context], Iterable[Record]],
    **more: Any,
) -> Listing:
    token = "PaginationToken" if operation == "ListUsers" else "NextToken"
    return Listing(
        name=name,
        kind=kind,
        path="/",
        headers={"x-amz-target": f"{TARGET}{operation}"},
        items="Groups" if kind == "group" else "Users",
        paging=Cursor(path=token, body_key=token),
        read=read,
        **{"body": _ask, **more},
    )


PROVIDER = Provider(
    code="cognito",
    name="Amazon Cognito",
    address=_address,
    auth=_auth,
    classify=_classify,
    roots=("users", "groups"),
    listings=(
        _listing("users", "person", "ListUsers", _person),
        _listing("groups", "group", "ListGroups", _group, each=("members",)),
        _listing("members", "member", "ListUsersInGroup", _member, body=_ask_members),
    ),
)
