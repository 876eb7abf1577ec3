"""The REST API: gathers the apps' endpoints under one description."""
