"""What people and upstreams are told: branding, identity, and the decision log."""

from gateway.settings_table import checks, sections
from gateway.settings_table.types import GatewaySetting, Honorer
from policies.texts import worded
from routes.settings_table import Choice, Kind, Setting

BRANDING = (
    GatewaySetting(
        setting=Setting(
            key="brand_name",
            label=worded("Name"),
            kind=Kind.TEXT,
            help=worded("Stands on top of every page of the proxy."),
            section=sections.BRANDING,
            maximum=60,
        ),
        default="Postern",
        is_local=True,
        in_core=False,
    ),
    GatewaySetting(
        setting=Setting(
            key="error_message_first_paragraph",
            label=worded("Text of error pages"),
            kind=Kind.LONG_TEXT,
            help=(
                worded(
                    "Read by whoever is refused, before what the policies say: whom to "
                    "ask, for example. Plain text, one paragraph for each line."
                )
            ),
            unset=worded("they read what the policies say, and nothing before it"),
            section=sections.BRANDING,
            maximum=2000,
        ),
        is_local=True,
    ),
    GatewaySetting(
        setting=Setting(
            key="logo_url",
            label=worded("Logo"),
            kind=Kind.WEB_URL,
            help=worded(
                "Address of a picture that stands beside the name; https only."
            ),
            unset=worded("the name stands alone"),
            section=sections.BRANDING,
            maximum=500,
            placeholder="https://www.example.com/logo.svg",
        ),
        is_local=True,
        check=checks.check_secure_url,
    ),
    GatewaySetting(
        setting=Setting(
            key="favicon_url",
            label=worded("Icon of the tab"),
            kind=Kind.WEB_URL,
            help=worded("Address of a small picture; https only."),
            unset=worded("the browser shows its own"),
            section=sections.BRANDING,
            maximum=500,
        ),
        is_local=True,
        check=checks.check_secure_url,
    ),
    GatewaySetting(
        setting=Setting(
            key="primary_color",
            label=worded("Color"),
            kind=Kind.TEXT,
            help=(
                worded(
                    "Of the top of the page and of buttons, as #rrggbb. Letters on "
                    "it are "
                    "black or white, whichever can be read better."
                )
            ),
            unset=worded("the color of the console"),
            section=sections.BRANDING,
            maximum=7,
            placeholder="#0b5f7a",
        ),
        is_local=True,
        check=checks.check_color,
    ),
    GatewaySetting(
        setting=Setting(
            key="darkmode_primary_color",
            label=worded("Color in the dark"),
            kind=Kind.TEXT,
            help=worded("The same for people whose browser prefers dark pages."),
            unset=worded("the color above"),
            section=sections.BRANDING,
            maximum=7,
        ),
        is_local=True,
        check=checks.check_color,
    ),
)

IDENTITY = (
    GatewaySetting(
        setting=Setting(
            key="pass_identity_headers",
            label=worded("Pass identity headers"),
            kind=Kind.TRISTATE,
            help=worded(
                "Upstreams get a signed statement about the person, and its claims."
            ),
            section=sections.IDENTITY,
        ),
        default=False,
        is_local=True,
    ),
    GatewaySetting(
        setting=Setting(
            key="jwt_claims_headers",
            label=worded("Headers with claims"),
            kind=Kind.STRING_MAP,
            help=(
                worded(
                    "Header and the claim that it carries, such as "
                    "X-Pomerium-Claim-Email: email. They go out where identity headers "
                    "are passed."
                )
            ),
            section=sections.IDENTITY,
            maximum=50,
        ),
        default={
            f"X-Pomerium-Claim-{one.capitalize()}": one
            for one in ("email", "groups", "name", "user")
        },
        is_local=True,
        check=checks.check_claim_headers,
    ),
    GatewaySetting(
        setting=Setting(
            key="jwt_groups_filter",
            label=worded("Groups to tell"),
            kind=Kind.STRING_LIST,
            help=(
                worded(
                    "Only these groups, by name or id, are told to upstreams, with "
                    "those "
                    "that the route names."
                )
            ),
            unset=worded("all of a person's groups"),
            section=sections.IDENTITY,
            maximum=100,
        ),
        is_local=True,
    ),
    GatewaySetting(
        setting=Setting(
            key="jwt_issuer_format",
            label=worded("Issuer of statements"),
            kind=Kind.ENUM,
            help=worded("What iss in the signed statement looks like."),
            section=sections.IDENTITY,
            choices=(
                Choice(value="hostOnly", label=worded("The host: app.example.com")),
                Choice(
                    value="uri", label=worded("An address: https://app.example.com/")
                ),
            ),
        ),
        default="hostOnly",
        is_local=True,
    ),
)

FULL, SAMPLED, REFUSED = "full", "sampled", "refused"
LOG = (
    GatewaySetting(
        setting=Setting(
            key="decision_log_mode",
            label=worded("What is kept"),
            kind=Kind.ENUM,
            help=worded("Refusals are kept in any case."),
            section=sections.LOG,
            choices=(
                Choice(value=FULL, label=worded("Every decision")),
                Choice(
                    value=SAMPLED, label=worded("Refusals, and a share of the rest")
                ),
                Choice(value=REFUSED, label=worded("Refusals only")),
            ),
        ),
        default=FULL,
        is_local=True,
        in_core=False,
    ),
    GatewaySetting(
        setting=Setting(
            key="decision_log_percent",
            label=worded("Share in percent"),
            kind=Kind.INTEGER,
            help=worded("Of the requests that were let through, when a share is kept."),
            section=sections.LOG,
            minimum=1,
            maximum=99,
        ),
        default=10,
        is_local=True,
        in_core=False,
    ),
    GatewaySetting(
        setting=Setting(
            key="decision_log_days",
            label=worded("Days until decisions are deleted"),
            kind=Kind.INTEGER,
            help=worded("Deployments by which they were made are kept as long."),
            section=sections.LOG,
            minimum=1,
            maximum=3650,
        ),
        default=14,
        honored_by=Honorer.CONSOLE,
        in_core=False,
    ),
)
