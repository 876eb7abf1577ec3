"""The kernel: actor, audit, outbox, errors, jobs. It imports no other app."""
