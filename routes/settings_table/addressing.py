"""Settings of what a route answers to and where it leads."""

from routes.settings_table import sections
from routes.settings_table.types import Choice, Kind, Setting

GENERAL = (
    Setting(
        key="name",
        label="Name",
        kind=Kind.TEXT,
        section=sections.GENERAL,
        common=True,
        help="How people find this route. Unique in its namespace.",
        required=True,
        maximum=200,
        placeholder="Wiki",
    ),
    Setting(
        key="description",
        label="Description",
        kind=Kind.LONG_TEXT,
        section=sections.GENERAL,
        common=True,
        help="Shown in the list of routes that people may open.",
        maximum=4000,
    ),
    Setting(
        key="logo_url",
        label="Logo address",
        kind=Kind.WEB_URL,
        section=sections.GENERAL,
        help="A picture for the list of routes that people may open.",
        maximum=2000,
        placeholder="https://assets.example.com/wiki.svg",
    ),
    Setting(
        key="from",
        label="From",
        kind=Kind.FROM_URL,
        section=sections.GENERAL,
        common=True,
        help=(
            "The address that people use: https://host. Paths are set under Path "
            "matching. A Pomerium Core serves tcp+https://host:port, "
            "udp+https://host:port and ssh://name as well; our own proxies don't."
        ),
        required=True,
        maximum=2000,
        placeholder="https://wiki.example.com",
    ),
    Setting(
        key="to",
        label="To",
        kind=Kind.UPSTREAMS,
        section=sections.GENERAL,
        common=True,
        help=(
            "The upstreams that requests go to. With a weight each, requests are "
            "shared in that proportion; give all of them a weight, or none. Those at "
            "tcp://, udp:// and ssh:// are for a Pomerium Core only."
        ),
        maximum=100,
        placeholder="http://wiki.internal:8080",
    ),
    Setting(
        key="show_error_details",
        label="Show error details",
        kind=Kind.BOOL,
        section=sections.GENERAL,
        help=(
            "A person who is refused reads the explanation and the remedy that the "
            "policies give."
        ),
        unset="no details",
    ),
    Setting(
        key="depends_on",
        label="Sign in together with",
        kind=Kind.HOST_LIST,
        section=sections.GENERAL,
        help=(
            "Other hosts that this one calls from the browser. People are signed in "
            "to all of them in one go; at most five."
        ),
        maximum=5,
        placeholder="api.example.com",
    ),
)

MATCHING = (
    Setting(
        key="prefix",
        label="Path begins with",
        kind=Kind.PATH,
        section=sections.MATCHING,
        common=True,
        help=(
            "Compared as plain text: /admin also matches /administrator. End it "
            "with / to match a folder only."
        ),
        maximum=900,
        placeholder="/admin/",
    ),
    Setting(
        key="path",
        label="Path is",
        kind=Kind.PATH,
        section=sections.MATCHING,
        common=True,
        help="This path exactly. The query string takes no part.",
        maximum=900,
        placeholder="/health",
    ),
    Setting(
        key="regex",
        label="Path matches",
        kind=Kind.REGEX,
        section=sections.MATCHING,
        common=True,
        help="A regular expression (RE2) that the whole path has to match.",
        maximum=900,
        placeholder="/users/[0-9]+/photo",
    ),
    Setting(
        key="regex_priority_order",
        label="Order among expressions",
        kind=Kind.INTEGER,
        section=sections.MATCHING,
        help=(
            "Of several routes of one host with regular expressions, the one with "
            "the higher number is asked first."
        ),
        minimum=-(2**63),
        maximum=2**63 - 1,
        unset="after all that have a number",
    ),
)

