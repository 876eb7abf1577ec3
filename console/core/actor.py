"""Whoever asks: the one value that every read and write is checked against.

An Actor is made at the edge (`directory.authentication` for requests, `system`
for jobs and commands) and handed down. It holds identifiers and names only, so
that the kernel and `namespaces` need to know nothing of the people's tables.
"""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """A person, an API service account, or the console itself.

    Attributes:
        user_id: the person, or None.
        service_account_id: the API service account, or None.
        label: how the audit log names the actor, such as an e-mail address.
        is_system: the console itself (jobs, commands on the host). It may do
            everything, and says so in the audit log.
        on_behalf_of: how the audit log names the person who answers for a machine.
        token_label: prefix of the token that was presented, if one was.
        address: network address that the request came from, if any.
        request_id: ties log lines and audit events of one request together.
        cache: scratch space of this request for `namespaces.access`; rights are
            never cached beyond it.
    """

    user_id: UUID | None = None
    service_account_id: UUID | None = None
    label: str = ""
    is_system: bool = False
    on_behalf_of: str = ""
    token_label: str = ""
    address: str = ""
    request_id: str = ""
    cache: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    @property
    def is_anonymous(self) -> bool:
        """Nobody has signed in."""
        return (
            self.user_id is None
            and self.service_account_id is None
            and not self.is_system
        )


ANONYMOUS = Actor(label="anonymous")


def system(label: str) -> Actor:
    """The console itself, named for what it is doing (`command importcore`)."""
    return Actor(is_system=True, label=label)
