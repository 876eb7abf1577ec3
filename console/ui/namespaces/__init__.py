"""Pages of namespaces: the tree, one namespace, its roles, and what changes them."""
