"""Rows that say what happened: written once, and signed, so that a later change of them shows.

A fact is who, when, what and about whom, by number. What people wrote or are called, and where
they came from, stands beside it in its detail, which can be erased: the fact knows a salted digest
of it only. `docs/audit.md` describes the encoding.
"""

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from contextvars import ContextVar
from datetime import UTC, datetime
from functools import cache
from typing import Any, ClassVar, NamedTuple

from django.conf import settings
from django.db import models, transaction

from accounts.compiled import insert

MAC_LENGTH = 32  # hexadecimal: 128 of HMAC-SHA256's 256 bits
HASH_LENGTH = 64
SALT_LENGTH = 32
REQUEST_ID_LENGTH = 64
ADDRESS_LENGTH = 45
PURPOSE = b"SupportDesk audit 1"


class Origin(NamedTuple):
    """Where a change comes from: the id of the request and the network address."""

    request_id: str = ""
    address: str = ""


# Set by the outermost middleware; empty for commands and the worker.
origin: ContextVar[Origin] = ContextVar("origin", default=Origin())  # noqa: B039  immutable


def audit_keys() -> list[bytes]:
    """Return the keys of the audit log: the first one signs, all of them are good for checking."""
    return [derived_key(secret) for secret in settings.AUDIT_KEYS or [settings.SECRET_KEY]]


@cache
def derived_key(secret: str) -> bytes:
    """Return the key that follows from a secret of the settings."""
    return hmac.digest(secret.encode(), PURPOSE, "sha256")


def encode(*values: Any) -> bytes:
    """Return the canonical bytes of values: JSON, ASCII, no blanks, keys in order, moments UTC."""
    return _JSON.encode(values).encode()


def _moment(value: Any) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"{value!r} has no canonical form")
    return value.astimezone(UTC).isoformat(timespec="microseconds")


_JSON = json.JSONEncoder(separators=(",", ":"), sort_keys=True, ensure_ascii=True, default=_moment)


def sign(message: bytes, key: bytes) -> str:
    """Return the MAC of a row."""
    return hmac.digest(key, message, "sha256").hex()[:MAC_LENGTH]


def is_signed(message: bytes, mac: str, keys: Sequence[bytes]) -> bool:
    """Whether one of the keys made this MAC."""
    return any(sign(message, key) == mac for key in keys)


def digest_of(salt: str, changes: Any, address: str) -> str:
    """Return what a fact knows of its detail."""
    return hashlib.sha256(encode(salt, changes, address)).hexdigest()


class FactQuerySet(models.QuerySet[Any]):
    """Facts; the database refuses to update or delete them."""

    def bulk_create(self, objs: Iterable[Any], *args: Any, **kwargs: Any) -> list[Any]:
        """Insert facts with their details."""
        facts = list(objs)
        details = [detail for fact in facts if (detail := fact.prepare())]
        with transaction.atomic(using=self.db, savepoint=False):
            created = super().bulk_create(facts, *args, **kwargs)
            for detail in details:
                detail.attach()
            if details:
                type(details[0])._default_manager.bulk_create(details)
        return created


class Fact(models.Model):
    """What happened, once and for all.

    `changes` (given to the constructor, read as a property) maps a field to `[before, after]` in
    words that a person reads; it is stored in the detail, and so is `address`.
    """

    request_id = models.CharField(max_length=REQUEST_ID_LENGTH, blank=True)
    # Of the detail; empty where there is none.
    digest = models.CharField(max_length=HASH_LENGTH, blank=True)
    mac = models.CharField(max_length=MAC_LENGTH, editable=False)

    KIND: ClassVar[int]
    # The columns that are signed and sealed, in this order.
    SEALED: ClassVar[tuple[str, ...]]

    _changes: dict[str, Any] | None = None
    _address: str | None = None

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Insert the fact with its detail; raises `TypeError` for one that is stored already."""
        if not self._state.adding:
            raise TypeError("A fact is written once.")
        detail = self.prepare()
        if detail is None:
            insert([self])
            return
        with transaction.atomic(savepoint=False):
            insert([self])
            detail.attach()
            insert([detail])

    @property
    def changes(self) -> dict[str, Any]:
        """What changed: `{field: [before, after]}`; one query unless the detail was selected."""
        if self._changes is not None:
            return self._changes
        return dict(self.detail.changes) if self.digest else {}  # type: ignore[attr-defined]

    @changes.setter
    def changes(self, value: dict[str, Any]) -> None:
        self._changes = value

    @property
    def address(self) -> str:
        """The network address that it came from, empty where that is not known."""
        if self._address is not None:
            return self._address
        return str(self.detail.address) if self.digest else ""  # type: ignore[attr-defined]

    @address.setter
    def address(self, value: str | None) -> None:
        self._address = value or ""

    def keeps_address(self) -> bool:
        """Whether the address alone is worth a detail."""
        return True

    def more_details(self) -> dict[str, Any]:
        """Return further columns of the detail."""
        return {}

    def prepare(self) -> Any:
        """Sign the new fact and return its `FactDetail`, not stored yet, or None."""
        here, detail = origin.get(), None
        self.request_id = self.request_id or here.request_id
        changes, address = self._changes or {}, self._address or here.address
        more = self.more_details()
        if changes or more or (address and self.keeps_address()):
            model: Any = self._meta.get_field("detail").related_model
            detail = model(changes=changes, address=address, salt=secrets.token_hex(16), **more)
            self.digest = digest_of(detail.salt, changes, address)
            detail.event = self
        values = (getattr(self, name) for name in self.SEALED)
        self.mac = sign(encode(self.KIND, *values), audit_keys()[0])
        return detail


class FactDetail(models.Model):
    """The part of a fact that can be erased: texts, names, addresses."""

    # Empty once the content is not the original one any more.
    salt = models.CharField(max_length=SALT_LENGTH, blank=True, editable=False)
    changes = models.JSONField(default=dict, blank=True)
    address = models.CharField(max_length=ADDRESS_LENGTH, blank=True)
    mac = models.CharField(max_length=MAC_LENGTH, editable=False)

    event: Any

    class Meta:
        abstract = True

    def attach(self) -> None:
        """Belong to the fact, which is stored now, and sign that."""
        self.event = self.event  # takes over its key
        self.mac = sign(self.signed(), audit_keys()[0])

    def signed(self) -> bytes:
        """Return what the MAC is about."""
        return encode(self.event.KIND, self.event.pk, self.salt, self.changes, self.address)

    def rewrite(self, changes: dict[str, Any], *, address: str = "") -> None:
        """Put other words in place of the original ones, for good, and sign that."""
        self.changes, self.address, self.salt = changes, address, ""
        self.mac = sign(self.signed(), audit_keys()[0])
        self.save(update_fields=["changes", "address", "salt", "mac"])
