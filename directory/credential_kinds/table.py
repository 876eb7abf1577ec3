"""The kinds of directory service accounts: which settings and secrets each takes.

One table feeds form, API, validation and documentation. What is a *destination*
decides where secrets are sent: when it changes, the secrets must be given again, or
whoever may edit the account could have them sent to a server of their own.
"""

from django.utils.translation import gettext_noop

from console.core import destinations
from directory.credential_kinds import fields
from directory.credential_kinds.fields import Field, Kind


def _base_url(default: str = "", help: str = "") -> Field:
    return Field(
        name="base_url",
        label=gettext_noop("Address"),
        clean=destinations.clean_url,
        help=help,
        destination=True,
        default=default,
        required=not default,
    )


CLIENT_ID = Field(name="client_id", label=gettext_noop("Client id"))
CLIENT_SECRET = Field(
    name="client_secret", label=gettext_noop("Client secret"), clean=fields.token
)
CA = Field(
    name="ca_certificate",
    label=gettext_noop("Certificates to trust"),
    clean=fields.certificate,
    help=gettext_noop("PEM; empty trusts what the system trusts."),
    required=False,
    destination=True,
    long=True,
)

KINDS = (
    Kind(
        code="okta",
        name="Okta",
        settings=(_base_url(help=gettext_noop("Such as `https://acme.okta.com`.")),),
        secrets=(
            Field(
                name="api_token", label=gettext_noop("API token"), clean=fields.token
            ),
        ),
        scope_help=gettext_noop(
            "A read-only administrator's token reads users and groups."
        ),
    ),
    Kind(
        code="entra",
        name="Microsoft Entra ID",
        settings=(
            Field(
                name="tenant_id",
                label=gettext_noop("Directory (tenant) id"),
                clean=fields.path_part,
                destination=True,
            ),
            CLIENT_ID,
            Field(
                name="login_url",
                label=gettext_noop("Sign-in address"),
                clean=destinations.clean_url,
                help=gettext_noop("Another one for national clouds."),
                default="https://login.microsoftonline.com",
                required=False,
                destination=True,
            ),
            _base_url(
                "https://graph.microsoft.com", gettext_noop("Of Microsoft Graph.")
            ),
        ),
        secrets=(CLIENT_SECRET,),
        scope_help=gettext_noop(
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
                label=gettext_noop("Administrator to act as"),
                help=gettext_noop("Domain-wide delegation acts as this person."),
            ),
            Field(
                name="customer",
                label=gettext_noop("Customer id"),
                default="my_customer",
            ),
            _base_url("https://admin.googleapis.com"),
        ),
        secrets=(
            Field(
                name="json_key",
                label=gettext_noop("Key of the service account (JSON)"),
                clean=fields.google_key,
                long=True,
            ),
        ),
        scope_help=gettext_noop(
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
                gettext_noop(
                    "Of Enterprise Server: `https://github.example.com/api/v3`."
                ),
            ),
        ),
        secrets=(
            Field(
                name="access_token",
                label=gettext_noop("Access token"),
                clean=fields.token,
            ),
        ),
        scope_help=gettext_noop("read:org and user:email."),
    ),
    Kind(
        code="gitlab",
        name="GitLab",
        settings=(
            _base_url(
                "https://gitlab.com", gettext_noop("Of a self-managed server: its own.")
            ),
        ),
        secrets=(
            Field(
                name="access_token",
                label=gettext_noop("Access token"),
                clean=fields.token,
            ),
        ),
        scope_help=gettext_noop(
            "read_api, of an administrator if e-mail addresses are needed."
        ),
    ),
    Kind(
        code="keycloak",
        name="Keycloak",
        settings=(
            _base_url(
                help=gettext_noop(
                    "Such as `https://sso.example.com`, without the realm."
                )
            ),
            Field(
                name="realm",
                label=gettext_noop("Realm"),
                clean=fields.path_part,
                destination=True,
            ),
            CLIENT_ID,
        ),
        secrets=(CLIENT_SECRET,),
        scope_help=gettext_noop(
            "A client with service account roles view-users and query-groups of "
            "realm-management."
        ),
    ),
    Kind(
        code="auth0",
        name="Auth0",
        settings=(
            Field(
                name="domain",
                label=gettext_noop("Domain"),
                clean=fields.domain,
                destination=True,
            ),
            CLIENT_ID,
        ),
        secrets=(CLIENT_SECRET,),
        scope_help=gettext_noop("read:users, read:roles and read:role_members."),
    ),
    Kind(
        code="cognito",
        name="Amazon Cognito",
        settings=(
            Field(
                name="region",
                label=gettext_noop("Region"),
                clean=fields.region,
                destination=True,
            ),
            Field(name="user_pool_id", label=gettext_noop("User pool id")),
            Field(name="access_key_id", label=gettext_noop("Access key id")),
            Field(
                name="endpoint_url",
                label=gettext_noop("Endpoint"),
                clean=destinations.clean_url,
                help=gettext_noop("Empty: Amazon's, for the region."),
                required=False,
                destination=True,
            ),
        ),
        secrets=(
            Field(
                name="secret_access_key",
                label=gettext_noop("Secret access key"),
                clean=fields.token,
            ),
            Field(
                name="session_token",
                label=gettext_noop("Session token"),
                clean=fields.token,
                required=False,
            ),
        ),
        scope_help=gettext_noop(
            "cognito-idp:ListUsers, ListGroups and ListUsersInGroup."
        ),
    ),
    Kind(
        code="onelogin",
        name="OneLogin",
        settings=(
            _base_url(
                help=gettext_noop(
                    "`https://api.us.onelogin.com` or `https://api.eu.onelogin.com`."
                )
            ),
            CLIENT_ID,
        ),
        secrets=(CLIENT_SECRET,),
        scope_help=gettext_noop("An API credential that may read users."),
    ),
    Kind(
        code="ping",
        name="PingOne",
        settings=(
            Field(
                name="environment_id",
                label=gettext_noop("Environment id"),
                clean=fields.path_part,
                destination=True,
            ),
            CLIENT_ID,
            Field(
                name="auth_url",
                label=gettext_noop("Sign-in address"),
                clean=destinations.clean_url,
                default="https://auth.pingone.com",
                help=gettext_noop(
                    "Other regions end in `.eu`, `.ca`, `.asia` or `.com.au`."
                ),
                required=False,
                destination=True,
            ),
            _base_url("https://api.pingone.com"),
        ),
        secrets=(CLIENT_SECRET,),
        scope_help=gettext_noop(
            "A worker application with the role Identity Data Read Only."
        ),
    ),
    Kind(
        code="ldap",
        name="LDAP",
        settings=(
            Field(
                name="url",
                label=gettext_noop("Address"),
                clean=destinations.clean_ldap_url,
                help=gettext_noop(
                    "`ldaps://ldap.example.com`, or `ldap://…` with StartTLS."
                ),
                destination=True,
            ),
            Field(
                name="start_tls",
                label=gettext_noop("StartTLS"),
                clean=fields.switch,
                help=gettext_noop(
                    "`yes` encrypts `ldap://` before the password is sent."
                ),
                default="yes",
                required=False,
                destination=True,
            ),
            Field(
                name="bind_dn",
                label=gettext_noop("Bind as"),
                help=gettext_noop("The account's whole DN."),
            ),
            CA,
        ),
        secrets=(
            Field(
                name="bind_password", label=gettext_noop("Password"), clean=fields.token
            ),
        ),
        scope_help=gettext_noop("Read access to people and groups."),
    ),
    Kind(
        code="scim",
        name="SCIM 2.0",
        settings=(
            _base_url(help=gettext_noop("Up to what comes before `/Users`.")),
            CA,
        ),
        secrets=(
            Field(name="token", label=gettext_noop("Bearer token"), clean=fields.token),
        ),
    ),
    Kind(
        code="http_json",
        name="HTTP (JSON, CSV, zip)",
        settings=(
            _base_url(
                help=gettext_noop("The file's address, or what all of them begin with.")
            ),
            CA,
            Field(
                name="client_certificate",
                label=gettext_noop("Client certificate"),
                clean=fields.certificate,
                required=False,
                long=True,
            ),
        ),
        secrets=(
            Field(
                name="headers",
                label=gettext_noop("Headers"),
                clean=fields.headers,
                help=gettext_noop("One in a line: `Authorization: Bearer …`."),
                required=False,
                long=True,
            ),
            Field(
                name="client_key",
                label=gettext_noop("Key of the client certificate"),
                clean=fields.private_key,
                required=False,
                long=True,
            ),
        ),
    ),
)
KIND_BY_CODE = {kind.code: kind for kind in KINDS}
