"""G10: a ticket is deleted while somebody changes it, answers it or sends a file or a mail to it."""

import io
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core import mail
from django.db import connection, connections, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from mailboxes.choices import Outcome, Source
from mailboxes.models import InboundMail
from mailboxes.services import process_due, receive
from mailboxes.tests.test_filing import answer
from notifications.choices import DeliveryState
from notifications.models import Delivery
from notifications.tests.outbox import deliver
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import EventType
from tickets.models import Attachment, Comment, OutgoingReply, Ticket, TicketEvent
from tickets.services.file_care import find_strays
from tickets.tests.factories import CategoryFactory
from tickets.tests.files import named, uploaded

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]
ROUNDS = 8
REFUSED = (404, 409)


@dataclass
class Desk:
    """A technician's ticket that its customer has had a mail about, and who deletes it."""

    admin: User
    technician: User
    customer: User
    ticket: Ticket

    def delete(self) -> int:
        status = client_of(self.admin).delete(f"/api/tickets/{self.ticket.ticket_id}").status_code
        return int(status)

    def page(self, person: User, name: str, **data: Any) -> int:
        client = Client()
        client.force_login(person)
        return int(client.post(reverse(name, args=[self.ticket.ticket_id]), data).status_code)

    def api(self, person: User, name: str, **data: Any) -> int:
        url = reverse(name, args=[self.ticket.ticket_id])
        return int(client_of(person).post(url, data).status_code)


def make_desk() -> Desk:
    with transaction.atomic():
        category, customer = CategoryFactory(), CustomerFactory()
        technician, admin = TechnicianFactory(categories=[category]).user, AdminFactory()
        ticket = services.create_ticket(
            customer=customer, actor=customer, description="It burns.", category=category
        )
        ticket = services.take_ticket(ticket, actor=technician)
        services.add_reply(ticket, actor=technician, body="Pour water on it.")
    return Desk(admin, technician, customer, ticket)


# What happens at the same time: each prepares, and returns what is then done ------------------

Act = Callable[[], int]


def changes_the_status(desk: Desk) -> Act:
    url = f"/api/tickets/{desk.ticket.ticket_id}"
    client = client_of(desk.technician)
    return lambda: int(client.put(url, {"status": "On Hold"}).status_code)


def replies_with_a_file(desk: Desk) -> Act:
    files = [str(uploaded(desk.customer).pk)]
    return lambda: desk.api(desk.customer, "api:ticket-reply", body="Late", file_ids=files)


def replies_on_the_page_with_a_file(desk: Desk) -> Act:
    return lambda: desk.page(
        desk.customer, "tickets:ticket-reply", body="Late", files=[named("a.txt")]
    )


def notes_with_a_file(desk: Desk) -> Act:
    files = [str(uploaded(desk.technician).pk)]
    return lambda: desk.api(desk.technician, "api:ticket-note", body="Late", file_ids=files)


def replies_with_a_moment_to_undo(desk: Desk) -> Act:
    return lambda: desk.page(
        desk.technician, "technicians:ticket-reply", body="Late", files=[named("a.txt")]
    )


def has_a_reply_that_goes_out(desk: Desk) -> Act:
    file = uploaded(desk.technician)
    services.send_reply(desk.ticket, actor=desk.technician, body="Late", attachments=[file])

    def release() -> int:
        services.release_due_replies(now=timezone.now() + timedelta(minutes=1))
        sent = not OutgoingReply.objects.filter(ticket=desk.ticket).exists()
        return 201 if sent else 409

    return release


def uploads_a_file(desk: Desk) -> Act:
    return lambda: desk.page(desk.customer, "tickets:ticket-file-upload", files=[named("late.txt")])


def answers_by_mail(desk: Desk) -> Act:
    raw = answer(desk.customer.email, text="Late")
    row = receive(io.BytesIO(raw), source=Source.PIPE)

    def read() -> int:
        process_due()
        outcome = InboundMail.objects.get(pk=row.pk).outcome
        return {Outcome.REPLY: 201, Outcome.SUSPENDED: 409}[outcome]

    return read


