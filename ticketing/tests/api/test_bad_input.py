"""What is no request the API understands is refused in JSON, by a sentence and a stable word."""

import json

import pytest
import time_machine
from django.db import OperationalError

from accounts.api.throttling import counter
from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
GOOD = {"issue_category": "Network", "issue_description": "No light"}


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def raise_ticket(customer):
    """Return a function that sends bytes as they are."""
    client, url = client_of(customer), f"/api/tickets/customer/{customer.public_id}"
    return lambda body, kind="application/json", **headers: client.generic(
        "POST", url, body, kind, **headers
    )


@pytest.fixture
def three_a_minute(settings):
    """Let a person send three requests a minute, counted from nothing."""
    settings.RATE_LIMIT_USER = "3/minute"
    counter.own.clear()
    with time_machine.travel("2026-11-22T09:00:00Z", tick=False):
        yield


def is_error(answer, status, code):
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/json"
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["code"] == code
    assert body["message"].endswith((".", "credentials"))
    return True


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "not json",
        "[]",
        "null",
        '"x"',
        "7",
        "true",
        '{"issue_category": NaN, "issue_description": "x"}',
        '{"issue_category": Infinity}',
        '{"issue_category": 1e400}',
        '{"issue_category": ' + "9" * 5000 + "}",
        '{"issue_category": "a", "issue_category": "b", "issue_description": "x"}',
        "[" * 100_000,
        '{"a":' * 100_000,
        json.dumps(GOOD) + "x",
        "\ufeff" + json.dumps(GOOD),
        json.dumps(GOOD).encode("utf-16"),
        b'{"issue_category": "\xff"}',
    ],
)
def test_what_is_not_one_json_object_is_refused(raise_ticket, body):
    assert is_error(raise_ticket(body), 400, "invalid_json")
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_another_content_type_is_refused(raise_ticket, kind):
    assert is_error(raise_ticket(json.dumps(GOOD), kind), 415, "unsupported_media_type")


def test_a_content_type_with_a_charset_is_json_too(raise_ticket):
    assert raise_ticket(json.dumps(GOOD), "application/json; charset=utf-8").status_code == 201


def test_what_is_too_large_is_refused(raise_ticket, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    body = json.dumps(GOOD | {"padding": "x" * 1000})
    assert is_error(raise_ticket(body), 413, "too_large")
    assert is_error(raise_ticket(body, HTTP_IDEMPOTENCY_KEY="k"), 413, "too_large")


def test_a_password_of_a_megabyte_is_refused_without_hashing():
    body = {"user_id_or_email": "a@example.com", "password": "x" * 1_000_000}
    assert is_error(client_of().post("/api/auth/login", body), 400, "invalid")


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete", "head"])
@pytest.mark.parametrize("path", ["/api/", "/api/nothing", "/api/tickets/TKT0001/x/y", "/api//"])
def test_an_unknown_address_is_a_404_in_json(method, path):
    answer = getattr(client_of(), method)(path)
    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/json"
    if method != "head":
        assert is_error(answer, 404, "not_found")


def test_a_method_that_the_address_does_not_know_is_named(customer):
    answer = client_of().delete("/api/auth/login")
    assert is_error(answer, 405, "method_not_allowed")
    assert answer["Allow"] == "POST"
    answer = client_of(customer).options("/api/me")
    assert is_error(answer, 405, "method_not_allowed")


def test_without_a_token_every_door_says_how_to_knock():
    answer = client_of().get("/api/tickets")
    assert is_error(answer, 401, "not_authenticated")
    assert answer["WWW-Authenticate"] == 'Bearer realm="api"'


def test_a_role_that_has_no_business_here_is_told_so(customer):
    assert is_error(client_of(customer).get("/api/tickets"), 403, "forbidden")


def test_only_json_is_spoken(customer):
    answer = client_of(customer).get("/api/me", HTTP_ACCEPT="text/html")
    assert is_error(answer, 406, "not_acceptable")
    assert client_of(customer).get("/api/me", HTTP_ACCEPT="*/*").status_code == 200
    assert client_of(customer).get("/api/categories?format=xml").status_code == 400


def test_an_unknown_host_is_refused(client):
    answer = client.get("/api/me", HTTP_HOST="evil.example")
    assert is_error(answer, 400, "bad_request")
    assert b"evil" not in answer.content


def test_claims_of_other_headers_are_ignored():
    admin = AdminFactory()
    claims = {
        f"HTTP_{name}": admin.user_id
        for name in ("X_ON_BEHALF_OF", "REMOTE_USER", "X_FORWARDED_USER", "X_USER")
    }
    assert client_of().get("/api/tickets", **claims).status_code == 401


def test_a_fault_of_ours_is_a_500_in_json_without_detail(customer, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("secret detail")

    monkeypatch.setattr("tickets.api.views.lists.create_ticket", broken)
    client = client_of(customer)
    client.raise_request_exception = False
    url = f"/api/tickets/customer/{customer.public_id}"
    for headers in ({}, {"HTTP_IDEMPOTENCY_KEY": "k"}):
        answer = client.post(url, GOOD, **headers)
        assert is_error(answer, 500, "server_error")
        assert b"secret" not in answer.content


def test_a_database_that_is_away_is_a_503_that_says_when_to_come_back(customer, monkeypatch):
    def away(*args, **kwargs):
        raise OperationalError("secret detail")

    client, url = client_of(customer), f"/api/tickets/customer/{customer.public_id}"
    monkeypatch.setattr("accounts.api.authentication.user_of", away)
    answer = client.post(url, GOOD)
    assert is_error(answer, 503, "unavailable")
    assert int(answer["Retry-After"]) > 0
    assert b"secret" not in answer.content


@pytest.mark.usefixtures("three_a_minute")
def test_past_the_persons_limit(customer):
    client = client_of(customer)
    answers = [client.get("/api/me") for _ in range(4)]
    assert [answer.status_code for answer in answers[:3]] == [200] * 3
    assert is_error(answers[3], 429, "too_many_requests")
    assert answers[3]["Retry-After"] == "60"
    assert client_of(CustomerFactory()).get("/api/me").status_code == 200


@pytest.mark.usefixtures("three_a_minute")
def test_the_limit_holds_when_the_shared_cache_is_away(customer, monkeypatch):
    monkeypatch.setattr(counter, "paused_until", 0.0)

    class Away:
        def incr(self, key):
            raise ConnectionError

        add = incr

    monkeypatch.setattr("accounts.api.throttling.caches", {"default": Away()})
    client = client_of(customer)
    assert [client.get("/api/me").status_code for _ in range(4)] == [200, 200, 200, 429]


def test_pages_of_other_sites_may_call_where_the_desk_says_so(customer, settings):
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]
    client = client_of(customer)
    allowed = client.get("/api/me", HTTP_ORIGIN="https://app.example.com")
    assert allowed["Access-Control-Allow-Origin"] == "https://app.example.com"
    refused = client.get("/api/me", HTTP_ORIGIN="https://evil.example")
    assert "Access-Control-Allow-Origin" not in refused
    preflight = client_of().options(
        "/api/me",
        HTTP_ORIGIN="https://app.example.com",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="GET",
        HTTP_ACCESS_CONTROL_REQUEST_HEADERS="authorization",
    )
    assert preflight.status_code == 200
    assert "authorization" in preflight["Access-Control-Allow-Headers"]
