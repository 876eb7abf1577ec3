"""Settings of who comes, what upstreams learn, MCP, SSH, and what is outdated."""

from routes.settings_table import sections
from routes.settings_table.types import Choice, Destination, Kind, Setting

IDENTITY = (
    Setting(
        key="pass_identity_headers",
        label="Pass identity headers",
        kind=Kind.TRISTATE,
        section=sections.IDENTITY,
        help="The upstream gets a signed statement of who asks, and their claims.",
        unset="as the global settings say",
    ),
    Setting(
        key="jwt_issuer_format",
        label="Issuer in the statement",
        kind=Kind.ENUM,
        section=sections.IDENTITY,
        help="How the statement names this route as its issuer.",
        choices=(
            Choice(value="hostOnly", label="The host alone"),
            Choice(value="uri", label="An address: https://host/"),
        ),
        prefix="Issuer",
        unset="as the global settings say",
    ),
    Setting(
        key="jwt_groups_filter",
        label="Groups in the statement",
        kind=Kind.STRING_LIST,
        section=sections.IDENTITY,
        help="Only these groups, by name or id, are told to the upstream.",
        maximum=1000,
    ),
    Setting(
        key="jwt_groups_filter_infer_from_ppl",
        label="Also groups that policies name",
        kind=Kind.TRISTATE,
        section=sections.IDENTITY,
        help="Groups that this route's policies speak of are told as well.",
    ),
    Setting(
        key="bearer_token_format",
        label="Bearer tokens are",
        kind=Kind.ENUM,
        section=sections.IDENTITY,
        help="How programs may sign in with an Authorization header.",
        choices=(
            Choice(value="default", label="Passed on to the upstream"),
            Choice(value="idp_access_token", label="Access tokens of the provider"),
            Choice(value="idp_identity_token", label="Identity tokens of the provider"),
            Choice(value="jwt", label="Tokens of the identity providers named below"),
        ),
        prefix="BEARER_TOKEN_FORMAT_",
        unset="as the global settings say",
    ),
    Setting(
        key="identity_providers",
        label="Identity providers",
        kind=Kind.STRING_LIST,
        section=sections.IDENTITY,
        help="Whose tokens are accepted, by the names of the global settings.",
        maximum=50,
        unset="all of them",
    ),
    Setting(
        key="idp_access_token_allowed_audiences",
        label="Audiences of access tokens",
        kind=Kind.STRING_LIST,
        section=sections.IDENTITY,
        help="Access tokens count only when they were made for one of these.",
        empty_is_value=True,
        maximum=50,
    ),
    Setting(
        key="idp_client_id",
        label="Client id",
        kind=Kind.TEXT,
        section=sections.IDENTITY,
        help="People sign in to this route by this client of the identity provider.",
        maximum=1000,
        unset="as the global settings say",
    ),
    Setting(
        key="idp_client_secret",
        label="Client secret",
        kind=Kind.TEXT,
        section=sections.IDENTITY,
        help="Belongs to the client id.",
        secret=True,
        maximum=4000,
    ),
    Setting(
        key="kubernetes_service_account_token",
        label="Kubernetes token",
        kind=Kind.TEXT,
        section=sections.IDENTITY,
        help="Impersonates people at a Kubernetes API server with this token.",
        secret=True,
        maximum=16384,
    ),
    Setting(
        key="kubernetes_service_account_token_file",
        label="… from a file",
        kind=Kind.FILE,
        section=sections.IDENTITY,
        help="The path of a file on the machine where Core runs.",
        destination=Destination.CORE,
    ),
    Setting(
        key="enable_google_cloud_serverless_authentication",
        label="Google Cloud serverless",
        kind=Kind.BOOL,
        section=sections.IDENTITY,
        help="Signs requests for Cloud Run and Cloud Functions.",
    ),
)

