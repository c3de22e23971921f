"""Tokens of API clients: an access token for 24 hours and a refresh token that rotates.

Both belong to a `Device`, the family of one sign-in. Ending the device ends both at once. Using a
refresh token a second time means that somebody has a copy: the whole family ends.
"""

import time
import uuid
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

import jwt
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from rest_framework_simplejwt.backends import TokenBackend
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.tokens import Token

from accounts.api.errors import InvalidToken
from accounts.choices import AccountEventType, DeviceKind, Role
from accounts.compiled import objects_of
from accounts.models import Device, User
from accounts.services import record, start_device

# How exact `last_seen_at` is; a write at each request would cost more than it says.
SEEN_EVERY = timedelta(minutes=5)
LARGEST_VERSION = 2**31 - 1
USER_COLUMNS = ", ".join(f"person.{field.column}" for field in User._meta.concrete_fields)
USER_OF_DEVICE = f"""
    SELECT {USER_COLUMNS}, device.last_seen_at < %s AS device_is_due
    FROM {Device._meta.db_table} AS device
    JOIN {User._meta.db_table} AS person ON person.id = device.user_id
    WHERE device.id = %s AND device.kind = %s AND device.ended_at IS NULL
      AND person.credentials_version = %s AND person.role = %s
      AND person.is_active AND person.deleted_at IS NULL
"""  # noqa: S608


class PatientBackend(TokenBackend):
    """Reads tokens that were issued a moment ahead of our clock.

    Clocks of several servers differ, and a clock may be set back. `exp` and `nbf` are obeyed.
    """

    def decode(self, token: Any, verify: bool = True) -> dict[str, Any]:  # noqa: FBT001, FBT002
        try:
            return jwt.decode(
                token,
                self.get_verifying_key(token),
                algorithms=[self.algorithm],
                audience=self.audience,
                issuer=self.issuer,
                options={"verify_iat": False, "verify_signature": verify},
            )
        except jwt.InvalidTokenError as error:
            raise TokenBackendError("Token is invalid") from error


class DeskToken(Token):
    """A token of the desk. `ver` is the credentials version it was issued for."""

    _token_backend = PatientBackend(
        settings.SIMPLE_JWT["ALGORITHM"],
        settings.SIMPLE_JWT["SIGNING_KEY"],
        audience=settings.SIMPLE_JWT["AUDIENCE"],
        issuer=settings.SIMPLE_JWT["ISSUER"],
    )

    def signed_for(self, device: Device, user: User) -> str:
        """Return the token as text, saying whose it is."""
        self["id"], self["role"] = user.desk_id, user.role
        self["sub"], self["sid"] = str(user.pk), str(device.pk)
        self["ver"] = user.credentials_version
        return str(self)


class AccessToken(DeskToken):
    token_type = "access"  # noqa: S105
    lifetime = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]


class RefreshToken(DeskToken):
    token_type = "refresh"  # noqa: S105
    lifetime = settings.SIMPLE_JWT["REFRESH_TOKEN_LIFETIME"]


def open_device(user: User, *, address: str | None, user_agent: str) -> dict[str, Any]:
    """Begin a token family for somebody who has just proved who they are; return its tokens."""
    refresh = RefreshToken()
    device = start_device(
        user, DeviceKind.API, refresh_jti=refresh["jti"], address=address, user_agent=user_agent
    )
    return _tokens(device, user, refresh)


def renew(device: Device, user: User) -> dict[str, Any]:
    """Return fresh tokens of a family that goes on after its owner changed a secret."""
    refresh = RefreshToken()
    Device.objects.filter(pk=device.pk).update(refresh_jti=refresh["jti"])
    return _tokens(device, user, refresh)


def rotate(raw_refresh: str, *, address: str | None) -> dict[str, Any]:
    """Return fresh tokens for a refresh token; raise `InvalidToken`, and end a reused family."""
    token = read_token(RefreshToken, raw_refresh)
    device = device_of(token.payload)
    if device is None:
        raise InvalidToken
    fresh = RefreshToken()
    swapped = Device.objects.filter(
        pk=device.pk, ended_at__isnull=True, refresh_jti=token["jti"]
    ).update(refresh_jti=fresh["jti"], last_seen_at=timezone.now())
    if not swapped:
        end_reused(device, address=address)
        raise InvalidToken
    return _tokens(device, device.user, fresh)


@transaction.atomic
def end_reused(device: Device, *, address: str | None) -> None:
    """End a family whose old refresh token came back; its owner is told once."""
    alive = Device.objects.filter(pk=device.pk, ended_at__isnull=True)
    if alive.update(ended_at=timezone.now()):
        record(device.user, AccountEventType.TOKEN_REUSED, address=address)


def read_token(kind: type[DeskToken], raw: str | bytes) -> DeskToken:
    """Return the token if we issued it, of this kind, and it has not expired; else `InvalidToken`.

    A token of ours whose claims make no sense (somebody knows the key, or the format changed) may
    raise anything on the way; it is as invalid as a forged one.
    """
    try:
        return kind(raw)  # type: ignore[arg-type]
    except (TokenError, ValueError, TypeError, AttributeError, OverflowError, OSError) as error:
        raise InvalidToken from error


@lru_cache(maxsize=4096)
def _genuine(raw: str) -> dict[str, Any]:
    """Return the claims of an access token; the signature of a text need be checked only once."""
    return read_token(AccessToken, raw).payload


def read_access_token(raw: str) -> dict[str, Any]:
    """Return the claims of an access token of ours that has not expired; else `InvalidToken`."""
    claims = _genuine(raw)
    if claims["exp"] <= time.time():
        raise InvalidToken
    return claims


def user_of(token: Mapping[str, Any]) -> User | None:
    """Return the person behind an access token whose rights are still what the token says.

    One query: device not ended, user active and not deleted, role and credentials unchanged. It is
    written out, because each request makes it and the ORM takes longer to put it together than
    the database to answer.
    """
    try:
        device_id, version, role = uuid.UUID(token["sid"]), int(token["ver"]), str(token["role"])
    except (KeyError, ValueError, TypeError, AttributeError):
        return None
    if role not in Role.values or not 0 < version <= LARGEST_VERSION:
        return None  # nothing that the database should be asked about
    long_ago = connection.ops.adapt_datetimefield_value(timezone.now() - SEEN_EVERY)
    key = device_id if connection.features.has_native_uuid_field else device_id.hex
    known = [long_ago, key, DeviceKind.API, version, role]
    for user in objects_of(User, USER_OF_DEVICE, known):
        if user.desk_id != token.get("id"):
            return None
        if user.device_is_due:  # type: ignore[attr-defined]
            Device.objects.filter(pk=device_id).update(last_seen_at=timezone.now())
        return user
    return None


def device_of(token: Mapping[str, Any]) -> Device | None:
    """Return the device that a token belongs to, where `user_of` finds somebody."""
    user = user_of(token)
    if user is None:
        return None
    return Device.objects.filter(pk=token["sid"]).select_related("user").first()


def _tokens(device: Device, user: User, refresh: DeskToken) -> dict[str, Any]:
    lifetime: timedelta = settings.SIMPLE_JWT["ACCESS_TOKEN_LIFETIME"]
    return {
        "token": AccessToken().signed_for(device, user),
        "refresh_token": refresh.signed_for(device, user),
        "expires_in": int(lifetime.total_seconds()),
        "role": user.role,
        "id": user.desk_id,
        "name": user.name,
    }
