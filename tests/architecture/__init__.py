"""Tests of the house itself: layers, sizes, documents, migrations, pins."""
