"""Policies in Rego: checked, and evaluated where they can do no harm.

The door for everybody else. Pure Python, without Django; `policies.language.rego` is
another matter, it writes Rego from PPL. What is in `worker`, `engine`, `analysis` and
below runs inside the sandbox.
"""
