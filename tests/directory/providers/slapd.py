"""A real OpenLDAP (Debian's slapd) in a folder of its own, on ports that are free."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from directory.providers.ldap_transport import hang_up, ldap3
from tests.directory.providers.certificates import make_certificates

BASE = "dc=acme,dc=example"
ADMIN, PASSWORD = f"cn=admin,{BASE}", "the-password"
SCHEMAS = Path("/etc/ldap/schema")
MODULES = Path("/usr/lib/ldap")
SLAPD = shutil.which("slapd") or shutil.which("slapd", path="/usr/sbin")
PATIENCE = 60.0
CONFIGURATION = """
include {schemas}/core.schema
include {schemas}/cosine.schema
include {schemas}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
moduleload refint
moduleload retcode
sizelimit 1000
TLSCACertificateFile {folder}/ca.pem
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
pidfile {folder}/slapd.pid
database mdb
suffix "{base}"
rootdn "{root}"
rootpw {password}
directory {folder}/data
maxsize 1073741824
limits dn.exact="{admin}" size.soft=1000 size.hard=1000 size.prtotal={total}
access to attrs=userPassword by anonymous auth by * none
access to dn.subtree="ou=hidden,{base}" by * none
access to * by dn.exact="{admin}" read by * none
overlay refint
refint_attributes member
refint_nothing {root}
"""
# A module that answers a search below a place, which it makes up, as it is told.
REFUSING = f"ou=refusing,ou=answers,{BASE}"
RETURNING = """
overlay retcode
retcode-parent "ou=answers,{base}"
retcode-item "ou=refusing" {returns} op=search
"""
ROOT = f"cn=root,{BASE}"


@dataclass(frozen=True)
class Tree:
    """Who is in the server: people by uid, groups by cn with what they hold."""

    people: Sequence[str]
    members: Mapping[str, Sequence[str]]  # group: people
    inside: Mapping[str, Sequence[str]] = field(default_factory=dict)  # group: groups


@dataclass(frozen=True)
class Slapd:
    """Where the server is."""

    port: int
    tls_port: int
    ca: str

    def options(self, **more: str) -> dict[str, str]:
        """Return what an administrator would fill in."""
        return {
            "url": f"ldap://localhost:{self.port}",
            "start_tls": "yes",
            "bind_dn": ADMIN,
            "bind_password": PASSWORD,
            "ca_certificate": self.ca,
            "flavor": "openldap",
            "people_base": f"ou=people,{BASE}",
            "groups_base": f"ou=groups,{BASE}",
            "person_id": "uid",
            "group_id": "cn",
            **more,
        }

    @contextmanager
    def writing(self) -> Iterator[ldap3.Connection]:
        """Connect as somebody who may change everything."""
        server = ldap3.Server("127.0.0.1", port=self.port, get_info=ldap3.NONE)
        connection = ldap3.Connection(server, ROOT, PASSWORD, auto_bind=True)
        try:
            yield connection
        finally:
            hang_up(connection)


@contextmanager
def running_slapd(
    folder: Path, tree: Tree, *, total: str = "unlimited", returns: str = ""
) -> Iterator[Slapd]:
    """Start a server that holds a tree; end it afterwards.

    `total` is how many entries it gives in pages, `returns` to what it answers what.
    """
    if SLAPD is None:
        raise RuntimeError("slapd is not installed")
    (folder / "data").mkdir(mode=0o700)
    ca = make_certificates(folder)
    configuration = folder / "slapd.conf"
    configuration.write_text(
        CONFIGURATION.format(
            folder=folder,
            base=BASE,
            admin=ADMIN,
            root=ROOT,
            password=PASSWORD,
            schemas=SCHEMAS,
            modules=MODULES,
            total=total,
        )
        + (RETURNING.format(base=BASE, returns=returns) if returns else "")
    )
    ldif = folder / "tree.ldif"
    ldif.write_text("\n".join(_entries(tree)))
    add = [SLAPD, "-T", "add", "-q", "-f", str(configuration), "-l", str(ldif)]
    subprocess.run(add, check=True, capture_output=True)  # noqa: S603 # ours
    port, tls_port = _free_port(), _free_port()
    urls = f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls_port}"
    process = subprocess.Popen(  # noqa: S603 # ours
        [SLAPD, "-f", str(configuration), "-h", urls, "-d", "0"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env={"PATH": os.environ["PATH"]},
    )
    try:
        _wait_for(port, process)
        _wait_for(tls_port, process)
        yield Slapd(port, tls_port, ca)
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _entries(tree: Tree) -> Iterator[str]:
    yield f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Acme\n"
    yield (
        f"dn: {ADMIN}\nobjectClass: organizationalRole\n"
        f"objectClass: simpleSecurityObject\nuserPassword: {PASSWORD}\n"
    )
    for unit in ("people", "groups", "hidden"):
        yield f"dn: ou={unit},{BASE}\nobjectClass: organizationalUnit\n"
    for one in tree.people:
        yield (
            f"dn: {person_dn(one)}\nobjectClass: inetOrgPerson\nuid: {one}\n"
            f"cn: Person {one}\nsn: {one}\nmail: {one}@example.com\n"
        )
    for group, people in tree.members.items():
        held = [person_dn(one) for one in people]
        held += [group_dn(one) for one in tree.inside.get(group, ())]
        # A group of this class must have a member: itself, where there is no other.
        lines = "".join(f"member: {one}\n" for one in held or [group_dn(group)])
        yield f"dn: {group_dn(group)}\nobjectClass: groupOfNames\n{lines}"


def person_dn(person: str) -> str:
    """Return the name of a person's entry."""
    return f"uid={person},ou=people,{BASE}"


def group_dn(group: str) -> str:
    """Return the name of a group's entry."""
    return f"cn={group},ou=groups,{BASE}"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if process.poll() is not None:
            raise RuntimeError(f"slapd ended with {process.returncode}")
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("slapd does not answer")
