"""Many tickets at once, saved views, exports, teams, answers that are ready: in a real browser."""

import csv

import pytest
from django.db import transaction
from playwright.sync_api import expect

from technicians.models import CannedResponse, Macro, SavedView
from technicians.services import save_canned, save_macro
from technicians.tests.factories import TeamFactory
from tickets import services
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SUBJECTS = ("First tunnel", "Second tunnel", "Third tunnel")
LONG = "A_title_without_any_place_to_break_it_that_is_longer_than_a_phone_is_wide"
LIST = "/desk/tickets/?view=mine&sort=oldest"


@pytest.fixture
def priya(priya, category):
    """In a team as well."""
    with transaction.atomic():
        TeamFactory(name="Second line", members=[priya], categories=[category])
    return priya


@pytest.fixture
def tickets(customer, priya):
    category = priya.served_categories.get()
    raised = [
        services.create_ticket(
            customer=customer, actor=customer, subject=s, description=s, category=category
        )
        for s in SUBJECTS
    ]
    return [services.take_ticket(ticket, actor=priya) for ticket in raised]


@pytest.fixture
def ready(priya):
    """A canned response and a macro of Priya's."""
    canned = save_canned(
        None, actor=priya, title="Hello", folder="Words", body="Hello {customer.name}, "
    )
    macro = save_macro(
        None, actor=priya, title="Outage", priority=4, tags="outage", note="Seen by {me.name}."
    )
    return canned, macro


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible_and_fits(
    sign_in, desk_url, assert_accessible, priya, tickets, ready, size, theme
):
    page = sign_in(priya, viewport=SIZES[size])
    page.context.add_cookies([{"name": "theme", "value": theme, "url": desk_url("/")}])
    _, macro = ready
    save_canned(None, actor=priya, title=LONG, folder=LONG[:60], body=LONG)
    for path in (
        "/desk/views/",
        "/desk/teams/",
        "/desk/answers/canned/",
        "/desk/answers/canned/?q=nothing",
        "/desk/answers/canned/new/",
        "/desk/answers/macros/",
        f"/desk/answers/macros/{macro.pk}/",
        f"/desk/tickets/{tickets[0].ticket_id}/macro/{macro.pk}/",
        "/desk/customers/",
        "/desk/customers/?q=nobody-of-that-name",
        "/desk/tickets/?view=resting",
    ):
        page.goto(desk_url(path))
        assert_accessible(page)
        assert fits(page), path
    save_view(page, desk_url)
    page.goto(desk_url("/desk/views/"))
    assert_accessible(page)
    page.goto(desk_url(LIST))
    page.get_by_label(f"Select {tickets[0].ticket_id}").check()
    expect(page.get_by_role("group", name="Change the selected tickets")).to_be_visible()
    assert_accessible(page)
    assert fits(page)


