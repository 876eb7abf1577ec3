"""Devices: enrolled by people with WebAuthn, approved by admins."""
