"""Who gets a file, and how: never as something that runs."""

import hashlib
import io
import random

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from PIL import Image

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Attachment
from tickets.tests.factories import CategoryFactory
from tickets.tests.files import PDF, photo, uploaded

pytestmark = pytest.mark.django_db


class Desk:
    def __init__(self):
        category = CategoryFactory()
        self.owner, self.stranger, self.admin = CustomerFactory(), CustomerFactory(), AdminFactory()
        self.assigned = TechnicianFactory(categories=[category]).user
        self.other = TechnicianFactory().user
        ticket = services.create_ticket(
            customer=self.owner,
            actor=self.owner,
            description="It hums",
            category=category,
            attachments=[uploaded(self.owner, "raised.pdf", PDF)],
        )
        self.ticket = services.assign_ticket(ticket, technician=self.assigned, actor=self.admin)

    def send(self, verb, actor, name="notes.txt", content=b"some text"):
        file = uploaded(actor, name, content)
        verb(self.ticket, actor=actor, body="See the file", attachments=[file])
        file.refresh_from_db()
        return file


@pytest.fixture
def desk():
    return Desk()


def fetch(client, person, file, **headers):
    client.force_login(person)
    return get(client, file.get_absolute_url(), **headers)


def get(client, url, **headers):
    """The answer with its body read, in `got`."""
    answer = client.get(url, headers=headers)
    answer.got = b"".join(answer) if answer.streaming else answer.content
    return answer


def body(answer):
    return answer.got


def test_who_sees_the_message_gets_its_file(client, desk):
    described = desk.ticket.attachments.get()
    replied = desk.send(services.add_reply, desk.assigned)
    for file in (described, replied):
        answers = {
            name: fetch(client, getattr(desk, name), file).status_code
            for name in ("owner", "assigned", "admin", "stranger", "other")
        }
        assert answers == {
            "owner": 200,
            "assigned": 200,
            "admin": 200,
            "stranger": 404,
            "other": 404,
        }
    client.logout()
    assert client.get(described.get_absolute_url()).status_code == 302


def test_j04_the_file_of_a_note_never_reaches_the_customer(client, desk):
    note = desk.send(services.add_note, desk.assigned, "CANARY-note.txt", b"CANARY")
    image = desk.send(services.add_note, desk.assigned, "CANARY-image.jpg", photo())
    client.force_login(desk.owner)
    for file in (note, image):
        for size in ("", "shown/", "thumbnail/"):
            url = f"{file.get_absolute_url()}{size}"
            unknown = url.replace(str(file.pk), "00000000-0000-4000-8000-000000000000")
            assert client.get(url).status_code == client.get(unknown).status_code == 404
            assert client.head(url).status_code == 404
            assert client.get(url, headers={"range": "bytes=0-1"}).status_code == 404
        discard = reverse("tickets:file-discard", args=[file.pk])
        assert client.post(discard).status_code == 404
    assert b"CANARY" not in client.get(desk.ticket.get_absolute_url()).content
    assert fetch(client, desk.assigned, note).status_code == 200
    client.force_login(desk.admin)
    preview = client.get(desk.ticket.get_absolute_url() + "?as=customer")
    assert b"CANARY" not in preview.content


def test_j04_a_fresh_upload_is_its_uploaders_alone(client, desk):
    file = uploaded(desk.owner)
    for person in (desk.admin, desk.assigned, desk.stranger):
        assert fetch(client, person, file).status_code == 404
    assert fetch(client, desk.owner, file).status_code == 200


def test_a_file_goes_with_its_ticket_out_of_reach(client, desk):
    file = desk.ticket.attachments.get()
    services.delete_ticket(desk.ticket, actor=desk.admin)
    for person in (desk.owner, desk.admin):
        assert fetch(client, person, file).status_code == 404


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<script>alert(document.domain)</script>"),
        ("page.xhtml", b"<html xmlns='http://www.w3.org/1999/xhtml'><script>1</script></html>"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>"),
        ("feed.xml", b"<?xml version='1.0'?><x/>"),
        ("saved.mht", b"MIME-Version: 1.0\n\n<script>alert(1)</script>"),
        ("code.js", b"alert(1)"),
        ("script.pdf", PDF + b"/JS (app.alert(1))"),
        ("both.jpg", photo() + b"<html><script>alert(1)</script>"),
    ],
)
def test_d02_nothing_that_is_served_can_run(client, desk, name, content):
    services.change_desk_settings(
        actor=desk.admin, file_extensions="html xhtml svg xml mht js pdf jpg"
    )
    file = desk.send(services.add_reply, desk.owner, name, content)
    answer = fetch(client, desk.assigned, file)
    assert body(answer) == content
    assert answer["Content-Disposition"].startswith("attachment; ")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert (
        answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    )
    assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Content-Type"] in (
        "application/octet-stream",
        "application/pdf",
        "image/jpeg",
    )


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("plain.txt", 'attachment; filename="plain.txt"'),
        ('quo"te.txt', 'attachment; filename="quo\\"te.txt"'),
        (
            "Bericht für 文件.txt",
            "attachment; filename*=utf-8''Bericht%20f%C3%BCr%20%E6%96%87%E4%BB%B6.txt",
        ),
    ],
)
def test_names_are_written_as_rfc_6266_says(client, desk, name, header):
    file = desk.send(services.add_reply, desk.owner, name)
    assert fetch(client, desk.owner, file)["Content-Disposition"] == header


