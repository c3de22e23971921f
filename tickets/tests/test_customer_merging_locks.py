"""Customers are merged while their tickets are worked on: both wait for each other in one order."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections, transaction

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.choices import Status
from tickets.models import Ticket
from tickets.services import (
    add_reply,
    change_status,
    create_ticket,
    customer_merging,
    merge_customers,
    split_message,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]


@pytest.fixture
def desk():
    """An admin, a technician with a ticket, and its customer, who is to be merged into another."""
    with transaction.atomic():
        admin, technician = AdminFactory(), TechnicianFactory().user
        source, target = CustomerFactory(), CustomerFactory()
        ticket = create_ticket(customer=source, actor=source, description="x", category_text="x")
        Ticket.objects.filter(pk=ticket.pk).update(technician=technician, status=Status.IN_PROGRESS)
        add_reply(ticket, actor=source, body="And the lamp is broken.")
    return admin, technician, source, target, Ticket.objects.get(pk=ticket.pk)


def split(ticket, technician):
    split_message(ticket, comment=ticket.comments.get(), actor=technician, subject="Lamp")


def resolve(ticket, technician):
    change_status(
        ticket, status=Status.RESOLVED, actor=technician, resolution_summary="A new fuse."
    )


def while_merging(monkeypatch, merge, work, *, seconds=0.5):
    """Begin `work` when the merge holds both customers and no ticket yet; let both end.

    For `seconds` the work takes what it can get; then the merge goes on.
    """
    holds, lock = threading.Event(), customer_merging._lock

    def lock_late(numbers):
        holds.set()
        threading.Event().wait(seconds)
        lock(numbers)

    monkeypatch.setattr(customer_merging, "_lock", lock_late)

    def run(call):
        try:
            call()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        merging = pool.submit(run, merge)
        assert holds.wait(20)
        working = pool.submit(run, work)
        merging.result(20)
        working.result(20)


@pytest.mark.parametrize("work", [split, resolve])
def test_merging_waits_for_work_on_a_ticket_or_the_other_way_round(desk, work, monkeypatch):
    admin, technician, source, target, ticket = desk
    while_merging(
        monkeypatch,
        lambda: merge_customers(source, target=target, actor=admin),
        lambda: work(ticket, technician),
    )
    assert not Ticket.objects.filter(customer=source).exists()
    assert Ticket.objects.filter(customer=target).count() == (2 if work is split else 1)
