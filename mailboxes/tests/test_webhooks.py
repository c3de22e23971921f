"""A mail provider posts messages: stored first, once, from nobody else."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from mailboxes.choices import Outcome, Source
from mailboxes.models import InboundMail
from mailboxes.services import process_due, raw_of, webhooks
from mailboxes.tests.letters import letter
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
SECRET = "provider:four-unrelated-green-words"
KEY = "key-of-the-provider"
JSON = "application/json"


@pytest.fixture(autouse=True)
def provider(settings):
    settings.INBOUND_WEBHOOK_PROVIDER = "postmark"
    settings.INBOUND_WEBHOOK_SECRET = SECRET
    settings.INBOUND_WEBHOOK_KEY = KEY
    return settings


def post(client, data, content_type=JSON, secret=SECRET, **headers):
    told = base64.b64encode(secret.encode()).decode()
    body = json.dumps(data) if content_type == JSON else data
    options = {} if content_type is None else {"content_type": content_type}
    headers["HTTP_AUTHORIZATION"] = f"Basic {told}"
    return client.post(reverse("mailboxes:webhook"), body, **options, **headers)


def whole(raw):
    return {"RawEmail": raw.decode("latin-1"), "OriginalRecipient": "support@localhost"}


def pieces(**changes):
    return {
        "FromFull": {"Email": "ann@example.org", "Name": "Ann Bell"},
        "ToFull": [{"Email": "support@localhost", "Name": ""}],
        "Subject": "Printer",
        "Date": "Sat, 28 Nov 2026 02:00:00 +0000",
        "TextBody": "It burns.",
        "HtmlBody": "<p>It <b>burns</b>.</p>",
        "Headers": [{"Name": "Message-ID", "Value": "<1@example.org>"}],
        "Attachments": [
            {
                "Name": "fire.txt",
                "ContentType": "text/plain",
                "Content": base64.b64encode(b"hot").decode(),
            }
        ],
    } | changes


def signed(**fields):
    stamp, token = str(int(time.time())), "t" * 50
    mark = hmac.new(KEY.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    return {"timestamp": stamp, "token": token, "signature": mark, **fields}


def test_a_posted_message_is_stored_as_it_came_and_becomes_a_ticket(client):
    raw = letter()
    assert post(client, whole(raw)).status_code == 200
    row = InboundMail.objects.get()
    assert (row.source, row.recipient) == (Source.WEBHOOK, "support@localhost")
    assert raw_of(row) == raw
    assert not Ticket.objects.exists()  # nothing is decided while the provider waits
    process_due()
    assert Ticket.objects.get().description == "It burns."


@pytest.mark.parametrize("posted", [whole(letter()), pieces()], ids=["whole", "pieces"])
def test_a_post_that_is_repeated_makes_one_row(client, posted):
    for _ in range(3):
        assert post(client, posted).status_code == 200
    process_due()
    assert post(client, posted).status_code == 200
    row = InboundMail.objects.get()
    assert row.outcome == Outcome.TICKET
    assert Ticket.objects.count() == 1


def test_a_message_in_pieces_is_put_together(client):
    post(client, pieces())
    process_due()
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.description) == ("Printer", "It **burns**.")
    assert ticket.customer.email == "ann@example.org"
    assert [file.name for file in ticket.attachments.all()] == ["fire.txt"]


def test_a_form_with_a_large_message_arrives_to_the_byte(client, provider):
    provider.INBOUND_WEBHOOK_PROVIDER = "mailgun"
    raw = letter(text="x" * 70 + "\r\n" + "gr\xfcn " * 800_000).replace(b"\r\n", b"\n")
    assert len(raw) > provider.DATA_UPLOAD_MAX_MEMORY_SIZE
    fields = signed(recipient="support@localhost", **{"body-mime": raw.decode()})
    assert post(client, fields, None).status_code == 200
    row = InboundMail.objects.get()
    assert (raw_of(row), row.recipient) == (raw, "support@localhost")


def test_a_form_with_files_is_read(client, provider):
    provider.INBOUND_WEBHOOK_PROVIDER = "mailgun"
    headers = [
        ["From", "ann@example.org"],
        ["To", "support@localhost"],
        ["Subject", "Printer"],
        ["Message-Id", "<2@example.org>"],
    ]
    fields = signed(
        **{
            "message-headers": json.dumps(headers),
            "body-plain": "It burns.",
            "attachment-count": "1",
            "attachment-1": SimpleUploadedFile("fire.txt", b"hot\r\n", "text/plain"),
        }
    )
    assert post(client, fields, None).status_code == 200
    process_due()
    assert [file.name for file in Ticket.objects.get().attachments.all()] == ["fire.txt"]
    fields["signature"] = "0" * 64
    assert post(client, fields, None).status_code == 403


def test_nobody_else_can_post(client, provider):
    address = reverse("mailboxes:webhook")
    assert post(client, whole(letter()), secret="provider:wrong").status_code == 401
    assert client.post(address, json.dumps(whole(letter())), JSON).status_code == 401
    assert client.get(address).status_code == 405
    for key in ("INBOUND_WEBHOOK_PROVIDER", "INBOUND_WEBHOOK_SECRET"):
        setattr(provider, key, "")
        assert post(client, whole(letter()), secret="").status_code == 404
        assert post(client, whole(letter())).status_code == 404
    assert not InboundMail.objects.exists()


def test_what_is_too_large_is_refused(client, monkeypatch):
    monkeypatch.setattr(webhooks, "MOST_BYTES", 1000)
    answer = post(client, whole(letter(text="x" * 1000)))
    assert answer.status_code == 413
    assert "MB" in answer.content.decode()
    assert not InboundMail.objects.exists()


@pytest.mark.parametrize(
    ("posted", "kind"),
    [
        ("", JSON),
        (None, JSON),
        ([], JSON),
        ("{", "text/plain"),
        (b"\xff\xfe", "application/octet-stream"),
        ({"RecordType": "Bounce"}, JSON),
        ({"Attachments": [1]}, JSON),
        ({"Headers": 5}, JSON),
        ("--x", "multipart/form-data; boundary=x"),
        ("--x", "multipart/form-data"),
    ],
)
def test_what_is_no_message_is_said_to_be_none(client, posted, kind):
    answer = post(client, posted, kind)
    assert answer.status_code == 400, answer.content
    assert not InboundMail.objects.exists()


def test_a_store_that_is_away_lets_the_provider_try_again(client, monkeypatch):
    from tickets import storage

    def away(*args):
        raise storage.StorageAway

    with monkeypatch.context() as patched:
        patched.setattr(storage, "store", away)
        client.raise_request_exception = False
        assert post(client, whole(letter())).status_code == 503
    assert post(client, whole(letter())).status_code == 200
