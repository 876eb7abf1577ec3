"""Who is in which group of LDAP: read, or as before where a group's entry is the same.

The entry of a group carries its version, which becomes another with each change of it:
`entryCSN` of OpenLDAP, `uSNChanged` of Active Directory together with the domain
controller that gave it. Members are kept under the version that came in the very entry
that listed them, so neither clocks nor lagging replicas matter. Servers that give no
such version are read in full, and so are groups whose members are worked out.

Servers change names of members without a new version when an entry is renamed or
deleted. So what is kept counts only as long as the same entry bears each of its names.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from directory.exceptions import GoneError, PageFailedError
from directory.providers.base import Kept
from directory.providers.ldap_client import ANYTHING, Search
from directory.providers.ldap_names import Entry, decode, dn_key
from directory.providers.reading import UnreadableError, shown
from directory.providers.records import Edge, Problem, Record

CSN = re.compile(r"\d{14}\.\d{6}Z#[0-9a-f]{6}#[0-9a-f]{3}#[0-9a-f]{6}")
USN = re.compile(r"[1-9]\d{0,18}")
Pages = Callable[..., Iterator[tuple[str, list[Entry]]]]
Told = tuple[str, list[Record], bool]  # a page, and whether it was asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Versions:
    """Where entries tell which version of themselves they are, and who they are."""

    attribute: str
    form: re.Pattern[str]
    key: str
    is_of_server: bool  # another server counts otherwise
    computed: Sequence[str] = ()  # what groups have whose members are worked out

    def of(self, entry: Entry) -> tuple[str, str]:
        """Return the version of an entry, and with the server; "" where none is told.

        The first orders the versions of one server.
        """
        try:
            found = entry.text(self.attribute)
        except UnreadableError:
            return "", ""
        if not self.form.fullmatch(found) or (self.is_of_server and not entry.server):
            return "", ""
        return found, f"{entry.server}:{found}" if self.is_of_server else found

    def key_of(self, entry: Entry) -> str:
        """Return what tells an entry from all others, ever; "" where nothing does."""
        try:
            return entry.key(self.key)
        except UnreadableError:
            return ""

    @property
    def attributes(self) -> Sequence[str]:
        """What is asked for of a group."""
        return (self.key, self.attribute, *self.computed)


OPENLDAP = Versions(
    attribute="entryCSN",
    form=CSN,
    key="entryUUID",
    is_of_server=False,
    computed=("memberURL", "labeledURI"),
)
ACTIVE_DIRECTORY = Versions(
    attribute="uSNChanged",
    form=USN,
    key="objectGUID",
    is_of_server=True,
)


@dataclass(slots=True)
class Names:
    """Which distinguished name, or name of sign-in, is whose id."""

    people: dict[str, str] = field(default_factory=dict)  # key of the DN: id
    logins: dict[str, str] = field(default_factory=dict)  # name of sign-in: id
    groups: dict[str, str] = field(default_factory=dict)  # key of the DN: id
    entries: dict[str, str] = field(default_factory=dict)  # key of the DN: its entry

    def edge(self, group: str, text: str, name: str) -> Edge:
        """Return who a value of an attribute of members means."""
        if name == "memberUid":
            return Edge(group, self.logins.get(text.casefold(), shown(text)))
        key = dn_key(text)
        if key in self.groups:
            return Edge(group, self.groups[key], is_group=True)
        return Edge(group, self.people.get(key) or shown(text))

    def entry(self, text: str) -> str:
        """Return what entry bears a name; "" where that is not known."""
        key = dn_key(text)
        if self.entries:
            return self.entries.get(key, "")
        return self.groups.get(key) or self.people.get(key, "")


@dataclass(frozen=True, slots=True)
class _Group:
    """A group whose members are to be told."""

    dn: str
    id: str
    key: str
    version: str
    mark: str


@dataclass(slots=True)
class Members:
    """Tells who is in the groups of one run, once all of them were noted."""

    names: Names
    versions: Versions
    attributes: Sequence[str]
    pages: Pages
    kept: Kept | None
    noted: dict[str, _Group] = field(default_factory=dict)

    def note(self, entry: Entry, group_id: str) -> None:
        """Note a group, as the list of groups has it."""
        version, mark = self.versions.of(entry)
        is_computed = any(entry.values(name) for name in self.versions.computed)
        key = "" if is_computed else self.versions.key_of(entry)
        # A list that began anew tells of it twice, and the second time counts.
        self.noted[dn_key(entry.dn)] = _Group(entry.dn, group_id, key, version, mark)

    def tell(self, search: Search) -> Iterator[Told]:
        """Yield every page. `search` finds all groups with their members.

        Raises:
            ProviderError: a page failed.
        """
        wanted: dict[str, _Group] = {}
        for name, group in self.noted.items():
            edges = self._as_before(group)
            if edges is None:
                wanted[name] = group
            else:
                yield f"members of {group.id}, as before", edges, False
        if not wanted:
            return
        is_narrow = len(wanted) < len(self.noted)
        narrowed = self._narrowed(search, wanted) if is_narrow else search
        done: set[str] = set()
        for page, entries in self.pages(narrowed, title="members"):
            yield from self._page(page, entries, wanted, done)
        for key, group in wanted.items():
            if key not in done:
                yield from self._single(group, search, wanted, done)

    def _as_before(self, group: _Group) -> list[Record] | None:
        if self.kept is None or not group.key or not group.mark:
            return None
        found = self.kept.find(group.key, changed_at=None, mark=group.mark)
        if found is None:
            return None
        edges: list[Record] = []
        for one in found:
            name, entry, text = one.member_id.split(":", 2)
            if entry and self.names.entry(text) != entry:
                return None
            edges.append(self.names.edge(group.id, text, name))
        return edges

    def _narrowed(self, search: Search, wanted: Mapping[str, _Group]) -> Search:
        """Ask only for what is as new as the oldest of those that have changed."""
        versions = [group.version for group in wanted.values()]
        if not all(versions):
            return search
        oldest = min(versions, key=lambda one: (len(one), one))
        newer = f"({self.versions.attribute}>={oldest})"
        return Search(
            base=search.base,
            filter=f"(&{search.filter}{newer})",
            attributes=search.attributes,
        )

    def _single(
        self,
        group: _Group,
        search: Search,
        wanted: Mapping[str, _Group],
        done: set[str],
    ) -> Iterator[Told]:
        """Read one group that the search for members did not find."""
        title = f"members of {shown(group.id)}"
        asked = Search(
            base=group.dn,
            filter=ANYTHING,
            attributes=search.attributes,
            is_single=True,
        )
        try:
            for page, entries in self.pages(asked, title=title):
                yield from self._page(page, entries, wanted, done)
        except GoneError:
            pass
        if dn_key(group.dn) not in done:
            text = "was gone when its members were asked for"
            yield title, [Problem(kind="group", text=text, id=group.id)], True

    def _page(
        self,
        page: str,
        entries: Sequence[Entry],
        wanted: Mapping[str, _Group],
        done: set[str],
    ) -> Iterator[Told]:
        records: list[Record] = []
        longer: list[tuple[Entry, _Group]] = []
        for entry in entries:
            group = wanted.get(dn_key(entry.dn))
            if group is None:
                continue  # it is told already, or came in since groups were listed
            done.add(dn_key(entry.dn))
            try:
                values = [
                    (name, decode(value, name))
                    for name in self.attributes
                    for value in entry.ranged(name)[0]
                ]
                is_longer = any(self._starts(entry))
            except UnreadableError as error:
                # Whose membership can't be read keeps all that they have.
                records.append(Problem(kind="group", text=str(error), id=group.id))
                continue
            records += [self.names.edge(group.id, text, name) for name, text in values]
            if is_longer:
                longer.append((entry, group))
            else:
                self._keep(entry, group, values)
        yield page, records, True
        for entry, group in longer:
            yield from self._rest(entry, group)

    def _starts(self, entry: Entry) -> Iterator[tuple[str, int]]:
        """Yield the attributes that came in part, and where the rest of them begins."""
        for name in self.attributes:
            start = entry.ranged(name)[1]
            if start is not None:
                yield name, start

    def _rest(self, entry: Entry, group: _Group) -> Iterator[Told]:
        """Yield the further parts of attributes that came in parts."""
        title = f"members of {entry.text('cn') or shown(entry.dn)}"
        values = [
            (name, decode(value, name))
            for name in self.attributes
            for value in entry.ranged(name)[0]
        ]
        for name, first in self._starts(entry):
            start: int | None = first
            while start is not None:
                search = Search(
                    base=entry.dn,
                    filter=ANYTHING,
                    attributes=(f"{name};range={start}-*",),
                    is_single=True,
                )
                asked = f"{title}, from {start:,}"
                part: list[str] = []
                for _, entries in self.pages(search, title=asked):
                    found, start = _part(entries, name, asked)
                    part = [decode(value, name) for value in found]
                values += [(name, text) for text in part]
                yield (
                    asked,
                    [self.names.edge(group.id, one, name) for one in part],
                    True,
                )
        self._keep(entry, group, values)

    def _keep(
        self, entry: Entry, group: _Group, values: Sequence[tuple[str, str]]
    ) -> None:
        """Keep who is in a group, under the version that its entry came with."""
        _, mark = self.versions.of(entry)
        forms = [self._form(name, text) for name, text in values]
        if self.kept is None or not group.key or not mark or not all(forms):
            return
        edges = [Edge(group.id, form) for form in forms]
        self.kept.put(group.key, edges, changed_at=None, mark=mark)

    def _form(self, name: str, text: str) -> str:
        """Return what is kept of a member; "" of one whom nobody knows."""
        if not text.isprintable():
            return ""
        if name == "memberUid":
            return f"{name}::{text}"  # whoever signs in by it, today
        entry = self.names.entry(text)
        return f"{name}:{entry}:{text}" if entry else ""


def _part(
    entries: Sequence[Entry], name: str, page: str
) -> tuple[Sequence[bytes], int | None]:
    """Return a part of a long attribute; without it, the list is not whole."""
    values, following = entries[0].ranged(name) if entries else ((), None)
    if not values:
        raise PageFailedError(f"{page}: the rest of the list is missing", page=page)
    return values, following
