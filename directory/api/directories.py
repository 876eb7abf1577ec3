"""API of directories and their runs, for admins of the root."""

from functools import cached_property
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from directory import selectors, services
from directory.api import directory_serializers as serializers
from directory.listings import DirectoryListing, SyncRunListing
from directory.models import Directory, SyncRun
from namespaces.permissions import Permission

EDIT = Permission.DIRECTORY_EDIT


class DirectoryViewSet(ScopedViewSet[Directory]):
    """Where people and groups come from."""

    listing = DirectoryListing()
    serializer_class = serializers.DirectorySerializer
    required_permissions = dict.fromkeys(
        (
            "list",
            "retrieve",
            "create",
            "partial_update",
            "run",
            "tokens",
            "make_token",
            "revoke_token",
        ),
        EDIT,
    )

    @cached_property
    def troubles(self) -> dict[UUID, str]:
        """Why directories need somebody, by their ids."""
        found = selectors.list_troubles(self.actor, now=self.now)
        return {directory.pk: text for directory, text in found}

    def get_serializer_context(self) -> dict[str, Any]:
        """Let answers tell the troubles, read once for all of them."""
        return {
            **super().get_serializer_context(),
            "trouble_of": lambda row: self.troubles.get(row.pk, ""),
        }

    @extend_schema(request=serializers.DirectoryCreateSerializer)
    def create(self, request: Request) -> Response:
        """Add a directory; without an account, it is pushed to by SCIM."""
        data = self.read_input(serializers.DirectoryCreateSerializer)
        directory = services.create_directory(actor=self.actor, now=self.now, **data)
        return self.answer(directory, status=201)

    @extend_schema(request=serializers.DirectoryChangeSerializer, parameters=[IF_MATCH])
    def partial_update(self, request: Request, id: str) -> Response:
        """Change a directory."""
        directory = services.update_directory(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **self.read_input(serializers.DirectoryChangeSerializer),
        )
        return self.answer(directory)

    @extend_schema(
        summary="Read a directory now",
        request=serializers.RunSerializer,
        responses={202: serializers.SyncRunSerializer},
    )
    def run(self, request: Request, **_: Any) -> Response:
        """Let a worker begin; the run tells how it goes."""
        data = self.read_input(serializers.RunSerializer)
        run = services.start_sync(
            self.kwargs["id"], actor=self.actor, now=self.now, **data
        )
        return Response(serializers.SyncRunSerializer(run).data, status=202)

    @extend_schema(
        summary="List the tokens that push to a directory",
        responses=serializers.ScimTokenSerializer(many=True),
    )
    def tokens(self, request: Request, **_: Any) -> Response:
        """Tell of the tokens, never the tokens themselves."""
        rows = selectors.list_scim_tokens(self.actor)
        found = rows.filter(directory=self.get_object())
        return Response(serializers.ScimTokenSerializer(found, many=True).data)

    @extend_schema(
        summary="Make a token that pushes to a directory",
        request=serializers.ScimTokenNewSerializer,
        responses={201: serializers.IssuedScimTokenSerializer},
    )
    def make_token(self, request: Request, **_: Any) -> Response:
        """Make a token. It is in the answer, and nowhere afterwards."""
        issued = services.create_scim_token(
            self.kwargs["id"],
            actor=self.actor,
            now=self.now,
            **self.read_input(serializers.ScimTokenNewSerializer),
        )
        shown = serializers.ScimTokenSerializer(issued.row).data
        return Response({**shown, "token": issued.token}, status=201)

    @extend_schema(
        summary="Revoke a token that pushes to a directory", responses={204: None}
    )
    def revoke_token(self, request: Request, **_: Any) -> Response:
        """Let a token work no more."""
        services.revoke_scim_token(self.kwargs["id"], actor=self.actor, now=self.now)
        return Response(status=204)


class SyncRunViewSet(ScopedViewSet[SyncRun]):
    """Readings of directories: progress, differences, problems, effect on access."""

    listing = SyncRunListing()
    serializer_class = serializers.SyncRunSerializer
    required_permissions = dict.fromkeys(
        ("list", "retrieve", "release", "discard"), EDIT
    )

    def get_serializer_class(self) -> type[serializers.SyncRunRowSerializer]:
        """Return what a run is told by: in a list without what it changes."""
        is_list = self.action == "list"
        return (
            serializers.SyncRunRowSerializer
            if is_list
            else serializers.SyncRunSerializer
        )

    def answer(self, row: SyncRun, *, status: int = 200) -> Response:
        """Answer with one run; runs have no versions."""
        return Response(serializers.SyncRunSerializer(row).data, status=status)

    def get_object(self) -> SyncRun:
        """Return the run of the URL."""
        return selectors.get_run(self.kwargs["id"], actor=self.actor)

    @extend_schema(
        summary="Release a held run",
        request=None,
        responses=serializers.SyncRunSerializer,
    )
    def release(self, request: Request, **_: Any) -> Response:
        """Write what a held run found, as it was looked at."""
        self.read_input(serializers.NothingSerializer)
        return self.answer(
            services.release_run(self.kwargs["id"], actor=self.actor, now=self.now)
        )

    @extend_schema(
        summary="Discard a held run",
        request=None,
        responses=serializers.SyncRunSerializer,
    )
    def discard(self, request: Request, **_: Any) -> Response:
        """Throw away what a held run would write."""
        self.read_input(serializers.NothingSerializer)
        return self.answer(
            services.discard_run(self.kwargs["id"], actor=self.actor, now=self.now)
        )
