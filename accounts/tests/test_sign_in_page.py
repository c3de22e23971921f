"""Signing in and out in the browser."""

import re

import pytest
from django.contrib.sessions.models import Session
from django.test import Client
from django.urls import reverse

from accounts.choices import AccountEventType
from accounts.models import AccountEvent, Device
from accounts.tests.factories import PASSWORD, AdminFactory, CustomerFactory, TechnicianUserFactory
from ticketing import settings as environment

PAGE = "/accounts/sign-in/"


def send(client, name, password=PASSWORD, page=PAGE, **more):
    return client.post(page, {"username": name, "password": password, **more})


def signed_in(client):
    return "_auth_user_id" in client.session


def plain(response, name):
    """Return what an answer says, without the token and without what was typed."""
    body = re.sub(r'(name="csrfmiddlewaretoken" value=|"X-CSRFToken": )"\w+"', "", response.text)
    passing = ("X-Request-ID", "Expires", "Content-Length")
    headers = {key: value for key, value in response.headers.items() if key not in passing}
    return response.status_code, body.replace(name, "NAME"), headers, set(response.cookies)


@pytest.mark.django_db
def test_signs_in_by_address_and_by_user_id(client):
    technician = TechnicianUserFactory(user_id="Priya")
    assert send(client, technician.email.upper()).status_code == 302
    assert signed_in(client)
    other = Client()
    assert send(other, "priya").status_code == 302
    assert signed_in(other)


@pytest.mark.django_db
def test_unknown_wrong_disabled_and_unverified_get_the_same_answer(client):
    names = {
        "wrong@example.com": CustomerFactory(email="wrong@example.com"),
        "disabled@example.com": CustomerFactory(email="disabled@example.com", is_active=False),
        "unverified@example.com": CustomerFactory(
            email="unverified@example.com", email_verified_at=None
        ),
        "unknown@example.com": None,
    }
    answers = []
    for name in names:
        password = "wrong" if name.startswith("wrong") else PASSWORD
        answers.append(plain(send(Client(), name, password), name))
    assert answers[0][0] == 422
    assert "Check the user id or e-mail address" in answers[0][1]
    assert all(answer == answers[0] for answer in answers)


@pytest.mark.django_db
def test_unverified_customers_with_the_right_password_get_the_link_again_up_to_three_times(client):
    customer = CustomerFactory(email_verified_at=None)
    for _ in range(5):
        send(client, customer.email)
    sent = AccountEvent.objects.filter(type=AccountEventType.EMAIL_VERIFICATION_REQUESTED)
    assert sent.count() == 3
    assert all(event.link for event in sent)
    send(client, customer.email, "wrong")
    assert not signed_in(client)


@pytest.mark.django_db
def test_too_many_wrong_passwords_get_429_and_the_owner_comes_in_from_elsewhere(client, settings):
    settings.RATE_LIMIT_SIGN_IN = "10/minute"
    customer = CustomerFactory()
    statuses = [send(client, customer.email, "wrong").status_code for _ in range(100)]
    assert statuses[:10] == [422] * 10
    assert set(statuses[10:]) == {429}
    refused = send(client, customer.email)
    assert 1 <= int(refused["Retry-After"]) <= 60
    assert "Too many tries" in refused.text
    elsewhere = Client(REMOTE_ADDR="198.51.100.7")
    assert send(elsewhere, customer.email).status_code == 302


@pytest.mark.django_db
def test_a_forwarded_address_is_not_believed(client, settings):
    settings.RATE_LIMIT_SIGN_IN = "3/minute"
    statuses = [
        client.post(
            PAGE, {"username": "x", "password": "y"}, headers={"X-Forwarded-For": f"10.0.0.{n}"}
        ).status_code
        for n in range(5)
    ]
    assert statuses == [422, 422, 422, 429, 429]


@pytest.mark.django_db
def test_behind_a_proxy_the_address_that_it_saw_counts(client, settings):
    settings.RATE_LIMIT_SIGN_IN, settings.TRUSTED_PROXY_COUNT = "3/minute", 1
    customer = CustomerFactory()
    for n in range(5):
        client.post(
            PAGE,
            {"username": customer.email, "password": "y"},
            headers={"X-Forwarded-For": f"10.0.0.{n}, 203.0.113.5"},
        )
    addresses = AccountEvent.objects.filter(user=customer).values_list("detail__address", flat=True)
    assert list(addresses) == ["203.0.113.5"] * 3


@pytest.mark.django_db
@pytest.mark.parametrize("size", [1025, 1_000_000, 20_000_000])
def test_endless_passwords_are_refused_without_hashing(client, monkeypatch, size):
    customer = CustomerFactory()
    monkeypatch.setattr("accounts.services.sign_in.check_password", pytest.fail)
    assert send(client, customer.email, "x" * size).status_code in (400, 413, 422)


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["", " ", "x" * 300, "a\x00b", "‮moc"])
def test_odd_names_are_refused_with_a_sentence(client, name):
    response = send(client, name)
    assert response.status_code == 422
    assert 'class="sum' in response.text
    assert "<title>Error: Sign in" in response.text


