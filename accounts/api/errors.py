"""What the API says no with. Every error body is `{"message", "code"[, "errors"]}`."""

from typing import Any

from rest_framework import status
from rest_framework.exceptions import APIException


class InvalidSignIn(APIException):
    """Unknown, wrong and disabled: one answer for all."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "Invalid credentials"
    default_code = "invalid_credentials"


class InvalidToken(APIException):
    """A token that is missing, malformed, tampered with, expired or ended."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "Sign in again: this token is not valid any more."
    default_code = "not_authenticated"


class Conflict(APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The first request with this Idempotency-Key is still running."
    default_code = "conflict"


class PreconditionFailed(APIException):
    status_code = status.HTTP_412_PRECONDITION_FAILED
    default_detail = "The ticket changed after you last saw it; nothing was done."
    default_code = "precondition_failed"


class TooLarge(APIException):
    status_code = status.HTTP_413_REQUEST_ENTITY_TOO_LARGE
    default_detail = "This request is larger than the desk accepts."
    default_code = "too_large"


class KeyReused(APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key was used for another request; take a new one."
    default_code = "idempotency_key_reused"


def error_body(
    message: str, code: str, errors: dict[str, list[str]] | None = None
) -> dict[str, Any]:
    """Return the body of an error answer."""
    body: dict[str, Any] = {"message": message, "code": code}
    if errors:
        body["errors"] = errors
    return body
