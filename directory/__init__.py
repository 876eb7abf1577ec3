"""People and groups as the identity provider knows them, and how they sign in."""
