"""Prints the page of the manual."""

from gateway.settings_table.reference import describe_all

print(describe_all(), end="")
