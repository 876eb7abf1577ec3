"""Settings of who comes, what upstreams learn, MCP, SSH, and what is outdated."""

from policies.texts import worded
from routes.settings_table import sections
from routes.settings_table.types import Choice, Destination, Kind, Setting

IDENTITY = (
    Setting(
        key="pass_identity_headers",
        label=worded("Pass identity headers"),
        kind=Kind.TRISTATE,
        section=sections.IDENTITY,
        common=True,
        help=worded(
            "The upstream gets a signed statement of who asks, and their claims."
        ),
        unset=worded("as the global settings say"),
    ),
    Setting(
        key="jwt_issuer_format",
        label=worded("Issuer in the statement"),
        kind=Kind.ENUM,
        section=sections.IDENTITY,
        help=worded("How the statement names this route as its issuer."),
        choices=(
            Choice(value="hostOnly", label=worded("The host alone")),
            Choice(value="uri", label=worded("An address: https://host/")),
        ),
        prefix="Issuer",
        unset=worded("as the global settings say"),
    ),
    Setting(
        key="jwt_groups_filter",
        label=worded("Groups in the statement"),
        kind=Kind.STRING_LIST,
        section=sections.IDENTITY,
        help=worded("Only these groups, by name or id, are told to the upstream."),
        maximum=1000,
    ),
    Setting(
        key="jwt_groups_filter_infer_from_ppl",
        label=worded("Also groups that policies name"),
        kind=Kind.TRISTATE,
        section=sections.IDENTITY,
        help=worded("Groups that this route's policies speak of are told as well."),
    ),
    Setting(
        key="bearer_token_format",
        label=worded("Bearer tokens are"),
        kind=Kind.ENUM,
        section=sections.IDENTITY,
        common=True,
        help=worded("How programs may sign in with an Authorization header."),
        choices=(
            Choice(value="default", label=worded("Passed on to the upstream")),
            Choice(
                value="idp_access_token", label=worded("Access tokens of the provider")
            ),
            Choice(
                value="idp_identity_token",
                label=worded("Identity tokens of the provider"),
            ),
            Choice(
                value="jwt",
                label=worded("Tokens of the identity providers named below"),
            ),
        ),
        prefix="BEARER_TOKEN_FORMAT_",
        unset=worded("as the global settings say"),
    ),
    Setting(
        key="identity_providers",
        label=worded("Identity providers"),
        kind=Kind.STRING_LIST,
        section=sections.IDENTITY,
        destination=Destination.CORE,
        help=worded("Whose tokens are accepted, by the names of the global settings."),
        maximum=50,
        unset=worded("all of them"),
    ),
    Setting(
        key="idp_access_token_allowed_audiences",
        label=worded("Audiences of access tokens"),
        kind=Kind.STRING_LIST,
        section=sections.IDENTITY,
        destination=Destination.CORE,
        help=worded("Access tokens count only when they were made for one of these."),
        empty_is_value=True,
        maximum=50,
    ),
    Setting(
        key="idp_client_id",
        label=worded("Client id"),
        kind=Kind.TEXT,
        section=sections.IDENTITY,
        destination=Destination.CORE,
        help=worded(
            "People sign in to this route by this client of the identity provider."
        ),
        maximum=1000,
        unset=worded("as the global settings say"),
    ),
    Setting(
        key="idp_client_secret",
        label=worded("Client secret"),
        kind=Kind.TEXT,
        section=sections.IDENTITY,
        destination=Destination.CORE,
        help=worded("Belongs to the client id."),
        secret=True,
        maximum=4000,
    ),
    Setting(
        key="kubernetes_service_account_token",
        label=worded("Kubernetes token"),
        kind=Kind.TEXT,
        section=sections.IDENTITY,
        help=worded("Impersonates people at a Kubernetes API server with this token."),
        secret=True,
        maximum=16384,
    ),
    Setting(
        key="kubernetes_service_account_token_file",
        label=worded("… from a file"),
        kind=Kind.FILE,
        section=sections.IDENTITY,
        help=worded("The path of a file on the machine where Core runs."),
        destination=Destination.CORE,
    ),
    Setting(
        key="enable_google_cloud_serverless_authentication",
        label=worded("Google Cloud serverless"),
        kind=Kind.BOOL,
        section=sections.IDENTITY,
        destination=Destination.CORE,
        help=worded("Signs requests for Cloud Run and Cloud Functions."),
    ),
)

