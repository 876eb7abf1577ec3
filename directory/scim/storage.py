"""Where the SCIM server reads and writes: the rows of one directory."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from scim2_models import (
    Group,
    GroupMember,
    InvalidValueException,
    Meta,
    NotFoundException,
    PayloadTooLargeException,
    PreconditionFailedException,
    Resource,
    ResourceType,
    ResponseParameters,
    ScimFilter,
    SearchRequest,
    UniquenessException,
)
from scim2_models.path import CompareOperator, Comparison, LogicalExpr, LogicalOperator
from scim2_server.conditions import opaque_tag
from scim2_server.storage import ScimStorage, SearchPage
from scim2_server.utils import parametrize

from console.core.actor import Actor
from console.core.exceptions import (
    ConflictError,
    ConsoleError,
    NotFoundError,
    StaleVersionError,
    TooLargeError,
    ValidationFailedError,
)
from console.core.transactions import writing
from directory import selectors, services
from directory.models import ScimKind, ScimMember, ScimResource
from directory.scim.description import scim_service

# Kept elsewhere, made anew for each answer, or never kept.
APART = ("id", "meta", "members", "groups", "password")
ERRORS = {
    NotFoundError: NotFoundException,
    StaleVersionError: PreconditionFailedException,
    ConflictError: UniquenessException,
    ValidationFailedError: InvalidValueException,
    TooLargeError: PayloadTooLargeException,
}


class DirectoryStorage(ScimStorage):
    """One request to one directory."""

    def __init__(
        self, directory_id: UUID, *, actor: Actor, now: datetime, is_write: bool
    ) -> None:
        self._directory_id = directory_id
        self._actor, self._now, self._is_write = actor, now, is_write

    def operation(self) -> AbstractContextManager[None]:
        """Hold the writers' lock from reading to writing.

        Clients send several changes of one group at a time, without conditions.
        """
        return writing() if self._is_write else nullcontext()

    def get(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        response_parameters: ResponseParameters[Any] | None = None,
    ) -> Resource[Any]:
        """Return a resource."""
        row = self._rows(resource_type).filter(pk=_uuid(resource_id)).first()
        if row is None:
            raise _not_found(resource_type, resource_id)
        return self._resources(resource_type, [row], response_parameters)[0]

    def search(
        self,
        resource_types: list[ResourceType],
        search_request: SearchRequest[Any],
        *,
        position: Any = None,
    ) -> SearchPage:
        """Return a page of what matches."""
        start = search_request.start_index_0 or 0
        end = start + (search_request.count or 0)
        wanted = search_request.filter
        if wanted is None and len(resource_types) == 1:
            rows = self._rows(resource_types[0])
            total = rows.count()
            page = list(rows[start:end]) if end > start else []
            found = self._resources(resource_types[0], page, search_request)
            return SearchPage(total, found)
        matching = [
            one
            for resource_type in resource_types
            for one in self._matching(resource_type, wanted)
        ]
        return SearchPage(len(matching), matching[start:end])

    def create(
        self, resource_type: ResourceType, resource: Resource[Any]
    ) -> Resource[Any]:
        """Keep a new resource."""
        return self._push(resource_type, resource)

    def update(
        self,
        resource_type: ResourceType,
        resource: Resource[Any],
        *,
        expected_version: str | None = None,
    ) -> Resource[Any]:
        """Keep another state of a resource."""
        return self._push(
            resource_type,
            resource,
            resource_id=_uuid(resource.id),
            expected_revision=_revision(expected_version),
        )

    def delete(
        self,
        resource_type: ResourceType,
        resource_id: str,
        *,
        expected_version: str | None = None,
    ) -> None:
        """Forget a resource."""
        with _translated():
            services.delete_pushed(
                self._directory_id,
                str(resource_type.name),
                _uuid(resource_id),
                expected_revision=_revision(expected_version),
                actor=self._actor,
                now=self._now,
            )

    def _push(
        self, resource_type: ResourceType, resource: Resource[Any], **more: Any
    ) -> Resource[Any]:
        document = resource.model_dump()
        is_user = resource_type.name == ScimKind.USER
        members = resource.members or [] if isinstance(resource, Group) else []
        with _translated():
            row = services.push_resource(
                self._directory_id,
                services.Pushed(
                    kind=str(resource_type.name),
                    name=str(document.get("userName" if is_user else "displayName")),
                    external_id=resource.external_id or "",
                    document={
                        name: value
                        for name, value in document.items()
                        if name not in APART
                    },
                    members={_member(one.value): one.display or "" for one in members},
                ),
                actor=self._actor,
                now=self._now,
                **more,
            )
        return self._resources(resource_type, [row], None)[0]

    def _rows(self, resource_type: ResourceType) -> QuerySet[ScimResource]:
        return selectors.list_pushed(self._directory_id, str(resource_type.name))

    def _matching(
        self, resource_type: ResourceType, wanted: ScimFilter[Any] | None
    ) -> Iterator[Resource[Any]]:
        rows = self._rows(resource_type)
        if wanted is None:
            yield from self._resources(resource_type, rows, None)
            return
        model = scim_service().get_model(resource_type)
        matches = parametrize(ScimFilter, model)(str(wanted)).match
        for one in self._resources(resource_type, _narrowed(rows, wanted.ast), None):
            if matches(one):
                yield one

    def _resources(
        self,
        resource_type: ResourceType,
        rows: Iterable[ScimResource],
        asked: ResponseParameters[Any] | None,
    ) -> list[Resource[Any]]:
        """Return rows as resources, without members where nobody wants them."""
        rows = list(rows)
        model = scim_service().get_model(resource_type)
        is_group = resource_type.name == ScimKind.GROUP
        members = (
            selectors.map_pushed_members(rows)
            if is_group and _wants_members(asked)
            else {}
        )
        return [_resource(model, row, members.get(row.pk, ())) for row in rows]


def _resource(
    model: type[Resource[Any]], row: ScimResource, members: Iterable[ScimMember]
) -> Resource[Any]:
    found = model.model_validate(row.document)
    found.id = str(row.pk)
    found.meta = Meta(
        resource_type=row.kind,
        created=row.created_at,
        last_modified=row.modified_at,
        version=f'W/"{row.revision}"',
    )
    if isinstance(found, Group):
        found.members = [
            GroupMember.model_validate(
                {
                    "value": str(one.member_id),
                    "type": one.member.kind,
                    "$ref": f"{one.member.kind}s/{one.member_id}",
                    "display": one.display or None,
                }
            )
            for one in members
        ] or None
    return found


def _wants_members(asked: ResponseParameters[Any] | None) -> bool:
    if asked is None:
        return True
    excluded = {str(one).lower() for one in asked.excluded_attributes or ()}
    included = [str(one).lower() for one in asked.attributes or ()]
    is_named = any("members" in one for one in included)
    return "members" not in excluded and (is_named or not included)


def _narrowed(rows: QuerySet[ScimResource], node: Any) -> QuerySet[ScimResource]:
    """Leave out rows that surely don't match: whatever an index can tell."""
    if isinstance(node, LogicalExpr) and node.op == LogicalOperator.and_:
        for term in node.terms:
            rows = _narrowed(rows, term)
        return rows
    if not isinstance(node, Comparison) or node.op != CompareOperator.eq:
        return rows
    value, name = node.value, node.attr_path.attr.lower()
    if not isinstance(value, str) or node.attr_path.sub_attr is not None:
        return rows
    if "\0" in value:
        return rows.none()  # no database keeps it
    known = {
        "username": Q(name=value.casefold()),
        "externalid": Q(external_id=value),
        "id": Q(pk=_uuid(value)),
        "displayname": ~Q(kind=ScimKind.GROUP) | Q(name__iexact=value),
    }
    return rows.filter(known[name]) if name in known else rows


def _uuid(text: str | None) -> UUID:
    """Return an id; the one of nothing for a text that is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return UUID(int=0)


def _member(text: str | None) -> UUID:
    found = _uuid(text)
    if found == UUID(int=0):
        raise InvalidValueException(detail="a member's value is no id of this server")
    return found


def _revision(version: str | None) -> int | None:
    return int(opaque_tag(version)) if version else None


def _not_found(resource_type: ResourceType, resource_id: str) -> NotFoundException:
    return NotFoundException(detail=f"there is no {resource_type.name} `{resource_id}`")


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except ConsoleError as error:
        known: Mapping[type[ConsoleError], Any] = ERRORS
        translated = known.get(type(error))
        if translated is None:
            raise
        raise translated(detail=error.message) from error
