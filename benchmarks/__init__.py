"""Measurements: `make bench`, or `make bench ONLY=decisions`.

A benchmark is a module here with `run(write) -> list[Goal]`. It prints its table and
returns what it promised; nothing is asserted, because a slow machine is no defect.
"""
