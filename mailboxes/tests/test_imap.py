"""Mailboxes on a real IMAP server: every message once, no flag changed, faults in words."""

import socket

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from imap_tools import MailBoxUnencrypted

from accounts.choices import AccountEventType
from accounts.models import AccountEvent
from accounts.tests.factories import AdminFactory
from mailboxes.choices import Outcome, Security
from mailboxes.models import InboundMail, Mailbox
from mailboxes.services import diagnose, fetch, fetch_all, process_due, save_mailbox
from mailboxes.tests.dovecot import PASSWORD, PROGRAM, Dovecot
from mailboxes.tests.letters import letter
from technicians.tests.factories import TeamFactory
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory

needs_dovecot = pytest.mark.skipif(
    not PROGRAM, reason="needs dovecot (Debian: dovecot-imapd); CI has it"
)
pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def server():
    server = Dovecot()
    server.start()
    yield server
    server.stop()


def given(**changes):
    return {
        "name": "Support",
        "is_active": True,
        "address": "support@localhost",
        "host": "127.0.0.1",
        "port": 1,
        "security": Security.NONE,
        "username": "desk",
        "sign_in": "password",
        "folder": "INBOX",
        "takes_older": True,
        "trusted_server": "",
        "category": None,
    } | changes


@pytest.fixture
def mailbox(server, request):
    """A mailbox of a user of its own on the server."""
    name = f"user{abs(hash(request.node.name)) % 10**9}"
    fields = given(port=server.port, username=name)
    return save_mailbox(Mailbox(), actor=AdminFactory(), secret=PASSWORD, **fields)


@pytest.fixture
def client_of(mailbox):
    """Another program that reads the same mailbox."""
    box = MailBoxUnencrypted("127.0.0.1", mailbox.port)
    with box.login(mailbox.username, PASSWORD) as box:
        yield box


def fresh(mailbox):
    return Mailbox.objects.get(pk=mailbox.pk)


@needs_dovecot
def test_every_message_is_read_once_and_no_flag_changes(mailbox, client_of):
    category = CategoryFactory()
    team = TeamFactory()
    Mailbox.objects.update(category=category, team=team)
    for number in range(3):
        client_of.append(letter(f"p{number}@example.org"))
    client_of.append(letter("seen@example.org"), flag_set=["\\Seen"])
    assert fetch_all() == 4  # also what another program has read already
    assert fetch_all() == 0
    process_due()
    assert Ticket.objects.filter(category=category, team=team).count() == 4
    unseen = list(client_of.uids("UNSEEN"))
    assert len(unseen) == 3
    client_of.append(letter("later@example.org"))
    assert fetch(fresh(mailbox)) == 1
    assert fresh(mailbox).last_uid == 5


@needs_dovecot
def test_many_are_read_in_rounds_and_one_that_dies_goes_on(mailbox, client_of, monkeypatch):
    from mailboxes.services import fetching

    for number in range(5):
        client_of.append(letter(f"p{number}@example.org"))
    assert fetch(fresh(mailbox), limit=2) == 2
    # Killed after the message was stored, and before the mailbox's row says so.
    monkeypatch.setattr(fetching, "_advance", lambda *args: None)
    fetch(fresh(mailbox), limit=1)
    monkeypatch.undo()
    assert fetch(fresh(mailbox), limit=10) == 3
    assert InboundMail.objects.count() == 5
    assert not InboundMail.objects.exclude(copy_of=None).exists()


@needs_dovecot
def test_e29_a_folder_that_is_numbered_anew_brings_no_message_twice(mailbox, client_of):
    client_of.append(letter("one@example.org"))
    fetch(fresh(mailbox))
    Mailbox.objects.update(uidvalidity=1)  # as if it had been another one
    InboundMail.objects.update(uidvalidity=1)
    client_of.append(letter("two@example.org"))
    assert fetch(fresh(mailbox)) == 2
    process_due()
    assert Ticket.objects.count() == 2
    assert InboundMail.objects.filter(outcome=Outcome.IGNORED).count() == 1
    assert "numbered the folder anew" in fresh(mailbox).gaps


@needs_dovecot
def test_what_was_there_before_is_left_alone_unless_wanted(mailbox, client_of):
    Mailbox.objects.update(takes_older=False)
    client_of.append(letter("old@example.org"))
    assert fetch(fresh(mailbox)) == 0
    client_of.append(letter("new@example.org"))
    assert fetch(fresh(mailbox)) == 1


@needs_dovecot
def test_messages_that_were_taken_away_unread_are_reported(mailbox, client_of):
    client_of.append(letter("one@example.org"))
    fetch(fresh(mailbox))
    client_of.append(letter("two@example.org"))
    client_of.append(letter("three@example.org"))
    client_of.delete("2")
    assert fetch(fresh(mailbox)) == 1
    assert "1 gone before they were read (among 2)" in fresh(mailbox).gaps
    fetch(fresh(mailbox))
    assert len(fresh(mailbox).gaps.splitlines()) == 1


@needs_dovecot
def test_the_test_says_what_is_wrong(mailbox):
    admin = AdminFactory()
    assert diagnose(mailbox, actor=admin) == (
        True,
        "INBOX opens and has 0 messages. Nothing in it was changed.",
    )
    mailbox.folder = "Nowhere"
    assert "no folder Nowhere" in diagnose(mailbox, actor=admin)[1]
    mailbox.folder, mailbox.secret = "INBOX", b"not ours"
    assert "another SECRET_KEY" in diagnose(mailbox, actor=admin)[1]
    save_mailbox(fresh(mailbox), actor=admin, secret="wrong")
    assert "refused the user name or the password" in diagnose(fresh(mailbox), actor=admin)[1]
    mailbox = fresh(mailbox)
    mailbox.security = Security.TLS
    assert "doesn't speak TLS" in diagnose(mailbox, actor=admin)[1]


def test_a_server_that_is_away_is_said_and_stops_no_other_mailbox():
    admin = AdminFactory()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mailbox = save_mailbox(Mailbox(), actor=admin, secret="x", **given(port=port))
    assert "Nothing answers" in diagnose(mailbox, actor=admin)[1]
    assert fetch_all() == 0
    assert "Nothing answers" in fresh(mailbox).last_error


def test_a_password_goes_in_encrypted_and_never_comes_out(client):
    client.force_login(AdminFactory())
    typed = {name: value for name, value in given().items() if value not in (None, False)}
    secret = "sesame open the door"
    answer = client.post(reverse("admin:mailboxes_mailbox_add"), typed | {"password": secret})
    assert answer.status_code == 302, answer.context["errors"]
    mailbox = Mailbox.objects.get()
    assert secret.encode() not in bytes(mailbox.secret)
    page = client.get(reverse("admin:mailboxes_mailbox_change", args=[mailbox.pk]))
    assert secret not in page.content.decode()
    assert "gAAAA" not in page.content.decode()
    event = AccountEvent.objects.get(type=AccountEventType.MAILBOX_CHANGED)
    assert secret not in str(event.changes)
    # Empty: it stays.
    address = reverse("admin:mailboxes_mailbox_change", args=[mailbox.pk])
    assert client.post(address, typed | {"name": "Help", "password": ""}).status_code == 302
    assert bytes(fresh(mailbox).secret) == bytes(mailbox.secret)
    assert fresh(mailbox).name == "Help"


def test_no_password_goes_over_the_network_unprotected():
    with pytest.raises(ValidationError, match="anybody on the way"):
        save_mailbox(
            Mailbox(), actor=AdminFactory(), secret="x", **given(host="imap.example.org", port=143)
        )
