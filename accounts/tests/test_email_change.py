"""Moving an account to another address: both owners have a say."""

import pytest
from django.test import Client

from accounts.choices import AccountEventType, LinkPurpose
from accounts.links import make_link, token_for
from accounts.models import AccountEvent, EmailLink
from accounts.tests.factories import PASSWORD, CustomerFactory

PAGE = "/accounts/email/"
NEW = "amara.new@example.com"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_once(monkeypatch):
    monkeypatch.setattr("accounts.timing.DISCREET_SECONDS", 0)


@pytest.fixture
def amara(client):
    user = CustomerFactory(email="amara@example.com")
    client.force_login(user)
    return user


def ask(client, email=NEW, password=PASSWORD):
    return client.post(PAGE, {"email": email, "current_password": password})


def page_for(purpose):
    link = EmailLink.objects.get(purpose=purpose, used_at=None)
    return f"/accounts/email/confirm/{token_for(link)}/"


def confirm_page():
    return page_for(LinkPurpose.CHANGE_EMAIL)


def agree_page():
    return page_for(LinkPurpose.LEAVE_EMAIL)


def test_nothing_changes_before_both_addresses_have_agreed(client, amara):
    reset = make_link(amara, LinkPurpose.RESET_PASSWORD)
    assert ask(client, " Amara.New@Example.com").status_code == 302
    event = AccountEvent.objects.get(type=AccountEventType.EMAIL_CHANGE_REQUESTED)
    assert event.link.email == NEW
    assert event.changes == {"email": ["amara@example.com", NEW]}
    amara.refresh_from_db()
    assert amara.email == "amara@example.com"
    elsewhere = Client()
    assert NEW in elsewhere.get(confirm_page()).text
    amara.refresh_from_db()
    assert amara.email == "amara@example.com"
    page, agree = confirm_page(), agree_page()
    answer = elsewhere.post(page, follow=True)
    assert answer.redirect_chain[0][0] == "/accounts/sign-in/"
    assert "the mail to the present address" in answer.text
    assert "amara@example.com" not in answer.text
    amara.refresh_from_db()
    assert amara.email == "amara@example.com"
    assert "the link sent to your present address" in client.get(PAGE).text
    shown = client.get(agree).text
    assert NEW in shown
    assert "amara@example.com" in shown
    assert client.post(agree)["Location"] == "/accounts/profile/"
    amara.refresh_from_db()
    assert amara.email == NEW
    assert client.post(agree).status_code == 410
    changed = AccountEvent.objects.get(type=AccountEventType.EMAIL_CHANGED)
    assert changed.changes == {"email": ["amara@example.com", NEW]}
    assert elsewhere.post(page).status_code == 410
    reset.refresh_from_db()
    assert reset.used_at
    assert client.get("/accounts/profile/").status_code == 200


def test_a_newer_request_kills_the_older_link(client, amara):
    ask(client, "first@example.com")
    older, older_agreement = confirm_page(), agree_page()
    ask(client, "second@example.com")
    assert client.post(older).status_code == 410
    assert client.post(older_agreement).status_code == 410
    assert client.post(agree_page()).status_code == 302
    assert client.post(confirm_page()).status_code == 302
    amara.refresh_from_db()
    assert amara.email == "second@example.com"


def test_the_present_address_may_agree_first(client, amara):
    ask(client)
    agreed = client.post(agree_page(), follow=True)
    assert "the mail to the new address" in agreed.text
    amara.refresh_from_db()
    assert amara.email == "amara@example.com"
    event = AccountEvent.objects.get(type=AccountEventType.EMAIL_CHANGE_AGREED)
    assert event.changes == {"email": ["amara@example.com", NEW]}
    assert "Still to be used: the link sent there." in client.get(PAGE).text
    client.post(confirm_page())
    amara.refresh_from_db()
    assert amara.email == NEW
    assert "Still to be used" not in client.get(PAGE).text


def test_a_new_password_ends_a_change_that_one_address_agreed_to(client, amara):
    ask(client)
    other = confirm_page()
    client.post(agree_page())
    new = "four unrelated green words"
    client.post("/accounts/password/", {"current_password": PASSWORD, "password": new})
    assert Client().post(other).status_code == 410
    amara.refresh_from_db()
    assert amara.email == "amara@example.com"


def test_an_address_that_nobody_proved_is_not_asked(client, amara):
    amara.email_verified_at = None
    amara.save()
    ask(client)
    client.post(confirm_page())
    amara.refresh_from_db()
    assert amara.email == NEW


def test_a_known_address_gets_the_same_answer_and_no_link(client, amara):
    owner = CustomerFactory(email="taken@example.com")
    known, unknown = ask(client, "Taken@example.com"), ask(client)
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])
    assert EmailLink.objects.filter(email="taken@example.com").count() == 0
    told = AccountEvent.objects.get(type=AccountEventType.REGISTRATION_REPEATED)
    assert told.user == owner


def test_an_address_that_was_taken_in_the_meantime_is_refused(client, amara):
    ask(client)
    CustomerFactory(email=NEW)
    assert client.post(confirm_page()).status_code == 410
    amara.refresh_from_db()
    assert amara.email == "amara@example.com"


@pytest.mark.parametrize(
    ("field", "email", "password"),
    [
        ("email", "no address", PASSWORD),
        ("email", "amara@example.com", PASSWORD),
        ("email", "", PASSWORD),
        ("current_password", NEW, "wrong"),
        ("current_password", NEW, ""),
    ],
)
def test_what_is_wrong_is_said_at_its_field(client, amara, field, email, password):
    answer = ask(client, email, password)
    assert answer.status_code == 422
    assert f'href="#id_{field}"' in answer.text
    assert not EmailLink.objects.exists()


def test_at_most_three_links_an_hour(client, amara):
    for n in range(5):
        ask(client, f"n{n}@example.com")
    assert AccountEvent.objects.filter(type=AccountEventType.EMAIL_CHANGE_REQUESTED).count() == 3
