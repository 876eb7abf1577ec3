"""Policies as Rego: a module of its own that Core accepts and that decides the same.

It says what the evaluator says in enforcement, given complete data; that data is stale
is nothing that Core could know. Core's reading of `http_method` and `http_path` is left
behind on purpose.
"""

from .module import UntranslatableError, to_rego

__all__ = ["UntranslatableError", "to_rego"]
