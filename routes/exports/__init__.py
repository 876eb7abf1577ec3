"""Writing routes and policies as a configuration of Pomerium Core."""

from routes.exports.configuration import Export, Refusal, export_core

__all__ = ["Export", "Refusal", "export_core"]
