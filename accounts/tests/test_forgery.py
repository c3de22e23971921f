"""Forms are sent by our own pages only."""

import pytest
from django.test import Client

from accounts.choices import DeviceKind, LinkPurpose
from accounts.links import make_link, token_for
from accounts.models import AccountEvent, User
from accounts.services import start_device
from accounts.tests.factories import PASSWORD, CustomerFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara():
    return CustomerFactory(email_verified_at=None)


@pytest.fixture
def pages(amara):
    """Every address below /accounts/ that changes something, with what its form sends."""
    device = start_device(amara, DeviceKind.API)
    token = {purpose: token_for(make_link(amara, purpose)) for purpose in LinkPurpose}
    return {
        "register/": {"name": "X", "email": "x@example.com", "password": PASSWORD},
        "sign-in/": {"username": amara.email, "password": PASSWORD},
        "sign-out/": {},
        "password/reset/": {"email": amara.email},
        f"password/set/{token[LinkPurpose.RESET_PASSWORD]}/": {"password": PASSWORD},
        f"verify/{token[LinkPurpose.VERIFY_EMAIL]}/": {},
        f"email/confirm/{token[LinkPurpose.CHANGE_EMAIL]}/": {},
        "password/": {"current_password": PASSWORD, "password": "another good password"},
        "email/": {"current_password": PASSWORD, "email": "new@example.com"},
        "profile/": {"name": "Changed"},
        f"sessions/{device.pk}/end/": {},
        "sessions/end-all/": {},
    }


def strict_client(user):
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client


def state():
    return list(User.objects.order_by("pk").values()), AccountEvent.objects.exclude(
        type="refused"
    ).count()


def assert_refused_everywhere(client, pages, more=None, **extra):
    before = state()
    for page, data in pages.items():
        answer = client.post(f"/accounts/{page}", {**data, **(more or {})}, **extra)
        assert answer.status_code == 403, page
    assert state() == before


def token_of(client):
    client.get("/accounts/password/reset/")
    page = client.get("/accounts/password/reset/").text
    return page.split('name="csrfmiddlewaretoken" value="')[1].split('"')[0]


def test_without_a_token(amara, pages):
    assert_refused_everywhere(strict_client(amara), pages)


def test_with_somebody_elses_token(amara, pages):
    stranger = strict_client(CustomerFactory())
    client = strict_client(amara)
    token_of(client)
    assert_refused_everywhere(client, pages, {"csrfmiddlewaretoken": token_of(stranger)})


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Sec-Fetch-Site": "cross-site"}],
)
def test_from_another_site(amara, pages, headers):
    client = strict_client(amara)
    token = {"csrfmiddlewaretoken": token_of(client)}
    assert_refused_everywhere(client, pages, token, headers=headers)


def test_with_its_own_token_it_works(amara):
    client = strict_client(amara)
    data = {"name": "Changed", "csrfmiddlewaretoken": token_of(client)}
    headers = {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"}
    assert client.post("/accounts/profile/", data, headers=headers).status_code == 302
