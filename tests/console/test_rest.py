"""Versions in headers, and operations that declare what they need."""

from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import path
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory

from console.core import checks
from console.core.exceptions import ValidationFailedError, VersionRequiredError
from console.core.rest import versions
from console.core.rest.parsers import BodyTooLargeError, JsonParser
from console.core.rest.viewsets import SIGNED_IN, ScopedViewSet


def given(header: str) -> Any:
    return APIRequestFactory().patch("/", headers={"If-Match": header})


class TestExpectedVersion:
    @pytest.mark.parametrize("header", ['"7"', 'W/"7"', ' "7" '])
    def test_reads_the_tag_that_an_answer_gave(self, header: str) -> None:
        assert versions.expected_version(given(header)) == 7

    @pytest.mark.parametrize("header", ["", "*"])
    def test_asks_for_a_version_that_is_missing(self, header: str) -> None:
        with pytest.raises(VersionRequiredError):
            versions.expected_version(given(header))

    @pytest.mark.parametrize(
        "header", ["7", '"a"', '"1", "2"', '"-1"', '"99999999999"']
    )
    def test_refuses_what_is_no_tag_of_ours(self, header: str) -> None:
        with pytest.raises(ValidationFailedError):
            versions.expected_version(given(header))


class TestTagResponse:
    def test_tags_an_object_with_its_version(self) -> None:
        response = Response({"version": 7})

        versions.tag_response(response)

        assert response["ETag"] == '"7"'

    @pytest.mark.parametrize("data", [None, [], {"name": "x"}, {"version": "7"}])
    def test_leaves_other_answers_alone(self, data: Any) -> None:
        response = Response(data)

        versions.tag_response(response)

        assert "ETag" not in response


class TestJsonParser:
    def test_reads_no_more_than_a_body_may_hold(self, settings: Any) -> None:
        settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 20
        stream = BytesIO(b'{"name": "a long name"}' * 9)

        with pytest.raises(BodyTooLargeError):
            JsonParser().parse(stream)

        assert stream.tell() == 21


class TestOperationsDeclarePermissions:
    def test_names_the_operation_that_forgot(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Careless(ScopedViewSet[Any]):
            required_permissions = {"list": SIGNED_IN}

        view = Careless.as_view({"get": "list", "post": "create"})
        resolver = SimpleNamespace(url_patterns=[path("x/", view)])
        monkeypatch.setattr(checks, "get_resolver", lambda: resolver)

        (error,) = checks.operations_declare_permissions(None)

        assert error.id == "console.E002"
        assert "Careless serves `create`" in error.msg

    def test_is_content_with_the_console_as_it_is(self) -> None:
        assert checks.operations_declare_permissions(None) == []
