"""The browser's side of being signed in: Django's session and the device that stands for it."""

from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest

from accounts.choices import DeviceKind
from accounts.http import client_address
from accounts.models import Device, User
from accounts.services import end_device, start_device

BACKEND = "accounts.backends.SignInBackend"
DEVICE = "device"
REGISTERED = "registered"


def sign_in_browser(request: HttpRequest, user: User, *, remember: bool) -> Device:
    """Sign the browser in under a new session id; without `remember` until it is closed."""
    login(request, user, backend=BACKEND)
    if not request.session.session_key:
        request.session.create()
    request.session.set_expiry(None if remember else 0)
    device = start_device(
        user,
        DeviceKind.BROWSER,
        session_key=request.session.session_key or "",
        address=client_address(request),
        user_agent=request.headers.get("User-Agent", ""),
    )
    request.session[DEVICE] = str(device.pk)
    return device


def sign_out_browser(request: HttpRequest) -> None:
    """End the session and its device."""
    device = current_device(request)
    if device:
        end_device(device, device.user, address=client_address(request))
    logout(request)


def current_device(request: HttpRequest) -> Device | None:
    """Return the device that this browser session is, None for one that has none."""
    known = request.session.get(DEVICE)
    alive = Device.objects.filter(ended_at__isnull=True).select_related("user")
    return alive.filter(pk=known).first() if known else None


def go_on_after_change(request: HttpRequest, user: User, device: Device | None) -> None:
    """Keep this browser signed in, under a new session id, after its person's password changed."""
    update_session_auth_hash(request, user)
    if device:
        Device.objects.filter(pk=device.pk).update(session_key=request.session.session_key or "")
