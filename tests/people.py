"""The cast. Ada owns, Ben is granted below her, Cyd has nothing.

    Global ── Engineering ── Web
           └─ Finance

Root is admin of Global. Ada is admin of Engineering. Ben is viewer of Web, by the
group "web". Mia is manager of Web. Cyd is signed in and holds nothing.
"""

from dataclasses import dataclass

from console.core.actor import Actor
from directory.models import Group, User
from namespaces.models import Namespace
from namespaces.selectors import get_root
from tests.factories import grant, make_group, make_namespace, make_user


@dataclass(frozen=True)
class Cast:
    """People, and the places where they hold roles."""

    root: User
    ada: User
    ben: User
    mia: User
    cyd: User
    web_group: Group
    everything: Namespace
    engineering: Namespace
    web: Namespace
    finance: Namespace


def make_cast() -> Cast:
    """Make everybody, with the namespaces."""
    root, ada, ben = make_user("root"), make_user("ada"), make_user("ben")
    mia, cyd = make_user("mia"), make_user("cyd")
    web_group = make_group("web", ben)
    everything = get_root()
    engineering = make_namespace("Engineering")
    web = make_namespace("Web", parent=engineering)
    finance = make_namespace("Finance")
    grant("admin", everything, user=root)
    grant("admin", engineering, user=ada)
    grant("viewer", web, group=web_group)
    grant("manager", web, user=mia)
    return Cast(
        root, ada, ben, mia, cyd, web_group, everything, engineering, web, finance
    )


def actor_of(user: User) -> Actor:
    """Return the actor that a request of this person would have."""
    return Actor(user_id=user.id, label=user.email)