def save_view(page, desk_url):
    page.goto(desk_url("/desk/tickets/?view=open&priority=2"))
    page.locator("summary", has=page.locator("[href$=i-bookmark]")).click()
    page.get_by_label("Name this view").fill("Normal ones")
    page.get_by_role("button", name="Save view", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Normal ones")


def test_a_view_is_saved_opens_first_and_is_shared(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    save_view(page, desk_url)
    side = page.locator(".side")
    expect(side.get_by_role("link", name="Normal ones 3")).to_be_visible()
    page.goto(desk_url("/desk/views/"))
    page.get_by_role("button", name="Open first").click()
    expect(page.get_by_text("opens first")).to_be_visible()
    page.goto(desk_url("/desk/tickets/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("Normal ones")
    page.goto(desk_url("/desk/views/"))
    page.locator("summary", has_text="Normal ones").click()
    page.get_by_label("Who sees it").select_option(label="Team Second line")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".lines .meta")).to_contain_text("Team Second line")
    page.locator("summary", has_text="Normal ones").click()
    page.get_by_role("button", name="Delete this view").click()
    expect(page.get_by_role("heading", name="No saved views yet")).to_be_visible()
    assert not SavedView.objects.exists()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_many_are_changed_and_taken_back(sign_in, desk_url, priya, tickets, scripts):
    page = sign_in(priya, java_script_enabled=scripts)
    page.goto(desk_url(LIST))
    for ticket in tickets[:2]:
        page.get_by_label(f"Select {ticket.ticket_id}").check()
    if scripts:
        expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_role("button", name="Priority").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Priority: 2 tickets")
    page.get_by_label("Urgent").check()
    page.get_by_role("button", name="Change 2 tickets").click()
    expect(page.get_by_text("Priority: 2 tickets changed.")).to_be_visible()
    urgent = Ticket.objects.filter(priority=4).order_by("number")
    assert list(urgent.all()) == tickets[:2]
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Undone: 2 tickets as before.")).to_be_visible()
    assert not urgent.all().exists()


def test_a_range_by_the_pointer_and_a_reply_to_each(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url(LIST))
    page.get_by_label(f"Select {tickets[0].ticket_id}").click()
    page.get_by_label(f"Select {tickets[2].ticket_id}").click(modifiers=["Shift"])
    expect(page.get_by_text("3 selected")).to_be_visible()
    page.get_by_role("button", name="Reply").click()
    page.get_by_label("Reply").fill("The line is back.")
    page.get_by_role("button", name="Send to 3 tickets").click()
    expect(page.get_by_text("Reply on its way in 3 tickets.")).to_be_visible()


def test_the_list_is_exported_as_it_is_seen(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url("/desk/tickets/?view=mine&q=second"))
    page.locator("summary", has=page.locator("[href$=i-download]")).click()
    with page.expect_download() as download:
        page.get_by_role("button", name="CSV").click()
    assert download.value.suggested_filename.endswith(".csv")
    with open(download.value.path(), newline="", encoding="utf-8-sig") as file:
        rows = list(csv.reader(file))
    assert len(rows) == 2
    assert "Second tunnel" in rows[1]


def test_a_canned_response_is_written_and_put_in(sign_in, desk_url, priya, tickets, customer):
    page = sign_in(priya)
    page.goto(desk_url("/desk/answers/canned/new/"))
    page.get_by_label("Title").fill("Greeting")
    page.locator("#id_body").fill("Hello {customer.nam}")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".sum")).to_be_focused()
    page.locator("#id_body").fill("Hello {customer.name}")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("link", name="Change Greeting")).to_be_visible()
    assert CannedResponse.objects.get().owner == priya
    page.goto(desk_url(tickets[0].get_desk_url()))
    page.locator("#reply-body").fill("Well: .")
    page.locator("#reply-body").evaluate("field => field.setSelectionRange(6, 6)")
    page.locator(".for-reply .canned summary").click()
    page.locator(".for-reply .canned").get_by_role("button", name="Greeting").click()
    expect(page.locator("#reply-body")).to_have_value(f"Well: Hello {customer.name}.")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])
def test_a_macro_shows_what_it_does_before_it_does_it(
    sign_in, desk_url, priya, tickets, ready, scripts
):
    page = sign_in(priya, java_script_enabled=scripts)
    page.goto(desk_url(tickets[0].get_desk_url()))
    page.locator(".wk-head details.menu summary").click()
    page.get_by_role("link", name="Outage").click()
    expect(page.get_by_text("Priority Urgent")).to_be_visible()
    expect(page.get_by_text("Seen by Priya Nair.")).to_be_visible()
    assert Macro.objects.get().title == "Outage"
    page.get_by_role("button", name="Apply").click()
    expect(page.locator(".msg.note")).to_contain_text("Seen by Priya Nair.")
    tickets[0].refresh_from_db()
    assert tickets[0].priority == 4
    assert tickets[0].tag_rows.get().tag.name == "outage"


def test_a_ticket_goes_to_a_team(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url(tickets[0].get_desk_url()))
    page.get_by_label("Team").select_option(label="Second line")
    expect(page.locator("#thread")).to_contain_text("Second line")
    page.goto(desk_url("/desk/teams/"))
    expect(page.get_by_role("region", name="Second line")).to_contain_text("1 open")
