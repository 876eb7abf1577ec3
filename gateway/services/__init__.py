"""What changes deployments, sessions, certificates, and what proxies are given."""
