"""LDAP (RFC 4511): OpenLDAP and its like, and Active Directory.

People are read first, then groups, then who is in which group: members are
distinguished names, which can be told apart only once all are known. Groups in groups
are members like others; how deep they go is worked out by `directory.sync`, so that no
matching rule of a server is needed.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from directory.exceptions import PageFailedError
from directory.providers.auth import Nothing
from directory.providers.base import Limits, Option, Options, Provider
from directory.providers.ldap_client import LdapClient, Search, check_filter
from directory.providers.ldap_names import Entry, decode, dn_key
from directory.providers.ldap_transport import Login
from directory.providers.reading import UnreadableError, shown
from directory.providers.records import Batch, Edge, Group, Person, Problem, Record

DISABLED_BIT = 2  # of userAccountControl
LOCKED_FOR_GOOD = b"000001010000Z"  # of pwdAccountLockedTime
STATE = ("userAccountControl", "pwdAccountLockedTime", "nsAccountLock")
PRIMARY, TOKEN = "primaryGroupID", "primaryGroupToken"
ANYTHING = "(objectClass=*)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """What a kind of server calls things, unless the options say otherwise."""

    id: str
    people_filter: str
    group_filter: str
    members: Sequence[str]
    login: str


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
    ),
    "active-directory": Schema(
        id="objectGUID",
        people_filter="(&(objectCategory=person)(objectClass=user))",
        group_filter="(objectClass=group)",
        members=("member",),
        login="sAMAccountName",
    ),
}
OPTIONS = (
    Option(
        name="flavor",
        label="Server",
        default="openldap",
        choices=(
            ("openldap", "OpenLDAP and others"),
            ("active-directory", "Active Directory"),
        ),
    ),
    Option(
        name="people_base",
        label="Search people below",
        help="Such as `ou=people,dc=example,dc=com`.",
    ),
    Option(
        name="people_filter",
        label="Filter of people",
        help="Empty: everybody who is a person by their object class.",
        is_required=False,
        check=check_filter,
    ),
    Option(
        name="groups_base",
        label="Search groups below",
        help="Such as `ou=groups,dc=example,dc=com`.",
    ),
    Option(
        name="groups_filter",
        label="Filter of groups",
        help="Empty: every group by its object class.",
        is_required=False,
        check=check_filter,
    ),
    Option(
        name="person_id",
        label="Attribute that identifies people",
        help=(
            "What sign-in calls them by, such as `uid`. Empty: `entryUUID`, or "
            "`objectGUID` of Active Directory."
        ),
        is_required=False,
    ),
    Option(
        name="group_id",
        label="Attribute that identifies groups",
        help="What policies name, such as `cn`, or `dn`. Empty: as for people.",
        is_required=False,
    ),
    Option(name="email", label="Attribute of the e-mail address", default="mail"),
)


@dataclass(slots=True)
class _Reading:
    """One run: what is asked, and which distinguished name is whose."""

    options: Options
    client: LdapClient
    number: int = 0
    people: dict[str, str] = field(default_factory=dict)  # key of the DN: id
    logins: dict[str, str] = field(default_factory=dict)  # name of sign-in: id
    groups: dict[str, str] = field(default_factory=dict)  # key of the DN: id
    primary: dict[str, list[str]] = field(default_factory=dict)  # token: ids

    @property
    def schema(self) -> Schema:
        """What this server calls things."""
        return SCHEMAS[self.options["flavor"]]

    def walk(self) -> Iterator[Batch]:
        """Yield every page."""
        schema, options = self.schema, self.options
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
            ),
        )
        groups = Search(
            base=options["groups_base"],
            filter=options.get("groups_filter") or schema.group_filter,
            attributes=(self.group_id, "cn", "displayName", "mail", TOKEN),
        )
        members = Search(
            base=groups.base,
            filter=groups.filter,
            attributes=(self.group_id, "cn", *schema.members),
        )
        yield from self._listing(people, "people", "person", self._person)
        yield from self._listing(groups, "groups", "group", self._group)
        yield from self._listing(members, "members", "member", self._members)

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
        for page, entries in self.client.pages(_asking(search), title=title):
            records: list[Record] = []
            longer: list[tuple[Entry, str, int]] = []
            for entry in entries:
                try:
                    records += read(entry)
                    longer += self._longer(entry) if kind == "member" else []
                except UnreadableError as error:
                    records.append(self._problem(entry, kind, str(error)))
            yield self._batch(page, records)
            for entry, name, start in longer:
                yield from self._rest(entry, name, start)

    def _batch(self, page: str, records: Sequence[Record]) -> Batch:
        self.number += 1
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
        self.people[dn_key(entry.dn)] = found
        for value in entry.values(login)[:1]:
            self.logins[decode(value, login).casefold()] = found
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
        self.groups[dn_key(entry.dn)] = found
        name = entry.text("cn", "displayName") or found
        group = Group(id=found, name=name, email=entry.text("mail"))
        edges: list[Record] = []
        for value in entry.values(TOKEN)[:1]:
            # Nobody's first group lists them as its members.
            of_token = self.primary.get(decode(value, TOKEN), ())
            edges += [Edge(found, one) for one in of_token]
        return [group, *edges]

    def _members(self, entry: Entry) -> list[Record]:
        group = entry.key(self.group_id)
        return [
            self._edge(group, value, name)
            for name in self.schema.members
            for value in entry.ranged(name)[0]
        ]

    def _edge(self, group: str, value: bytes, name: str) -> Edge:
        text = decode(value, name)
        if name == "memberUid":
            return Edge(group, self.logins.get(text.casefold(), shown(text)))
        key = dn_key(text)
        if key in self.groups:
            return Edge(group, self.groups[key], is_group=True)
        return Edge(group, self.people.get(key) or shown(text))

    def _longer(self, entry: Entry) -> list[tuple[Entry, str, int]]:
        found = ((name, entry.ranged(name)[1]) for name in self.schema.members)
        return [(entry, name, start) for name, start in found if start is not None]

    def _rest(self, entry: Entry, name: str, start: int | None) -> Iterator[Batch]:
        """Yield the further parts of an attribute that came in parts."""
        title = f"members of {entry.text('cn') or shown(entry.dn)}"
        while start is not None:
            search = Search(
                base=entry.dn,
                filter=ANYTHING,
                attributes=(f"{name};range={start}-*",),
                is_single=True,
            )
            asked = f"{title}, from {start:,}"
            records: list[Record] = []
            following: int | None = None
            for _, entries in self.client.pages(search, title=asked):
                values, following = self._part(entries, name, asked)
                records = [
                    self._edge(entry.key(self.group_id), value, name)
                    for value in values
                ]
            yield self._batch(asked, records)
            start = following

    def _part(
        self, entries: Sequence[Entry], name: str, page: str
    ) -> tuple[Sequence[bytes], int | None]:
        """Return a part of a long attribute; without it, the list is not whole."""
        values, following = entries[0].ranged(name) if entries else ((), None)
        if not values:
            raise PageFailedError(f"{page}: the rest of the list is missing", page=page)
        return values, following


def _asking(search: Search) -> Search:
    """Ask for no attribute twice, and not for the name that every entry has."""
    names = [one for one in dict.fromkeys(search.attributes) if one.lower() != "dn"]
    return replace(search, attributes=tuple(names))


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
    options: Options, *, limits: Limits, sleep: Callable[[float], None]
) -> Iterator[Batch]:
    login = Login(
        url=options["url"],
        start_tls=options.get("start_tls", "yes") == "yes",
        bind_dn=options["bind_dn"],
        password=options["bind_password"],
        ca_certificate=options.get("ca_certificate", ""),
    )
    with LdapClient(login, limits=limits, sleep=sleep) as client:
        yield from _Reading(options, client).walk()


PROVIDER = Provider(
    code="ldap",
    name="LDAP",
    address=lambda options: options["url"],
    auth=lambda _: Nothing(),
    options=OPTIONS,
    fetch=_fetch,
)
