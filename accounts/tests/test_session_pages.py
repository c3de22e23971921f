"""Where one is signed in, and ending it."""

from datetime import timedelta

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone

from accounts.choices import AccountEventType, DeviceKind
from accounts.models import AccountEvent, Device
from accounts.services import end_device, sign_out_everywhere, start_device
from accounts.tests.factories import PASSWORD, AdminFactory, CustomerFactory
from accounts.user_agents import describe

PAGE = "/accounts/sessions/"
pytestmark = pytest.mark.django_db


def browser_of(user):
    client = Client()
    client.post("/accounts/sign-in/", {"username": user.email, "password": PASSWORD})
    return client


def is_signed_in(client):
    return client.get(PAGE).status_code == 200


def test_the_list_shows_ones_own_devices_only():
    amara, mei = CustomerFactory(), CustomerFactory()
    start_device(amara, DeviceKind.API, address="203.0.113.8", user_agent="curl/8.0 <b>")
    start_device(mei, DeviceKind.API, address="203.0.113.99")
    page = browser_of(amara).get(PAGE).text
    assert "203.0.113.8" in page
    assert "curl" in page
    assert "This browser" in page
    assert "203.0.113.99" not in page


def test_one_device_can_be_ended_and_is_out_at_once():
    amara = CustomerFactory()
    here, there = browser_of(amara), browser_of(amara)
    other = Device.objects.get(session_key=there.session.session_key)
    assert here.get(f"{PAGE}{other.pk}/end/").status_code == 405
    assert here.post(f"{PAGE}{other.pk}/end/").status_code == 302
    assert is_signed_in(here)
    assert not is_signed_in(there)
    assert here.post(f"{PAGE}{other.pk}/end/").status_code == 302  # again: nothing happens
    events = AccountEvent.objects.filter(user=amara, type=AccountEventType.SIGNED_OUT)
    assert events.count() == 1


def test_somebody_elses_device_is_not_there():
    amara, mei = CustomerFactory(), CustomerFactory()
    theirs = start_device(mei, DeviceKind.API)
    client = browser_of(amara)
    foreign = client.post(f"{PAGE}{theirs.pk}/end/")
    missing = client.post(f"{PAGE}00000000-0000-4000-8000-000000000000/end/")
    assert foreign.status_code == missing.status_code == 404
    theirs.refresh_from_db()
    assert theirs.ended_at is None
    with pytest.raises(PermissionDenied):
        end_device(theirs, amara)
    with pytest.raises(PermissionDenied):
        sign_out_everywhere(mei, amara)


def test_signing_out_everywhere_ends_every_session_and_token():
    amara, mei = CustomerFactory(), CustomerFactory()
    here, there, stranger = browser_of(amara), browser_of(amara), browser_of(mei)
    start_device(amara, DeviceKind.API, refresh_jti="x")
    version = amara.credentials_version
    assert here.get(f"{PAGE}end-all/").status_code == 405
    assert here.post(f"{PAGE}end-all/")["Location"] == "/accounts/sign-in/"
    assert not is_signed_in(here)
    assert not is_signed_in(there)
    assert is_signed_in(stranger)
    assert not Device.objects.filter(user=amara, ended_at__isnull=True).exists()
    assert Session.objects.count() >= 1
    amara.refresh_from_db()
    assert amara.credentials_version > version


def test_an_admin_may_sign_somebody_out_everywhere():
    amara = CustomerFactory()
    client = browser_of(amara)
    sign_out_everywhere(amara, AdminFactory())
    assert not is_signed_in(client)


def test_a_device_is_seen_every_five_minutes(django_assert_num_queries):
    amara = CustomerFactory()
    start = timezone.now()
    with time_machine.travel(start, tick=False) as clock:
        client = browser_of(amara)
        client.get(PAGE)
        clock.shift(timedelta(minutes=4))
        client.get(PAGE)
        seen = Device.objects.get(user=amara).last_seen_at
        clock.shift(timedelta(minutes=2))
        client.get(PAGE)
    assert abs(seen - start) < timedelta(seconds=1)
    assert Device.objects.get(user=amara).last_seen_at - start == timedelta(minutes=6)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/120.0 Safari/537.36 Edg/120.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh) Version/17 Safari/605", "Safari on macOS"),
        ("Mozilla/5.0 (Linux; Android 14) Chrome/120 Mobile Safari/537", "Chrome on Android"),
        ("curl/8.5.0", "curl"),
        ("", "Unknown program"),
        ("Mozilla/5.0", "Unknown program"),
    ],
)
def test_a_user_agent_in_words(header, words):
    assert describe(header) == words


def test_odd_user_agents_are_stored_clean():
    device = start_device(
        CustomerFactory(), DeviceKind.API, user_agent="a\r\nb\x1b[31m" + "x" * 900
    )
    device.refresh_from_db()
    assert device.user_agent.startswith("ab[31mx")
    assert len(device.user_agent) == 300