UPSTREAM_OAUTH2 = (
    Setting(
        key="client_id",
        label="Client id",
        kind=Kind.TEXT,
        help="The client at the upstream's authorization server.",
        required=True,
        maximum=1000,
    ),
    Setting(
        key="client_secret",
        label="Client secret",
        kind=Kind.TEXT,
        help="Belongs to the client id.",
        secret=True,
        maximum=4000,
    ),
    Setting(
        key="endpoint",
        label="Endpoints",
        kind=Kind.OBJECT,
        help="Where tokens come from.",
        aliases=("oauth2_endpoint",),
        fields=(
            Setting(
                key="auth_url",
                label="Authorization address",
                kind=Kind.WEB_URL,
                help="Where people agree.",
                maximum=2000,
            ),
            Setting(
                key="token_url",
                label="Token address",
                kind=Kind.WEB_URL,
                help="Where codes become tokens.",
                maximum=2000,
            ),
            Setting(
                key="auth_style",
                label="Client credentials",
                kind=Kind.ENUM,
                help="How the client proves who it is.",
                choices=(
                    Choice(value="in_params", label="In the form"),
                    Choice(value="in_header", label="In a header"),
                ),
                prefix="OAUTH2_AUTH_STYLE_",
                unset="found out by trying",
            ),
        ),
    ),
    Setting(
        key="scopes",
        label="Scopes",
        kind=Kind.STRING_LIST,
        help="What is asked for.",
        maximum=100,
        placeholder="read:user",
    ),
    Setting(
        key="authorization_url_params",
        label="Parameters",
        kind=Kind.STRING_MAP,
        help="Added to the authorization address.",
        maximum=50,
        placeholder="access_type",
    ),
)

MCP = (
    Setting(
        key="mcp",
        label="MCP",
        kind=Kind.OBJECT,
        section=sections.MCP,
        help="The upstream speaks the Model Context Protocol.",
        empty_is_value=True,
        fields=(
            Setting(
                key="server",
                label="Server",
                kind=Kind.OBJECT,
                help="The upstream offers tools.",
                empty_is_value=True,
                fields=(
                    Setting(
                        key="path",
                        label="Path",
                        kind=Kind.PATH,
                        help="Where the server listens.",
                        maximum=900,
                        unset="/",
                        placeholder="/mcp",
                    ),
                    Setting(
                        key="max_request_bytes",
                        label="Largest request",
                        kind=Kind.INTEGER,
                        help="In bytes; larger ones are refused.",
                        minimum=1,
                        maximum=2**32 - 1,
                        unset="4096",
                    ),
                    Setting(
                        key="authorization_server_url",
                        label="Authorization server",
                        kind=Kind.WEB_URL,
                        help="Used when the upstream doesn't tell its own. https only.",
                        maximum=2000,
                    ),
                    Setting(
                        key="upstream_oauth2",
                        label="Sign in at the upstream",
                        kind=Kind.OBJECT,
                        help="Each person gets a token of the upstream's own.",
                        fields=UPSTREAM_OAUTH2,
                    ),
                ),
            ),
            Setting(
                key="client",
                label="Client",
                kind=Kind.OBJECT,
                help="The upstream uses tools of MCP servers behind other routes.",
                empty_is_value=True,
            ),
        ),
    ),
)

SSH = (
    Setting(
        key="upstream_tunnel",
        label="Upstream tunnel",
        kind=Kind.OBJECT,
        section=sections.SSH,
        help="The upstream connects to the proxy by SSH; requests go back that way.",
        empty_is_value=True,
        fields=(
            Setting(
                key="ssh_policy",
                label="Who may serve it (PPL)",
                kind=Kind.POLICY_TEXT,
                help="A policy on the person who opens the tunnel.",
                maximum=65536,
            ),
            Setting(
                key="ssh_policy_rego",
                label="Who may serve it (Rego)",
                kind=Kind.STRING_LIST,
                help="The same in Rego; needs the admin role.",
                maximum=10,
            ),
            Setting(
                key="ssh_policy_id",
                label="Who may serve it (id)",
                kind=Kind.TEXT,
                help="The id of a policy at the data plane.",
                maximum=64,
                destination=Destination.CORE,
            ),
        ),
    ),
    Setting(
        key="session_recording",
        label="Session recording",
        kind=Kind.OBJECT,
        section=sections.SSH,
        help="SSH sessions through this route are recorded.",
        fields=(
            Setting(
                key="enabled",
                label="Record sessions",
                kind=Kind.TRISTATE,
                help="Needs a place for recordings in the global settings.",
                unset="as the global settings say",
            ),
        ),
    ),
)

LEGACY = (
    Setting(
        key="tls_server_name",
        label="Server name (older)",
        kind=Kind.HOST,
        section=sections.LEGACY,
        help="Replaced by Server name of the upstream, which wins over it.",
        maximum=255,
    ),
    Setting(
        key="tls_downstream_client_ca",
        label="Certificate authority of clients",
        kind=Kind.CERTIFICATE,
        section=sections.LEGACY,
        help=(
            "Clients need a certificate that it signed. Replaced by a policy on "
            "client certificates and the global settings."
        ),
        maximum=131072,
    ),
    Setting(
        key="tls_downstream_client_ca_file",
        label="… from a file",
        kind=Kind.FILE,
        section=sections.LEGACY,
        help="The path of a file on the machine where Core runs.",
        destination=Destination.CORE,
    ),
)
