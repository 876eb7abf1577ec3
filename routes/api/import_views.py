"""REST views of imports and of the export: one service or selector call each."""

from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.request import Request
from rest_framework.response import Response

from console.core.exceptions import TooLargeError
from console.core.http import uuid_from
from console.core.rest.viewsets import ScopedViewSet
from namespaces.permissions import Permission
from routes import selectors, services
from routes.api import import_serializers as serializers
from routes.listings import ImportListing
from routes.models import ImportRun

YAML = "application/yaml"
TRUE = frozenset({"1", "true"})


@extend_schema_view(
    list=extend_schema(summary="List imports"),
    retrieve=extend_schema(
        summary="Read an import", responses=serializers.ImportDetailSerializer
    ),
)
class ImportViewSet(ScopedViewSet[ImportRun]):
    """Imports of configurations of Pomerium Core: planned first, then applied."""

    listing = ImportListing()
    serializer_class = serializers.ImportSerializer
    required_permissions = {
        "list": Permission.ROUTE_CREATE,
        "retrieve": Permission.ROUTE_CREATE,
        "create": Permission.ROUTE_CREATE,
        "review": Permission.ROUTE_CREATE,
        "apply": Permission.ROUTE_CREATE,
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse a body that is too large before any of it is read."""
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
            raise TooLargeError

    def get_object(self) -> ImportRun:
        """Return the import of the URL."""
        return selectors.get_import(self.kwargs["id"], actor=self.actor)

    def answer(self, row: ImportRun, *, status: int = 200) -> Response:
        """Answer with one import and its plan."""
        serializer = serializers.ImportDetailSerializer(row)
        return Response(serializer.data, status=status)

    @extend_schema(
        summary="Plan an import",
        request=serializers.ImportCreateSerializer,
        responses={201: serializers.ImportDetailSerializer},
    )
    def create(self, request: Request) -> Response:
        """Read a configuration and say what importing it would do.

        Nothing of it is written. A large file is read in the background: the status is
        `reading` until the plan is there.
        """
        values = self.read_input(serializers.ImportCreateSerializer)
        options = serializers.options_from(values)
        run = services.begin_import(
            namespace_id=values["namespace_id"],
            content=values["text"].encode("utf-8", "surrogatepass"),
            file_name=values["file_name"],
            options=options,
            actor=self.actor,
            now=self.now,
        )
        return self.answer(run, status=201)

    @extend_schema(
        summary="Plan an import anew",
        request=serializers.OptionsSerializer,
        responses=serializers.ImportDetailSerializer,
    )
    def review(self, request: Request, **_: Any) -> Response:
        """Plan again: with other options, or because things have changed."""
        options = serializers.options_from(
            self.read_input(serializers.OptionsSerializer)
        )
        run = services.review_import(
            self.kwargs["id"], options=options, actor=self.actor, now=self.now
        )
        return self.answer(run)

    @extend_schema(
        summary="Apply an import",
        request=serializers.ApplySerializer,
        responses={202: serializers.ImportDetailSerializer},
    )
    def apply(self, request: Request, **_: Any) -> Response:
        """Start writing exactly what the plan says; its status tells how it went."""
        values = self.read_input(serializers.ApplySerializer)
        run = services.start_import(
            self.kwargs["id"],
            fingerprint=values["fingerprint"],
            actor=self.actor,
            now=self.now,
        )
        return self.answer(run, status=202)


class ExportViewSet(ScopedViewSet[Any]):
    """Routes and policies as a configuration of Pomerium Core."""

    serializer_class = serializers.ImportSerializer
    required_permissions = {"export": Permission.ROUTE_VIEW}
    filter_backends = []
    pagination_class = None

    @extend_schema(
        summary="Export a namespace for Pomerium Core",
        parameters=[
            OpenApiParameter("namespace", str, required=True, description="Its id."),
            OpenApiParameter(
                "with_secrets",
                bool,
                description="Secrets of routes as well; for admins, and recorded.",
            ),
        ],
        responses={(200, YAML): str},
    )
    def export(self, request: Request) -> HttpResponse:
        """Answer with the YAML of all routes in a namespace and below."""
        export = services.export_configuration(
            namespace_id=uuid_from(
                request.query_params.get("namespace", ""), name="namespace"
            ),
            actor=self.actor,
            now=self.now,
            with_secrets=request.query_params.get("with_secrets", "").lower() in TRUE,
        )
        return HttpResponse(export.text, content_type=f"{YAML}; charset=utf-8")
