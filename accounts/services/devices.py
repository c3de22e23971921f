"""Where somebody is signed in, and how that ends."""

from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from accounts.choices import AccountEventType, DeviceKind
from accounts.models import Device, User
from accounts.services.events import record

USER_AGENT_LENGTH = 300


def start_device(
    user: User,
    kind: DeviceKind,
    *,
    session_key: str = "",
    refresh_jti: str = "",
    address: str | None = None,
    user_agent: str = "",
) -> Device:
    """Remember a sign-in: a browser session (`session_key`) or an API client (`refresh_jti`)."""
    return Device.objects.create(
        user=user,
        kind=kind,
        session_key=session_key,
        refresh_jti=refresh_jti,
        address=address,
        user_agent=clean_user_agent(user_agent),
    )


def note_visit(device_id: str) -> None:
    """Remember that somebody was here just now on this device."""
    Device.objects.filter(pk=device_id, ended_at__isnull=True).update(last_seen_at=timezone.now())


def clean_user_agent(text: str) -> str:
    """Return what is stored of a `User-Agent` header: printable characters, at most 300."""
    return "".join(char for char in text if char.isprintable())[:USER_AGENT_LENGTH]


@transaction.atomic
def end_device(device: Device, actor: User, *, address: str | None = None) -> bool:
    """Sign one device out; its owner or an admin may. Returns False if it was out already.

    Raises `PermissionDenied`.
    """
    if not (actor.pk == device.user_id or actor.is_admin):
        raise PermissionDenied("You can sign out your own devices only.")
    if not _end(Device.objects.filter(pk=device.pk)):
        return False
    changes = {"device": str(device.pk), "kind": device.kind}
    record(device.user, AccountEventType.SIGNED_OUT, actor=actor, changes=changes, address=address)
    return True


@transaction.atomic
def sign_out_everywhere(user: User, actor: User, *, address: str | None = None) -> None:
    """End every browser session and every API token of `user`; the owner or an admin may.

    Raises `PermissionDenied`.
    """
    if not (actor.pk == user.pk or actor.is_admin):
        raise PermissionDenied("You can sign out your own devices only.")
    raise_credentials_version(user)
    end_devices(user)
    record(user, AccountEventType.SIGNED_OUT_EVERYWHERE, actor=actor, address=address)


def end_devices(user: User, *, keep: Device | None = None) -> int:
    """End all devices of `user` but `keep`, return how many; the caller records why."""
    devices = Device.objects.filter(user=user)
    return _end(devices.exclude(pk=keep.pk) if keep else devices)


def raise_credentials_version(user: User) -> None:
    """Make whatever was signed in until now void at its next request."""
    User.objects.filter(pk=user.pk).update(credentials_version=F("credentials_version") + 1)
    user.refresh_from_db(fields=["credentials_version"])


def _end(devices: QuerySet[Device]) -> int:
    alive = devices.filter(ended_at__isnull=True)
    keys = [key for key in alive.values_list("session_key", flat=True) if key]
    Session.objects.filter(session_key__in=keys).delete()
    return alive.update(ended_at=timezone.now())
