"""Every message that arrives is stored, and comes to exactly one outcome, whatever happens."""

import io
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, connections
from django.utils import timezone

from mailboxes.choices import Outcome, Source
from mailboxes.models import InboundMail
from mailboxes.services import process_due, processing, receive, storing
from mailboxes.services.reading import raw_of
from mailboxes.tests.letters import bring, letter
from tickets import storage
from tickets.models import Attachment, Comment, DoomedFile, Ticket
from tickets.services import tidy_files


class Killed(BaseException):
    """The process ends here."""


class KillAt:
    """Ends the process before its n-th statement."""

    def __init__(self, number):
        self.left = number

    def __call__(self, execute, sql, params, many, context):
        self.left -= 1
        if self.left == 0:
            raise Killed
        return execute(sql, params, many, context)


@pytest.mark.django_db
def test_the_raw_bytes_are_there_before_anything_is_read():
    raw = letter()
    row = receive(io.BytesIO(raw), source=Source.PIPE, recipient="support@localhost")
    assert (row.outcome, row.size) == (Outcome.RECEIVED, len(raw))
    assert raw_of(row) == raw
    assert not DoomedFile.objects.exists()


@pytest.mark.django_db
def test_e16_copies_by_any_door_are_one_message():
    raw = letter(message_id="<one@example.org>")
    bring(raw)
    on_another_way = b"Received: from mx2.example.org\nDelivered-To: support@localhost\n" + raw
    row = bring(on_another_way.replace(b"\n", b"\r\n"))
    assert (row.outcome, row.copy_of) == (Outcome.IGNORED, InboundMail.objects.earliest("id"))
    assert row.reason == storing.SEEN_BEFORE
    # The same id over other words is another message: an id is no key to somebody's mail.
    assert bring(letter(message_id="<one@example.org>", text="Other")).outcome == Outcome.TICKET
    assert Ticket.objects.count() == 2


@pytest.mark.django_db
def test_e28_a_poison_message_fails_after_three_tries_and_stops_nobody(monkeypatch):
    read = processing.read

    def poisoned(row):
        if b"poison" in raw_of(row):
            raise RuntimeError("boom")
        return read(row)

    monkeypatch.setattr(processing, "read", poisoned)
    bad = bring(letter(text="poison"))
    assert bring(letter("ben@example.org")).outcome == Outcome.TICKET
    now = timezone.now()
    for hours in range(1, 5):
        process_due(now=now + timedelta(hours=hours))
    bad.refresh_from_db()
    assert (bad.outcome, bad.attempts) == (Outcome.FAILED, 3)
    assert "RuntimeError" in bad.reason


@pytest.mark.django_db
def test_a_message_that_takes_its_worker_along_fails_too():
    receive(io.BytesIO(letter()), source=Source.PIPE)
    now = timezone.now()
    for hours in range(3):  # leased, and never heard of again
        assert processing.lease_next(now + timedelta(hours=hours))
    process_due(now=now + timedelta(hours=3))
    assert InboundMail.objects.get().outcome == Outcome.FAILED


@pytest.mark.django_db
def test_odd_bytes_are_suspended_with_a_reason():
    for raw in (b"\x00\xff" * 50, b"no header at all", b"Subject: x\n\nNo sender"):
        row = bring(raw)
        assert row.outcome == Outcome.SUSPENDED, raw
        assert row.reason


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_e25_killed_at_any_statement_each_message_comes_to_one_outcome():
    steps, number, done = 0, 0, False
    while not done:
        steps += 1
        number += 1
        raw = letter(f"p{number}@example.org", text=f"Message {number}")
        done = not _killed(KillAt(steps), raw)
        # The mail server was not told that we have it, or was; the source tries again.
        receive(io.BytesIO(raw), source=Source.PIPE)
        process_due(now=timezone.now() + timedelta(hours=1))
        assert Ticket.objects.filter(description=f"Message {number}").count() == 1, steps
        assert not InboundMail.objects.waiting().exists(), steps
    outcomes = InboundMail.objects.exclude(outcome=Outcome.IGNORED)
    assert steps > 20
    assert outcomes.filter(outcome=Outcome.TICKET).count() == outcomes.count() == number
    assert Ticket.objects.count() == number
    DoomedFile.objects.update(due_at=timezone.now())
    tidy_files()
    kept = InboundMail.objects.filter(stored_as__isnull=False).count()
    assert kept == number
    assert not Attachment.objects.exists()


def _killed(kill, raw):
    try:
        with connection.execute_wrapper(kill):
            receive(io.BytesIO(raw), source=Source.PIPE)
            process_due()
    except Killed:
        connection.close()
        return True
    return False


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_e16_sixteen_at_once_make_one_reply_of_one_mail():
    raw = letter(text="Once.")

    def work(number):
        try:
            receive(io.BytesIO(raw), source=Source.PIPE)
            process_due()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(work, range(16)))
    process_due()
    assert Ticket.objects.count() == 1
    assert InboundMail.objects.count() == 16
    assert InboundMail.objects.filter(copy_of=None).count() == 1
    assert not Comment.objects.exists()


@pytest.mark.django_db
def test_the_pipe_stores_and_says_so(monkeypatch):
    from mailboxes.management.commands import receive_mail

    class Input:
        buffer = io.BytesIO(letter())

    monkeypatch.setattr(receive_mail.sys, "stdin", Input)
    call_command("receive_mail", "support@localhost")
    row = InboundMail.objects.get()
    assert (row.source, row.recipient) == (Source.PIPE, "support@localhost")


@pytest.mark.django_db
@pytest.mark.parametrize("fault", [storage.StorageAway(), DatabaseError("away"), OSError("full")])
def test_the_pipe_asks_the_mail_server_to_try_again(monkeypatch, fault):
    from mailboxes.management.commands import receive_mail

    def broken(*args, **options):
        raise fault

    class Input:
        buffer = io.BytesIO(letter())

    monkeypatch.setattr(receive_mail.sys, "stdin", Input)
    monkeypatch.setattr(receive_mail, "receive", broken)
    with pytest.raises(SystemExit) as end:
        call_command("receive_mail")
    assert end.value.code == 75
