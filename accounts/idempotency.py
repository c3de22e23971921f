"""The first answer to a request with an `Idempotency-Key`, and whether it was given already.

The answer is stored in the transaction that does the work: both or neither. It is encrypted with
a key made from `SECRET_KEY` and the client's own key, which is not stored, so that the tokens in
some answers can't be read from the database.
"""

import base64
import hashlib
import json
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import Fernet
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.models import IdempotentAnswer

KEY_LENGTH = 255
LIFETIME = timedelta(hours=24)


class StillRunning(Exception):
    """The first request with this key has not been answered yet."""


class OtherRequest(Exception):
    """The key was used for another request."""


@dataclass(frozen=True)
class Answer:
    """What was answered: status, headers, body as it was sent."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Attempt:
    """One request with a key: `scope` says whose key it is, `request_hash` what is asked."""

    scope: str
    key: str
    request_hash: str

    @property
    def key_hash(self) -> str:
        return self._secret("key").hex()

    @property
    def cipher(self) -> Fernet:
        return Fernet(base64.urlsafe_b64encode(self._secret("body")))

    def _secret(self, purpose: str) -> bytes:
        value = json.dumps([self.scope, self.key])
        return salted_hmac(f"accounts.idempotency.{purpose}", value, algorithm="sha256").digest()


def request_hash(method: str, path: str, body: bytes) -> str:
    """Return the fingerprint of what a request asks for."""
    return hashlib.sha256(f"{method} {path}\n".encode(errors="replace") + body).hexdigest()


def first_answer(attempt: Attempt) -> Answer | None:
    """Return what was answered before, or None and hold the key until the transaction ends.

    Raises `StillRunning` and `OtherRequest`. SQLite has one writer at a time, so that the second
    of two requests waits at BEGIN; PostgreSQL holds a lock named after the key.
    """
    _hold(attempt.key_hash)
    row = IdempotentAnswer.objects.filter(pk=attempt.key_hash).first()
    if row is None:
        return None
    if row.created_at < timezone.now() - LIFETIME:
        row.delete()
        return None
    if row.request_hash != attempt.request_hash:
        raise OtherRequest
    return Answer(row.status, row.headers, attempt.cipher.decrypt(bytes(row.body)))


def keep(attempt: Attempt, answer: Answer) -> None:
    """Store the answer, inside the transaction of the work."""
    IdempotentAnswer.objects.create(
        key_hash=attempt.key_hash,
        request_hash=attempt.request_hash,
        status=answer.status,
        headers=answer.headers,
        body=attempt.cipher.encrypt(answer.body),
    )


def _hold(key_hash: str) -> None:
    if connection.vendor != "postgresql":
        return
    number = int.from_bytes(bytes.fromhex(key_hash)[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        if not cursor.fetchone()[0]:
            raise StillRunning
