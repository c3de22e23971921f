"""The order of lists: by the earliest running target, then priority, then age."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.paging import keyset_page
from tickets.choices import NEVER, Priority
from tickets.models import Ticket
from tickets.querysets import MOST_URGENT
from tickets.services import set_next_due
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


def test_most_urgent_is_what_is_due_first_then_priority_then_age():
    now = timezone.now()
    old = TicketFactory(raised_at=now - timedelta(days=9))
    urgent = TicketFactory(priority=Priority.URGENT)
    young = TicketFactory(raised_at=now)
    soon, late = TicketFactory(), TicketFactory(priority=Priority.LOW)
    set_next_due(soon, now + timedelta(minutes=5))
    set_next_due(late, now - timedelta(minutes=5))
    wanted = [late, soon, urgent, old, young]
    assert list(Ticket.objects.most_urgent_first()) == wanted

    cursor, seen = "", []
    for _ in wanted:  # page by page the same, over the border to what is never due
        page = keyset_page(Ticket.objects.all(), order=MOST_URGENT, cursor=cursor, size=1)
        seen += page.rows
        cursor = page.next
    assert seen == wanted
    assert cursor == ""


def test_a_ticket_without_a_running_target_is_never_due():
    ticket = TicketFactory()
    assert not ticket.is_due_ever
    set_next_due(ticket, timezone.now())
    assert ticket.is_due_ever
    set_next_due(ticket, None)
    ticket.refresh_from_db()
    assert ticket.next_due_at == NEVER
    assert ticket.version == 1
