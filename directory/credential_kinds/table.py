"""The kinds of directory service accounts: which settings and secrets each takes.

One table feeds form, API, validation and documentation. What is a *destination*
decides where secrets are sent: when it changes, the secrets must be given again, or
whoever may edit the account could have them sent to a server of their own.
"""

from console.core import destinations
from directory.credential_kinds import fields
from directory.credential_kinds.fields import Field, Kind


def _base_url(default: str = "", help: str = "") -> Field:
    return Field(
        name="base_url",
        label="Address",
        clean=destinations.clean_url,
        help=help,
        destination=True,
        default=default,
        required=not default,
    )


CLIENT_ID = Field(name="client_id", label="Client id")
CLIENT_SECRET = Field(name="client_secret", label="Client secret", clean=fields.token)
CA = Field(
    name="ca_certificate",
    label="Certificates to trust",
    clean=fields.certificate,
    help="PEM; empty trusts what the system trusts.",
    required=False,
    destination=True,
    long=True,
)

KINDS = (
    Kind(
        code="okta",
        name="Okta",
        settings=(_base_url(help="Such as `https://acme.okta.com`."),),
        secrets=(Field(name="api_token", label="API token", clean=fields.token),),
        scope_help="A read-only administrator's token reads users and groups.",
    ),
    Kind(
        code="entra",
        name="Microsoft Entra ID",
        settings=(
            Field(
                name="tenant_id",
                label="Directory (tenant) id",
                clean=fields.path_part,
                destination=True,
            ),
            CLIENT_ID,
            Field(
                name="login_url",
                label="Sign-in address",
                clean=destinations.clean_url,
                help="Another one for national clouds.",
                default="https://login.microsoftonline.com",
                required=False,
                destination=True,
            ),
            _base_url("https://graph.microsoft.com", "Of Microsoft Graph."),
        ),
        secrets=(CLIENT_SECRET,),
        scope_help=(
            "Application permissions User.Read.All, Group.Read.All and "
            "GroupMember.Read.All, with admin consent."
        ),
    ),
    Kind(
        code="google",
        name="Google Workspace",
        settings=(
            Field(
                name="admin_email",
                label="Administrator to act as",
                help="Domain-wide delegation acts as this person.",
            ),
            Field(name="customer", label="Customer id", default="my_customer"),
            _base_url("https://admin.googleapis.com"),
        ),
        secrets=(
            Field(
                name="json_key",
                label="Key of the service account (JSON)",
                clean=fields.google_key,
                long=True,
            ),
        ),
        scope_help=(
            "admin.directory.user.readonly, admin.directory.group.readonly and "
            "admin.directory.group.member.readonly."
        ),
    ),
    Kind(
        code="github",
        name="GitHub",
        settings=(
            _base_url(
                "https://api.github.com",
                "Of Enterprise Server: `https://github.example.com/api/v3`.",
            ),
        ),
        secrets=(Field(name="access_token", label="Access token", clean=fields.token),),
        scope_help="read:org and user:email.",
    ),
    Kind(
        code="gitlab",
        name="GitLab",
        settings=(
            _base_url("https://gitlab.com", "Of a self-managed server: its own."),
        ),
        secrets=(Field(name="access_token", label="Access token", clean=fields.token),),
        scope_help="read_api, of an administrator if e-mail addresses are needed.",
    ),
    Kind(
        code="keycloak",
        name="Keycloak",
        settings=(
            _base_url(help="Such as `https://sso.example.com`, without the realm."),
            Field(
                name="realm", label="Realm", clean=fields.path_part, destination=True
            ),
            CLIENT_ID,
        ),
        secrets=(CLIENT_SECRET,),
        scope_help=(
            "A client with service account roles view-users and query-groups of "
            "realm-management."
        ),
    ),
    Kind(
        code="auth0",
        name="Auth0",
        settings=(
            Field(name="domain", label="Domain", clean=fields.domain, destination=True),
            CLIENT_ID,
        ),
        secrets=(CLIENT_SECRET,),
        scope_help="read:users, read:roles and read:role_members.",
    ),
    Kind(
        code="cognito",
        name="Amazon Cognito",
        settings=(
            Field(name="region", label="Region", clean=fields.region, destination=True),
            Field(name="user_pool_id", label="User pool id"),
            Field(name="access_key_id", label="Access key id"),
            Field(
                name="endpoint_url",
                label="Endpoint",
                clean=destinations.clean_url,
                help="Empty: Amazon's, for the region.",
                required=False,
                destination=True,
            ),
        ),
        secrets=(
            Field(
                name="secret_access_key", label="Secret access key", clean=fields.token
            ),
            Field(
                name="session_token",
                label="Session token",
                clean=fields.token,
                required=False,
            ),
        ),
        scope_help="cognito-idp:ListUsers, ListGroups and ListUsersInGroup.",
    ),
    Kind(
        code="onelogin",
        name="OneLogin",
        settings=(
            _base_url(
                help="`https://api.us.onelogin.com` or `https://api.eu.onelogin.com`."
            ),
            CLIENT_ID,
        ),
        secrets=(CLIENT_SECRET,),
        scope_help="An API credential that may read users.",
    ),
    Kind(
        code="ping",
        name="PingOne",
        settings=(
            Field(
                name="environment_id",
                label="Environment id",
                clean=fields.path_part,
                destination=True,
            ),
            CLIENT_ID,
            Field(
                name="auth_url",
                label="Sign-in address",
                clean=destinations.clean_url,
                default="https://auth.pingone.com",
                help="Other regions end in `.eu`, `.ca`, `.asia` or `.com.au`.",
                required=False,
                destination=True,
            ),
            _base_url("https://api.pingone.com"),
        ),
        secrets=(CLIENT_SECRET,),
        scope_help="A worker application with the role Identity Data Read Only.",
    ),
    Kind(
        code="ldap",
        name="LDAP",
        settings=(
            Field(
                name="url",
                label="Address",
                clean=destinations.clean_ldap_url,
                help="`ldaps://ldap.example.com`, or `ldap://…` with StartTLS.",
                destination=True,
            ),
            Field(
                name="start_tls",
                label="StartTLS",
                clean=fields.switch,
                help="`yes` encrypts `ldap://` before the password is sent.",
                default="yes",
                required=False,
                destination=True,
            ),
            Field(name="bind_dn", label="Bind as", help="The account's whole DN."),
            CA,
        ),
        secrets=(Field(name="bind_password", label="Password", clean=fields.token),),
        scope_help="Read access to people and groups.",
    ),
    Kind(
        code="scim",
        name="SCIM 2.0",
        settings=(
            _base_url(help="Up to what comes before `/Users`."),
            CA,
        ),
        secrets=(Field(name="token", label="Bearer token", clean=fields.token),),
    ),
    Kind(
        code="http_json",
        name="HTTP (JSON, CSV, zip)",
        settings=(
            _base_url(help="The file's address, or what all of them begin with."),
            CA,
            Field(
                name="client_certificate",
                label="Client certificate",
                clean=fields.certificate,
                required=False,
                long=True,
            ),
        ),
        secrets=(
            Field(
                name="headers",
                label="Headers",
                clean=fields.headers,
                help="One in a line: `Authorization: Bearer …`.",
                required=False,
                long=True,
            ),
            Field(
                name="client_key",
                label="Key of the client certificate",
                clean=fields.private_key,
                required=False,
                long=True,
            ),
        ),
    ),
)
KIND_BY_CODE = {kind.code: kind for kind in KINDS}
