"""The tree of namespaces, and who may do what where.

This is the console's own RBAC. What a person may reach through the proxy is the
policy language's business (`policies.language`); the two share no code.
"""
