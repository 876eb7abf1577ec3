"""Settings of what a route answers to and where it leads."""

from policies.texts import worded
from routes.settings_table import sections
from routes.settings_table.types import Choice, Kind, Setting

GENERAL = (
    Setting(
        key="name",
        label=worded("Name"),
        kind=Kind.TEXT,
        section=sections.GENERAL,
        common=True,
        help=worded("How people find this route. Unique in its namespace."),
        required=True,
        maximum=200,
        placeholder="Wiki",
    ),
    Setting(
        key="description",
        label=worded("Description"),
        kind=Kind.LONG_TEXT,
        section=sections.GENERAL,
        common=True,
        help=worded("Shown in the list of routes that people may open."),
        maximum=4000,
    ),
    Setting(
        key="logo_url",
        label=worded("Logo address"),
        kind=Kind.WEB_URL,
        section=sections.GENERAL,
        help=worded("A picture for the list of routes that people may open."),
        maximum=2000,
        placeholder="https://assets.example.com/wiki.svg",
    ),
    Setting(
        key="from",
        label=worded("From"),
        kind=Kind.FROM_URL,
        section=sections.GENERAL,
        common=True,
        help=(
            worded(
                "The address that people use: https://host. Paths are set under Path "
                "matching. A Pomerium Core serves tcp+https://host:port, "
                "udp+https://host:port and ssh://name as well; our own proxies don't."
            )
        ),
        required=True,
        maximum=2000,
        placeholder="https://wiki.example.com",
    ),
    Setting(
        key="to",
        label=worded("To"),
        kind=Kind.UPSTREAMS,
        section=sections.GENERAL,
        common=True,
        help=(
            worded(
                "The upstreams that requests go to. With a weight each, requests are "
                "shared in that proportion; give all of them a weight, or none. Those "
                "at "
                "tcp://, udp:// and ssh:// are for a Pomerium Core only."
            )
        ),
        maximum=100,
        placeholder="http://wiki.internal:8080",
    ),
    Setting(
        key="show_error_details",
        label=worded("Show error details"),
        kind=Kind.BOOL,
        section=sections.GENERAL,
        help=(
            worded(
                "A person who is refused reads the explanation and the remedy that the "
                "policies give."
            )
        ),
        unset=worded("no details"),
    ),
    Setting(
        key="depends_on",
        label=worded("Sign in together with"),
        kind=Kind.HOST_LIST,
        section=sections.GENERAL,
        help=(
            worded(
                "Other hosts that this one calls from the browser. People are signed "
                "in "
                "to all of them in one go; at most five."
            )
        ),
        maximum=5,
        placeholder="api.example.com",
    ),
)

MATCHING = (
    Setting(
        key="prefix",
        label=worded("Path begins with"),
        kind=Kind.PATH,
        section=sections.MATCHING,
        common=True,
        help=(
            worded(
                "Compared as plain text: /admin also matches /administrator. End it "
                "with / to match a folder only."
            )
        ),
        maximum=900,
        placeholder="/admin/",
    ),
    Setting(
        key="path",
        label=worded("Path is"),
        kind=Kind.PATH,
        section=sections.MATCHING,
        common=True,
        help=worded("This path exactly. The query string takes no part."),
        maximum=900,
        placeholder="/health",
    ),
    Setting(
        key="regex",
        label=worded("Path matches"),
        kind=Kind.REGEX,
        section=sections.MATCHING,
        common=True,
        help=worded("A regular expression (RE2) that the whole path has to match."),
        maximum=900,
        placeholder="/users/[0-9]+/photo",
    ),
    Setting(
        key="regex_priority_order",
        label=worded("Order among expressions"),
        kind=Kind.INTEGER,
        section=sections.MATCHING,
        help=(
            worded(
                "Of several routes of one host with regular expressions, the one with "
                "the higher number is asked first."
            )
        ),
        minimum=-(2**63),
        maximum=2**63 - 1,
        unset=worded("after all that have a number"),
    ),
)

