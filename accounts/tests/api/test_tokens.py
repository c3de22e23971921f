"""Tokens obey the database at each request, and nothing but our own tokens is one."""

import time
from datetime import timedelta

import jwt
import pytest
import time_machine
from django.conf import settings as django_settings
from django.utils import timezone

from accounts.api.tokens import AccessToken
from accounts.choices import AccountEventType, Role
from accounts.models import AccountEvent, Device, User
from accounts.tests.api.clients import client_of, tokens_of
from accounts.tests.factories import PASSWORD, CustomerFactory

pytestmark = pytest.mark.django_db
REFRESH = "/api/auth/refresh"


def with_token(token):
    client = client_of()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def is_open(token):
    answer = with_token(token).get("/api/me")
    assert answer.status_code in (200, 401)
    if answer.status_code == 401:
        assert answer.json()["code"] == "not_authenticated"
        assert "Bearer" in answer["WWW-Authenticate"]
    return answer.status_code == 200


def test_the_payload_says_id_and_role_and_lives_a_day():
    customer = CustomerFactory()
    payload = jwt.decode(tokens_of(customer)["token"], options={"verify_signature": False})
    assert (payload["id"], payload["role"]) == (customer.public_id, "customer")
    assert payload["exp"] - payload["iat"] == 86_400


@pytest.mark.parametrize(
    "change",
    [
        {"is_active": False},
        {"deleted_at": timezone.now()},
        {"role": Role.ADMIN},
        {"credentials_version": 2},
        {"public_id": "CUS0999"},
    ],
)
def test_a_change_of_rights_counts_at_the_next_request(change):
    customer = CustomerFactory()
    tokens = tokens_of(customer)
    assert is_open(tokens["token"])
    User.objects.filter(pk=customer.pk).update(**change)
    assert not is_open(tokens["token"])
    body = {"refresh_token": tokens["refresh_token"]}
    assert client_of().post(REFRESH, body).status_code == 401


def payload(**changes):
    token = jwt.decode(tokens_of(CustomerFactory())["token"], options={"verify_signature": False})
    token.update(changes)
    return {key: value for key, value in token.items() if value != "absent"}


@pytest.mark.parametrize("hours", [1, -1])
def test_h11_a_clock_that_steps_by_an_hour_signs_nobody_out(client, hours):
    customer = CustomerFactory()
    tokens = tokens_of(customer)
    client.force_login(customer)
    with time_machine.travel(timezone.now() + timedelta(hours=hours), tick=False):
        assert is_open(tokens["token"])
        assert client.get("/tickets/").status_code == 200
        fresh = client_of().post(REFRESH, {"refresh_token": tokens["refresh_token"]})
        assert fresh.status_code == 200
        assert is_open(fresh.json()["token"])
    assert is_open(fresh.json()["token"])


@pytest.mark.parametrize(
    "changes",
    [
        {"exp": int(time.time()) - 1},
        {"nbf": int(time.time()) + 80_000},
        {"exp": "absent"},
        {"exp": "9e99"},
        {"exp": 10**40},
        {"exp": -1},
        {"exp": None},
        {"aud": "another"},
        {"aud": "absent"},
        {"iss": "another"},
        {"token_type": "refresh"},
        {"token_type": "absent"},
        {"jti": "absent"},
        {"sid": "absent"},
        {"sid": "not-a-device"},
        {"sid": None},
        {"ver": "absent"},
        {"ver": []},
        {"ver": 10**40},
        {"ver": -(2**63)},
        {"role": "\x00"},
        {"role": ["customer"]},
        {"role": "admin"},
        {"id": "CUS9999"},
    ],
)
def test_claims_that_are_not_right_open_nothing(changes):
    key = django_settings.SIMPLE_JWT["SIGNING_KEY"]
    assert is_open(jwt.encode(payload(), key, "HS256"))
    assert not is_open(jwt.encode(payload(**changes), key, "HS256"))


def test_a_token_that_was_good_expires():
    token = tokens_of(CustomerFactory())["token"]
    assert is_open(token)
    with time_machine.travel(timezone.now() + timedelta(hours=24, seconds=1), tick=False):
        assert not is_open(token)


def test_forged_tokens_open_nothing():
    key = django_settings.SIMPLE_JWT["SIGNING_KEY"]
    good = tokens_of(CustomerFactory())["token"]
    head, body, signature = good.split(".")
    none = jwt.encode(payload(), None, "none")
    for forged in [
        none,
        none.replace(none.split(".")[0], "eyJhbGciOiJOT05FIn0"),
        f"{head}.{body}.",
        f"{head}.{body}",
        f"{head}.{body}.{signature[::-1]}",
        jwt.encode(payload(), "secret-secret-secret-secret-secret", "HS256"),
        jwt.encode(payload(), django_settings.SECRET_KEY, "HS256"),
        jwt.encode(payload(), key * 2, "HS384"),
        jwt.encode(payload(), key * 2, "HS512"),
        "",
        "x",
        "é",
        "a.b.c",
        good + "x",
        f"{good} {good}",
    ]:
        assert not is_open(forged), forged


def test_a_refresh_token_is_no_access_token_and_the_reverse():
    tokens = tokens_of(CustomerFactory())
    assert not is_open(tokens["refresh_token"])
    assert client_of().post(REFRESH, {"refresh_token": tokens["token"]}).status_code == 401


def test_refreshing_rotates_and_reuse_ends_the_family():
    customer = CustomerFactory()
    first = tokens_of(customer)
    second = client_of().post(REFRESH, {"refresh_token": first["refresh_token"]}).json()
    assert is_open(second["token"])
    assert client_of().post(REFRESH, {"refresh_token": first["refresh_token"]}).status_code == 401
    assert not is_open(second["token"])
    assert not is_open(first["token"])
    assert client_of().post(REFRESH, {"refresh_token": second["refresh_token"]}).status_code == 401
    events = AccountEvent.objects.filter(user=customer, type=AccountEventType.TOKEN_REUSED)
    assert events.count() == 1


def test_signing_out_ends_access_and_refresh():
    tokens = tokens_of(CustomerFactory())
    assert with_token(tokens["token"]).get("/api/auth/logout").status_code == 405
    assert with_token(tokens["token"]).post("/api/auth/logout").json() == {"signed_out": True}
    assert not is_open(tokens["token"])
    body = {"refresh_token": tokens["refresh_token"]}
    assert client_of().post(REFRESH, body).status_code == 401


def test_changing_the_password_ends_all_but_gives_new_tokens():
    customer = CustomerFactory()
    elsewhere, here = tokens_of(customer), tokens_of(customer)
    body = {"current_password": PASSWORD, "new_password": "another long secret"}
    answer = with_token(here["token"]).post("/api/auth/password", body)
    assert answer.status_code == 200
    assert is_open(answer.json()["token"])
    assert not is_open(elsewhere["token"])
    assert not is_open(here["token"])
    fresh = {"refresh_token": answer.json()["refresh_token"]}
    assert client_of().post(REFRESH, fresh).status_code == 200


def test_one_query_says_who_it_is(django_assert_num_queries):
    client = client_of(CustomerFactory())
    client.get("/api/me")
    with django_assert_num_queries(1):
        client.get("/api/me")


def test_the_device_is_seen_from_time_to_time():
    customer = CustomerFactory()
    client = client_of(customer)
    long_ago = timezone.now() - timedelta(hours=1)
    Device.objects.update(last_seen_at=long_ago)
    client.get("/api/me")
    assert Device.objects.get().last_seen_at > long_ago


def test_the_lifetime_is_the_contracts():
    assert AccessToken().lifetime == timedelta(hours=24)
