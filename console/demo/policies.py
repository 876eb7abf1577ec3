"""The policies of Meridian Freight, by namespace path."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoPolicy:
    """A policy, and the namespaces that it counts in as a whole.

    `inherited` and `enforced` are paths of namespaces.
    """

    name: str
    namespace: str
    source: str
    description: str = ""
    explanation: str = ""
    remediation: str = ""
    inherited: tuple[str, ...] = ()
    enforced: tuple[str, ...] = ()


ENGINEERING = "Global/Engineering"
FINANCE = "Global/Finance"

POLICIES = (
    DemoPolicy(
        name="Any signed-in person",
        namespace="Global",
        description="For what everybody may see once we know who they are.",
        source="""\
allow:
  and:
    - authenticated_user: true
""",
    ),
    DemoPolicy(
        name="Employees of Meridian",
        namespace="Global",
        description="Everybody with an address of ours; contractors have none.",
        explanation="This is for employees of Meridian Freight.",
        remediation="Sign in with your `meridian.example` account.",
        source="""\
allow:
  and:
    - domain:
        is: meridian.example
""",
    ),
    DemoPolicy(
        name="Public access",
        namespace="Global",
        description="For anybody at all. Only admins attach it.",
        source="""\
# Status and tracking pages are meant for customers.
allow:
  or:
    - accept: true
""",
    ),
    DemoPolicy(
        name="Security team",
        namespace="Global",
        explanation="This is for the security team.",
        source="""\
allow:
  or:
    - groups:
        has: grp-security # Security
""",
    ),
    DemoPolicy(
        name="Approved device",
        namespace="Global",
        description="A ceiling: whatever a team allows, only approved devices get in.",
        explanation="You need a device that an admin has approved.",
        remediation="Enroll this device, then ask the security team to approve it.",
        source="""\
allow:
  and:
    - device:
        type: any
        approved: true
""",
        enforced=(FINANCE,),
    ),
    DemoPolicy(
        name="Office networks",
        namespace="Global",
        description="Refuses requests that come from outside our offices and depots.",
        explanation="This is reachable from our offices and depots only.",
        remediation="Connect to the office network.",
        source="""\
deny:
  not:
    - source_ip:
        - 10.20.0.0/16    # offices
        - 10.40.0.0/16    # depots
        - 2001:db8:20::/48
""",
    ),
    DemoPolicy(
        name="Employees and known contractors",
        namespace=ENGINEERING,
        description="A ceiling over everything that engineering publishes.",
        explanation="This is for engineering's own people and known contractors.",
        remediation="Ask your contact in engineering to add you to Contractors.",
        source="""\
allow:
  or:
    - domain:
        is: meridian.example
    - groups:
        has: grp-contractors # Contractors
""",
        enforced=(ENGINEERING,),
    ),
    DemoPolicy(
        name="Engineers",
        namespace=ENGINEERING,
        explanation="This is for engineers.",
        remediation="Ask Ingrid Solberg to add you to the group Engineering.",
        source="""\
allow:
  or:
    - groups:
        has: grp-engineering # Engineering
""",
    ),
    DemoPolicy(
        name="On call",
        namespace=ENGINEERING,
        description="Who carries the pager may look at production.",
        source="""\
allow:
  or:
    - groups:
        has: grp-oncall # On call
""",
    ),
    DemoPolicy(
        name="Contractors read only",
        namespace=ENGINEERING,
        source="""\
allow:
  and:
    - groups:
        has: grp-contractors # Contractors
    - http_method:
        in: [GET, HEAD]
""",
    ),
    DemoPolicy(
        name="Platform team",
        namespace="Global/Engineering/Platform",
        source="""\
allow:
  or:
    - groups:
        has: grp-platform # Platform team
deny:
  and:
    # Nobody deletes by hand, not even we.
    - http_method: DELETE
    - http_path:
        starts_with: /api/
""",
    ),
    DemoPolicy(
        name="Web team and previews",
        namespace="Global/Engineering/Web",
        source="""\
allow:
  or:
    - groups:
        has: grp-web # Web team
    - cors_preflight: true
""",
    ),
    DemoPolicy(
        name="Finance in office hours",
        namespace=FINANCE,
        description="Finance works from seven to eight, Monday to Friday.",
        explanation="Finance's systems are open from 7:00 to 20:00 on weekdays.",
        source="""\
allow:
  and:
    - groups:
        has: grp-finance # Finance
    - day_of_week: mon-fri
    - time_of_day:
        timezone: Europe/Amsterdam
        after: 7:00
        before: 20:00
""",
    ),
    DemoPolicy(
        name="People operations",
        namespace="Global/People",
        source="""\
allow:
  or:
    - groups:
        has: grp-people # People operations
""",
    ),
    DemoPolicy(
        name="Operations and warehouse",
        namespace="Global/Operations",
        source="""\
allow:
  or:
    - groups:
        has: grp-operations # Operations
    - groups:
        has: grp-warehouse # Warehouse floor
""",
        inherited=("Global/Operations/Warehouse",),
    ),
)
