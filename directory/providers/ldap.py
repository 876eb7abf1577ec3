"""LDAP (RFC 4511): OpenLDAP and its like, and Active Directory.

People are read first, then groups, then who is in which group (`ldap_members`):
members are distinguished names, which can be told apart only once all are known.
Groups in groups are members like others; how deep they go is worked out by
`directory.sync`, so that no matching rule of a server is needed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext_noop

from directory.providers.auth import Nothing
from directory.providers.base import (
    ALL,
    MEMBERS,
    Before,
    Kept,
    Limits,
    Option,
    Options,
    Provider,
)
from directory.providers.ldap_client import LdapClient, Search, check_filter
from directory.providers.ldap_members import (
    ACTIVE_DIRECTORY,
    OPENLDAP,
    Members,
    Names,
    Pages,
    Versions,
)
from directory.providers.ldap_names import Entry, decode, dn_key
from directory.providers.ldap_resuming import resuming
from directory.providers.ldap_transport import Login
from directory.providers.reading import UnreadableError, shown
from directory.providers.records import Batch, Edge, Group, Person, Problem, Record

DISABLED_BIT = 2  # of userAccountControl
LOCKED_FOR_GOOD = b"000001010000Z"  # of pwdAccountLockedTime
STATE = ("userAccountControl", "pwdAccountLockedTime", "nsAccountLock")
PRIMARY, TOKEN = "primaryGroupID", "primaryGroupToken"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a kind of server calls things, unless the options say otherwise."""

    id: str
    people_filter: str
    group_filter: str
    members: Sequence[str]
    login: str
    versions: Versions


SCHEMAS: Mapping[str, Schema] = {
    "openldap": Schema(
        id="entryUUID",
        people_filter="(|(objectClass=inetOrgPerson)(objectClass=posixAccount))",
        group_filter=(
            "(|(objectClass=groupOfNames)(objectClass=groupOfUniqueNames)"
            "(objectClass=groupOfMembers)(objectClass=posixGroup))"
        ),
        members=("member", "uniqueMember", "memberUid"),
        login="uid",
        versions=OPENLDAP,
    ),
    "active-directory": Schema(
        id="objectGUID",
        people_filter="(&(objectCategory=person)(objectClass=user))",
        group_filter="(objectClass=group)",
        members=("member",),
        login="sAMAccountName",
        versions=ACTIVE_DIRECTORY,
    ),
}
OPTIONS = (
    Option(
        name="flavor",
        label=gettext_noop("Server"),
        default="openldap",
        choices=(
            ("openldap", gettext_noop("OpenLDAP and others")),
            ("active-directory", "Active Directory"),
        ),
    ),
    Option(
        name="people_base",
        label=gettext_noop("Search people below"),
        help=gettext_noop("Such as `ou=people,dc=example,dc=com`."),
    ),
    Option(
        name="people_filter",
        label=gettext_noop("Filter of people"),
        help=gettext_noop("Empty: everybody who is a person by their object class."),
        is_required=False,
        check=check_filter,
    ),
    Option(
        name="groups_base",
        label=gettext_noop("Search groups below"),
        help=gettext_noop("Such as `ou=groups,dc=example,dc=com`."),
    ),
    Option(
        name="groups_filter",
        label=gettext_noop("Filter of groups"),
        help=gettext_noop("Empty: every group by its object class."),
        is_required=False,
        check=check_filter,
    ),
    Option(
        name="person_id",
        label=gettext_noop("Attribute that identifies people"),
        help=gettext_noop(
            "What sign-in calls them by, such as `uid`. Empty: `entryUUID`, or "
            "`objectGUID` of Active Directory."
        ),
        is_required=False,
    ),
    Option(
        name="group_id",
        label=gettext_noop("Attribute that identifies groups"),
        help=gettext_noop(
            "What policies name, such as `cn`, or `dn`. Empty: as for people."
        ),
        is_required=False,
    ),
    Option(
        name="email",
        label=gettext_noop("Attribute of the e-mail address"),
        default="mail",
    ),
    replace(
        MEMBERS,
        help=gettext_noop(
            "All, where the server works out who is in a group without that being a "
            "change of it."
        ),
    ),
)


