"""The people and groups of Meridian Freight, as its directory would give them."""

import unicodedata

from directory.sync.snapshot import GroupRecord, PersonRecord, Snapshot

DOMAIN = "meridian.example"

GROUPS = {
    "staff": "All staff",
    "engineering": "Engineering",
    "platform": "Platform team",
    "web": "Web team",
    "oncall": "On call",
    "finance": "Finance",
    "accounting": "Accounting",
    "people": "People operations",
    "operations": "Operations",
    "warehouse": "Warehouse floor",
    "security": "Security",
    "contractors": "Contractors",
}

# Name: job title, then groups besides "staff".
STAFF = {
    "Amara Osei": ("Chief executive", ()),
    "Viktor Lindqvist": ("Chief information security officer", ("security",)),
    "Noor Haddad": ("Security engineer", ("security", "oncall")),
    "Tomás Rivera": ("Security analyst", ("security",)),
    "Ingrid Solberg": ("Head of engineering", ("engineering",)),
    "Ravi Menon": ("Platform lead", ("engineering", "platform", "oncall")),
    "Chloe Dupont": ("Platform engineer", ("engineering", "platform", "oncall")),
    "Kwame Boateng": ("Platform engineer", ("engineering", "platform")),
    "Yuki Tanaka": ("Site reliability engineer", ("engineering", "platform", "oncall")),
    "Elena Petrova": ("Web lead", ("engineering", "web")),
    "Marcus Webb": ("Front-end engineer", ("engineering", "web")),
    "Aisha Rahman": ("Front-end engineer", ("engineering", "web")),
    "João Pereira": ("Back-end engineer", ("engineering", "web", "oncall")),
    "Sofie Jansen": ("Product designer", ("engineering", "web")),
    "Daniel Kim": ("Data engineer", ("engineering",)),
    "Freya Nilsen": ("Data analyst", ("engineering",)),
    "Omar Farouk": ("Quality engineer", ("engineering",)),
    "Beatrice Conti": ("Chief financial officer", ("finance", "accounting")),
    "Samuel Adeyemi": ("Controller", ("finance", "accounting")),
    "Hannah Vogel": ("Accountant", ("finance", "accounting")),
    "Priya Nair": ("Accountant", ("finance", "accounting")),
    "Luca Moretti": ("Treasury analyst", ("finance",)),
    "Grace Mbeki": ("Payroll specialist", ("finance", "people")),
    "Camille Laurent": ("Head of people", ("people",)),
    "Jonas Weber": ("Recruiter", ("people",)),
    "Mei Ling Chen": ("People partner", ("people",)),
    "Patrick O'Brien": ("Head of operations", ("operations",)),
    "Zanele Khumalo": ("Dispatch manager", ("operations",)),
    "Piotr Kowalski": ("Dispatcher", ("operations",)),
    "Leila Karimi": ("Customs specialist", ("operations",)),
    "Diego Fernández": ("Fleet coordinator", ("operations",)),
    "Anneke de Vries": ("Warehouse manager", ("operations", "warehouse")),
    "Ibrahim Diallo": ("Shift lead", ("warehouse",)),
    "Maria Santos": ("Shift lead", ("warehouse",)),
    "Erik Johansson": ("Forklift operator", ("warehouse",)),
    "Fatima Zahra": ("Inventory clerk", ("warehouse",)),
}
CONTRACTORS = {
    "Alex Morgan": ("Penetration tester", "redharbor.example", ("contractors",)),
    "Nadia Ivanova": ("Web developer", "brightpixel.example", ("contractors", "web")),
    "Sean Murphy": ("Database consultant", "tablespace.example", ("contractors",)),
    "Olga Novak": ("Auditor", "ledgerwise.example", ("contractors",)),
}


def email_of(name: str, domain: str = DOMAIN) -> str:
    """Return the address of a person: first name, dot, last name."""
    letters = unicodedata.normalize("NFKD", name.replace("'", ""))
    plain = letters.encode("ascii", "ignore").decode().lower()
    first, *_, last = plain.split()
    return f"{first}.{last}@{domain}"


def snapshot() -> Snapshot:
    """Return the directory of Meridian Freight."""
    people = [
        _person(number, name, title, DOMAIN, ("staff", *groups))
        for number, (name, (title, groups)) in enumerate(STAFF.items(), start=1)
    ]
    people += [
        _person(number, name, title, domain, groups)
        for number, (name, (title, domain, groups)) in enumerate(
            CONTRACTORS.items(), start=901
        )
    ]
    return Snapshot(
        people=tuple(people),
        groups=tuple(
            GroupRecord(id=group_id(key), name=name, email=f"{key}@{DOMAIN}")
            for key, name in GROUPS.items()
        ),
    )


def group_id(key: str) -> str:
    """Return the id by which policies name a group."""
    return f"grp-{key}"


def _person(
    number: int, name: str, title: str, domain: str, groups: tuple[str, ...]
) -> PersonRecord:
    first, _, last = name.partition(" ")
    return PersonRecord(
        id=f"usr-{number:03}",
        email=email_of(name, domain),
        display_name=name,
        group_ids=frozenset(group_id(key) for key in groups),
        claims={
            "given_name": [first],
            "family_name": [last],
            "title": [title],
            "email_verified": [True],
        },
    )
