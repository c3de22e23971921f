"""What happens while a form with files is being read: early ends, no leftovers."""

import errno
import io
import tempfile

import pytest
from django.contrib.auth import SESSION_KEY
from django.core.files.storage import default_storage
from django.core.handlers.wsgi import WSGIHandler
from django.test import Client

from accounts.tests.factories import CustomerFactory
from ticketing.bodies import receive
from tickets.models import Attachment, DeskSettings, DoomedFile
from tickets.tests.files import named

pytestmark = pytest.mark.django_db
BOUNDARY = "frontier"


def part(name: str, content: bytes) -> bytes:
    head = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="files"; filename="{name}"\r\n\r\n'
    )
    return head.encode() + content + b"\r\n"


END = f"--{BOUNDARY}--\r\n".encode()


class Endless(io.RawIOBase):
    """A body that never ends, and how much of it was read."""

    def __init__(self, head: bytes) -> None:
        self.left, self.read_bytes = head, 0

    def read(self, size: int = -1) -> bytes:
        piece, self.left = self.left[:size], self.left[size:]
        piece = piece or b"x" * size
        self.read_bytes += len(piece)
        return piece

    readline = read


@pytest.fixture
def send(client, settings):
    """Send a raw body as a signed-in customer; returns the status and the body of the answer."""
    customer = CustomerFactory()
    client.force_login(customer)
    assert client.session[SESSION_KEY]
    application = WSGIHandler()

    def send(stream, path="/files/", **environ):
        answered = {}
        base = {
            "REQUEST_METHOD": "POST",
            "PATH_INFO": path,
            "SERVER_NAME": "testserver",
            "SERVER_PORT": "80",
            "REMOTE_ADDR": "127.0.0.1",
            "wsgi.url_scheme": "http",
            "wsgi.errors": io.StringIO(),
            "wsgi.input": stream,
            "CONTENT_TYPE": f"multipart/form-data; boundary={BOUNDARY}",
            "HTTP_COOKIE": f"session={client.cookies['session'].value}; csrf={'a' * 32}",
            "HTTP_X_CSRFTOKEN": "a" * 32,
            "HTTP_ORIGIN": "http://testserver",
        }
        environ = base | environ
        receive(environ)
        response = application(environ, lambda status, headers: answered.update(s=status))
        body = b"".join(response)
        response.close()
        return int(answered["s"][:3]), body

    return send


@pytest.fixture
def incoming(settings):
    return settings.MEDIA_ROOT / "incoming"


def nothing_is_left(media):
    return not [path for path in media.rglob("*") if path.is_file()]


@pytest.fixture(autouse=True)
def _connection_stays(monkeypatch):
    """Django closes the connection after a request; the test needs it."""
    from django.core.signals import request_finished, request_started
    from django.db import close_old_connections

    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def test_d01_a_body_in_chunks_without_a_length_is_stored(send, settings):
    status, _ = send(
        io.BytesIO(part("a.txt", b"some text") + END), HTTP_TRANSFER_ENCODING="chunked"
    )
    assert status == 201
    assert Attachment.objects.get().size == 9


def test_d01_an_endless_body_is_cut_early(send, settings, incoming):
    DeskSettings(pk=1, file_mb=1, files_per_message=2).save()
    body = Endless(part("a.txt", b"x"))
    status, _ = send(body, HTTP_TRANSFER_ENCODING="chunked")
    assert status == 413
    assert body.read_bytes < 3_200_000
    assert nothing_is_left(settings.MEDIA_ROOT)


def test_d01_a_length_above_the_limit_is_refused_unread(send, settings):
    body = Endless(part("a.txt", b"x"))
    status, _ = send(body, CONTENT_LENGTH="1000000000")
    assert (status, body.read_bytes) == (413, 0)


def test_a_form_without_files_keeps_its_small_limit(send, settings):
    body = Endless(part("a.txt", b"x"))
    status, _ = send(body, path="/accounts/profile/", CONTENT_LENGTH="3000000")
    assert (status, body.read_bytes) == (413, 0)


@pytest.mark.parametrize("length", [None, 10_000])
def test_d01_d12_a_body_that_breaks_off_leaves_nothing(send, settings, length):
    whole = part("a.txt", b"x" * 5000)
    status, _ = send(io.BytesIO(whole), CONTENT_LENGTH=str(length or len(whole)))
    assert status == 400
    assert not Attachment.objects.exists()
    assert nothing_is_left(settings.MEDIA_ROOT)


def test_d01_a_length_that_is_too_short_is_half_a_file(send, settings):
    whole = part("a.txt", b"x" * 5000) + END
    status, _ = send(io.BytesIO(whole), CONTENT_LENGTH=str(len(whole) - 2000))
    assert status == 400
    assert nothing_is_left(settings.MEDIA_ROOT)


def test_h09_a_disk_that_is_full_while_a_file_comes_in(client, settings, monkeypatch):
    client.force_login(CustomerFactory())
    client.raise_request_exception = False

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("tickets.middleware.IncomingFile.write", full, raising=False)
        answer = client.post("/files/", {"files": named("a.txt")})
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert nothing_is_left(settings.MEDIA_ROOT)
    assert client.post("/files/", {"files": named("a.txt")}).status_code == 201


def test_h09_a_store_that_is_full(client, settings, monkeypatch):
    client.force_login(CustomerFactory())
    client.raise_request_exception = False

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "_save", full)
        answer = client.post("/files/", {"files": named("a.txt")})
    assert answer.status_code == 503
    assert nothing_is_left(settings.MEDIA_ROOT)
    assert not Attachment.objects.exists()
    assert not DoomedFile.objects.exists()
    assert client.post("/files/", {"files": named("a.txt")}).status_code == 201


def test_uploads_do_not_pass_through_other_folders(client, settings, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", "/nonexistent")
    client = Client()
    client.force_login(CustomerFactory())
    assert client.post("/files/", {"files": named("a.txt")}).status_code == 201
