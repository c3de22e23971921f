"""Choosing a new password through the API."""

import pytest

from accounts.choices import AccountEventType, LinkPurpose
from accounts.links import make_link, token_for
from accounts.models import AccountEvent, EmailLink
from accounts.tests.api.clients import client_of
from accounts.tests.factories import PASSWORD, CustomerFactory, TechnicianUserFactory

pytestmark = pytest.mark.django_db
RESET, SET, CHANGE = "/api/auth/password/reset", "/api/auth/password/set", "/api/auth/password"
FRESH = "another long secret"


def test_known_and_unknown_addresses_get_the_same_answer():
    customer = CustomerFactory()
    known = client_of().post(RESET, {"email": customer.email.upper()})
    unknown = client_of().post(RESET, {"email": "nobody@example.com"})
    odd = client_of().post(RESET, {"email": "no address"})
    assert known.status_code == unknown.status_code == odd.status_code == 202
    assert known.content == unknown.content == odd.content
    requested = AccountEvent.objects.filter(type=AccountEventType.PASSWORD_RESET_REQUESTED)
    assert [event.user for event in requested] == [customer]


@pytest.mark.parametrize("purpose", [LinkPurpose.RESET_PASSWORD, LinkPurpose.INVITATION])
def test_a_link_sets_the_password_once_and_ends_what_was_signed_in(purpose):
    user = TechnicianUserFactory()
    before = client_of(user)
    body = {"token": token_for(make_link(user, purpose)), "password": FRESH}
    answer = client_of().post(SET, body)
    assert answer.status_code == 200
    assert answer.json()["id"] == user.public_id
    assert before.get("/api/me").status_code == 401
    login = {"user_id_or_email": user.user_id, "password": FRESH}
    assert client_of().post("/api/auth/login", login).status_code == 200
    again = client_of().post(SET, body)
    assert again.status_code == 400
    assert list(again.json()["errors"]) == ["token"]


@pytest.mark.parametrize("token", ["", "*", "%", "nul\x00", "x" * 5000, "a:b", None, 1])
def test_what_is_no_link_sets_nothing(token):
    assert client_of().post(SET, {"token": token, "password": FRESH}).status_code == 400


def test_a_link_for_something_else_sets_nothing():
    link = make_link(CustomerFactory(), LinkPurpose.VERIFY_EMAIL)
    body = {"token": token_for(link), "password": FRESH}
    assert client_of().post(SET, body).status_code == 400


def test_a_weak_password_leaves_the_link_usable():
    link = make_link(CustomerFactory(), LinkPurpose.RESET_PASSWORD)
    answer = client_of().post(SET, {"token": token_for(link), "password": "12345678"})
    assert list(answer.json()["errors"]) == ["password"]
    assert EmailLink.objects.get(pk=link.pk).used_at is None


@pytest.mark.parametrize(
    ("current", "new", "field"),
    [("wrong", FRESH, "current_password"), (PASSWORD, "12345678", "new_password")],
)
def test_a_change_names_what_is_wrong(current, new, field):
    body = {"current_password": current, "new_password": new}
    answer = client_of(CustomerFactory()).post(CHANGE, body)
    assert answer.status_code == 400
    assert list(answer.json()["errors"]) == [field]


def test_trying_out_the_present_password_is_limited(settings):
    settings.RATE_LIMIT_SIGN_IN = "3/minute"
    client = client_of(CustomerFactory())
    body = {"current_password": "wrong", "new_password": FRESH}
    assert [client.post(CHANGE, body).status_code for _ in range(5)][-1] == 429
