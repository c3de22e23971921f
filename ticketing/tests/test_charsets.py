"""I02, I03: what a request says of its own text, as no browser would."""

import io

import pytest
from django.core.wsgi import get_wsgi_application
from django.test import Client, RequestFactory
from django.test.client import ClientHandler

from accounts.tests.factories import CustomerFactory
from ticketing.bodies import PatientServer, keep_readable

# Charsets that Python knows: not of text, without a way around what is wrong, of lone surrogates.
CHARSETS = ["hex", "idna", "punycode", "undefined", "unicode_escape", "utf-7", "utf-16", "none"]
# Words of a Content-Type that can't be taken apart.
BROKEN = ["x*=bogus''%41", "x*=idna''%41", "charset*=utf-8''a%00b"]
FORM = "application/x-www-form-urlencoded"


class Door(ClientHandler):
    """What stands in front of Django, as the server has it."""

    def __call__(self, environ):
        keep_readable(environ)
        return super().__call__(environ)


def client_of(person=None):
    client = Client(raise_request_exception=False)
    client.handler = Door(enforce_csrf_checks=False)
    if person:
        client.force_login(person)
    return client


def multipart(name, text):
    return (
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n--x--\r\n'.encode()
    )


@pytest.mark.django_db
@pytest.mark.parametrize("charset", CHARSETS)
def test_text_of_another_charset_is_refused_in_a_sentence(charset):
    person = CustomerFactory(name="Ada")
    client = client_of(person)
    kinds = {f"multipart/form-data; boundary=x; charset={charset}": multipart("name", r"\ud800")}
    kinds[f"{FORM}; charset={charset}"] = b"name=%5Cud800"
    for kind, body in kinds.items():
        answer = client.generic("POST", "/accounts/profile/", body, content_type=kind)
        assert answer.status_code == 415
        assert "Send it again as UTF-8" in answer.text
    person.refresh_from_db()
    assert person.name == "Ada"


@pytest.mark.django_db
@pytest.mark.parametrize("charset", CHARSETS)
def test_an_address_is_not_read_in_another_charset(charset):
    client = client_of()
    headers = {"Content-Type": f"text/plain; charset={charset}"}
    assert client.get(r"/accounts/sign-in/?next=\ud800", headers=headers).status_code == 415


@pytest.mark.django_db
@pytest.mark.parametrize("charset", CHARSETS)
def test_the_interface_refuses_another_charset(charset):
    kind = f"application/json; charset={charset}"
    answer = client_of().generic("POST", "/api/auth/login?a=b", b"{}", content_type=kind)
    assert answer.status_code == 415
    assert answer.json()["code"] == "unsupported_media_type"


@pytest.mark.django_db
@pytest.mark.parametrize("charset", ["UTF-8", "utf8", '"utf-8"', "us-ascii"])
def test_utf_8_is_taken_by_any_of_its_names(charset):
    person = CustomerFactory()
    client = client_of(person)
    body = b"name=Ada&phone=&time_zone="
    kind = f"{FORM}; charset={charset}"
    assert client.generic("POST", "/accounts/profile/", body, content_type=kind).status_code == 302
    person.refresh_from_db()
    assert person.name == "Ada"


@pytest.mark.parametrize("words", BROKEN)
def test_a_type_that_nobody_can_take_apart_is_refused_in_a_sentence(words):
    answered = []
    request = RequestFactory().post("/accounts/sign-in/", b"username=a", content_type=FORM)
    environ = request.environ | {
        "CONTENT_TYPE": f"{FORM}; {words}",
        "wsgi.input": io.BytesIO(b"username=a"),
    }
    server = PatientServer(get_wsgi_application())
    page = b"".join(server(environ, lambda status, headers: answered.append(status)))
    assert answered == ["415 Unsupported Media Type"]
    assert b"Send it again as UTF-8" in page
