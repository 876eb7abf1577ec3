"""The sections in which people meet the settings, in the order of the form."""

from policies.texts import worded
from routes.settings_table import Section

CLIENTS = "client-certificates"
COOKIES = "cookies"
TIMEOUTS = "timeouts"
IDENTITY = "identity"
ANSWERS = "answers"
BRANDING = "branding"
LOG = "decision-log"
CORE = "core"

SECTIONS = (
    Section(
        code=BRANDING,
        label=worded("Error pages and branding"),
        help=worded("What people see where they are refused, and at /.pomerium/."),
    ),
    Section(
        code=IDENTITY,
        label=worded("Identity"),
        help=worded("What upstreams learn of people, unless a route says otherwise."),
    ),
    Section(
        code=TIMEOUTS,
        label=worded("Timeouts and protocol"),
        help=worded("How long things may take, and which HTTP is spoken."),
    ),
    Section(
        code=ANSWERS,
        label=worded("Headers of answers"),
        help=worded("What is added to answers of upstreams on their way to browsers."),
    ),
    Section(
        code=LOG,
        label=worded("Decision log"),
        help=worded(
            "Which decisions are kept, and for how long. Traffic counts all of them."
        ),
    ),
    Section(
        code=CLIENTS,
        label=worded("Client certificates"),
        help=worded(
            "Who signs certificates of clients, and what becomes of those without."
        ),
    ),
    Section(
        code=COOKIES,
        label=worded("Session cookies"),
        help=worded("The cookie by which a route's host knows a person again."),
    ),
    Section(
        code=CORE,
        label=worded("Pomerium Core"),
        help=worded("What only a Pomerium Core acts on."),
    ),
)
