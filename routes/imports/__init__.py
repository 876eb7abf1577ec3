"""Reading a configuration of Pomerium Core into a plan of routes and policies.

Nothing is written here; `routes.services` applies a plan.
"""
