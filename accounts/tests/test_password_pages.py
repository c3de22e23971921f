"""Forgotten, first and changed passwords."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.choices import AccountEventType, DeviceKind, LinkPurpose, Role
from accounts.links import make_link, token_for
from accounts.models import AccountEvent, Device, EmailLink
from accounts.services import LinkUsed, invite_staff, set_password_by_link, start_device
from accounts.tests.factories import PASSWORD, CustomerFactory, TechnicianUserFactory
from accounts.tests.test_sign_in_page import plain

RESET = "/accounts/password/reset/"
NEW = "another good password"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr("accounts.timing.DISCREET_SECONDS", 0)


def page_of(link):
    return f"/accounts/password/set/{token_for(link)}/"


def asked(user):
    return AccountEvent.objects.filter(user=user, type=AccountEventType.PASSWORD_RESET_REQUESTED)


def sign_in(client, user, password=PASSWORD):
    page = client.post("/accounts/sign-in/", {"username": user.email, "password": password})
    return page.status_code == 302


def is_signed_in(client):
    return client.get("/accounts/profile/").status_code == 200


def test_known_unknown_and_disabled_addresses_get_the_same_answer():
    known = CustomerFactory()
    disabled = CustomerFactory(is_active=False)
    names = (known.email.upper(), disabled.email, "nobody@example.com", "not an address")
    answers = [plain(Client().post(RESET, {"email": name}), name) for name in names]
    assert answers[0][0] == 302
    assert all(answer == answers[0] for answer in answers)
    assert asked(known).get().link.purpose == LinkPurpose.RESET_PASSWORD
    assert AccountEvent.objects.count() == 1
    assert "If that address has an account" in Client().get(answers[0][2]["Location"]).text


def test_known_and_unknown_take_the_same_time(client, monkeypatch):
    pauses = []
    monkeypatch.setattr("accounts.timing.DISCREET_SECONDS", 5)
    monkeypatch.setattr("accounts.timing.time.sleep", pauses.append)
    client.post(RESET, {"email": CustomerFactory().email})
    client.post(RESET, {"email": "nobody@example.com"})
    assert [round(pause) for pause in pauses] == [5, 5]


def test_one_person_gets_at_most_five_links_an_hour(client):
    customer = CustomerFactory()
    for _ in range(8):
        client.post(RESET, {"email": customer.email})
    assert asked(customer).count() == 5


def test_programs_and_floods_are_stopped(client, settings):
    customer = CustomerFactory()
    client.post(RESET, {"email": customer.email, "website": "x"})
    assert not asked(customer).exists()
    settings.RATE_LIMIT_ANONYMOUS = "1/minute"
    client.post(RESET, {"email": customer.email})
    assert client.post(RESET, {"email": customer.email}).status_code == 429


def test_a_new_password_by_link_ends_everything_and_verifies_the_address(client):
    customer = CustomerFactory(email_verified_at=None)
    browser = Client()
    browser.force_login(customer)
    device = start_device(customer, DeviceKind.API, refresh_jti="x")
    version = customer.credentials_version
    link = make_link(customer, LinkPurpose.RESET_PASSWORD)
    page = client.get(page_of(link))
    assert page.status_code == 200
    assert page["Referrer-Policy"] == "strict-origin"
    assert "no-store" in page["Cache-Control"]
    assert is_signed_in(browser)  # looking changes nothing
    assert client.post(page_of(link), {"password": NEW})["Location"] == "/accounts/sign-in/"
    device.refresh_from_db()
    customer.refresh_from_db()
    assert device.ended_at
    assert customer.credentials_version > version
    assert customer.is_email_verified
    assert not is_signed_in(browser)
    assert not sign_in(client, customer)
    assert sign_in(client, customer, NEW)


def test_a_weak_password_leaves_the_link_alive(client):
    link = make_link(CustomerFactory(), LinkPurpose.RESET_PASSWORD)
    answer = client.post(page_of(link), {"password": "short"})
    assert answer.status_code == 422
    assert 'href="#id_password"' in answer.text
    assert client.get(page_of(link)).status_code == 200


def test_a_link_is_dead_after_use_after_a_newer_one_after_its_hour_and_after_sign_in(client):
    customer = CustomerFactory()
    used, old, late, unneeded = (make_link(customer, LinkPurpose.RESET_PASSWORD) for _ in range(4))
    EmailLink.objects.update(used_at=None)
    client.post(page_of(used), {"password": NEW})
    assert client.post(page_of(used), {"password": PASSWORD}).status_code == 410
    assert client.get(page_of(old)).status_code == 410  # all links end with the first one used
    EmailLink.objects.filter(pk=old.pk).update(used_at=None)
    make_link(customer, LinkPurpose.RESET_PASSWORD)
    assert client.get(page_of(old)).status_code == 410
    EmailLink.objects.filter(pk=late.pk).update(used_at=None)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        assert client.get(page_of(late)).status_code == 410
    EmailLink.objects.filter(pk=unneeded.pk).update(used_at=None)
    assert sign_in(Client(), customer, NEW)
    assert client.get(page_of(unneeded)).status_code == 410
    assert sign_in(Client(), customer, NEW)


def test_a_link_is_dead_once_the_address_is_another_or_the_person_is_out(client):
    customer = CustomerFactory()
    link = make_link(customer, LinkPurpose.RESET_PASSWORD)
    customer.email = "moved@example.com"
    customer.save()
    assert client.get(page_of(link)).status_code == 410
    link = make_link(customer, LinkPurpose.RESET_PASSWORD)
    customer.is_active = False
    customer.save()
    assert client.get(page_of(link)).status_code == 410


def test_a_link_for_another_purpose_does_not_open_the_page(client):
    customer = CustomerFactory()
    for purpose in (LinkPurpose.VERIFY_EMAIL, LinkPurpose.CHANGE_EMAIL):
        assert client.get(page_of(make_link(customer, purpose))).status_code == 410


def test_of_two_who_use_a_link_at_once_one_wins():
    customer = CustomerFactory()
    link = make_link(customer, LinkPurpose.RESET_PASSWORD)
    set_password_by_link(link, NEW, address=None)
    with pytest.raises(LinkUsed):
        set_password_by_link(link, "a third good password", address=None)
    customer.refresh_from_db()
    assert customer.check_password(NEW)


def test_an_invitation_sets_the_first_password_and_no_mail_ever_has_one(client):
    technician = invite_staff(
        name="Priya Nair",
        email="priya@example.com",
        user_id="priya",
        role=Role.ADMIN,
        actor=None,
    )
    event = AccountEvent.objects.get(user=technician, type=AccountEventType.INVITED)
    assert event.changes == {}
    assert not technician.has_usable_password()
    page = client.get(page_of(event.link))
    assert "Welcome, " in page.text
    assert "priya" in page.text
    client.post(page_of(event.link), {"password": NEW})
    assert sign_in(client, technician, NEW)


def test_changing_the_password_keeps_this_session_under_a_new_id_and_ends_the_others(client):
    customer = CustomerFactory()
    here, there = Client(), Client()
    sign_in(here, customer)
    sign_in(there, customer)
    api = start_device(customer, DeviceKind.API, refresh_jti="x")
    before = here.session.session_key
    answer = here.post("/accounts/password/", {"current_password": PASSWORD, "password": NEW})
    assert answer.status_code == 302
    assert here.session.session_key != before
    assert is_signed_in(here)
    assert not is_signed_in(there)
    stolen = Client()
    stolen.cookies["session"] = before
    assert not is_signed_in(stolen)
    api.refresh_from_db()
    assert api.ended_at
    left = Device.objects.get(user=customer, ended_at__isnull=True)
    assert left.session_key == here.session.session_key
    assert AccountEvent.objects.filter(type=AccountEventType.PASSWORD_CHANGED).count() == 1


def test_changing_the_password_asks_for_the_present_one_and_limits_guesses(client, settings):
    settings.RATE_LIMIT_SIGN_IN = "3/minute"
    customer = CustomerFactory()
    client.force_login(customer)
    for _ in range(3):
        answer = client.post("/accounts/password/", {"current_password": "x", "password": NEW})
        assert answer.status_code == 422
        assert 'href="#id_current_password"' in answer.text
    answer = client.post("/accounts/password/", {"current_password": PASSWORD, "password": NEW})
    assert answer.status_code == 429
    customer.refresh_from_db()
    assert customer.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["short", "password", "", "12345678901"])
def test_a_weak_new_password_is_refused(client, password):
    customer = TechnicianUserFactory()
    client.force_login(customer)
    data = {"current_password": PASSWORD, "password": password}
    answer = client.post("/accounts/password/", data)
    assert answer.status_code == 422
    assert 'href="#id_password"' in answer.text


@pytest.mark.parametrize("change", ["role", "is_active", "deleted_at", "password", "version"])
def test_a_session_obeys_the_database_at_the_next_request(client, change):
    person = TechnicianUserFactory()
    sign_in(client, person)
    assert is_signed_in(client)
    if change == "role":
        person.role = Role.ADMIN
    elif change == "is_active":
        person.is_active = False
    elif change == "deleted_at":
        person.deleted_at = timezone.now()
    elif change == "password":
        person.set_password(NEW)
    else:
        person.credentials_version += 1
    person.save()
    assert not is_signed_in(client)
