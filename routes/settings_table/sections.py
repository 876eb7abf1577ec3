"""The sections in which people meet the settings, in the order of the form."""

from routes.settings_table.types import Section

GENERAL = "general"
MATCHING = "matching"
REWRITING = "rewriting"
ANSWERS = "answers"
TLS = "tls"
TIMEOUTS = "timeouts"
HEADERS = "headers"
BALANCING = "balancing"
IDENTITY = "identity"
MCP = "mcp"
SSH = "ssh"
LEGACY = "legacy"

SECTIONS = (
    Section(
        code=GENERAL,
        label="General",
        help="The address that people open, and where it leads.",
    ),
    Section(
        code=MATCHING,
        label="Path matching",
        help="Which paths of the address this route is for. None: all of them.",
    ),
    Section(
        code=REWRITING,
        label="Rewriting",
        help="What the upstream sees as path and as host.",
    ),
    Section(
        code=ANSWERS,
        label="Redirect & response",
        help="Answer at the proxy instead of asking an upstream.",
    ),
    Section(
        code=TLS,
        label="TLS",
        help="How the proxy and the upstream prove to each other who they are.",
    ),
    Section(
        code=TIMEOUTS,
        label="Timeouts & upgrades",
        help="How long requests may take, and what they may turn into.",
    ),
    Section(
        code=HEADERS,
        label="Headers",
        help="What is added to, taken from and changed in requests and answers.",
    ),
    Section(
        code=BALANCING,
        label="Load balancing",
        help="How requests are spread over several upstreams, and which are healthy.",
    ),
    Section(
        code=IDENTITY,
        label="Identity",
        help="How people and programs sign in, and what the upstream learns of them.",
    ),
    Section(
        code=MCP,
        label="MCP",
        help="Model Context Protocol: tools for language models behind this route.",
    ),
    Section(
        code=SSH,
        label="SSH & tunnels",
        help="Upstreams that are reached by SSH, and sessions that are recorded.",
    ),
    Section(
        code=LEGACY,
        label="Legacy",
        help="Still read by Core, and better replaced.",
    ),
)
