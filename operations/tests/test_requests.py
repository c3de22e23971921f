"""What surrounds every request: log line, id, headers, Host, the client's address."""

import io
import json
import logging

import pytest
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.test import Client
from django.urls import include, path

from operations.logs import JsonFormatter, TextFormatter

handler400 = "ticketing.error_pages.bad_request"
handler404 = "ticketing.error_pages.not_found"
handler500 = "ticketing.error_pages.server_error"


def _whoami(request: HttpRequest) -> HttpResponse:
    return JsonResponse({"address": request.META["REMOTE_ADDR"]})


def _broken(request: HttpRequest, token: str = "") -> HttpResponse:
    raise RuntimeError("for ada@example.com: token=canary-secret\nINFO forged: line")


urlpatterns = [
    path("whoami", _whoami),
    path("broken/<str:token>/", _broken),
    path("", include("operations.urls")),
]


@pytest.fixture(autouse=True)
def _own_urls(settings):
    settings.ROOT_URLCONF = __name__


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.fixture
def lines():
    """The log so far, line by line, as a collector gets it."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield lambda: stream.getvalue().splitlines()
    logging.getLogger().removeHandler(handler)


def test_each_answer_carries_a_request_id(visitor):
    assert visitor.get("/whoami", headers={"X-Request-ID": "job-7.a"})["X-Request-ID"] == "job-7.a"
    for odd in ("", "a b", "x" * 65, "-", "a\r\nSet-Cookie: b", "<script>"):
        given = visitor.get("/whoami", headers={"X-Request-ID": odd})["X-Request-ID"]
        assert given != odd
        assert len(given) == 24


def test_one_line_a_request_with_the_route_and_never_the_path_or_query(visitor, lines):
    visitor.get("/broken/canary-token/?q=canary-words", headers={"X-Request-ID": "abc"})
    entries = [json.loads(line) for line in lines()]
    (entry,) = [entry for entry in entries if entry["logger"] == "desk.request"]
    assert entry["route"] == "/broken/<str:token>/"
    assert (entry["method"], entry["status"], entry["request_id"]) == ("GET", 500, "abc")
    assert "canary" not in "".join(lines())


def test_a_form_without_its_token_is_logged_with_the_route_only(lines):
    Client(enforce_csrf_checks=True).post("/broken/canary-token/", {"password": "canary-word"})
    assert "answered 403 on /broken/<str:token>/" in "".join(lines())
    assert "canary" not in "".join(lines())


def test_a_traceback_stays_in_its_record_and_hides_people_and_secrets(visitor, lines, caplog):
    visitor.get("/broken/x/")
    (failure,) = [r for r in caplog.records if r.name == "django.request"]
    as_json, as_text = JsonFormatter().format(failure), TextFormatter().format(failure)
    assert "\n" not in as_json
    for line in as_text.split("\n")[1:]:
        assert line.startswith("    ")
    for shown in (as_json, as_text):
        assert "RuntimeError" in shown
        assert "ada@example.com" not in shown
        assert "canary-secret" not in shown


@pytest.mark.parametrize("formatter", [JsonFormatter(), TextFormatter()])
@pytest.mark.parametrize("breaker", ["\r\n", "\n", "\x1b[2J", "\x00", "\u2028", "\u202e", "\x85"])
def test_no_character_breaks_a_line(formatter, breaker):
    record = logging.makeLogRecord({"msg": "name %s", "args": (f'a{breaker}b","level":"x',)})
    line = formatter.format(record)
    assert breaker not in line
    assert len(line.splitlines()) == 1
    if isinstance(formatter, JsonFormatter):
        assert json.loads(line)["message"] == f'name a{breaker}b","level":"x'


@pytest.mark.parametrize(
    "secret",
    [
        "Authorization: Bearer abcdefghijklmnop",
        "eyJhbGciOiJIUzI1NiJ9.eyJpZCI6MX0.c2lnbmF0dXJl",
        "password=hunter2hunter2",
        "postgres://desk:hunter2hunter2@db/desk",
        "mail to grace.hopper@example.org failed",
    ],
)
def test_secrets_are_hidden(secret):
    line = JsonFormatter().format(logging.makeLogRecord({"msg": secret}))
    for part in ("abcdefgh", "eyJpZCI", "hunter2", "grace.hopper"):
        assert part not in line


@pytest.mark.parametrize("address", ["/whoami", "/nowhere", "/broken/x/", "/health/live"])
def test_security_headers_are_on_every_answer(visitor, address):
    response = visitor.get(address, secure=True)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=()" in response["Permissions-Policy"]
    assert "max-age=31536000; includeSubDomains" in response["Strict-Transport-Security"]
    policy = response["Content-Security-Policy"]
    for rule in (
        "default-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
    ):
        assert rule in policy
    assert "unsafe" not in policy


def test_security_headers_are_on_static_files_and_refused_hosts(visitor):
    for response in (
        visitor.get("/static/css/desk.css"),
        visitor.get("/whoami", headers={"Host": "evil.example"}),
    ):
        assert response["X-Content-Type-Options"] == "nosniff"
        assert response["Content-Security-Policy"]
        assert "Strict-Transport-Security" not in response.headers  # plain http
        b"".join(response)  # reads the file to its end, which closes it


@pytest.mark.parametrize("address", ["/whoami", "/static/css/desk.css", "/nowhere"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.2", "testserver,evil.example", "a b"])
def test_an_unknown_host_gets_400_without_echo(visitor, address, host):
    response = visitor.get(address, headers={"Host": host})
    assert response.status_code == 400
    assert "evil" not in response.content.decode()


@pytest.mark.parametrize(
    ("count", "header", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "6.6.6.6, 203.0.113.9", "203.0.113.9"),
        (2, "6.6.6.6, 203.0.113.9, 10.0.0.2", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),
        (1, "nonsense", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_clients_address_is_what_our_own_proxies_say(
    visitor, settings, lines, count, header, address
):
    settings.TRUSTED_PROXY_COUNT = count
    response = visitor.get("/whoami", REMOTE_ADDR="10.0.0.1", headers={"X-Forwarded-For": header})
    assert response.json()["address"] == address
    assert json.loads(lines()[-1])["address"] == address
