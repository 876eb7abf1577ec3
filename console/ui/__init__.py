"""Screens that span the apps, the frame around all screens, and `manage.py up`."""
