"""JSON in and out: strict about what is read, quick about what is written."""

import json
import math
from datetime import date
from typing import Any, NoReturn

from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer

MEDIA_TYPE = "application/json"


class StrictJSONParser(BaseParser):
    """One JSON object in UTF-8: no other top level, no key twice, no NaN, no endless nesting."""

    media_type = MEDIA_TYPE

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Any = None
    ) -> dict[str, Any]:
        # `body` refuses what is larger than DATA_UPLOAD_MAX_MEMORY_SIZE; the stream would not.
        body = parser_context["request"].body if parser_context else stream.read()
        try:
            data = json.loads(
                body.decode("utf-8"),
                object_pairs_hook=_object,
                parse_constant=_refuse_constant,
                parse_float=_finite,
            )
        except (ValueError, RecursionError) as error:
            raise ParseError("This is not valid JSON.", code="invalid_json") from error
        if not isinstance(data, dict):
            raise ParseError("Send one JSON object.", code="invalid_json")
        return data


class JSONRenderer(BaseRenderer):
    """Plain `json.dumps`: rows are made of texts, numbers, lists and dictionaries already."""

    media_type = MEDIA_TYPE
    format = "json"
    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Any = None
    ) -> bytes:
        return write_json(data)


def write_json(data: Any) -> bytes:
    """Return `data` as UTF-8; a lone surrogate that a message repeats becomes a question mark."""
    text = json.dumps(
        data, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_as_text
    )
    return text.encode("utf-8", "replace")


def _as_text(value: Any) -> str:
    """Return what JSON has no type for: moments as RFC 3339 writes them."""
    return value.isoformat() if isinstance(value, date) else str(value)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _finite(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError(f"{text} is too large")
    return number
