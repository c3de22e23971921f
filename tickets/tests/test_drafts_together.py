"""A text that is saved while it is being sent: afterwards it is sent, and no draft of it is left."""

import time
from threading import Thread

import pytest
from django.db import connection, transaction

from accounts.tests.factories import AdminFactory
from tickets import services
from tickets.choices import Status
from tickets.models import Comment, TicketDraft
from tickets.tests.factories import TicketFactory

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time")
def test_a_draft_that_arrives_while_its_text_is_sent_is_none():
    with transaction.atomic():
        admin = AdminFactory()
        ticket = TicketFactory(status=Status.IN_PROGRESS)
    saving = Thread(target=save, args=(ticket, admin))
    with transaction.atomic():
        services.add_note(ticket, actor=admin, body="Gateway 2")
        saving.start()
        assert waits_for_us()
        services.drop_draft(ticket, kind="note", actor=admin)
    saving.join(timeout=20)
    assert Comment.objects.get().body == "Gateway 2"
    assert not TicketDraft.objects.exists()


def save(ticket, admin):
    try:
        services.save_draft(ticket, kind="note", body="Gateway 2", actor=admin)
    finally:
        connection.close()


def waits_for_us():
    """Whether somebody waits for what this transaction holds, or will within some seconds."""
    asked = (
        "SELECT EXISTS (SELECT FROM pg_locks"
        " WHERE NOT granted AND pg_backend_pid() = ANY (pg_blocking_pids(pid)))"
    )
    for _ in range(200):
        with connection.cursor() as cursor:
            cursor.execute(asked)
            if cursor.fetchone()[0]:
                return True
        time.sleep(0.05)
    return False
