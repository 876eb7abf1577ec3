"""What enforces: deployments, the authorizer, and the proxies that ask it."""
