"""Keeping order: tickets that rest, reminders, the checklist, time spent."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.tests.api.clients import client_of
from notifications.messages import MESSAGES, NotWanted
from notifications.models import Delivery
from technicians.moments import moment_of
from technicians.queries import DeskCounts
from tickets import services
from tickets.choices import EventType
from tickets.models import Ticket, TicketEvent, TicketReminder, TicketSnooze

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


@pytest.fixture
def desk(client, priya):
    client.force_login(priya)
    return client


def later(**delta):
    return timezone.now() + timedelta(**delta)


def keep(desk, ticket, what, **data):
    return desk.post(f"{ticket.get_desk_url()}keep/{what}/", data, headers=HTMX)


def rows(desk, view):
    return desk.get("/desk/tickets/", {"view": view}).content.decode()


def test_a_ticket_that_rests_leaves_the_queue_and_the_counters(desk, ticket, priya):
    before = DeskCounts(priya).open
    services.snooze_ticket(ticket, until=later(days=1), actor=priya)
    assert DeskCounts(priya).open == before - 1
    for view in ("mine", "open", "unanswered"):
        assert ticket.ticket_id not in rows(desk, view)
    for view in ("resting", "all"):
        assert ticket.ticket_id in rows(desk, view)


def test_it_comes_back_when_its_time_has_come(ticket, priya):
    services.snooze_ticket(ticket, until=later(hours=1), actor=priya)
    assert services.wake_due_tickets() == 0
    assert services.wake_due_tickets(now=later(hours=2)) == 1
    assert services.wake_due_tickets(now=later(hours=2)) == 0
    assert Ticket.objects.awake().filter(pk=ticket.pk).exists()
    assert TicketEvent.objects.filter(type=EventType.WOKEN).count() == 1


@pytest.mark.parametrize("hours", [None, 48])
def test_the_customers_word_brings_it_back_and_a_colleagues_does_not(ticket, priya, amara, hours):
    until = later(hours=hours) if hours else None
    services.snooze_ticket(ticket, until=until, actor=priya)
    services.add_note(ticket, actor=priya, body="Waits for the vendor.")
    services.add_reply(ticket, actor=priya, body="We have asked the vendor.")
    assert TicketSnooze.objects.exists()
    services.add_reply(ticket, actor=amara, body="It is worse now.")
    assert not TicketSnooze.objects.exists()


def test_a_new_owner_and_the_end_bring_it_back(ticket, priya, mei):
    services.snooze_ticket(ticket, until=None, actor=priya)
    services.assign_ticket(ticket, technician=mei, actor=priya)
    assert not TicketSnooze.objects.exists()
    services.snooze_ticket(ticket, until=None, actor=mei)
    services.resolve_ticket(ticket, actor=mei, resolution_summary="Done")
    assert not TicketSnooze.objects.exists()


def test_what_can_not_rest(ticket, priya, mei):
    with pytest.raises(ValidationError, match="still to come"):
        services.snooze_ticket(ticket, until=later(hours=-1), actor=priya)
    with pytest.raises(PermissionDenied):
        services.snooze_ticket(ticket, until=None, actor=mei)
    services.resolve_ticket(ticket, actor=priya, resolution_summary="Done")
    with pytest.raises(ValidationError, match="Only open"):
        services.snooze_ticket(ticket, until=None, actor=priya)


def test_snooze_from_the_page_with_undo(desk, ticket):
    made = keep(desk, ticket, "snooze", when="tomorrow").content.decode()
    assert "Out of the queue until" in made
    assert "/keep/wake/" in made.partition("toast-d")[2]
    assert TicketSnooze.objects.get().until == moment_of("tomorrow")
    keep(desk, ticket, "snooze", when="answer")
    assert TicketSnooze.objects.get().until is None
    keep(desk, ticket, "wake")
    assert not TicketSnooze.objects.exists()
    assert keep(desk, ticket, "snooze", when="until").status_code == 422
    assert keep(desk, ticket, "snooze", when="until", until="nonsense").status_code == 422
    assert keep(desk, ticket, "dance").status_code == 404


def test_next_monday_is_never_today():
    here = timezone.localtime().replace(hour=8)
    for day in range(7):
        moment = moment_of("week", now=here + timedelta(days=day))
        assert moment.weekday() == 0
        assert moment > here + timedelta(days=day)


def test_a_reminder_is_said_once_by_mail_and_its_words_are_nobody_elses(ticket, priya, mei):
    row = services.set_reminder(ticket, at=later(hours=1), note="Ring Amara", actor=priya)
    assert services.tell_due_reminders() == 0
    assert services.tell_due_reminders(now=later(hours=2)) == 1
    assert services.tell_due_reminders(now=later(hours=2)) == 0
    event = TicketEvent.objects.get(type=EventType.REMINDED)
    assert "Ring" not in str(event.changes)
    mail = Delivery.objects.get(message="follow_up_reminder")
    assert mail.recipient == priya
    message = MESSAGES["follow_up_reminder"]
    assert message.words(event, priya, trusted=True)["text"] == "Ring Amara"
    with pytest.raises(PermissionDenied):
        services.drop_reminder(row, actor=mei)
    services.drop_reminder(row, actor=priya)
    with pytest.raises(NotWanted):
        message.words(event, priya, trusted=True)


def test_a_reminder_of_a_ticket_that_is_out_of_sight_is_never_said(ticket, priya, mei):
    services.set_reminder(ticket, at=later(hours=1), actor=priya)
    services.assign_ticket(ticket, technician=mei, actor=priya)
    assert services.tell_due_reminders(now=later(hours=2)) == 0
    assert not TicketReminder.objects.exists()


def test_reminder_from_the_page(desk, ticket):
    made = keep(desk, ticket, "remind", when="tomorrow", note="Ring Amara").content.decode()
    assert "You will be reminded on" in made
    row = TicketReminder.objects.get()
    assert "Ring Amara" in made
    assert keep(desk, ticket, "remind", when="until", until="2001-01-01T09:00").status_code == 422
    keep(desk, ticket, "forget", row=row.pk)
    assert not TicketReminder.objects.exists()


def test_checklist(desk, ticket, priya):
    keep(desk, ticket, "item", text="  Ring   the vendor ")
    item = ticket.checklist.get()
    assert item.text == "Ring the vendor"
    page = keep(desk, ticket, "tick", row=item.pk).content.decode()
    assert "1 of 1 done" in page
    assert ticket.checklist.get().done_by == priya
    keep(desk, ticket, "untick", row=item.pk)
    assert not ticket.checklist.get().is_done
    gone = keep(desk, ticket, "drop", row=item.pk).content.decode()
    assert 'name="text" value="Ring the vendor"' in gone.partition("toast-d")[2]
    assert keep(desk, ticket, "tick", row=item.pk).status_code == 422
    words = TicketEvent.objects.filter(type=EventType.CHECKLIST_CHANGED).order_by("id")
    assert [event.changes["checklist"] for event in words] == [
        [None, "to do: Ring the vendor"],
        ["to do: Ring the vendor", "done: Ring the vendor"],
        ["done: Ring the vendor", "to do: Ring the vendor"],
        ["to do: Ring the vendor", None],
    ]


def test_time_spent_is_an_option_of_the_desk(desk, ticket, priya, mei, admin):
    assert "Time spent" not in desk.get(ticket.get_desk_url()).content.decode()
    assert keep(desk, ticket, "time", minutes=25).status_code == 403
    services.change_desk_settings(actor=admin, track_time=True)
    keep(desk, ticket, "time", minutes=25, note="On the phone")
    page = keep(desk, ticket, "time", minutes=40).content.decode()
    assert "1 h 05 min" in page
    entry = ticket.time_entries.first()
    with pytest.raises(PermissionDenied):
        services.remove_time(entry, actor=mei)
    keep(desk, ticket, "untime", row=entry.pk)
    assert ticket.time_entries.count() == 1
    for minutes in (0, 1441):
        assert keep(desk, ticket, "time", minutes=minutes).status_code == 422


def test_customers_get_no_trace(client, ticket, priya, amara, admin):
    services.change_desk_settings(actor=admin, track_time=True)
    services.add_item(ticket, text="zebra", actor=priya)
    services.log_time(ticket, minutes=5, note="zebra", actor=priya)
    services.snooze_ticket(ticket, until=later(days=1), actor=priya)
    client.force_login(amara)
    for page in ("", "print/", "export/json/"):
        html = client.get(f"{ticket.get_absolute_url()}{page}").content.decode()
        for word in ("zebra", "rest until", "snoozed", "ime spent", "hecklist"):
            assert word not in html
    timeline = client_of(amara).get(f"/api/tickets/{ticket.ticket_id}/timeline").json()
    assert not {row["type"] for row in timeline} & {"snoozed", "checklist_changed", "time_logged"}


def test_redaction_reaches_them_all(ticket, priya, admin):
    services.change_desk_settings(actor=admin, track_time=True)
    services.add_item(ticket, text="Password hunter22", actor=priya)
    services.log_time(ticket, minutes=5, note="Typed hunter22", actor=priya)
    services.set_reminder(ticket, at=later(days=1), note="hunter22", actor=priya)
    services.redact(ticket, text="hunter22", actor=admin)
    assert "hunter22" not in ticket.checklist.get().text
    assert "hunter22" not in ticket.time_entries.get().note
    assert "hunter22" not in ticket.reminders.get().note


def test_rest(ticket, priya, mei, admin):
    services.change_desk_settings(actor=admin, track_time=True)
    api, url = client_of(priya), f"/api/tickets/{ticket.ticket_id}"
    assert api.get(f"{url}/snooze").json() == {"snoozed": False, "until": None}
    assert api.post(f"{url}/snooze", {"until": "2001-01-01T00:00:00Z"}).status_code == 400
    assert api.post(f"{url}/snooze", {}).json() == {"snoozed": True, "until": None}
    assert api.delete(f"{url}/snooze").json() == {"deleted": True}
    made = api.post(f"{url}/reminders", {"at": "2100-01-01T00:00:00Z", "note": "Look"})
    assert made.status_code == 201
    assert api.get("/api/reminders").json() == [made.json()]
    assert client_of(mei).get("/api/reminders").json() == []
    one = f"/api/reminders/{made.json()['id']}"
    assert client_of(mei).delete(one).status_code == 404
    assert api.delete(one).json() == {"deleted": True}
    item = api.post(f"{url}/checklist", {"text": "Ring"}).json()
    done = api.patch(f"{url}/checklist/{item['id']}", {"done": True}).json()
    assert (done["done"], done["done_by"]) == (True, "Priya Nair")
    assert api.get(f"{url}/checklist").json() == [done]
    assert api.delete(f"{url}/checklist/{item['id']}").json() == {"deleted": True}
    entry = api.post(f"{url}/time", {"minutes": 25}).json()
    assert api.get(f"{url}/time").json() == [entry]
    assert api.delete(f"{url}/time/{entry['id']}").json() == {"deleted": True}
