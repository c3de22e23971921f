"""Handing a ticket over with a note, and being away: in a browser with and without scripts."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from playwright.sync_api import expect

from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SUBJECTS = ("First tunnel", "Second tunnel")


@pytest.fixture
def mei(category):
    with transaction.atomic():
        return TechnicianFactory(user__name="Mei Tanaka", categories=[category]).user


@pytest.fixture
def tickets(customer, category, priya, mei):
    """Two of Priya's."""
    raised = [
        services.create_ticket(
            customer=customer, actor=customer, subject=s, description=s, category=category
        )
        for s in SUBJECTS
    ]
    return [services.take_ticket(ticket, actor=priya) for ticket in raised]


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def owners():
    return list(Ticket.objects.order_by("number").values_list("technician__name", flat=True))


def as_typed(moment):
    """A moment as the field for a day and a time takes it, on the clock of the desk."""
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


def plan(page, desk_url, *, begins, ends):
    page.goto(desk_url("technicians:absences"))
    page.get_by_label("From").fill(as_typed(begins))
    page.get_by_label("Until").fill(as_typed(ends))
    page.get_by_label("Note").fill("Skiing")
    page.get_by_role("button", name="Plan it").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("My absence")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_ticket_is_handed_over_with_a_note_and_taken_back(
    sign_in, desk_url, priya, mei, tickets, scripts
):
    ticket = tickets[0]
    page = sign_in(priya, java_script_enabled=scripts)
    page.goto(desk_url(ticket.get_desk_url()))
    page.get_by_role("link", name="Hand over with a note").click()
    page.get_by_label("To", exact=True).select_option(label="Mei Tanaka")
    page.get_by_label("What they should know").fill("She waits for a call.")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{ticket.ticket_id} is handed over")
    expect(page.get_by_text("Mei Tanaka has it now, with your note.")).to_be_visible()

    theirs = sign_in(mei)
    theirs.goto(desk_url(ticket.get_desk_url()))
    expect(theirs.locator(".msg.note")).to_contain_text("She waits for a call.")
    expect(theirs.get_by_label("Assignee")).to_have_value(mei.public_id)

    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_label("Assignee")).to_have_value(priya.public_id)
    expect(page.get_by_role("heading", level=1)).to_have_text("First tunnel")


def test_a_handover_without_a_receiver_keeps_the_note(sign_in, desk_url, priya, tickets):
    page = sign_in(priya, java_script_enabled=False)
    page.goto(desk_url("technicians:ticket-handover", tickets[0].ticket_id))
    page.locator("select[name=to]").evaluate("field => field.required = false")
    page.get_by_label("What they should know").fill("She waits for a call.")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_label("What they should know")).to_have_value("She waits for a call.")
    assert owners() == ["Priya Nair", "Priya Nair"]


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_tickets_go_for_an_absence_and_come_back_untouched(
    sign_in, desk_url, priya, mei, tickets, scripts
):
    page, now = sign_in(priya, java_script_enabled=scripts), timezone.now()
    plan(page, desk_url, begins=now - timedelta(hours=1), ends=now + timedelta(days=2))
    for ticket in tickets:
        chosen = page.get_by_label(f"Who gets {ticket.ticket_id}")
        expect(chosen).to_have_value(mei.public_id)  # she serves the category
    page.get_by_label("What the new owners should know").fill("Call before noon")
    page.get_by_role("button", name="Hand over now").click()
    others = page.get_by_role("region", name="With others")
    expect(others.get_by_role("listitem")).to_have_count(2)
    assert owners() == ["Mei Tanaka", "Mei Tanaka"]

    services.change_status(
        Ticket.objects.get(pk=tickets[1].pk), status="In Progress", actor=mei
    )  # she has begun with the second one
    page.get_by_role("button", name="I am back").click()
    page.get_by_role("button", name="Take all back").click()
    expect(page.get_by_text("1 back with you")).to_be_visible()
    expect(page.get_by_text("1 stays with whoever has it now")).to_be_visible()
    expect(others).to_have_count(0)
    assert owners() == ["Priya Nair", "Mei Tanaka"]


def test_who_is_back_is_led_from_the_dashboard_to_what_others_have(
    sign_in, desk_url, priya, mei, tickets
):
    page, now = sign_in(priya), timezone.now()
    plan(page, desk_url, begins=now - timedelta(hours=1), ends=now + timedelta(days=2))
    page.get_by_label(f"Who gets {tickets[0].ticket_id}").select_option(label="Stays")
    page.get_by_role("button", name="Hand over now").click()
    expect(page.get_by_role("region", name="With others").get_by_role("listitem")).to_have_count(1)
    assert owners() == ["Priya Nair", "Mei Tanaka"]
    page.get_by_role("button", name="I am back").click()
    expect(page.get_by_role("button", name="Take all back")).to_be_visible()

    page.goto(desk_url("technicians:dashboard"))
    page.get_by_role("link", name="You are back: 1 ticket to take back").click()
    page.get_by_role("button", name=f"Take back {tickets[1].ticket_id}").click()
    expect(page.get_by_text("1 back with you")).to_be_visible()
    assert owners() == ["Priya Nair", "Priya Nair"]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_pages_are_accessible_and_fit(
    sign_in, desk_url, assert_accessible, priya, mei, tickets, size, theme
):
    page, now = sign_in(priya, viewport=SIZES[size]), timezone.now()
    page.context.add_cookies([{"name": "theme", "value": theme, "url": desk_url("/")}])

    def look():
        assert_accessible(page)
        assert fits(page), page.url

    page.goto(desk_url("technicians:ticket-handover", tickets[0].ticket_id))
    look()
    page.get_by_label("To", exact=True).select_option(label="Mei Tanaka")
    page.get_by_label("What they should know").fill("She waits for a call.")
    page.get_by_role("button", name="Hand over").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    look()
    page.goto(desk_url("technicians:absences"))
    look()
    page.get_by_label("From").fill(as_typed(now + timedelta(days=2)))
    page.get_by_label("Until").fill(as_typed(now + timedelta(days=1)))
    page.get_by_role("button", name="Plan it").click()
    expect(page.locator(".sum")).to_be_focused()
    look()
    plan(page, desk_url, begins=now + timedelta(days=1), ends=now + timedelta(days=2))
    look()
    page.get_by_role("button", name="Hand over now").click()
    expect(page.get_by_role("region", name="With others")).to_be_visible()
    look()
    page.goto(desk_url("technicians:absences"))
    expect(page.get_by_role("region", name="Planned")).to_contain_text("Skiing")
    look()
