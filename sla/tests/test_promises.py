"""Promises: "next update by" in a reply; the customer sees it, only a reply keeps it."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import AdminFactory
from sla.course import Fact, Terms, advance
from sla.models import BusinessCalendar, CalendarVersion, Clock
from sla.services import ask, recheck, retarget
from tickets import services
from tickets.choices import Status
from tickets.models import OutgoingReply, Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def promise(ticket):
    return Clock.objects.filter(ticket=ticket, kind="promise").order_by("-id").first()


def test_a_promise_is_due_at_its_moment_whatever_the_hours(raise_ticket, maya, now):
    ticket = raise_ticket()
    until = timezone.now() + timedelta(hours=20)  # six in the morning
    services.add_reply(ticket, actor=maya, body="On it.", next_update_by=until)
    assert promise(ticket).due_at == until
    assert Ticket.objects.get(pk=ticket.pk).next_due_at == until
    assert recheck(Ticket.objects.get(pk=ticket.pk)) == []


def test_a_note_does_not_keep_it_and_a_reply_does(raise_ticket, maya, now):
    ticket = raise_ticket()
    until = timezone.now() + 3 * HOUR
    services.add_reply(ticket, actor=maya, body="On it.", next_update_by=until)
    now.shift(HOUR)
    services.add_note(ticket, actor=maya, body="Not yet.")
    services.add_reply(ticket, actor=ticket.customer, body="Any news?")
    assert promise(ticket).is_open
    later = timezone.now() + 3 * HOUR
    services.add_reply(ticket, actor=maya, body="Tomorrow.", next_update_by=later)
    first, second = Clock.objects.filter(ticket=ticket, kind="promise").order_by("id")
    assert first.is_met
    assert second.due_at == later
    now.shift(4 * HOUR)
    services.add_reply(ticket, actor=maya, body="Sorry.")
    assert promise(ticket).is_met is False


@pytest.mark.parametrize(
    ("hours", "status", "sentence"),
    [(-1, "", "a time to come"), (9999, "", "a time to come"), (1, "Resolved", "ends the ticket")],
)
def test_a_promise_that_makes_no_sense_is_refused(raise_ticket, maya, hours, status, sentence):
    with pytest.raises(ValidationError, match=sentence):
        services.add_reply(
            raise_ticket(),
            actor=maya,
            body="On it.",
            then_status=status,
            resolution_summary="Done.",
            next_update_by=timezone.now() + hours * HOUR,
        )


@pytest.mark.parametrize("seconds", [0, 10])
def test_the_composer_promises_and_the_customer_sees_it(raise_ticket, maya, now, seconds):
    services.change_desk_settings(actor=AdminFactory(), undo_seconds=seconds)
    ticket, client = raise_ticket(), Client()
    client.force_login(maya)
    seen = ticket.events.order_by("-id").first().pk
    values = {"body": "On it.", "next_update_by": "2026-06-02T15:30", "seen": seen}
    ticket = Ticket.objects.get(pk=ticket.pk)
    client.post(f"{ticket.get_desk_url()}reply/", values | {"version": ticket.version})
    if seconds:
        assert OutgoingReply.objects.get().next_update_by is not None
        now.shift(timedelta(seconds=11))
        services.release_due_replies()
    assert promise(ticket).due_at.isoformat() == "2026-06-02T15:30:00+00:00"
    client.force_login(ticket.customer)
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "We promised an update by" in page
    assert "promised the next update by" in page


def test_other_working_hours_do_not_move_a_promise(raise_ticket, maya, now):
    ticket = raise_ticket()
    until = timezone.now() + 20 * HOUR
    services.add_reply(ticket, actor=maya, body="On it.", next_update_by=until)
    now.shift(HOUR)
    calendar = BusinessCalendar.objects.get()
    version = CalendarVersion.objects.create(
        calendar=calendar, number=2, time_zone="UTC", week=[[[13 * 60, 14 * 60]]] * 7
    )
    ask(calendar_version=version)
    assert retarget() == 1
    assert promise(ticket).due_at == until
    assert recheck(Ticket.objects.get(pk=ticket.pk)) == []


def test_a_promise_for_this_very_second_is_due_now(now):
    moment = timezone.now() + timedelta(milliseconds=900)
    life = []
    fact = Fact(at=moment + timedelta(milliseconds=200), status=Status.IN_PROGRESS, promise=moment)
    advance(life, fact, Terms())
    assert life[-1].clock.target == 0
    assert life[-1].clock.due_at == fact.at.replace(microsecond=0)


def test_the_customer_reads_of_a_promise_only_where_it_comes_first(raise_ticket, maya, now):
    ticket, client = raise_ticket(), Client()
    client.force_login(ticket.customer)
    until = timezone.now() + timedelta(days=3)
    services.add_reply(ticket, actor=maya, body="On it.", next_update_by=until)

    def expected():
        return client.get(ticket.get_absolute_url()).content.decode()

    assert "We promised an update by" in expected()
    services.add_reply(ticket, actor=ticket.customer, body="Please hurry.")  # due tomorrow
    assert "Reply expected by" in expected()
    assert "We promised an update by" not in expected()


def test_a_ticket_whose_texts_are_gone_can_still_be_checked(raise_ticket, maya, admin, now):
    ticket = raise_ticket()
    until = timezone.now() + 3 * HOUR
    services.add_reply(ticket, actor=maya, body="On it.", next_update_by=until)
    services.delete_ticket(ticket, actor=admin)
    now.shift(timedelta(days=31))
    assert services.purge_deleted_tickets() == 1
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert ticket.events.get(type="update_promised").changes == {"until": until.isoformat()}
    assert recheck(ticket) == []