UPSTREAM_OAUTH2 = (
    Setting(
        key="client_id",
        label=worded("Client id"),
        kind=Kind.TEXT,
        help=worded("The client at the upstream's authorization server."),
        required=True,
        maximum=1000,
    ),
    Setting(
        key="client_secret",
        label=worded("Client secret"),
        kind=Kind.TEXT,
        help=worded("Belongs to the client id."),
        secret=True,
        maximum=4000,
    ),
    Setting(
        key="endpoint",
        label=worded("Endpoints"),
        kind=Kind.OBJECT,
        help=worded("Where tokens come from."),
        aliases=("oauth2_endpoint",),
        fields=(
            Setting(
                key="auth_url",
                label=worded("Authorization address"),
                kind=Kind.WEB_URL,
                help=worded("Where people agree."),
                maximum=2000,
            ),
            Setting(
                key="token_url",
                label=worded("Token address"),
                kind=Kind.WEB_URL,
                fetched=True,
                help=worded("Where codes become tokens."),
                maximum=2000,
            ),
            Setting(
                key="auth_style",
                label=worded("Client credentials"),
                kind=Kind.ENUM,
                help=worded("How the client proves who it is."),
                choices=(
                    Choice(value="in_params", label=worded("In the form")),
                    Choice(value="in_header", label=worded("In a header")),
                ),
                prefix="OAUTH2_AUTH_STYLE_",
                unset=worded("found out by trying"),
            ),
        ),
    ),
    Setting(
        key="scopes",
        label=worded("Scopes"),
        kind=Kind.STRING_LIST,
        help=worded("What is asked for."),
        maximum=100,
        placeholder="read:user",
    ),
    Setting(
        key="authorization_url_params",
        label=worded("Parameters"),
        kind=Kind.STRING_MAP,
        help=worded("Added to the authorization address."),
        maximum=50,
        placeholder="access_type",
    ),
)

MCP = (
    Setting(
        key="mcp",
        label=worded("MCP"),
        kind=Kind.OBJECT,
        section=sections.MCP,
        destination=Destination.CORE,
        common=True,
        help=worded("The upstream speaks the Model Context Protocol."),
        empty_is_value=True,
        fields=(
            Setting(
                key="server",
                label=worded("Server"),
                kind=Kind.OBJECT,
                help=worded("The upstream offers tools."),
                empty_is_value=True,
                fields=(
                    Setting(
                        key="path",
                        label=worded("Path"),
                        kind=Kind.PATH,
                        help=worded("Where the server listens."),
                        maximum=900,
                        unset="/",
                        placeholder="/mcp",
                    ),
                    Setting(
                        key="max_request_bytes",
                        label=worded("Largest request"),
                        kind=Kind.INTEGER,
                        help=worded("In bytes; larger ones are refused."),
                        minimum=1,
                        maximum=2**32 - 1,
                        unset="4096",
                    ),
                    Setting(
                        key="authorization_server_url",
                        label=worded("Authorization server"),
                        kind=Kind.WEB_URL,
                        fetched=True,
                        help=worded(
                            "Used when the upstream doesn't tell its own. https only."
                        ),
                        maximum=2000,
                    ),
                    Setting(
                        key="upstream_oauth2",
                        label=worded("Sign in at the upstream"),
                        kind=Kind.OBJECT,
                        help=worded("Each person gets a token of the upstream's own."),
                        fields=UPSTREAM_OAUTH2,
                    ),
                ),
            ),
            Setting(
                key="client",
                label=worded("Client"),
                kind=Kind.OBJECT,
                help=worded(
                    "The upstream uses tools of MCP servers behind other routes."
                ),
                empty_is_value=True,
            ),
        ),
    ),
)

SSH = (
    Setting(
        key="upstream_tunnel",
        label=worded("Upstream tunnel"),
        kind=Kind.OBJECT,
        section=sections.SSH,
        destination=Destination.CORE,
        common=True,
        help=worded(
            "The upstream connects to the proxy by SSH; requests go back that way."
        ),
        empty_is_value=True,
        fields=(
            Setting(
                key="ssh_policy",
                label=worded("Who may serve it (PPL)"),
                kind=Kind.POLICY_TEXT,
                help=worded("A policy on the person who opens the tunnel."),
                maximum=65536,
            ),
            Setting(
                key="ssh_policy_rego",
                label=worded("Who may serve it (Rego)"),
                kind=Kind.SCRIPT_LIST,
                help=worded("The same in Rego; needs the admin role."),
                maximum=10,
            ),
            Setting(
                key="ssh_policy_id",
                label=worded("Who may serve it (id)"),
                kind=Kind.TEXT,
                help=worded("The id of a policy at the data plane."),
                maximum=64,
                destination=Destination.CORE,
            ),
        ),
    ),
    Setting(
        key="session_recording",
        label=worded("Session recording"),
        kind=Kind.OBJECT,
        section=sections.SSH,
        destination=Destination.CORE,
        common=True,
        help=worded("SSH sessions through this route are recorded."),
        fields=(
            Setting(
                key="enabled",
                label=worded("Record sessions"),
                kind=Kind.TRISTATE,
                help=worded("Needs a place for recordings in the global settings."),
                unset=worded("as the global settings say"),
            ),
        ),
    ),
)

LEGACY = (
    Setting(
        key="tls_server_name",
        label=worded("Server name (older)"),
        kind=Kind.HOST,
        section=sections.LEGACY,
        help=worded("Replaced by Server name of the upstream, which wins over it."),
        maximum=255,
    ),
    Setting(
        key="tls_downstream_client_ca",
        label=worded("Certificate authority of clients"),
        kind=Kind.CERTIFICATE,
        section=sections.LEGACY,
        help=(
            worded(
                "Clients need a certificate that it signed. Replaced by a policy on "
                "client certificates and the global settings."
            )
        ),
        maximum=131072,
    ),
    Setting(
        key="tls_downstream_client_ca_file",
        label=worded("… from a file"),
        kind=Kind.FILE,
        section=sections.LEGACY,
        help=worded("The path of a file on the machine where Core runs."),
        destination=Destination.CORE,
    ),
)