REWRITING = (
    Setting(
        key="prefix_rewrite",
        label="Replace the matched path by",
        kind=Kind.PATH,
        section=sections.REWRITING,
        common=True,
        help="The prefix or path that matched is replaced on the way to the upstream.",
        maximum=900,
        placeholder="/",
    ),
    Setting(
        key="regex_rewrite_pattern",
        label="Rewrite paths that match",
        kind=Kind.REGEX,
        section=sections.REWRITING,
        help="A regular expression (RE2); what it matches in the path is replaced.",
        maximum=900,
        placeholder="^/service/([^/]+)(/.*)$",
    ),
    Setting(
        key="regex_rewrite_substitution",
        label="… into",
        kind=Kind.TEXT,
        section=sections.REWRITING,
        help="The replacement; \\1 stands for the first group of the expression.",
        maximum=900,
        placeholder="\\2/instance/\\1",
    ),
    Setting(
        key="preserve_host_header",
        label="Keep the host",
        kind=Kind.BOOL,
        section=sections.REWRITING,
        common=True,
        help="The upstream sees the host that people typed, not its own.",
        unset="the upstream sees the host of To",
    ),
    Setting(
        key="host_rewrite",
        label="Host to send",
        kind=Kind.TEXT,
        section=sections.REWRITING,
        help="The upstream sees this host.",
        maximum=255,
        placeholder="wiki.internal",
    ),
    Setting(
        key="host_rewrite_header",
        label="Host from a header",
        kind=Kind.TEXT,
        section=sections.REWRITING,
        help="The upstream sees, as the host, the value of this request header.",
        maximum=255,
        placeholder="X-Original-Host",
    ),
    Setting(
        key="host_path_regex_rewrite_pattern",
        label="Host from a path that matches",
        kind=Kind.REGEX,
        section=sections.REWRITING,
        help="A regular expression (RE2) over the path, from which the host is made.",
        maximum=900,
        placeholder="^/(.+)/.+$",
    ),
    Setting(
        key="host_path_regex_rewrite_substitution",
        label="… made into",
        kind=Kind.TEXT,
        section=sections.REWRITING,
        help="The host; \\1 stands for the first group of the expression.",
        maximum=900,
        placeholder="\\1",
    ),
)

REDIRECT_CODES = (
    Choice(value="301", label="301 Moved permanently"),
    Choice(value="302", label="302 Found"),
    Choice(value="303", label="303 See other"),
    Choice(value="307", label="307 Temporary redirect"),
    Choice(value="308", label="308 Permanent redirect"),
)

REDIRECT_FIELDS = (
    Setting(
        key="https_redirect",
        label="To https",
        kind=Kind.BOOL,
        help="Same address, with https.",
    ),
    Setting(
        key="scheme_redirect",
        label="To another scheme",
        kind=Kind.TEXT,
        help="Such as https.",
        maximum=20,
        placeholder="https",
    ),
    Setting(
        key="host_redirect",
        label="To another host",
        kind=Kind.HOST,
        help="The host of the new address.",
        maximum=255,
        placeholder="www.example.com",
    ),
    Setting(
        key="port_redirect",
        label="To another port",
        kind=Kind.INTEGER,
        help="The port of the new address.",
        minimum=1,
        maximum=65535,
    ),
    Setting(
        key="path_redirect",
        label="To another path",
        kind=Kind.PATH,
        help="The whole path of the new address.",
        maximum=900,
        placeholder="/new",
    ),
    Setting(
        key="prefix_rewrite",
        label="Replace the matched path by",
        kind=Kind.PATH,
        help="The prefix (or path) that matched is replaced in the new address.",
        maximum=900,
        placeholder="/new/",
    ),
    Setting(
        key="response_code",
        label="Status",
        kind=Kind.INTEGER,
        help="What kind of redirect the browser is told.",
        choices=REDIRECT_CODES,
        unset="301",
    ),
    Setting(
        key="strip_query",
        label="Drop the query",
        kind=Kind.BOOL,
        help="Everything after ? is left out of the new address.",
    ),
)

ANSWERS = (
    Setting(
        key="redirect",
        label="Redirect",
        kind=Kind.OBJECT,
        section=sections.ANSWERS,
        common=True,
        help="Send the browser to another address.",
        fields=REDIRECT_FIELDS,
    ),
    Setting(
        key="response",
        label="Direct response",
        kind=Kind.OBJECT,
        section=sections.ANSWERS,
        common=True,
        help="Answer with a fixed text.",
        fields=(
            Setting(
                key="status",
                label="Status",
                kind=Kind.INTEGER,
                help="An HTTP status.",
                required=True,
                minimum=200,
                maximum=599,
                placeholder="200",
            ),
            Setting(
                key="body",
                label="Body",
                kind=Kind.LONG_TEXT,
                help="The text of the answer.",
                maximum=65536,
            ),
        ),
    ),
)
