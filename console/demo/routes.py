"""The routes of Meridian Freight, by namespace path."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class DemoRoute:
    """A route; `policies` are names of policies in its namespace or above."""

    name: str
    namespace: str
    host: str
    to: str
    policies: tuple[str, ...] = ()
    description: str = ""
    settings: dict[str, Any] = field(default_factory=dict)


# Browsers and curl find everything below `localhost` on this machine.
ZONE = "meridian.localhost"
PLATFORM = "Global/Engineering/Platform"
WEB = "Global/Engineering/Web"
ENGINEERING = "Global/Engineering"
FINANCE = "Global/Finance"
PEOPLE = "Global/People"
OPERATIONS = "Global/Operations"
WAREHOUSE = "Global/Operations/Warehouse"
SECURITY = "Global/Security"

ROUTES = (
    DemoRoute(
        "Status page",
        "Global",
        "status",
        "http://status.internal:8080",
        ("Public access",),
        "What customers look at when something is wrong.",
    ),
    DemoRoute(
        "Intranet",
        "Global",
        "intranet",
        "http://wiki.internal:8090",
        ("Employees of Meridian",),
    ),
    DemoRoute(
        "Telephone book",
        "Global",
        "people",
        "http://phonebook.internal:5000",
        ("Any signed-in person",),
    ),
    DemoRoute(
        "SIEM",
        SECURITY,
        "siem",
        "http://siem.internal:9200",
        ("Security team", "Office networks"),
    ),
    DemoRoute(
        "Vulnerability scanner",
        SECURITY,
        "scanner",
        "http://scanner.internal",
        ("Security team",),
        settings={"timeout": "2m"},
    ),
    DemoRoute(
        "Git",
        ENGINEERING,
        "git",
        "http://git.internal:3000",
        ("Engineers", "Contractors read only"),
        settings={"pass_identity_headers": True, "timeout": "5m"},
    ),
    DemoRoute(
        "Continuous integration",
        ENGINEERING,
        "ci",
        "http://ci.internal:8080",
        ("Engineers",),
        settings={"allow_websockets": True, "preserve_host_header": True},
    ),
    DemoRoute(
        "Package registry",
        ENGINEERING,
        "packages",
        "http://packages.internal:8081",
        ("Engineers",),
    ),
    DemoRoute(
        "Notebooks",
        ENGINEERING,
        "notebooks",
        "http://jupyter.internal:8888",
        ("Engineers",),
        settings={"allow_websockets": True, "idle_timeout": "1h"},
    ),
    DemoRoute(
        "Grafana",
        PLATFORM,
        "grafana",
        "http://grafana.internal:3000",
        ("Platform team", "Engineers", "On call"),
        "Dashboards of everything that runs.",
        {"pass_identity_headers": True},
    ),
    DemoRoute(
        "Prometheus",
        PLATFORM,
        "prometheus",
        "http://prometheus.internal:9090",
        ("Platform team", "On call"),
    ),
    DemoRoute(
        "Alertmanager",
        PLATFORM,
        "alerts",
        "http://alertmanager.internal:9093",
        ("On call",),
    ),
    DemoRoute(
        "Kubernetes",
        PLATFORM,
        "k8s",
        "http://kubernetes.internal:8001",
        ("Platform team",),
        settings={"allow_spdy": True, "allow_websockets": True, "timeout": "0s"},
    ),
    DemoRoute(
        "Argo CD",
        PLATFORM,
        "argocd",
        "http://argocd.internal",
        ("Platform team",),
    ),
    DemoRoute(
        "Storefront preview",
        WEB,
        "preview",
        "http://storefront-preview.internal:4000",
        ("Web team and previews",),
        settings={"set_response_headers": {"X-Robots-Tag": "noindex"}},
    ),
    DemoRoute(
        "Storefront admin",
        WEB,
        "shop-admin",
        "http://storefront.internal:4100",
        ("Web team and previews",),
        settings={"prefix": "/admin"},
    ),
    DemoRoute(
        "Design system",
        WEB,
        "design",
        "http://storybook.internal:6006",
        ("Engineers", "Contractors read only"),
    ),
    DemoRoute(
        "Ledger",
        FINANCE,
        "ledger",
        "http://ledger.internal:8443",
        ("Finance in office hours",),
        settings={"timeout": "90s", "show_error_details": True},
    ),
    DemoRoute(
        "Expenses",
        FINANCE,
        "expenses",
        "http://expenses.internal:8000",
        ("Employees of Meridian",),
    ),
    DemoRoute(
        "Treasury",
        FINANCE,
        "treasury",
        "http://treasury.internal",
        (),
        "Being set up; nobody can open it yet.",
    ),
    DemoRoute(
        "Applicants",
        PEOPLE,
        "applicants",
        "http://applicants.internal:8070",
        ("People operations",),
    ),
    DemoRoute(
        "Payroll",
        PEOPLE,
        "payroll",
        "http://payroll.internal",
        ("People operations", "Office networks"),
    ),
    DemoRoute(
        "Dispatch board",
        OPERATIONS,
        "dispatch",
        "http://dispatch.internal:8088",
        ("Operations and warehouse",),
        settings={"allow_websockets": True},
    ),
    DemoRoute(
        "Stock",
        WAREHOUSE,
        "stock",
        "http://stock.internal:8060",
        (),
        "Open by what the namespace inherits.",
    ),
    DemoRoute(
        "Label printers",
        WAREHOUSE,
        "labels",
        "http://labels.internal:631",
        ("Operations and warehouse", "Office networks"),
    ),
)
