"""Policies: written once, attached to routes and namespaces."""
