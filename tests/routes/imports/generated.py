"""Configurations of any size, always the same for the same numbers."""

import random
from collections.abc import Iterator

HEAD = (
    "authenticate_service_url: https://login.harbor.example\n"
    "cookie_secret: bm90IGEgc2VjcmV0IGF0IGFsbA==\n"
    "routes:\n"
)
DOMAIN = "- allow:\n    or:\n      - domain: {{is: d{0}.example}}\n"
TEAM = """\
- allow:
    and:
      - domain: {{is: h.example}}
      - groups: {{has: team-{0}}}
"""
PEOPLE = """\
- allow:
    or:
      - email: {{is: ann{0}@h.example}}
      - email: {{is: ben{0}@h.example}}
"""
DOCK = """\
# dock {0}
- allow:
    or:
      - claim/dock: d{0}
- deny:
    or:
      - source_ip: 10.{1}.{2}.0/24
"""
DEVICE = """\
- allow:
    and:
      - authenticated_user: true
      - device: {{type: kind-{0}, approved: true}}
"""
POLICIES = (DOMAIN, TEAM, PEOPLE, DOCK, DEVICE)


def write_configuration(*, routes: int, policies: int, seed: int = 1) -> str:
    """Return a configuration with so many routes, and policies of so many meanings."""
    choose = random.Random(seed)
    texts = list(_policies(policies))
    parts = [HEAD]
    for number in range(routes):
        text = texts[number] if number < policies else choose.choice(texts)
        parts.append(
            f"  # berth {number}\n"
            f"  - from: https://berth-{number}.harbor.example\n"
            f"    to: http://berth-{number}.internal:8080\n"
            f"    timeout: {number % 60 + 1}s\n"
            "    pass_identity_headers: true\n"
            f"    set_request_headers: {{X-Berth: '{number}'}}\n"
            "    policy:\n"
        )
        parts += [f"      {line}\n" for line in text.splitlines()]
    return "".join(parts)


def _policies(count: int) -> Iterator[str]:
    for number in range(count):
        text = POLICIES[number % len(POLICIES)]
        yield text.format(number, number // 250 % 250, number % 250)
