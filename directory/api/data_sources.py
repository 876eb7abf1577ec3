"""API of external data, for admins of the root."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.rest.viewsets import IF_MATCH, ScopedViewSet
from directory import selectors, services
from directory.api import data_serializers as serializers
from directory.api.directory_serializers import NothingSerializer, RunSerializer
from directory.listings.external import (
    DataRunListing,
    DataSourceListing,
    RecordListing,
)
from directory.models import DataRun, ExternalDataSource, ExternalRecord
from namespaces.permissions import Permission

EDIT = Permission.DIRECTORY_EDIT


class DataSourceViewSet(ScopedViewSet[ExternalDataSource]):
    """Where records come from that policies ask for with `record`."""

    listing = DataSourceListing()
    serializer_class = serializers.DataSourceSerializer
    required_permissions = dict.fromkeys(
        ("list", "retrieve", "create", "partial_update", "destroy", "run", "preview"),
        EDIT,
    )

    @extend_schema(request=serializers.DataSourceCreateSerializer)
    def create(self, request: Request) -> Response:
        """Add a source; it is read for the first time within a minute."""
        data = self.read_input(serializers.DataSourceCreateSerializer)
        source = services.create_data_source(actor=self.actor, now=self.now, **data)
        return self.answer(source, status=201)

    @extend_schema(
        request=serializers.DataSourceChangeSerializer, parameters=[IF_MATCH]
    )
    def partial_update(self, request: Request, id: str) -> Response:
        """Change how a source is read."""
        source = services.update_data_source(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
            **self.read_input(serializers.DataSourceChangeSerializer),
        )
        return self.answer(source)

    @extend_schema(parameters=[IF_MATCH])
    def destroy(self, request: Request, id: str) -> Response:
        """Delete a source that no policy asks for, with its records."""
        services.delete_data_source(
            self.get_object().pk,
            version=self.expected_version,
            actor=self.actor,
            now=self.now,
        )
        return Response(status=204)

    @extend_schema(
        summary="Read a source now",
        request=RunSerializer,
        responses={202: serializers.DataRunSerializer},
    )
    def run(self, request: Request, **_: Any) -> Response:
        """Let a worker begin; the run tells how it goes."""
        data = self.read_input(RunSerializer)
        run = services.start_read(
            self.kwargs["id"], actor=self.actor, now=self.now, **data
        )
        return Response(serializers.DataRunSerializer(run).data, status=202)

    @extend_schema(
        summary="Fetch external data without keeping them",
        request=serializers.DataTrialSerializer,
        responses={202: serializers.TrialSerializer},
    )
    def preview(self, request: Request, **_: Any) -> Response:
        """Let a worker try; the trial tells fields and first records for an hour."""
        data = self.read_input(serializers.DataTrialSerializer)
        trial = services.try_data_source(actor=self.actor, now=self.now, **data)
        return Response(serializers.TrialSerializer(trial).data, status=202)


class RecordViewSet(ScopedViewSet[ExternalRecord]):
    """Records of external data. `?source=…` keeps those of one source."""

    listing = RecordListing()
    serializer_class = serializers.RecordSerializer
    required_permissions = {"list": EDIT}


class DataRunViewSet(ScopedViewSet[DataRun]):
    """Readings of external data: what came, what differs, what went wrong."""

    listing = DataRunListing()
    serializer_class = serializers.DataRunSerializer
    required_permissions = dict.fromkeys(
        ("list", "retrieve", "release", "discard"), EDIT
    )

    def get_object(self) -> DataRun:
        """Return the run of the URL."""
        return selectors.get_data_run(self.kwargs["id"], actor=self.actor)

    @extend_schema(
        summary="Release a held run of external data",
        request=None,
        responses=serializers.DataRunSerializer,
    )
    def release(self, request: Request, **_: Any) -> Response:
        """Write what a held run found, as it was looked at."""
        self.read_input(NothingSerializer)
        return self.answer(
            services.release_data_run(self.kwargs["id"], actor=self.actor, now=self.now)
        )

    @extend_schema(
        summary="Discard a held run of external data",
        request=None,
        responses=serializers.DataRunSerializer,
    )
    def discard(self, request: Request, **_: Any) -> Response:
        """Throw away what a held run would write."""
        self.read_input(NothingSerializer)
        return self.answer(
            services.discard_data_run(self.kwargs["id"], actor=self.actor, now=self.now)
        )


class TrialViewSet(ScopedViewSet[Any]):
    """Attempts to connect before anything is saved: a worker makes them."""

    listing = DataRunListing()
    serializer_class = serializers.TrialSerializer
    required_permissions = dict.fromkeys(("retrieve", "try_directory"), EDIT)

    def get_object(self) -> Any:
        """Return the trial of the URL."""
        return selectors.get_trial(self.kwargs["id"], actor=self.actor)

    @extend_schema(
        summary="Try a connection to a provider",
        request=serializers.DirectoryTrialSerializer,
        responses={202: serializers.TrialSerializer},
    )
    def try_directory(self, request: Request, **_: Any) -> Response:
        """Let a worker read the first page; nothing of it is kept."""
        data = self.read_input(serializers.DirectoryTrialSerializer)
        trial = services.try_directory(actor=self.actor, now=self.now, **data)
        return Response(serializers.TrialSerializer(trial).data, status=202)
