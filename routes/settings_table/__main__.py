"""Prints the manual's page of settings: `python -m routes.settings_table`."""

from routes.settings_table.reference import describe_all

print(describe_all(), end="")
