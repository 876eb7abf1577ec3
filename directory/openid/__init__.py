"""OpenID Connect towards the identity provider: fetch, trust, verify.

What comes of it (a session, a person) is the business of `services` and of the pages.
Nothing here writes.
"""