ACTS = [
    changes_the_status,
    replies_with_a_file,
    replies_on_the_page_with_a_file,
    notes_with_a_file,
    replies_with_a_moment_to_undo,
    has_a_reply_that_goes_out,
    uploads_a_file,
    answers_by_mail,
]
each_act = pytest.mark.parametrize("prepare", ACTS, ids=lambda act: act.__name__)


def in_threads(*calls: Callable[[], int]) -> list[int]:
    """Let go of all at the same moment, each with a connection of its own; return what they say."""
    barrier, said = threading.Barrier(len(calls)), [0] * len(calls)

    def run(index: int) -> None:
        try:
            barrier.wait(timeout=20)
            said[index] = calls[index]()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=[index]) for index in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return said


# What must hold afterwards --------------------------------------------------------------------


def check_nothing_is_left(desk: Desk, status: int) -> None:
    """The ticket is deleted: it has what was said before that, and nobody is told anything."""
    ticket = Ticket.objects.get(pk=desk.ticket.pk)
    assert ticket.deleted_at is not None
    assert status in (200, 201, 302, *REFUSED)
    late = Comment.objects.filter(ticket=ticket, body="Late")
    files = Attachment.objects.filter(ticket=ticket)
    if status in REFUSED:
        assert not late.exists()
        assert not files.exists()
        assert not ticket.events.filter(type=EventType.STATUS_CHANGED).exists()
    mail.outbox.clear()
    services.release_due_replies(now=timezone.now() + timedelta(minutes=1))
    deliver()
    assert [message.subject for message in mail.outbox] == []
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()
    assert not OutgoingReply.objects.filter(state="waiting").exists()
    assert events_after_the_end(ticket) <= {EventType.REPLY_HELD}
    assert find_strays() == {"without_row": [], "without_file": []}


def events_after_the_end(ticket: Ticket) -> set[str]:
    end = ticket.events.get(type=EventType.DELETED)
    return set(
        TicketEvent.objects.filter(ticket=ticket, pk__gt=end.pk).values_list("type", flat=True)
    )


def check_all_goes_with_the_texts() -> None:
    """A month later there is no word, no file and no row of a file."""
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        services.purge_deleted_tickets()
        services.tidy_files()
    assert not Comment.objects.exclude(body="").exists()
    assert not OutgoingReply.objects.exists()
    assert not Attachment.objects.exists()
    assert find_strays() == {"without_row": [], "without_file": []}


# The tests ------------------------------------------------------------------------------------


@each_act
def test_one_after_the_other(prepare: Callable[[Desk], Act]) -> None:
    first = make_desk()
    act = prepare(first)
    status = act()
    assert status in (200, 201, 302)
    assert first.delete() == 200
    check_nothing_is_left(first, status)
    second = make_desk()
    act = prepare(second)
    assert second.delete() == 200
    status = act()
    assert status in REFUSED
    check_nothing_is_left(second, status)
    check_all_goes_with_the_texts()


@each_act
def test_at_the_same_moment(prepare: Callable[[Desk], Act]) -> None:
    for _ in range(ROUNDS):
        desk = make_desk()
        status, deleted = in_threads(prepare(desk), desk.delete)
        assert deleted == 200
        check_nothing_is_left(desk, status)
    check_all_goes_with_the_texts()


def wait_for_a_lock(thread: threading.Thread) -> None:
    """Return once the thread waits for somebody's lock, or is through."""
    for _ in range(2000):
        with connection.cursor() as cursor:
            # A row's lock is waited for as the lock of the transaction that holds it.
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted"
                " AND pg_backend_pid() = ANY (pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0] or not thread.is_alive():
                return
        time.sleep(0.01)
    raise AssertionError("it neither ends nor waits")


@pytest.mark.postgres
@each_act
def test_between_the_look_and_the_change(prepare: Callable[[Desk], Act]) -> None:
    """The deletion holds the ticket; the other one has seen it, and gets it when it is gone."""
    desk = make_desk()
    act, said = prepare(desk), []

    def run() -> None:
        try:
            said.append(act())
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    with transaction.atomic():
        services.delete_ticket(desk.ticket, actor=desk.admin)
        thread.start()
        wait_for_a_lock(thread)
    thread.join()
    if prepare is not uploads_a_file:  # a file has no ticket before it is sent along
        assert said[0] in REFUSED
    check_nothing_is_left(desk, said[0])
    check_all_goes_with_the_texts()