def test_d11_parts_conditions_and_heads(client, desk):
    file = desk.send(services.add_reply, desk.owner, "digits.txt", b"0123456789")

    def ask(**headers):
        return fetch(client, desk.owner, file, **headers)

    whole = ask()
    etag = whole["ETag"]
    assert (body(whole), whole["Content-Length"], whole["Accept-Ranges"]) == (
        b"0123456789",
        "10",
        "bytes",
    )
    for asked, part, told in [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=7-", b"789", "bytes 7-9/10"),
        ("bytes=-2", b"89", "bytes 8-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ]:
        answer = ask(range=asked)
        assert (answer.status_code, body(answer), answer["Content-Range"]) == (206, part, told)
        assert answer["Content-Length"] == str(len(part))
        assert {"private", "no-store"} <= set(answer["Cache-Control"].split(", "))
    for asked in ("bytes=10-", "bytes=99-100", "bytes=-0"):
        refused = ask(range=asked)
        assert (refused.status_code, refused["Content-Range"]) == (416, "bytes */10")
    for odd in ("lines=1-2", "bytes=a-b", "bytes=0-1,3-4", "bytes=5-2", "bytes=-"):
        answer = ask(range=odd)
        assert answer.status_code in (200, 416), odd
    assert body(ask(range="bytes=0-3", **{"if-range": etag})) == b"0123"
    assert body(ask(range="bytes=0-3", **{"if-range": '"other"'})) == b"0123456789"
    assert ask(**{"if-none-match": etag}).status_code == 304
    assert body(ask(**{"if-none-match": '"other"'})) == b"0123456789"
    client.force_login(desk.owner)
    head = client.head(file.get_absolute_url())
    assert b"".join(head) == b""
    assert (head.status_code, head["Content-Length"]) == (200, "10")
    # Nobody learns by a condition that there is a file at all.
    for headers in ({"if-none-match": etag}, {"range": "bytes=0-3"}, {"if-none-match": "*"}):
        assert fetch(client, desk.stranger, file, **headers).status_code == 404


def test_images_are_shown_anew_without_what_the_camera_wrote(client, desk):
    file = desk.send(services.add_reply, desk.assigned, "photo.jpg", photo((3000, 1500)))
    client.force_login(desk.owner)
    for name, size in (("shown", (1600, 800)), ("thumbnail", (480, 240))):
        url = f"{file.get_absolute_url()}{name}/"
        answer = get(client, url)
        content = body(answer)
        assert answer["Content-Type"] == "image/webp"
        assert answer["Content-Disposition"].startswith("inline")
        assert b"SecretCamera" not in content
        image = Image.open(io.BytesIO(content))
        assert (image.format, image.size, dict(image.getexif())) == ("WEBP", size, {})
        assert get(client, url, range="bytes=0-9").status_code == 206
    assert client.get(file.get_absolute_url() + "other/").status_code == 404


def test_the_original_of_an_image_is_for_staff_and_its_uploader(client, desk):
    sent = desk.send(services.add_reply, desk.owner, "photo.jpg", photo())
    for person in (desk.owner, desk.assigned, desk.admin):
        assert b"SecretCamera" in body(fetch(client, person, sent))
    got = desk.send(services.add_reply, desk.assigned, "photo.jpg", photo())
    answer = fetch(client, desk.owner, got)
    assert b"SecretCamera" not in body(answer)
    assert answer["Content-Disposition"] == 'attachment; filename="photo.webp"'
    assert b"SecretCamera" in body(fetch(client, desk.assigned, got))


def test_a_broken_image_is_a_plain_file(client, desk):
    file = desk.send(services.add_reply, desk.owner, "photo.jpg", photo((900, 900))[:700])
    client.force_login(desk.owner)
    if file.is_image:
        assert client.get(f"{file.get_absolute_url()}thumbnail/").status_code == 404
        file.refresh_from_db()
    assert not file.is_image
    assert (
        f"{file.get_absolute_url()}thumbnail/"
        not in client.get(desk.ticket.get_absolute_url()).content.decode()
    )


def test_a_lost_file_is_not_found_rather_than_a_fault(client, desk, settings):
    file = desk.send(services.add_reply, desk.owner)
    (settings.MEDIA_ROOT / file.stored_as).unlink()
    assert fetch(client, desk.owner, file).status_code == 404


def test_d13_whatever_goes_up_comes_down_the_same(client):
    """Sizes around the pieces in which files are read and written, and any others."""
    chance = random.Random(13)
    sizes = [*(n + d for n in (0, 4096, 65_536, 131_072, 1_000_000) for d in (-1, 0, 1))][1:]
    sizes += [chance.randrange(1, 300_000) for _ in range(40)]
    client.force_login(CustomerFactory())
    for size in sizes:
        sent = PDF + chance.randbytes(size)
        answer = client.post("/files/", {"files": SimpleUploadedFile("any.pdf", sent)})
        assert answer.status_code == 201, size
        file = Attachment.objects.latest("created_at")
        got = get(client, file.get_absolute_url()).got
        assert hashlib.sha256(got).digest() == hashlib.sha256(sent).digest(), size
        assert file.sha256 == hashlib.sha256(sent).hexdigest()
