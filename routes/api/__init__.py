"""REST API of routes."""
