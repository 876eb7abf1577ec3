"""REST API of namespaces and role bindings."""
