"""Bodies of API requests: JSON that can be kept and answered with."""

import json
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import status
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser
from rest_framework.renderers import JSONRenderer


class BodyTooLargeError(APIException):
    """The body is longer than forms may be."""

    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "the body is too large"
    default_code = "too_large"


class JsonParser(JSONParser):
    """Refuses what Python reads and nothing behind it can take.

    Half a surrogate pair can be stored by no database, and written in no answer.
    """

    renderer_class = JSONRenderer

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Return what the body holds.

        Raises:
            BodyTooLargeError: it is longer than DATA_UPLOAD_MAX_MEMORY_SIZE.
            ParseError: it is no JSON, or none that can be kept.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLargeError
        try:
            found = json.loads(body.decode(), parse_constant=_refuse_constant)
            if b"\\u" in body:
                json.dumps(found, ensure_ascii=False).encode()
        except RecursionError as error:
            raise ParseError("the body is nested too deeply") from error
        except UnicodeEncodeError as error:
            raise ParseError("a text holds half a surrogate pair") from error
        except ValueError as error:
            raise ParseError(f"the body is no JSON: {error}") from error
        return found


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
