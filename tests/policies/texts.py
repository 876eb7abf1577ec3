"""Policy texts that several tests start from."""

EMPLOYEES = """\
# everybody who works here
allow:
  and:
    - domain: example.com
"""
ADMINS = """\
allow:
  and:
    - groups: {has: admins}
"""
OPEN = """\
allow:
  or:
    - accept: true
"""
BROKEN = """\
allow:
  or:
    - emial: ada@example.com
    - groups: {}
"""
