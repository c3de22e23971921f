"""Every error of the API as JSON: those of the views, and those that never reach a view."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import (
    PermissionDenied,
    RequestDataTooBig,
    SuspiciousOperation,
    ValidationError,
)
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions
from rest_framework.response import Response

from accounts.api.errors import PreconditionFailed, TooLarge, error_body
from accounts.api.json_format import MEDIA_TYPE, write_json
from operations.outages import RETRY_AFTER, note_outage
from tickets.services import EditConflict, FileRefused

CHALLENGE = 'Bearer realm="api"'

# The words for what went wrong, where the error has none of its own.
SENTENCES = {
    400: ("The desk does not understand this request.", "bad_request"),
    401: ("Sign in to do this.", "not_authenticated"),
    403: ("Your account may not do this.", "forbidden"),
    404: ("There is nothing here, or nothing that you may see.", "not_found"),
    405: ("This address does not know that method.", "method_not_allowed"),
    406: ("The desk answers with application/json only.", "not_acceptable"),
    408: ("The request took too long to arrive.", "timeout"),
    411: ("Say how long the body is (Content-Length).", "length_required"),
    412: (PreconditionFailed.default_detail, PreconditionFailed.default_code),
    413: (TooLarge.default_detail, TooLarge.default_code),
    414: ("This address is too long.", "address_too_long"),
    415: ("Send application/json.", "unsupported_media_type"),
    416: ("The file has no such part.", "range_not_satisfiable"),
    429: ("Too many requests; wait a moment.", "too_many_requests"),
    500: ("Something went wrong at the desk; it has been noted.", "server_error"),
    503: ("The desk can't reach or store its data now; try again in a moment.", "unavailable"),
}


def exception_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Return the answer to what a view raised; None for a fault of ours (it becomes a 500)."""
    if isinstance(error, FileRefused):
        return Response(error_body(" ".join(error.messages), str(error.code)), status=error.status)
    if isinstance(error, exceptions.ValidationError):
        return _invalid(_field_errors(error.detail))
    if isinstance(error, ValidationError):
        return _invalid(_django_errors(error))
    if isinstance(error, exceptions.APIException):
        return _api_exception(error, context)
    for kinds, status in OUTSIDE_ERRORS:
        if isinstance(error, kinds):
            return _answer(status, _own_sentence(error))
    return _answer(503) if note_outage(error) else None


OUTSIDE_ERRORS: tuple[tuple[Any, int], ...] = (
    (Http404, 404),
    (PermissionDenied, 403),
    (EditConflict, 412),
    (RequestDataTooBig, 413),
    ((SuspiciousOperation, UnreadablePostError), 400),
)


def _own_sentence(error: Exception) -> str:
    """The services say in a sentence why somebody may not do a thing."""
    return str(error) if isinstance(error, PermissionDenied | EditConflict) else ""


def _api_exception(error: exceptions.APIException, context: dict[str, Any]) -> Response:
    status = error.status_code
    sentence, code = SENTENCES.get(status, ("", ""))
    if type(error) not in WITH_OUR_WORDS:
        sentence, code = str(error.detail), str(error.default_code)
        if isinstance(error, exceptions.ParseError):
            code = str(error.get_codes())
    response = Response(error_body(sentence, code), status=status)
    if wait := getattr(error, "wait", None):
        response["Retry-After"] = str(max(1, round(wait)))
    if isinstance(error, exceptions.MethodNotAllowed):
        response["Allow"] = ", ".join(context["view"].allowed_methods)
    return _with_headers(response)


WITH_OUR_WORDS = {
    exceptions.NotAuthenticated,
    exceptions.PermissionDenied,
    exceptions.NotFound,
    exceptions.MethodNotAllowed,
    exceptions.NotAcceptable,
    exceptions.UnsupportedMediaType,
    exceptions.Throttled,
}


def _answer(status: int, sentence: str = "") -> Response:
    own, code = SENTENCES[status]
    return _with_headers(Response(error_body(sentence or own, code), status=status))


def _with_headers(response: Any) -> Any:
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        response["WWW-Authenticate"] = CHALLENGE
    if response.status_code == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers.setdefault("Retry-After", str(RETRY_AFTER))
    return response


# Fields --------------------------------------------------------------------------------------


def _invalid(errors: dict[str, list[str]]) -> Response:
    return Response(error_body(_summary(errors), "invalid", errors), status=400)


def _summary(errors: dict[str, list[str]]) -> str:
    field, sentences = next(iter(errors.items()))
    sentence = sentences[0]
    for beginning in ("This field", "This parameter", "This text"):
        if sentence.startswith(beginning):
            return field + sentence[len(beginning) :]
    return sentence


def _django_errors(error: ValidationError) -> dict[str, list[str]]:
    if hasattr(error, "error_dict"):
        return {field: list(sentences) for field, sentences in error.message_dict.items()}
    return {"request": list(error.messages)}


def _field_errors(detail: Any) -> dict[str, list[str]]:
    if isinstance(detail, dict):
        return {str(field): _sentences(value) for field, value in detail.items()}
    return {"request": _sentences(detail)}


def _sentences(detail: Any) -> list[str]:
    if isinstance(detail, dict):
        return [sentence for value in detail.values() for sentence in _sentences(value)]
    if isinstance(detail, list):
        return [sentence for value in detail for sentence in _sentences(value)]
    return [str(detail)]


# Outside the views ---------------------------------------------------------------------------


def plain_error(status: int) -> HttpResponse:
    """Return the JSON answer to what failed before or behind the views."""
    sentence, code = SENTENCES.get(status) or SENTENCES[500 if status >= 500 else 400]
    response = HttpResponse(write_json(error_body(sentence, code)), MEDIA_TYPE, status)
    response.headers["Cache-Control"] = "no-store"
    return _with_headers(response)


@csrf_exempt
def unknown_address(request: HttpRequest, rest: str = "") -> HttpResponse:
    """Answer what no route matched."""
    return plain_error(404)
