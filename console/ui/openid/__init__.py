"""Sign-in with an identity provider: mozilla-django-oidc, and what it leaves out."""
