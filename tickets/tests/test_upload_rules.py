"""Which files are taken, under which names, and how much of them."""

import threading

import pytest
from django.core.files.base import ContentFile
from django.db import connections, transaction

from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets import services
from tickets.file_types import clean_name
from tickets.models import Attachment, DoomedFile
from tickets.tests.files import PDF, content_of, photo, png, uploaded, zipped

pytestmark = pytest.mark.django_db


def allow(**values):
    services.change_desk_settings(actor=AdminFactory(), **values)


def stored_files(media):
    return sorted(path for path in media.rglob("*") if path.is_file())


@pytest.fixture
def media(settings):
    return settings.MEDIA_ROOT


def test_a_file_is_kept_whole_under_a_random_name(media):
    file = uploaded(CustomerFactory(), "vpn error.png", png())
    assert (file.name, file.content_type, file.size) == ("vpn error.png", "image/png", len(png()))
    assert (file.width, file.height) == (40, 30)
    assert len(file.sha256) == 64
    assert "vpn" not in file.stored_as
    assert content_of(file) == png()
    first, second = file.stored_as.split("/")[1:3]
    assert len(first) == len(second) == 2
    path = media / file.stored_as
    assert path.stat().st_mode & 0o777 == 0o600
    assert not DoomedFile.objects.exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.jpg", photo()),
        ("letter.PDF", PDF),
        ("empty.txt", b""),
        ("log.txt", "Zeile mit Ümläuten und 🙂".encode()),
        ("utf16.txt", "ab".encode("utf-16")),
        ("report.docx", zipped("word/document.xml")),
        ("old.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600),
        ("data.zip", zipped()),
        ("table.csv", b"a;b\n1;2\n"),
    ],
)
def test_usual_files_are_taken(name, content):
    assert uploaded(CustomerFactory(), name, content).pk


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("setup.exe", b"MZ\x90\0"),
        ("page.html", b"<script>alert(1)</script>"),
        ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        ("noextension", b"text"),
        (".htaccess", b"text"),
        ("picture.png.php", png()),
    ],
)
def test_d02_kinds_that_are_not_on_the_list_are_refused_with_the_rules(name, content, media):
    with pytest.raises(services.FileRefused) as refusal:
        uploaded(CustomerFactory(), name, content)
    sentence = refusal.value.messages[0]
    assert "Up to 10 files of 10 MB each: images, PDF, text, Office and ZIP." in sentence
    assert refusal.value.status == 400
    assert stored_files(media) == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.png", b"GIF89a<script>alert(1)</script>"),
        ("photo.jpg", b"<html><script>alert(1)</script>"),
        ("photo.gif", png()),
        ("letter.pdf", b"PK\x03\x04" + b"\0" * 40),
        ("letter.docx", PDF),
        ("notes.txt", b"\x7fELF\x02\x01\0\0"),
        ("notes.txt", PDF),
        ("notes.txt", b"caf\xe9"),
        ("archive.zip", b"MZ\x90\0\x03"),
        ("photo.webp", b"plain"),
        ("photo.png", b""),
    ],
)
def test_d04_a_name_that_contradicts_the_content_is_refused(name, content, media):
    with pytest.raises(services.FileRefused, match="not what its name says"):
        uploaded(CustomerFactory(), name, content)
    assert stored_files(media) == []


def test_d02_an_admin_can_allow_more_kinds():
    allow(file_extensions=".SVG, html; txt")
    assert uploaded(CustomerFactory(), "a.svg", b"<svg/>").content_type == "image/svg+xml"
    with pytest.raises(services.FileRefused, match="HTML and SVG"):
        uploaded(CustomerFactory(), "a.png", png())


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("/abs/x.txt", "x.txt"),
        ("C:\\x.txt", "x.txt"),
        ("%2e%2e%2fx.txt", "%2e%2e%2fx.txt"),
        ("nul\x00byte\r\n.txt", "nulbyte.txt"),
        ("CON.txt", "_CON.txt"),
        (".profile.txt", "profile.txt"),
        ("invoice\u202egpj.txt", "invoicegpj.txt"),
        ("x" * 4000 + ".txt", "x" * 146 + ".txt"),
        ("...", "file"),
        ("Ünï—文件 🙂.txt", "Ünï—文件 🙂.txt"),
    ],
)
def test_d05_names_are_cleaned_and_never_used_for_storing(name, clean, media):
    assert clean_name(name) == clean
    if clean.endswith(".txt"):
        assert uploaded(CustomerFactory(), name).name == clean
        [path] = stored_files(media)
        assert path.is_relative_to(media / "attachments")
        assert path.name.isalnum()


def test_d01_the_limit_is_taken_and_one_byte_more_is_not(media):
    allow(file_mb=1)
    customer = CustomerFactory()
    assert uploaded(customer, "a.txt", b"x" * 1_000_000).size == 1_000_000
    with pytest.raises(services.FileRefused) as refusal:
        uploaded(customer, "b.txt", b"x" * 1_000_001)
    assert refusal.value.status == 413
    assert len(stored_files(media)) == 1


def test_d09_the_quota_of_a_customer_holds_and_staff_have_none():
    allow(file_mb=1, file_quota_mb=2)
    customer = CustomerFactory()
    for name in ("a.txt", "b.txt"):
        uploaded(customer, name, b"x" * 1_000_000)
    with pytest.raises(services.FileRefused) as refusal:
        uploaded(customer, "c.txt", b"x")
    assert refusal.value.status == 409
    assert uploaded(CustomerFactory(), "c.txt", b"x").pk
    admin = AdminFactory()
    for _ in range(3):
        uploaded(admin, "c.txt", b"x" * 1_000_000)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_d09_uploads_at_once_never_exceed_the_quota(media):
    with transaction.atomic():
        customer = CustomerFactory()
        allow(file_mb=1, file_quota_mb=3)
    start, outcomes = threading.Barrier(12), []

    def upload():
        start.wait()
        try:
            file = services.store_file(
                uploader=customer, name="a.txt", content=ContentFile(b"x" * 700_000)
            )
            outcomes.append(file.pk)
        except services.FileRefused as refusal:
            outcomes.append(refusal.status)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=upload) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(409) == 8
    assert Attachment.objects.count() == len(stored_files(media)) == 4


def test_d07_a_bomb_is_stored_and_never_unpacked():
    bomb = zipped("zeros.txt", b"\0" * 50_000_000)
    assert uploaded(CustomerFactory(), "bomb.zip", bomb).size == len(bomb) < 100_000


def test_d07_an_image_of_too_many_pixels_is_a_plain_file():
    import struct
    import zlib

    head = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    chunk = b"IHDR" + head
    bomb = (
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    )
    file = uploaded(CustomerFactory(), "bomb.png", bomb)
    assert not file.is_image


def test_the_settings_refuse_what_is_no_extension():
    from django.core.exceptions import ValidationError

    for values in ({"file_extensions": "png ../x"}, {"file_extensions": " "}, {"file_mb": 0}):
        with pytest.raises(ValidationError) as refusal:
            allow(**values)
        assert list(refusal.value.message_dict) == list(values)
