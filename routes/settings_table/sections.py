"""The sections in which people meet the settings, in the order of the form."""

from policies.texts import worded
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
        label=worded("General"),
        help=worded("The address that people open, and where it leads."),
    ),
    Section(
        code=MATCHING,
        label=worded("Path matching"),
        help=worded("Which paths of the address this route is for. None: all of them."),
    ),
    Section(
        code=REWRITING,
        label=worded("Rewriting"),
        help=worded("What the upstream sees as path and as host."),
    ),
    Section(
        code=ANSWERS,
        label=worded("Redirect & response"),
        help=worded("Answer at the proxy instead of asking an upstream."),
    ),
    Section(
        code=TLS,
        label=worded("TLS"),
        help=worded("How the proxy and the upstream prove to each other who they are."),
    ),
    Section(
        code=TIMEOUTS,
        label=worded("Timeouts & upgrades"),
        help=worded("How long requests may take, and what they may turn into."),
    ),
    Section(
        code=HEADERS,
        label=worded("Headers"),
        help=worded(
            "What is added to, taken from and changed in requests and answers."
        ),
    ),
    Section(
        code=BALANCING,
        label=worded("Load balancing"),
        help=worded(
            "How requests are spread over several upstreams, and which are healthy."
        ),
    ),
    Section(
        code=IDENTITY,
        label=worded("Identity"),
        help=worded(
            "How people and programs sign in, and what the upstream learns of them."
        ),
    ),
    Section(
        code=MCP,
        label=worded("MCP"),
        help=worded(
            "Model Context Protocol: tools for language models behind this route."
        ),
    ),
    Section(
        code=SSH,
        label=worded("SSH & tunnels"),
        help=worded(
            "Upstreams that are reached by SSH, and sessions that are recorded."
        ),
    ),
    Section(
        code=LEGACY,
        label=worded("Legacy"),
        help=worded("Still read by Core, and better replaced."),
    ),
)
