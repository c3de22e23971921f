"""Single keys and the command box, pressed in a real browser."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from technicians.models import CannedResponse
from tickets import services
from tickets.models import Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def tickets(customer, priya):
    """Three of Priya's."""
    category = priya.served_categories.get()
    raised = [
        services.create_ticket(
            customer=customer, actor=customer, subject=s, description=s, category=category
        )
        for s in ("First tunnel", "Second tunnel", "Third tunnel")
    ]
    return [services.take_ticket(ticket, actor=priya) for ticket in raised]


def test_from_ticket_to_ticket_of_the_list(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url("/desk/tickets/?view=mine"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/TKT*/**")
    first = page.url
    page.keyboard.press("j")
    page.wait_for_url(lambda url: "/TKT" in url and url != first)
    page.keyboard.press("k")
    page.wait_for_url(first)
    page.keyboard.press("l")
    expect(page.locator("#set-tag")).to_be_focused()
    page.keyboard.type("jam")  # typing is no shortcut
    page.keyboard.press("Enter")
    expect(page.locator("#tags .tag")).to_have_text("jam")
    page.locator("h1").click()
    page.keyboard.press("z")
    expect(page.locator("#tags .tag")).to_have_count(0)


def test_the_off_switch_holds_on_the_server(sign_in, desk_url, priya, assert_accessible):
    page = sign_in(priya)
    page.goto(desk_url("/desk/"))
    page.keyboard.press("?")
    dialog = page.locator("#keys")
    expect(dialog).to_be_visible()
    assert_accessible(page)
    with page.expect_response("**/desk/keys/"):
        dialog.get_by_label("Single-key shortcuts on").uncheck()
    page.keyboard.press("Escape")
    page.goto(desk_url("/desk/tickets/?view=mine"))
    for key in ("j", "x", "Shift+A", "s", "?"):
        page.keyboard.press(key)
    expect(dialog).to_be_hidden()
    expect(page.locator(".cur, .sel")).to_have_count(0)
    expect(page.locator("h1")).to_have_text("My queue")


def test_the_command_box_finds_and_goes(sign_in, desk_url, priya, tickets, assert_accessible):
    page = sign_in(priya)
    page.goto(desk_url(tickets[0].get_desk_url()))
    page.keyboard.press("Control+k")
    box = page.get_by_role("combobox", name="Go to a ticket")
    expect(box).to_be_focused()
    expect(page.get_by_role("option", name="Write an internal note")).to_be_visible()
    box.fill("second")
    option = page.get_by_role("option", name="Second tunnel")
    expect(option).to_be_visible()
    assert_accessible(page, context="#command")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/{tickets[1].ticket_id}/**")
    page.keyboard.press("Control+k")
    box.fill("internal note")
    page.keyboard.press("Enter")
    expect(page.locator("textarea[name=note]")).to_be_focused()


def selected(page):
    return page.locator("tr.sel .s").all_inner_texts()


def test_rows_are_selected_and_changed_by_keys_and_undone(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url("/desk/tickets/?view=mine&sort=oldest"))
    page.keyboard.press("j")
    expect(page.locator("tr.cur .s")).to_be_focused()
    page.keyboard.press("x")
    assert selected(page) == ["First tunnel"]
    for key in ("j", "j", "Shift+X"):
        page.keyboard.press(key)
    assert selected(page) == ["First tunnel", "Second tunnel", "Third tunnel"]
    page.keyboard.press("Shift+A")
    assert selected(page) == []
    for key in ("k", "x", "j", "x"):
        page.keyboard.press(key)
    assert selected(page) == ["Second tunnel", "Third tunnel"]
    page.keyboard.press("s")
    expect(page.get_by_role("heading", level=1)).to_have_text("Status: 2 tickets")
    expect(page.get_by_label("Status")).to_be_focused()
    page.get_by_label("Status").select_option("On Hold")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("2 tickets changed.")).to_be_visible()
    held = Ticket.objects.filter(status="On Hold")
    assert set(held.all()) == set(tickets[1:])
    page.keyboard.press("z")
    expect(page.get_by_text("Undone: 2 tickets as before.")).to_be_visible()
    assert not held.exists()


# The key, the heading that asks, and the field that is ready.
ASKS = {
    "a": ("Assign", "Assignee"),
    "s": ("Status", "Status"),
    "p": ("Priority", "Urgent"),
    "t": ("Category", "Category"),
    "l": ("Tag", "Tag"),
    "e": ("Status", "What was done"),
}


@pytest.mark.parametrize("key", ASKS)
def test_without_a_selection_keys_change_the_current_row(
    sign_in, desk_url, priya, tickets, key, assert_accessible
):
    page = sign_in(priya)
    page.goto(desk_url("/desk/tickets/?view=mine&sort=oldest"))
    page.keyboard.press(key)  # there is no current row: nothing happens
    expect(page.locator("tr.sel")).to_have_count(0)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press(key)
    heading, field = ASKS[key]
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{heading}: 1 ticket")
    expect(page.get_by_label(field).first).to_be_focused()
    expect(page.get_by_role("link", name="Second tunnel")).to_be_visible()
    assert_accessible(page)


def test_taking_by_key_in_the_list_and_on_the_dashboard(
    sign_in, desk_url, priya, customer, tickets
):
    free = [
        services.create_ticket(
            customer=customer,
            actor=customer,
            subject=subject,
            description="x",
            category=priya.served_categories.get(),
        )
        for subject in ("Free one", "Free two")
    ]
    page = sign_in(priya)
    page.goto(desk_url("/desk/tickets/?view=unassigned&sort=oldest"))
    page.keyboard.press("j")
    page.keyboard.press("i")
    expect(page.get_by_text("1 ticket changed.")).to_be_visible()
    page.goto(desk_url("/desk/"))
    page.get_by_role("link", name="Free two").focus()
    page.keyboard.press("i")
    expect(page.get_by_text("it is in your queue now")).to_be_visible()
    assert set(Ticket.objects.filter(technician=priya)) == {*tickets, *free}


def test_typing_is_no_shortcut_in_the_list(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url("/desk/tickets/?view=mine"))
    page.keyboard.press("/")
    box = page.locator("#side-q")
    expect(box).to_be_focused()
    page.keyboard.type("jxsea?")
    expect(box).to_have_value("jxsea?")
    expect(page.locator(".cur, .sel")).to_have_count(0)
    expect(page.locator("#keys")).to_be_hidden()


def test_the_row_that_was_open_is_current_again(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url("/desk/tickets/?view=mine&sort=oldest"))
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/TKT*/**")
    page.keyboard.press("u")
    expect(page.locator("tr.cur .s")).to_have_text("Second tunnel")
    page.keyboard.press("j")
    expect(page.locator("tr.cur .s")).to_have_text("Third tunnel")


def test_a_canned_response_by_keyboard(
    sign_in, desk_url, priya, tickets, customer, assert_accessible
):
    with transaction.atomic():
        for title, body in (
            ("Greeting", "Hello {customer.name},"),
            ("Greeting, formal", "Dear {customer.name},"),
            ("Outage", "The line {ticket.id} is about is down."),
        ):
            CannedResponse.objects.create(title=title, body=body, owner=priya)
    page = sign_in(priya)
    page.goto(desk_url(tickets[0].get_desk_url()))
    page.keyboard.press("r")
    text = page.locator("#reply-body")
    text.press_sequentially("One; two\n;gre")
    options = page.locator("#reply-body-canned [role=option]")
    expect(options).to_have_count(2)
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(text).to_have_value(f"One; two\nDear {customer.name},")
    expect(options).to_have_count(0)
    expect(text).to_be_focused()
    page.keyboard.type("\n;out")
    expect(options).to_have_count(1)
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    expect(text).to_have_value(f"One; two\nDear {customer.name},\n;out")


def test_arrows_in_a_property_change_nothing_before_enter(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url(tickets[0].get_desk_url()))
    page.keyboard.press("p")
    field = page.get_by_label("Priority")
    expect(field).to_be_focused()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("Enter saves")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_text("Enter saves")).to_have_count(0)
    expect(field).to_have_value("2")
    page.keyboard.press("p")  # Esc has left the field: keys are keys again
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    with page.expect_response("**/set/priority/"):
        page.keyboard.press("Enter")
    expect(page.locator("#ticket-head")).to_contain_text("Urgent")
    changes = tickets[0].events.filter(type="priority_changed")
    assert [event.changes["priority"] for event in changes] == [["Normal", "Urgent"]]


def test_leaving_a_property_saves_what_the_keys_chose(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url(tickets[0].get_desk_url()))
    page.keyboard.press("p")
    page.keyboard.press("ArrowUp")
    with page.expect_response("**/set/priority/"):
        page.keyboard.press("Tab")
    expect(page.locator("#ticket-head")).to_contain_text("High")


def test_a_day_by_keys_alone(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url("/desk/"))
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url("**/TKT*/**")
    subject = page.get_by_role("heading", level=1).inner_text()
    page.keyboard.press("r")  # the reply is in front: the cursor goes into it all the same
    expect(page.locator("#reply-body")).to_be_focused()
    page.keyboard.type("Here is an answer, line by line")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#outgoing")).to_contain_text("Here is an answer, line by line")
    page.keyboard.press("e")
    expect(page.locator("#resolve-resolution_summary")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("#note-note")).to_be_focused()
    page.keyboard.type("For colleagues")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#thread .msg.note")).to_contain_text("For colleagues")
    page.keyboard.press("/")
    page.keyboard.type(subject.split()[0])
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name=subject)).to_be_visible()


def test_what_has_the_focus_shows_it(sign_in, desk_url, priya, tickets):
    page = sign_in(priya)
    page.goto(desk_url(tickets[0].get_desk_url()))
    for field in (
        "#set-priority",
        "#then",
        "#set-tag",
        "#add-item",
        ".tools .btn",
        "#composer .btn",
    ):
        page.locator(f"{field} >> visible=true").first.focus()
        page.keyboard.press("Shift")  # a key was the last that was touched
        width = page.evaluate("getComputedStyle(document.activeElement).outlineWidth")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert (width, style) == ("2px", "solid"), field