@pytest.mark.django_db
def test_the_session_id_changes_at_sign_in(client):
    fixed = "a" * 32
    client.cookies["session"] = fixed
    send(client, CustomerFactory().email)
    assert client.cookies["session"].value != fixed
    client.get(PAGE)
    kept = client.cookies["session"].value
    assert not Session.objects.filter(session_key=fixed).exists()
    again = TechnicianUserFactory()
    send(client, again.email)
    assert client.cookies["session"].value != kept
    assert not Session.objects.filter(session_key=kept).exists()


@pytest.mark.django_db
def test_the_session_lasts_until_the_browser_closes_unless_asked(client):
    customer = CustomerFactory()
    send(client, customer.email)
    assert client.cookies["session"]["max-age"] == ""
    send(other := Client(), customer.email, remember="on")
    assert other.cookies["session"]["max-age"] == 14 * 24 * 3600


@pytest.mark.django_db
def test_the_cookie_is_out_of_reach_for_scripts_and_other_sites(client):
    send(client, CustomerFactory().email)
    cookie = client.cookies["session"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"


@pytest.mark.django_db
def test_a_sign_in_is_a_device_with_its_address(client):
    customer = CustomerFactory()
    client.post(
        PAGE,
        {"username": customer.email, "password": PASSWORD},
        headers={"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Firefox/130.0"},
    )
    device = Device.objects.get(user=customer)
    assert device.description == "Firefox on Linux"
    assert device.address == "127.0.0.1"
    assert device.session_key == client.session.session_key


@pytest.mark.django_db
@pytest.mark.parametrize(
    "wanted",
    [
        "//evil.example",
        "https:evil.example",
        "https://evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "%2f%2fevil.example",
        "javascript:alert(1)",
        "/\r\nSet-Cookie: a=b",
        "\x00//evil.example",
        " //evil.example",
        "http:///evil.example",
        "x" * 5000,
    ],
)
def test_next_stays_on_this_host(client, wanted):
    response = send(client, CustomerFactory().email, next=wanted)
    assert response.status_code == 302
    target = response["Location"]
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\"))
    assert "\r" not in target
    assert "\n" not in target


@pytest.mark.django_db
def test_next_leads_back_to_where_one_was(client):
    page = client.get("/accounts/sessions/")
    assert page["Location"] == f"{PAGE}?next=/accounts/sessions/"
    form = client.get(page["Location"])
    assert '<input type="hidden" name="next" value="/accounts/sessions/">' in form.text
    done = send(client, CustomerFactory().email, next="/accounts/sessions/")
    assert done["Location"] == "/accounts/sessions/"


@pytest.mark.django_db
def test_everybody_begins_at_their_own_page(client):
    assert send(Client(), CustomerFactory().email)["Location"] == reverse("tickets:home")
    technician = TechnicianUserFactory()
    assert send(Client(), technician.email)["Location"] == reverse("technicians:dashboard")
    assert send(Client(), AdminFactory().email)["Location"].startswith("/")


@pytest.mark.django_db
def test_who_is_signed_in_needs_no_form(client):
    client.force_login(CustomerFactory())
    assert client.get(PAGE)["Location"] == reverse("tickets:home")


@pytest.mark.django_db
def test_signing_out_takes_a_post_and_ends_session_and_device(client):
    customer = CustomerFactory()
    send(client, customer.email)
    key = client.session.session_key
    assert client.get("/accounts/sign-out/").status_code == 405
    assert client.get("/accounts/profile/").status_code == 200
    assert client.post("/accounts/sign-out/").status_code == 302
    assert client.get("/accounts/profile/").status_code == 302
    assert not Session.objects.filter(session_key=key).exists()
    assert Device.objects.get(user=customer).ended_at
    # The old cookie is worth nothing.
    client.cookies["session"] = key
    assert client.get("/accounts/profile/").status_code == 302


@pytest.mark.django_db
def test_signing_out_twice_is_no_fault(client):
    assert client.post("/accounts/sign-out/").status_code == 302


@pytest.mark.django_db
def test_nothing_about_a_person_is_kept_by_the_browser(client):
    send(client, CustomerFactory().email)
    for page in (PAGE, "/accounts/profile/", "/accounts/sessions/"):
        assert "no-store" in client.get(page)["Cache-Control"]
    assert "no-store" in Client().get(PAGE)["Cache-Control"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("name", "password"), [("admin", "admin"), ("root", "password"), ("admin@example.com", "admin")]
)
def test_a_fresh_desk_has_no_default_login(client, name, password):
    assert send(client, name, password).status_code == 422


@pytest.mark.django_db
def test_neither_name_nor_password_is_logged(client, caplog):
    send(client, "canary-name@example.com", "canary-password")
    send(client, CustomerFactory(email="canary-two@example.com").email, PASSWORD)
    assert "canary" not in caplog.text
    assert PASSWORD not in caplog.text


@pytest.mark.django_db
def test_as_shipped_the_tenth_wrong_password_is_refused_unheard(client, settings):
    settings.RATE_LIMIT_SIGN_IN = environment.RATE_LIMIT_SIGN_IN
    customer = CustomerFactory()
    statuses = [send(client, customer.email, "wrong").status_code for _ in range(10)]
    assert statuses[-1] == 429
