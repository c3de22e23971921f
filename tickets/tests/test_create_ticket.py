import threading
import uuid

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, connections, transaction

from accounts.tests.factories import CustomerFactory
from tickets.choices import EventType, Status
from tickets.models import Ticket
from tickets.services import create_ticket
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db


def test_a_new_ticket_is_pending_and_has_the_next_number():
    customer = CustomerFactory()
    first = create_ticket(
        customer=customer, actor=customer, description="No light", category=CategoryFactory()
    )
    second = create_ticket(
        customer=customer, actor=customer, description="No sound", category_text="Odd things"
    )
    assert (first.ticket_id, second.ticket_id) == ("TKT0001", "TKT0002")
    assert first.status == Status.PENDING
    assert list(first.events.values_list("type", flat=True)) == [EventType.CREATED]


def test_the_subject_is_taken_from_the_first_words():
    customer = CustomerFactory()
    text = (
        "The screen in room two stays black whatever I do with the cable, the switch and the plug"
    )
    ticket = create_ticket(
        customer=customer, actor=customer, description=text, category_text="Screens"
    )
    assert ticket.subject == (
        "The screen in room two stays black whatever I do with the cable, the switch and…"
    )
    assert ticket.description == text


@pytest.mark.parametrize("text", ["", "   \n", "nul\x00", "\ud800", "x" * 50_001])
def test_a_text_that_cannot_be_kept_is_refused_and_burns_no_number(text):
    customer = CustomerFactory()
    with pytest.raises(ValidationError) as refusal:
        create_ticket(customer=customer, actor=customer, description=text, category_text="Any")
    assert "issue_description" in refusal.value.message_dict
    assert not Ticket.objects.exists()


def test_a_customer_cannot_raise_a_ticket_for_another():
    with pytest.raises(PermissionDenied):
        create_ticket(
            customer=CustomerFactory(),
            actor=CustomerFactory(),
            description="x",
            category_text="Any",
        )


def test_a_submission_key_makes_one_ticket_however_often_it_arrives():
    customer = CustomerFactory()
    key = uuid.uuid4()
    tickets = [
        create_ticket(
            customer=customer,
            actor=customer,
            description="x",
            category_text="Any",
            submission_key=key,
        )
        for _ in range(2)
    ]
    assert tickets[0] == tickets[1]
    assert Ticket.objects.count() == 1


def test_a_submission_key_means_nothing_to_another_customer():
    key = uuid.uuid4()
    for customer in (CustomerFactory(), CustomerFactory()):
        create_ticket(
            customer=customer,
            actor=customer,
            description="x",
            category_text="Any",
            submission_key=key,
        )
    assert Ticket.objects.count() == 2


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="threads need PostgreSQL")
def test_ten_submissions_at_once_make_one_ticket():
    with transaction.atomic():
        customer = CustomerFactory()
    key = uuid.uuid4()
    start = threading.Barrier(10)
    made = []

    def submit():
        start.wait()
        ticket = create_ticket(
            customer=customer,
            actor=customer,
            description="x",
            category_text="Any",
            submission_key=key,
        )
        made.append(ticket.number)
        connections.close_all()

    threads = [threading.Thread(target=submit) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(made) == 10
    assert len(set(made)) == Ticket.objects.count() == 1
