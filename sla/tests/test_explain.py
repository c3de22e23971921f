"""Why something is due, as a sum; and whether what is stored is what the events say."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from sla.models import Clock, TicketTerms
from sla.queries import explain
from sla.services import begin_with, recheck
from tickets import services
from tickets.choices import Priority, Status
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def busy(raise_ticket, maya, now):
    """A ticket with replies, pauses, an end and a second life."""
    ticket = raise_ticket()
    services.add_reply(ticket, actor=maya, body="Which?", then_status=Status.WAITING)
    now.shift(3 * HOUR)
    services.add_reply(ticket, actor=ticket.customer, body="Blue.")
    now.shift(26 * HOUR)
    services.add_reply(ticket, actor=maya, body="Try this.")
    services.resolve_ticket(ticket, actor=maya, resolution_summary="Done.")
    now.shift(2 * HOUR)
    services.reopen_ticket(ticket, actor=ticket.customer, reason="Again.")
    services.change_status(ticket, status=Status.ON_HOLD, actor=maya)
    now.shift(HOUR)
    services.change_status(ticket, status=Status.IN_PROGRESS, actor=maya)
    return Ticket.objects.get(pk=ticket.pk)


def test_the_sum_leads_to_the_due_time(raise_ticket, maya, now):
    ticket = raise_ticket()
    services.change_status(ticket, status=Status.ON_HOLD, actor=maya)
    now.shift(2 * HOUR)
    services.change_status(ticket, status=Status.IN_PROGRESS, actor=maya)
    first = Clock.objects.get(ticket=ticket, kind="first_response")
    found = explain(first)
    assert found.counted == first.target
    assert [(s.is_pause, s.reason, s.seconds) for s in found.steps] == [
        (True, "On hold", 0),
        (False, "", 5 * 3600),
        (False, "", 3 * 3600),
    ]
    assert found.steps[-1].ends == first.due_at == datetime(2026, 6, 3, 12, tzinfo=UTC)


def test_the_page_shows_the_policy_the_intervals_and_the_pauses(client, busy, maya):
    client.force_login(maya)
    page = client.get(f"/desk/tickets/{busy.ticket_id}/targets/").content.decode()
    for words in ("Standard, version 1", "because the policy is for every ticket", "Waiting on cu"):
        assert words in page
    client.force_login(busy.customer)
    assert client.get(f"/desk/tickets/{busy.ticket_id}/targets/").status_code == 404


def test_what_is_stored_is_what_the_events_say(busy):
    assert recheck(busy) == []
    said = StringIO()
    call_command("recheck_sla", stdout=said)
    assert "1 tickets computed anew, 0 differ." in said.getvalue()


@pytest.mark.parametrize("field", ["due_at", "used", "started_at", "pauses", "next_due_at"])
def test_a_difference_is_reported(busy, field):
    clock = Clock.objects.get(ticket=busy, kind="resolution", ended_at=None)
    if field == "due_at":
        Clock.objects.filter(pk=clock.pk).update(due_at=clock.due_at + HOUR)
    elif field == "used":
        Clock.objects.filter(ticket=busy, kind="first_response").update(used=7)
    elif field == "started_at":
        clock.segments.filter(begins_at=clock.started_at).update(begins_at=clock.started_at - HOUR)
    elif field == "pauses":
        clock.segments.filter(state="paused").update(state="running")
    else:
        Ticket.objects.filter(pk=busy.pk).update(next_due_at=clock.started_at)
    with pytest.raises(CommandError):
        call_command("recheck_sla", busy.ticket_id, stdout=StringIO())


def test_changes_of_priority_are_no_difference(raise_ticket, maya, now):
    ticket = raise_ticket()
    now.shift(HOUR)
    services.change_priority(ticket, priority=Priority.HIGH, actor=maya)
    assert recheck(Ticket.objects.get(pk=ticket.pk)) == []


def test_a_story_from_its_events_is_the_story_as_it_happened(busy):
    kept = list(Clock.objects.filter(ticket=busy).order_by("kind", "cycle"))
    Clock.objects.all().delete()
    TicketTerms.objects.all().delete()
    assert begin_with([busy]) == 1
    again = list(Clock.objects.filter(ticket=busy).order_by("kind", "cycle"))
    assert [(c.kind, c.cycle, c.due_at, c.is_met, c.used) for c in again] == [
        (c.kind, c.cycle, c.due_at, c.is_met, c.used) for c in kept
    ]
