"""Decisions at speed: routes as generated code, whole populations as bit sets.

The evaluator says what a policy means; what is here only says it faster, and hands back
to the evaluator whatever it has no quick form for. Tests hold the two to each other.
"""

from .answers import ALLOWED, REFUSED, Answer
from .callers import Caller, caller_of
from .population import Population
from .routes import CompiledRoute, RouteCompiler

__all__ = [
    "ALLOWED",
    "REFUSED",
    "Answer",
    "Caller",
    "CompiledRoute",
    "Population",
    "RouteCompiler",
    "caller_of",
]
