"""Every provider that the desk offers: posts of its own shape end in the ledger, or as a 4xx."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, field
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from mailboxes.choices import Outcome, Source
from mailboxes.models import InboundMail
from mailboxes.services import process_due, raw_of, webhooks
from mailboxes.tests.letters import letter
from ticketing.configuration import SIGNING_PROVIDERS, WEBHOOK_PROVIDERS
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
SECRET = "provider:four-unrelated-green-words"
KEY = "key-of-the-provider"
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
RECIPIENT = "support@localhost"
RAW = letter(text="It burns.\n" + "ö" * 30).decode()
FIRE = base64.b64encode(b"hot").decode()
# As they stand in a mail of one part, coded.
HEADERS = {
    "Received": [
        "from mx.example.org by mx.provider.example with ESMTPS id a1; Sat, 28 Nov 2026 02:00:01 +0000",
        "by mail.example.org id b2; Sat, 28 Nov 2026 02:00:00 +0000",
    ],
    "From": "Ann Bell <ann@example.org>",
    "To": "support@localhost",
    "Subject": "Printer",
    "Date": "Sat, 28 Nov 2026 02:00:00 +0000",
    "Message-ID": "<1@example.org>",
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=utf-8",
    "Content-Transfer-Encoding": "base64",
}
LISTED = [
    (name, value)
    for name, values in HEADERS.items()
    for value in (values if isinstance(values, list) else [values])
]


@dataclass
class Post:
    """A request of a provider, before it is signed."""

    provider: str
    body: bytes
    content_type: str
    fields: dict = field(default_factory=dict)
    headers: dict = field(default_factory=dict)

    def send(self, secret=SECRET, **headers):
        told = {"authorization": "Basic " + base64.b64encode(secret.encode()).decode()}
        return Client().generic(
            "POST",
            reverse("mailboxes:webhook"),
            self.body,
            content_type=self.content_type,
            headers={**told, **self.headers, **headers},
        )


def postmark(said, key=KEY):
    return Post("postmark", json.dumps(said).encode(), JSON)


def postmark_whole(key=KEY):
    return postmark(postmark_said() | {"RawEmail": RAW}, key)


def postmark_pieces(key=KEY):
    return postmark(postmark_said(), key)


def postmark_said():
    kept = ("From", "To", "Subject", "Date")
    return {
        "FromName": "Ann Bell",
        "MessageStream": "inbound",
        "From": "ann@example.org",
        "FromFull": {"Email": "ann@example.org", "Name": "Ann Bell", "MailboxHash": ""},
        "To": RECIPIENT,
        "ToFull": [{"Email": RECIPIENT, "Name": "", "MailboxHash": ""}],
        "Cc": "",
        "CcFull": [],
        "Bcc": "",
        "BccFull": [],
        "OriginalRecipient": RECIPIENT,
        "Subject": "Printer",
        "MessageID": "73e6d360-66eb-11e1-8e72-a8904824019b",
        "ReplyTo": "",
        "MailboxHash": "",
        "Date": HEADERS["Date"],
        "TextBody": "It burns.\n",
        "HtmlBody": "",
        "StrippedTextReply": "",
        "Tag": "",
        "Headers": [{"Name": "Return-Path", "Value": "<ann@example.org>"}]
        + [{"Name": name, "Value": value} for name, value in LISTED if name not in kept],
        "Attachments": [
            {
                "Name": "fire.txt",
                "Content": FIRE,
                "ContentType": "text/plain",
                "ContentLength": 3,
                "ContentID": "",
            }
        ],
    }


def mailgun_signed(key, **fields):
    stamp, token = "1795831200", "t" * 50
    mark = hmac.new(key.encode(), f"{stamp}{token}".encode(), hashlib.sha256).hexdigest()
    told = {"recipient": RECIPIENT, "sender": "ann@example.org", "from": HEADERS["From"]}
    return {**told, "timestamp": stamp, "token": token, "signature": mark, **fields}


def mailgun_whole(key=KEY):
    fields = mailgun_signed(key, **{"body-mime": RAW})
    return Post("mailgun", encode_multipart(BOUNDARY, fields), MULTIPART_CONTENT)


def mailgun_whole_urlencoded(key=KEY):
    return Post("mailgun", urlencode(mailgun_signed(key, **{"body-mime": RAW})).encode(), FORM)


def mailgun_pieces(key=KEY):
    fields = {
        "subject": "Printer",
        "message-headers": json.dumps(LISTED),
        "body-plain": "It burns.\n",
        "stripped-text": "It burns.",
        "stripped-signature": "",
        "attachment-count": "1",
    }
    body = encode_multipart(BOUNDARY, mailgun_signed(key, **fields))
    file = (
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="attachment-1"; filename="fire.txt"'
        "\r\nContent-Type: text/plain\r\n\r\nhot\r\n"
    )
    return Post("mailgun", file.encode() + body, MULTIPART_CONTENT)


def mandrill(key=KEY):
    return mandrill_events(
        key,
        {
            "event": "inbound",
            "ts": 1795831200,
            "msg": {
                "raw_msg": RAW,
                "headers": HEADERS,
                "text": "It burns.\n",
                "text_flowed": False,
                "from_email": "ann@example.org",
                "from_name": "Ann Bell",
                "to": [[RECIPIENT, None]],
                "email": RECIPIENT,
                "subject": "Printer",
                "tags": [],
                "sender": None,
                "template": None,
                "spam_report": {"score": 1.8, "matched_rules": []},
                "dkim": {"signed": True, "valid": True},
                "spf": {"result": "pass", "detail": "sender SPF authorized"},
            },
        },
    )


def mandrill_events(key, *events):
    return mandrill_says(key, json.dumps(list(events)))


def mandrill_says(key, said):
    signed = f"https://{SECRET}@help.example.com/mail/webhook/mandrill_events{said}"
    mark = base64.b64encode(hmac.new(key.encode(), signed.encode(), hashlib.sha1).digest()).decode()
    body = urlencode({"mandrill_events": said}).encode()
    return Post("mandrill", body, FORM, headers={"X-Mandrill-Signature": mark})


def mailjet(key=KEY):
    said = {
        "Sender": "ann@example.org",
        "Recipient": RECIPIENT,
        "Date": "20261128T020000",
        "From": HEADERS["From"],
        "Subject": "Printer",
        "Headers": HEADERS,
        "Parts": [
            {"Headers": {"Content-Type": "text/plain; charset=utf-8"}, "ContentRef": "Text-part"},
            {
                "Headers": {
                    "Content-Type": 'text/plain; name="fire.txt"',
                    "Content-Disposition": 'attachment; filename="fire.txt"',
                    "Content-Transfer-Encoding": "base64",
                },
                "ContentRef": "Attachment1",
            },
        ],
        "Text-part": "It burns.\n",
        "Html-part": "",
        "SpamAssassinScore": "-0.1",
        "Attachment1": FIRE,
    }
    return Post("mailjet", json.dumps(said).encode(), JSON)


WHOLE = [postmark_whole, mailgun_whole, mailgun_whole_urlencoded, mandrill]
PIECES = [postmark_pieces, mailgun_pieces, mailjet]
ALL = [*WHOLE, *PIECES]
SIGNED = [make for make in ALL if make().provider in SIGNING_PROVIDERS]


@pytest.fixture(autouse=True)
def desk(settings):
    """A desk behind a proxy, which hands requests on without TLS."""
    settings.SITE_URL = "https://help.example.com"
    settings.INBOUND_WEBHOOK_SECRET, settings.INBOUND_WEBHOOK_KEY = SECRET, KEY
    return settings


def made(desk, make, **options):
    post = make(**options)
    desk.INBOUND_WEBHOOK_PROVIDER = post.provider
    return post


def test_every_provider_that_can_be_chosen_is_tested_here():
    assert {make().provider for make in ALL} == {*WEBHOOK_PROVIDERS} - {""}
    assert {make().provider for make in ALL} == set(webhooks.PROVIDERS)


@pytest.mark.parametrize("make", WHOLE)
def test_a_message_that_comes_whole_is_stored_to_the_byte(desk, make):
    assert made(desk, make).send().status_code == 200
    row = InboundMail.objects.get()
    assert (row.source, row.recipient) == (Source.WEBHOOK, RECIPIENT)
    assert raw_of(row).replace(b"\r\n", b"\n") == RAW.encode()
    process_due()
    assert Ticket.objects.get().customer.email == "ann@example.org"


@pytest.mark.parametrize("make", PIECES)
def test_a_message_that_comes_in_pieces_is_read_as_it_was_written(desk, make):
    assert made(desk, make).send().status_code == 200
    process_due()
    row = InboundMail.objects.get()
    assert (row.outcome, row.recipient) == (Outcome.TICKET, RECIPIENT)
    ticket = Ticket.objects.get()
    assert (ticket.subject, ticket.description) == ("Printer", "It burns.")
    assert (ticket.customer.email, ticket.customer.name) == ("ann@example.org", "Ann Bell")
    [file] = ticket.attachments.all()
    assert (file.name, file.size) == ("fire.txt", 3)


@pytest.mark.parametrize("make", ALL)
def test_a_post_that_is_repeated_is_one_message(desk, make):
    post = made(desk, make)
    assert [post.send().status_code for _ in range(3)] == [200] * 3
    process_due()
    assert post.send().status_code == 200
    assert InboundMail.objects.get().outcome == Outcome.TICKET


@pytest.mark.parametrize("make", ALL)
def test_without_the_secret_nobody_posts(desk, make):
    post = made(desk, make)
    assert post.send(secret="provider:wrong").status_code == 401
    assert post.send(authorization="").status_code == 401
    assert post.send(authorization="Basic %%%").status_code == 401
    assert not InboundMail.objects.exists()


@pytest.mark.parametrize("make", SIGNED)
def test_a_signature_that_is_wrong_or_missing_is_refused(desk, make):
    wrong = made(desk, make, key="another key")
    assert wrong.send().status_code == 403
    for name in ("signature", "token", "timestamp"):
        without = wrong.body.replace(name.encode(), b"x" * len(name))
        assert Post(wrong.provider, without, wrong.content_type).send().status_code == 403
    assert not InboundMail.objects.exists()


def test_a_signature_of_another_post_is_refused(desk):
    post, other = made(desk, mandrill), mandrill_events(KEY)
    post.headers = other.headers
    assert post.send().status_code == 403


@pytest.mark.parametrize("make", ALL)
def test_one_that_is_too_large_is_refused(desk, make, monkeypatch):
    post = made(desk, make)
    monkeypatch.setattr(webhooks, "MOST_BYTES", len(post.body) - 1)
    assert post.send().status_code == 413
    assert not InboundMail.objects.exists()
    monkeypatch.setattr(webhooks, "MOST_BYTES", len(post.body))
    assert post.send().status_code == 200


BROKEN = {
    "nothing": b"",
    "half": b'{"FromFull": {"Email": "a',
    "null": b"null",
    "a number": b"5",
    "a list": b"[[]]",
    "other bytes": b"\xff\xfe\x00",
    "deep": b"[" * 200_000,
    "wrong kinds": b'{"RawEmail": 5, "Headers": 5, "Parts": 7, "event": []}',
    "not a number": b'{"RawEmail": NaN, "Headers": {"a": 1e999}, "Parts": [{}]}',
}


@pytest.mark.parametrize("kind", BROKEN)
@pytest.mark.parametrize("provider", webhooks.PROVIDERS)
def test_broken_posts_are_refused_with_a_sentence(desk, provider, kind):
    desk.INBOUND_WEBHOOK_PROVIDER = provider
    for content_type in (JSON, FORM, MULTIPART_CONTENT, "text/plain"):
        answer = Post(provider, BROKEN[kind], content_type).send()
        assert answer.status_code in (400, 403), (content_type, answer.content)
        assert answer.content
    assert not InboundMail.objects.exists()


@pytest.mark.parametrize("kind", BROKEN)
def test_what_is_broken_within_a_signed_post_is_refused_too(desk, kind):
    desk.INBOUND_WEBHOOK_PROVIDER = "mandrill"
    said = BROKEN[kind].decode(errors="replace") or '"inbound"'
    for text in (said, f"[{said}, 5]", f'[{{"event": "inbound", "msg": {said}}}]'):
        answer = mandrill_says(KEY, text).send()
        assert answer.status_code == 400, text[:80]
    assert not InboundMail.objects.exists()


def test_what_is_no_incoming_message_is_let_go(desk):
    """Mandrill tells of mails that went out at the same address, and asks it with nothing."""
    desk.INBOUND_WEBHOOK_PROVIDER = "mandrill"
    opened = {"event": "open", "ts": 1795831200, "msg": {"email": "ann@example.org"}}
    for events in ([], [opened], [opened, {"event": "send", "ts": 1e300, "msg": {}}]):
        assert mandrill_events(KEY, *events).send().status_code == 200
    assert Client().head(reverse("mailboxes:webhook")).status_code == 200
    assert not InboundMail.objects.exists()


def test_a_message_that_nobody_can_read_waits_for_a_person(desk):
    deep = "".join(f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(2000))
    raw = f"From: ann@example.org\nSubject: Deep\n{deep}\n\nIt burns."
    post = postmark(postmark_said() | {"RawEmail": raw})
    desk.INBOUND_WEBHOOK_PROVIDER = "postmark"
    assert post.send().status_code == 200
    process_due()
    assert InboundMail.objects.get().outcome == Outcome.SUSPENDED


def test_half_a_letter_in_json_is_no_reason_to_lose_a_mail(desk):
    body = postmark_whole().body.replace(b"It burns.", b"It burns \\ud83d.")
    desk.INBOUND_WEBHOOK_PROVIDER = "postmark"
    assert Post("postmark", body, JSON).send().status_code == 200
    process_due()
    assert "It burns ?." in Ticket.objects.get().description


def test_a_file_with_a_name_that_is_none_keeps_no_mail_out(desk):
    post = made(desk, mailgun_pieces)
    post.body = post.body.replace(b"fire.txt", b"..")
    assert post.send().status_code == 200
    process_due()
    assert Ticket.objects.get().description == "It burns."
    assert "file was not added" in InboundMail.objects.get().trace