REWRITING = (
    Setting(
        key="prefix_rewrite",
        label=worded("Replace the matched path by"),
        kind=Kind.PATH,
        section=sections.REWRITING,
        common=True,
        help=worded(
            "The prefix or path that matched is replaced on the way to the upstream."
        ),
        maximum=900,
        placeholder="/",
    ),
    Setting(
        key="regex_rewrite_pattern",
        label=worded("Rewrite paths that match"),
        kind=Kind.REGEX,
        section=sections.REWRITING,
        help=worded(
            "A regular expression (RE2); what it matches in the path is replaced."
        ),
        maximum=900,
        placeholder="^/service/([^/]+)(/.*)$",
    ),
    Setting(
        key="regex_rewrite_substitution",
        label=worded("… into"),
        kind=Kind.TEXT,
        section=sections.REWRITING,
        help=worded(
            "The replacement; \\1 stands for the first group of the expression."
        ),
        maximum=900,
        placeholder="\\2/instance/\\1",
    ),
    Setting(
        key="preserve_host_header",
        label=worded("Keep the host"),
        kind=Kind.BOOL,
        section=sections.REWRITING,
        common=True,
        help=worded("The upstream sees the host that people typed, not its own."),
        unset=worded("the upstream sees the host of To"),
    ),
    Setting(
        key="host_rewrite",
        label=worded("Host to send"),
        kind=Kind.TEXT,
        section=sections.REWRITING,
        help=worded("The upstream sees this host."),
        maximum=255,
        placeholder="wiki.internal",
    ),
    Setting(
        key="host_rewrite_header",
        label=worded("Host from a header"),
        kind=Kind.TEXT,
        section=sections.REWRITING,
        help=worded(
            "The upstream sees, as the host, the value of this request header."
        ),
        maximum=255,
        placeholder="X-Original-Host",
    ),
    Setting(
        key="host_path_regex_rewrite_pattern",
        label=worded("Host from a path that matches"),
        kind=Kind.REGEX,
        section=sections.REWRITING,
        help=worded(
            "A regular expression (RE2) over the path, from which the host is made."
        ),
        maximum=900,
        placeholder="^/(.+)/.+$",
    ),
    Setting(
        key="host_path_regex_rewrite_substitution",
        label=worded("… made into"),
        kind=Kind.TEXT,
        section=sections.REWRITING,
        help=worded("The host; \\1 stands for the first group of the expression."),
        maximum=900,
        placeholder="\\1",
    ),
)

REDIRECT_CODES = (
    Choice(value="301", label=worded("301 Moved permanently")),
    Choice(value="302", label=worded("302 Found")),
    Choice(value="303", label=worded("303 See other")),
    Choice(value="307", label=worded("307 Temporary redirect")),
    Choice(value="308", label=worded("308 Permanent redirect")),
)

REDIRECT_FIELDS = (
    Setting(
        key="https_redirect",
        label=worded("To https"),
        kind=Kind.BOOL,
        help=worded("Same address, with https."),
    ),
    Setting(
        key="scheme_redirect",
        label=worded("To another scheme"),
        kind=Kind.TEXT,
        help=worded("Such as https."),
        maximum=20,
        placeholder="https",
    ),
    Setting(
        key="host_redirect",
        label=worded("To another host"),
        kind=Kind.HOST,
        help=worded("The host of the new address."),
        maximum=255,
        placeholder="www.example.com",
    ),
    Setting(
        key="port_redirect",
        label=worded("To another port"),
        kind=Kind.INTEGER,
        help=worded("The port of the new address."),
        minimum=1,
        maximum=65535,
    ),
    Setting(
        key="path_redirect",
        label=worded("To another path"),
        kind=Kind.PATH,
        help=worded("The whole path of the new address."),
        maximum=900,
        placeholder="/new",
    ),
    Setting(
        key="prefix_rewrite",
        label=worded("Replace the matched path by"),
        kind=Kind.PATH,
        help=worded(
            "The prefix (or path) that matched is replaced in the new address."
        ),
        maximum=900,
        placeholder="/new/",
    ),
    Setting(
        key="response_code",
        label=worded("Status"),
        kind=Kind.INTEGER,
        help=worded("What kind of redirect the browser is told."),
        choices=REDIRECT_CODES,
        unset="301",
    ),
    Setting(
        key="strip_query",
        label=worded("Drop the query"),
        kind=Kind.BOOL,
        help=worded("Everything after ? is left out of the new address."),
    ),
)

ANSWERS = (
    Setting(
        key="redirect",
        label=worded("Redirect"),
        kind=Kind.OBJECT,
        section=sections.ANSWERS,
        common=True,
        help=worded("Send the browser to another address."),
        fields=REDIRECT_FIELDS,
    ),
    Setting(
        key="response",
        label=worded("Direct response"),
        kind=Kind.OBJECT,
        section=sections.ANSWERS,
        common=True,
        help=worded("Answer with a fixed text."),
        fields=(
            Setting(
                key="status",
                label=worded("Status"),
                kind=Kind.INTEGER,
                help=worded("An HTTP status."),
                required=True,
                minimum=200,
                maximum=599,
                placeholder="200",
            ),
            Setting(
                key="body",
                label=worded("Body"),
                kind=Kind.LONG_TEXT,
                help=worded("The text of the answer."),
                maximum=65536,
            ),
        ),
    ),
)
