"""Tests of external data."""
