"""The demo's ledger shows every outcome, tells nobody, and has a mail that can be released."""

from io import StringIO

import pytest
from django.core.management import call_command

from accounts.models import User
from mailboxes.choices import Outcome
from mailboxes.models import InboundMail
from mailboxes.services import raw_of, release
from notifications.models import Delivery
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


def test_the_demo_has_mails_of_every_outcome():
    call_command("demo_data", "--tickets=60", stdout=StringIO())
    count = Ticket.objects.count()
    assert count == 60
    found = set(InboundMail.objects.values_list("outcome", flat=True))
    # None waits to be read, nor for a colleague who wrote past what happened.
    assert found == set(Outcome) - {Outcome.RECEIVED, Outcome.HELD}
    assert not Delivery.objects.exists()
    for row in InboundMail.objects.select_related("ticket", "comment"):
        assert row.reason
        assert row.sender
        assert raw_of(row)
        if row.outcome == Outcome.REPLY:
            assert row.comment.ticket == row.ticket
    # The newest one waits.
    waiting = InboundMail.objects.filter(outcome=Outcome.SUSPENDED).get()
    assert "token" in waiting.reason
    done = release(waiting, actor=User.objects.admins().first())
    assert done.outcome == Outcome.TICKET
    assert Ticket.objects.count() == count + 1


def test_a_desk_without_tickets_gets_none():
    call_command("demo_data", "--tickets=0", stdout=StringIO())
    assert not InboundMail.objects.exists()
