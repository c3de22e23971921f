"""What comes in before Django sees it."""

import io
import threading

import pytest
from django.core.exceptions import RequestDataTooBig
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from ticketing.bodies import PatientServer, receive
from ticketing.middleware import WholeBodies


def request_with(stream, **environ):
    """Return the request that Django makes of a body."""
    request = RequestFactory().post("/api/auth/login", content_type="application/json")
    environ = request.environ | {"wsgi.input": stream, "CONTENT_LENGTH": ""} | environ
    receive(environ)
    return WSGIRequest(environ)


def body_of(sent, **environ):
    return request_with(io.BytesIO(sent), **environ).body


def answer_to(stream, **environ):
    """Return the status of the answer to a body that was sent to an address that takes it."""
    return WholeBodies(lambda request: HttpResponse())(request_with(stream, **environ)).status_code


def test_d01_a_body_in_chunks_is_read():
    assert body_of(b'{"a": 1}', HTTP_TRANSFER_ENCODING="chunked") == b'{"a": 1}'


def test_d01_an_endless_body_in_chunks_is_cut(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1000
    with pytest.raises(RequestDataTooBig):
        body_of(b"{" * 100_000, HTTP_TRANSFER_ENCODING="chunked")


def test_a_body_with_a_length_is_read_so_far():
    assert body_of(b"abc", CONTENT_LENGTH="2") == b"ab"
    assert answer_to(io.BytesIO(b"abc"), CONTENT_LENGTH="3") == 200


def test_a_body_that_broke_off_is_not_half_a_form():
    assert answer_to(io.BytesIO(b"subject=Half+the"), CONTENT_LENGTH="40") == 400


def test_what_is_larger_than_a_form_is_read_while_it_is_answered(settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10
    stream = io.BytesIO(b"abc" * 10)
    assert receive({"wsgi.input": stream, "CONTENT_LENGTH": "30"}) is False
    assert stream.tell() == 0


def served(response):
    closed = []
    response.close = lambda: closed.append(threading.current_thread().name)
    answer = PatientServer(lambda environ, start: response)({"wsgi.input": io.BytesIO()}, None)
    body = b"".join(answer)
    getattr(answer, "close", lambda: None)()
    return body, closed


def test_a_page_is_complete_and_closed_where_it_was_made():
    body, closed = served(HttpResponse("a page"))
    assert body == b"a page"
    assert [name.split("_")[0] for name in closed] == ["answer"]


def test_a_stream_is_made_and_closed_where_it_is_sent():
    body, closed = served(StreamingHttpResponse(iter([b"a ", b"file"])))
    assert body == b"a file"
    assert closed == [threading.current_thread().name]
