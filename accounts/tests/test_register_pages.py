"""Registering in the browser and confirming the address."""

import pytest
from django.test import Client

from accounts.choices import AccountEventType, DeviceKind, LinkPurpose
from accounts.links import token_for, url_for
from accounts.models import AccountEvent, EmailLink, User
from accounts.services import register_customer, start_device
from accounts.tests.factories import PASSWORD, CustomerFactory
from accounts.tests.test_sign_in_page import plain

PAGE = "/accounts/register/"
EMAIL = "amara@example.com"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr("accounts.timing.DISCREET_SECONDS", 0)


def send(client, email=EMAIL, name="Amara Okafor", password=PASSWORD, **more):
    return client.post(PAGE, {"name": name, "email": email, "password": password, **more})


def sent(user, type=AccountEventType.REGISTERED):
    return AccountEvent.objects.filter(user=user, type=type)


def verify_page(user):
    link = EmailLink.objects.get(user=user, purpose=LinkPurpose.VERIFY_EMAIL, used_at=None)
    return f"/accounts/verify/{token_for(link)}/"


def may_sign_in(email=EMAIL, password=PASSWORD):
    page = Client().post("/accounts/sign-in/", {"username": email, "password": password})
    return page.status_code == 302


def test_registers_confirms_and_signs_in(client):
    assert send(client, " Amara@Example.COM ").headers["Location"] == "/accounts/register/sent/"
    assert "Look into your mail" in client.get("/accounts/register/sent/").text
    user = User.objects.get(email=EMAIL)
    assert user.public_id.startswith("CUS")
    assert sent(user).get().link.purpose == LinkPurpose.VERIFY_EMAIL
    assert not may_sign_in()
    link = verify_page(user)  # trying to sign in has sent a newer one
    page = client.get(link)
    assert page.status_code == 200
    assert "Confirm my e-mail" in page.text
    assert page["Referrer-Policy"] == "strict-origin"
    user.refresh_from_db()
    assert not user.is_email_verified  # looking changes nothing
    done = client.post(link)
    assert done["Location"] == "/accounts/sign-in/"
    assert may_sign_in()


def test_a_known_address_gets_the_same_answer_and_its_owner_one_mail_an_hour(client):
    owner = CustomerFactory(email=EMAIL)
    known = plain(send(Client()), EMAIL)
    unknown = plain(send(Client(), "another@example.com"), EMAIL)
    assert known == unknown
    for spelling in ("AMARA@example.com", " amara@EXAMPLE.com"):
        send(Client(), spelling)
    assert User.objects.filter(email=EMAIL).count() == 1
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)
    assert sent(owner, AccountEventType.REGISTRATION_REPEATED).count() == 1


def test_a_known_address_takes_as_long_as_an_unknown_one(client, monkeypatch):
    pauses = []
    monkeypatch.setattr("accounts.timing.DISCREET_SECONDS", 5)
    monkeypatch.setattr("accounts.timing.time.sleep", pauses.append)
    CustomerFactory(email=EMAIL)
    send(client)
    send(client, "another@example.com")
    assert len(pauses) == 2
    assert all(4 < pause <= 5 for pause in pauses)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "amara.okafor"),
        ("email", ""),
        ("email", "a@b\r\nBcc: c@d.example"),
        ("name", "  "),
        ("name", "x" * 201),
        ("name", "a\x00b"),
        ("password", "short"),
        ("password", "password123"),
        ("password", "1234567890123"),
        ("password", "amara okafor"),
        ("password", "x" * 1025),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, field, value):
    response = send(client, **{field: value})
    assert response.status_code == 422
    assert f'href="#id_{field}"' in response.text
    assert not User.objects.exists()


def test_everything_wrong_is_said_at_once(client):
    page = send(client, email="amara", password="short").text
    assert "2 things need another look" in page
    assert 'href="#id_email"' in page
    assert 'href="#id_password"' in page
    assert 'value="short"' not in page


def test_programs_that_fill_in_everything_get_nowhere(client):
    assert send(client, website="https://spam.example").status_code == 302
    assert not User.objects.exists()


def test_too_many_forms_from_one_address_get_429(client, settings):
    settings.RATE_LIMIT_ANONYMOUS = "2/minute"
    statuses = [send(client, f"n{n}@example.com").status_code for n in range(4)]
    assert statuses == [302, 302, 429, 429]
    assert "Retry-After" in send(client).headers


def test_confirming_elsewhere_ends_what_was_signed_in_and_asks_for_a_new_password(client):
    """Whoever registers with somebody else's address loses it when its owner confirms."""
    user = register_customer(name="Not Amara", email=EMAIL, password=PASSWORD)
    version = user.credentials_version
    device = start_device(user, DeviceKind.API, refresh_jti="x")
    owner = Client()
    done = owner.post(verify_page(user))
    assert done["Location"].startswith("/accounts/password/set/")
    user.refresh_from_db()
    device.refresh_from_db()
    assert user.is_email_verified
    assert device.ended_at
    assert user.credentials_version > version
    assert not may_sign_in()
    assert owner.get(done["Location"]).status_code == 200
    owner.post(done["Location"], {"password": "another good password"})
    assert may_sign_in(password="another good password")


def test_who_registered_with_a_known_address_does_not_confirm_for_its_first_registrant(client):
    attacker = Client()
    send(attacker, password="the attacker knows this")
    send(client)  # the owner, who is told that there is an account already
    user = User.objects.get(email=EMAIL)
    done = client.post(verify_page(user))
    assert done["Location"].startswith("/accounts/password/set/")
    assert not may_sign_in(password="the attacker knows this")


def test_a_link_works_once(client):
    send(client)
    page = verify_page(User.objects.get())
    client.post(page)
    for answer in (client.get(page), client.post(page)):
        assert answer.status_code == 410
        assert "does not work any more" in answer.text


@pytest.mark.parametrize("token", ["x", "*", "%25", "%00", "a" * 10_000, "0" * 32 + ":", "é"])
@pytest.mark.parametrize("page", ["verify", "password/set", "email/confirm"])
def test_made_up_links_are_gone(client, page, token):
    for answer in (
        client.get(f"/accounts/{page}/{token}/"),
        client.post(f"/accounts/{page}/{token}/"),
    ):
        assert 400 <= answer.status_code < 500


def test_links_lead_to_the_desk_whatever_host_asked(client, settings):
    settings.ALLOWED_HOSTS = ["testserver"]
    answer = client.post(
        PAGE,
        {"name": "A", "email": EMAIL, "password": PASSWORD},
        headers={"Host": "evil.example"},
    )
    assert answer.status_code == 400
    client.post(
        PAGE,
        {"name": "A", "email": EMAIL, "password": PASSWORD},
        headers={"X-Forwarded-Host": "evil.example"},
    )
    assert url_for(EmailLink.objects.get()).startswith(f"{settings.SITE_URL}/accounts/verify/")
