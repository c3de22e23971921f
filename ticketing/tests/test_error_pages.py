"""Each page for what went wrong, through the door of a small URL configuration of its own."""

import pytest
from django.core.exceptions import BadRequest, PermissionDenied, RequestDataTooBig
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.test import Client
from django.urls import path
from django.views import View

from accounts.access import CustomerRequiredMixin

handler400 = "ticketing.error_pages.bad_request"
handler403 = "ticketing.error_pages.forbidden"
handler404 = "ticketing.error_pages.not_found"
handler500 = "ticketing.error_pages.server_error"


def _raising(error):
    def view(request: HttpRequest) -> HttpResponse:
        raise error

    return view


def _limited(request: HttpRequest) -> HttpResponse:
    return HttpResponse(status=429, headers={"Retry-After": "42"})


class _Members(CustomerRequiredMixin, View):
    pass


urlpatterns = [
    path(f"{prefix}{name}", view)
    for prefix in ("", "api/")
    for name, view in [
        ("400", _raising(BadRequest("Start at the first page."))),
        ("403", _raising(PermissionDenied("This is for technicians."))),
        ("405", lambda request: HttpResponseNotAllowed(["POST"])),
        ("413", _raising(RequestDataTooBig("secret detail"))),
        ("429", _limited),
        ("500", _raising(RuntimeError("secret detail"))),
        ("503", _raising(OperationalError("secret detail"))),
    ]
]
urlpatterns += [
    path("form", lambda request: HttpResponse("stored")),
    path("members", _Members.as_view()),
]
STATUSES = [400, 403, 404, 405, 413, 429, 500, 503]


@pytest.fixture(autouse=True)
def _own_urls(settings):
    settings.ROOT_URLCONF = __name__
    settings.SITE_NAME = "Larkfield Desk"
    settings.LOGIN_URL = "/sign-in/"


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("status", STATUSES)
def test_each_refusal_has_a_page_that_needs_no_database(visitor, status):
    # No database mark here: a query would fail this test.
    response = visitor.get(f"/{status}")
    page = response.content.decode()
    assert response.status_code == status
    assert "<h1>" in page
    assert "Larkfield Desk" in page
    assert "secret detail" not in page
    assert response["Cache-Control"] == "no-store"


@pytest.mark.parametrize("status", STATUSES)
def test_below_api_each_refusal_is_json(visitor, status):
    response = visitor.get(f"/api/{status}")
    assert response.status_code == status
    assert set(response.json()) == {"message", "code"}
    assert "secret detail" not in response.content.decode()


def test_our_own_words_are_shown(visitor):
    assert b"Start at the first page." in visitor.get("/400").content
    assert b"This is for technicians." in visitor.get("/403").content


def test_what_to_do_next_stays_in_the_headers(visitor):
    assert visitor.get("/405")["Allow"] == "POST"
    assert visitor.get("/429")["Retry-After"] == "42"
    assert b"42 seconds" in visitor.get("/429").content
    assert int(visitor.get("/503")["Retry-After"]) > 0


def test_the_theme_holds_on_error_pages(visitor):
    visitor.cookies["theme"] = "dark"
    assert b'data-bs-theme="dark"' in visitor.get("/404").content


def test_a_form_without_a_token_gives_the_text_back_but_no_secret():
    client = Client(enforce_csrf_checks=True)
    response = client.post(
        "/form",
        {
            "body": "<script>Since Tuesday</script>",
            "password": "hidden-canary",
            "csrfmiddlewaretoken": "hidden-canary",
            "submission_key": "hidden-canary",
            "category": "12",
        },
        headers={"Referer": "http://testserver/form?x=1"},
    )
    page = response.content.decode()
    assert response.status_code == 403
    assert "&lt;script&gt;Since Tuesday" in page
    assert "hidden-canary" not in page
    assert ">12<" not in page
    assert 'href="/form?x=1"' in page


def test_the_way_back_from_a_refused_form_stays_here():
    client = Client(enforce_csrf_checks=True)
    response = client.post("/form", headers={"Referer": "https://evil.example/form"})
    assert b"evil.example" not in response.content


@pytest.mark.django_db
def test_who_was_signed_out_while_writing_gets_the_text_back(visitor):
    response = visitor.post("/members", {"body": "Three hours of work"})
    assert response.status_code == 401
    assert b"Three hours of work" in response.content


@pytest.mark.django_db
def test_a_stranger_without_text_is_sent_to_sign_in(visitor):
    assert visitor.get("/members").status_code == 302
    assert visitor.post("/members").status_code == 302


@pytest.mark.parametrize("status", [403, 404, 429, 500, 503])
def test_whatever_refuses_a_form_gives_the_text_back(visitor, status):
    response = visitor.post(
        f"/{status}", {"body": "Three <b>hours</b> of work", "password": "x1y2"}
    )
    page = response.content.decode()
    assert response.status_code == status
    assert "Three &lt;b&gt;hours&lt;/b&gt; of work" in page
    assert "x1y2" not in page


def test_a_form_that_cannot_be_read_has_its_page_too(visitor):
    response = visitor.post(
        "/500", b"--x\r\nbroken", content_type="multipart/form-data; boundary=x"
    )
    assert response.status_code in (400, 500)
    assert b"<h1>" in response.content


def test_i03_a_form_that_says_another_charset_is_refused_with_a_page():
    body_type = "application/x-www-form-urlencoded; charset=utf-16"
    client = Client(enforce_csrf_checks=True, raise_request_exception=False)
    answer = client.post("/form", b"a=1", body_type)
    assert answer.status_code == 403
    assert "Larkfield Desk" in answer.content.decode()
