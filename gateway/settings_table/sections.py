"""The sections in which people meet the settings, in the order of the form."""

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
        label="Error pages and branding",
        help="What people see where they are refused, and at /.pomerium/.",
    ),
    Section(
        code=IDENTITY,
        label="Identity",
        help="What upstreams learn of people, unless a route says otherwise.",
    ),
    Section(
        code=TIMEOUTS,
        label="Timeouts and protocol",
        help="How long things may take, and which HTTP is spoken.",
    ),
    Section(
        code=ANSWERS,
        label="Headers of answers",
        help="What is added to answers of upstreams on their way to browsers.",
    ),
    Section(
        code=LOG,
        label="Decision log",
        help="Which decisions are kept, and for how long. Traffic counts all of them.",
    ),
    Section(
        code=CLIENTS,
        label="Client certificates",
        help="Who signs certificates of clients, and what becomes of those without.",
    ),
    Section(
        code=COOKIES,
        label="Session cookies",
        help="The cookie by which a route's host knows a person again.",
    ),
    Section(
        code=CORE,
        label="Pomerium Core",
        help="What only a Pomerium Core acts on.",
    ),
)