@dataclass(slots=True)
class _Reading:
    """One run: what is asked, and which distinguished name is whose."""

    options: Options
    pages: Pages
    kept: Kept | None
    number: int = 0
    names: Names = field(default_factory=Names)
    members: Members = field(init=False)
    primary: dict[str, list[str]] = field(default_factory=dict)  # token: ids

    def __post_init__(self) -> None:
        self.members = Members(
            names=self.names,
            versions=self.schema.versions,
            attributes=self.schema.members,
            pages=self._asked,
            kept=self.kept,
        )

    @property
    def schema(self) -> Schema:
        """What this server calls things."""
        return SCHEMAS[self.options["flavor"]]

    def walk(self) -> Iterator[Batch]:
        """Yield every page."""
        schema, options = self.schema, self.options
        versions = schema.versions
        version = versions.attributes if self.kept is not None else ()
        people = Search(
            base=options["people_base"],
            filter=options.get("people_filter") or schema.people_filter,
            attributes=(
                self.person_id,
                schema.login,
                options["email"],
                "displayName",
                "cn",
                *STATE,
                PRIMARY,
                *version[:1],
            ),
        )
        groups = Search(
            base=options["groups_base"],
            filter=options.get("groups_filter") or schema.group_filter,
            attributes=(self.group_id, "cn", "displayName", "mail", TOKEN, *version),
        )
        members = replace(groups, attributes=("cn", *version, *schema.members))
        yield from self._listing(people, "people", "person", self._person)
        yield from self._listing(groups, "groups", "group", self._group)
        for page, records, is_asked in self.members.tell(members):
            self.number += is_asked
            yield self._batch(page, records)

    @property
    def person_id(self) -> str:
        """The attribute that identifies people."""
        return self.options.get("person_id") or self.schema.id

    @property
    def group_id(self) -> str:
        """The attribute that identifies groups."""
        return self.options.get("group_id") or self.schema.id

    def _listing(
        self,
        search: Search,
        title: str,
        kind: str,
        read: Callable[[Entry], list[Record]],
    ) -> Iterator[Batch]:
        for page, entries in self._asked(search, title=title):
            records: list[Record] = []
            for entry in entries:
                try:
                    records += read(entry)
                except UnreadableError as error:
                    records.append(self._problem(entry, kind, str(error)))
            self.number += 1
            yield self._batch(page, records)

    def _asked(
        self, search: Search, *, title: str
    ) -> Iterator[tuple[str, list[Entry]]]:
        """Yield the pages of a search, which asks for nothing twice.

        The name is with every entry anyway.
        """
        names = dict.fromkeys(search.attributes)
        wanted = tuple(one for one in names if one.lower() != "dn")
        yield from self.pages(replace(search, attributes=wanted), title=title)

    def _batch(self, page: str, records: Sequence[Record]) -> Batch:
        return Batch(page=page, number=self.number, expected=0, records=tuple(records))

    def _problem(self, entry: Entry, kind: str, text: str) -> Problem:
        is_person = kind == "person"
        try:
            found = entry.key(self.person_id if is_person else self.group_id)
        except UnreadableError:
            found, text = "", f"{text} of `{shown(entry.dn)}`"
        # Whose membership can't be read keeps all that they have: so does the group.
        return Problem(kind="person" if is_person else "group", text=text, id=found)

    def _person(self, entry: Entry) -> list[Record]:
        login, email = self.schema.login, self.options["email"]
        found = entry.key(self.person_id)
        self.names.people[dn_key(entry.dn)] = found
        self.note(entry)
        for value in entry.values(login)[:1]:
            self.names.logins[decode(value, login).casefold()] = found
        for value in entry.values(PRIMARY)[:1]:
            self.primary.setdefault(decode(value, PRIMARY), []).append(found)
        return [
            Person(
                id=found,
                email=entry.text(email),
                name=entry.text("displayName", "cn", login),
                is_active=_is_active(entry),
            )
        ]

    def _group(self, entry: Entry) -> list[Record]:
        found = entry.key(self.group_id)
        self.names.groups[dn_key(entry.dn)] = found
        self.note(entry)
        name = entry.text("cn", "displayName") or found
        group = Group(id=found, name=name, email=entry.text("mail"))
        edges: list[Record] = []
        for value in entry.values(TOKEN)[:1]:
            # Nobody's first group lists them as its members.
            of_token = self.primary.get(decode(value, TOKEN), ())
            edges += [Edge(found, one) for one in of_token]
        self.members.note(entry, found)
        return [group, *edges]

    def note(self, entry: Entry) -> None:
        """Note which entry bears a name, unless the ids that are taken tell it."""
        key = self.schema.versions.key
        if self.kept is not None and {self.person_id, self.group_id} != {key}:
            self.names.entries[dn_key(entry.dn)] = self.schema.versions.key_of(entry)


def _is_active(entry: Entry) -> bool:
    for value in entry.values("userAccountControl")[:1]:
        flags = decode(value, "userAccountControl")
        if not flags.lstrip("-").isdigit():
            raise UnreadableError("`userAccountControl` is no number")
        if int(flags) & DISABLED_BIT:
            return False
    if LOCKED_FOR_GOOD in entry.values("pwdAccountLockedTime"):
        return False
    return b"true" not in [one.lower() for one in entry.values("nsAccountLock")]


def _fetch(
    options: Options,
    *,
    limits: Limits,
    sleep: Callable[[float], None],
    kept: Kept | None = None,
    before: Before | None = None,
) -> Iterator[Batch]:
    login = Login(
        url=options["url"],
        start_tls=options.get("start_tls", "yes") == "yes",
        bind_dn=options["bind_dn"],
        password=options["bind_password"],
        ca_certificate=options.get("ca_certificate", ""),
    )
    if options["members"] == ALL:
        kept = None
    is_told_apart = SCHEMAS[options["flavor"]].versions.is_of_server
    with LdapClient(
        login, limits=limits, sleep=sleep, identifies=kept is not None and is_told_apart
    ) as client:
        pages = client.pages if before is None else resuming(client.pages, before)
        yield from _Reading(options, pages, kept).walk()


PROVIDER = Provider(
    code="ldap",
    name="LDAP",
    address=lambda options: options["url"],
    auth=lambda _: Nothing(),
    options=OPTIONS,
    fetch=_fetch,
    keeps_members=True,
)
