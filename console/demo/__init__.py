"""A believable organization, so that every screen has something to show.

Meridian Freight moves containers. Its people, groups, namespaces, policies, routes
and devices are invented; addresses end in `.example`, `.internal` and `.localhost`.
"""
