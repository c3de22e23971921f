"""Lists: plain JSON arrays in keyset pages, led on by a `Link` header (RFC 8288)."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.utils import DataError
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.paging import (
    NOT_FOUND,
    InvalidCursor,
    Page,
    Parts,
    first_page,
    keyset_page,
    parts_of,
)

DEFAULT_LIMIT = 100
MAX_LIMIT = 500
PAGE_PARAMETERS = frozenset({"limit", "cursor", "count"})
MAY_BE_EMPTY = frozenset({"q"})
CURSOR_ERRORS = (InvalidCursor, DjangoValidationError, DataError, ValueError, TypeError)


def check_parameters(request: Request, known: Collection[str] = ()) -> dict[str, str]:
    """Return the parameters of the address; 400 for unknown, repeated and empty ones."""
    found: dict[str, str] = {}
    for name, values in request.query_params.lists():
        if name not in PAGE_PARAMETERS and name not in known:
            raise ValidationError({name: ["There is no such parameter here."]})
        if len(values) != 1:
            raise ValidationError({name: ["Give this parameter once."]})
        if not values[0] and name not in MAY_BE_EMPTY:
            raise ValidationError({name: ["This parameter may not be empty."]})
        found[name] = values[0]
    return found


def list_response(
    request: Request,
    queryset: Parts,
    *,
    order: Sequence[str],
    row: Callable[[Any], dict[str, Any]],
    parameters: dict[str, str],
    complete: Callable[[list[Any]], None] | None = None,
) -> Response:
    """Return one page of `queryset` (after `.values()`), each row made by `row`.

    `parameters` are those that `check_parameters` let through: `limit`, `cursor`, `count`.
    `complete` gets the page's values before, to put into them what is asked for all at once.
    """
    size = _limit(parameters)
    wants_count = _flag(parameters, "count")
    page = _page(queryset, order, parameters.get("cursor", ""), size)
    if complete is not None:
        complete(page.rows)
    response = _answer(request, page, row)
    if wants_count:
        response["X-Total-Count"] = str(sum(part.count() for part in parts_of(queryset)))
    return response


def first_page_response(
    request: Request,
    fetch: Callable[[int], list[dict[str, Any]]],
    *,
    order: Sequence[str],
    row: Callable[[Any], dict[str, Any]],
    parameters: dict[str, str],
) -> Response:
    """Return the first page of a list without filters; `fetch(n)` gives its first `n` rows."""
    return _answer(request, first_page(fetch, order=order, size=_limit(parameters)), row)


def _answer(request: Request, page: Page[Any], row: Callable[[Any], dict[str, Any]]) -> Response:
    response = Response([row(values) for values in page.rows])
    if links := _links(request, page):
        response["Link"] = links
    return response


def _page(queryset: Parts, order: Sequence[str], cursor: str, size: int) -> Page[Any]:
    if not cursor:
        return keyset_page(queryset, order=order, size=size)
    try:
        return keyset_page(queryset, order=order, cursor=cursor, size=size)
    except CURSOR_ERRORS as error:
        raise ValidationError({"cursor": [NOT_FOUND]}) from error


def _limit(parameters: dict[str, str]) -> int:
    text = parameters.get("limit")
    if text is None:
        return DEFAULT_LIMIT
    if text.isascii() and text.isdigit() and len(text) <= len(str(MAX_LIMIT)):
        number = int(text)
        if 1 <= number <= MAX_LIMIT:
            return number
    raise ValidationError({"limit": [f"Use a number from 1 to {MAX_LIMIT}."]})


def _flag(parameters: dict[str, str], name: str) -> bool:
    value = parameters.get(name, "false")
    if value not in ("true", "false"):
        raise ValidationError({name: ["Use true or false."]})
    return value == "true"


def _links(request: Request, page: Page[Any]) -> str:
    links: Iterable[tuple[str, str]] = (("next", page.next), ("prev", page.previous))
    return ", ".join(
        f'<{_address(request, cursor)}>; rel="{name}"' for name, cursor in links if cursor
    )


def _address(request: Request, cursor: str) -> str:
    query = request.query_params.copy()
    query["cursor"] = cursor
    return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
