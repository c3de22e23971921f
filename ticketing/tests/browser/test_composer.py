"""Writing: previews, drafts that survive what happens, with scripts and without."""

import re

import pytest
from django.db import transaction
from playwright.sync_api import expect

from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Comment, TicketDraft

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
TEXT = "Try **this**:\n\n- one\n- two"
RICH = """**Bold** *it* `code` https://example.com/a_very_long_address_that_has_to_break_somewhere

> a quote

| a | b |
|---|--:|
| 1 | a_cell_with_a_very_long_word_in_it |

```
a line of code that is much longer than any phone is wide, so that it has to be broken somewhere
```
"""


@pytest.fixture
def ticket(customer, priya):
    ticket = services.create_ticket(
        customer=customer,
        actor=customer,
        subject="No tunnel",
        description=RICH,
        category=priya.served_categories.get(),
    )
    return services.take_ticket(ticket, actor=priya)


@pytest.fixture
def at_desk(sign_in, desk_url, priya, ticket):
    """Open the ticket's page as its technician."""

    def open_page(**options):
        page = sign_in(priya, **options)
        page.goto(desk_url(ticket.get_desk_url()))
        return page

    return open_page


def saved(page, kind="reply"):
    return page.locator(f"#{kind}-saved .kept")


def test_a_draft_saves_itself_shows_its_look_and_survives_signing_out(at_desk, ticket):
    page = at_desk()
    page.locator("#reply-body").fill(TEXT)
    expect(saved(page)).to_have_text(re.compile(r"Draft saved \d\d:\d\d"))
    expect(page.locator("#reply-preview strong")).to_have_text("this")
    page.locator("#composer .seg label", has_text="Internal note").click()
    page.locator("#note-note").fill("Only for us")
    page.locator("#note-note").blur()
    expect(saved(page, "note")).to_be_visible()
    page.context.close()
    page = at_desk()
    expect(page.locator("#reply-body")).to_have_value(TEXT)
    expect(page.locator("#reply-preview li")).to_have_text(["one", "two"])
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#thread strong", has_text="this")).to_be_visible()
    expect(page.locator("#reply-body")).to_have_value("")
    assert [draft.body for draft in TicketDraft.objects.all()] == ["Only for us"]


def test_a_discarded_draft_can_be_had_back(at_desk):
    page = at_desk()
    page.locator("#reply-body").fill(TEXT)
    expect(saved(page)).to_be_visible()
    page.locator(".for-reply").get_by_role("button", name="Discard").click()
    expect(page.locator("#reply-body")).to_have_value("")
    expect(page.locator("#reply-preview")).to_be_hidden()
    page.locator(".for-reply").get_by_role("button", name="Undo").click()
    expect(page.locator("#reply-body")).to_have_value(TEXT)
    page.reload()
    expect(page.locator("#reply-body")).to_have_value(TEXT)


def test_when_the_server_is_away_the_text_stays_on_the_device(at_desk):
    page = at_desk()
    page.route("**/draft/**", lambda route: route.fulfill(status=500, body="fault"))
    page.locator("#reply-body").fill(TEXT)
    expect(page.locator("#reply-saved")).to_contain_text("on this device")
    expect(page.locator(".toast-d")).to_have_count(0)
    page.unroute("**/draft/**")
    page.reload()
    expect(page.locator("#reply-body")).to_have_value(TEXT)
    expect(saved(page)).to_be_visible()
    assert TicketDraft.objects.get().body == TEXT
    assert page.evaluate("Object.keys(localStorage).filter(k => k.startsWith('draft:'))") == []


def test_what_is_sent_is_not_saved_again_behind_its_back(at_desk):
    page = at_desk()
    page.locator("#reply-body").fill("Quick answer")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#thread").get_by_text("Quick answer")).to_be_visible()
    page.reload()
    expect(page.locator("#reply-body")).to_have_value("")
    assert not TicketDraft.objects.exists()


def test_a_draft_that_arrives_after_its_reply_is_none(at_desk):
    """Two requests leave together; the one that saves may be the slower one."""
    page = at_desk()
    late = []
    page.route("**/draft/reply/**", lambda route: late.append(route))
    page.locator("#reply-body").fill(TEXT)
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator(".msg.sending")).to_contain_text("one")
    page.unroute("**/draft/reply/**")
    assert page.request.post(
        late[0].request.url,
        form={"body": TEXT},
        headers={"X-CSRFToken": late[0].request.headers["x-csrftoken"], "Referer": page.url},
    ).ok
    page.reload()
    expect(page.locator("#reply-body")).to_have_value("")
    assert not TicketDraft.objects.exists()


def test_a_press_is_not_lost_because_something_moves(at_desk):
    """Upon the press the composer has the focus: nothing of it may move then."""
    page = at_desk()
    label = page.locator("#composer .seg label", has_text="Resolve")
    box = label.bounding_box()
    page.mouse.move(box["x"] + 20, box["y"] + box["height"] - 3)
    page.mouse.down()
    assert label.bounding_box() == box
    page.mouse.up()
    expect(page.locator("#resolve-resolution_summary")).to_be_focused()


def test_staff_write_and_preview_without_scripts(at_desk):
    page = at_desk(java_script_enabled=False)
    page.locator("#composer .seg label", has_text="Internal note").click()
    page.locator("#note-note").fill(TEXT)
    page.locator(".for-note").get_by_role("button", name="Preview").click()
    expect(page.locator("#note-preview strong")).to_have_text("this")
    expect(page.locator("#note-note")).to_have_value(TEXT)
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#thread .note strong")).to_have_text("this")
    assert Comment.objects.get().is_internal


def test_a_customer_previews_without_scripts(sign_in, customer, desk_url, ticket):
    page = sign_in(customer, java_script_enabled=False)
    page.goto(desk_url(ticket.get_absolute_url()))
    page.get_by_label("Your reply").fill(TEXT)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#reply-preview strong")).to_have_text("this")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#thread strong", has_text="this")).to_be_visible()


def test_a_customers_text_survives_a_fault_and_signing_out(sign_in, customer, desk_url, ticket):
    page = sign_in(customer)
    at = desk_url(ticket.get_absolute_url())
    page.goto(at)
    page.get_by_label("Your reply").fill(TEXT)
    expect(page.locator("#reply-preview strong")).to_have_text("this")
    page.route("**/reply/", lambda route: route.fulfill(status=500, body="fault"))
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_text("Could not save. Your text is still here.")).to_be_visible()
    page.unroute("**/reply/")
    session = page.context.cookies()
    page.context.clear_cookies()
    page.goto(desk_url("accounts:sign-in"))
    page.context.add_cookies(session)
    page.goto(at)
    expect(page.get_by_label("Your reply")).to_have_value(TEXT)
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator("#thread strong", has_text="this")).to_be_visible()
    page.goto(at)
    expect(page.get_by_label("Your reply")).to_have_value("")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 320])
def test_markup_and_previews_are_accessible_and_fit(
    sign_in, customer, priya, desk_url, ticket, assert_accessible, theme, width
):
    services.add_note(ticket, actor=priya, body=RICH)
    for person, at, field in (
        (customer, ticket.get_absolute_url(), "#id_body"),
        (priya, ticket.get_desk_url(), "#reply-body"),
        (customer, "/tickets/new/", "#id_description"),
    ):
        page = sign_in(person, viewport={"width": width, "height": 800})
        page.context.add_cookies([{"name": "theme", "value": theme, "url": desk_url("/")}])
        page.goto(desk_url(at))
        page.locator(field).fill(RICH)
        expect(page.locator(".preview strong").first).to_be_visible()
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), at


def test_a_colleague_is_mentioned_by_keyboard(at_desk, assert_accessible, ticket):
    with transaction.atomic():
        pavel = TechnicianFactory(user__user_id="pavel", user__name="Pavel Novak").user
        TechnicianFactory(user__user_id="paula", user__name="Paula Berg")
    page = at_desk()
    page.keyboard.press("n")
    page.locator("#note-note").press_sequentially("Ask @pa")
    options = page.locator("#note-mentions [role=option]")
    expect(options).to_have_count(2)
    assert_accessible(page)
    page.keyboard.press("ArrowDown")
    expect(options.nth(1)).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("#note-note")).to_have_value("Ask @pavel ")
    expect(options).to_have_count(0)
    expect(page.locator("#note-preview")).to_contain_text("sees the ticket: Pavel Novak")
    page.locator("#note-note").press_sequentially("or @pau")
    expect(options).to_have_count(1)
    page.keyboard.press("Escape")
    expect(options).to_have_count(0)
    page.get_by_role("button", name="Add note").click()
    expect(page.locator("#thread .told")).to_contain_text("Pavel Novak")
    assert ticket.participants.get().user == pavel
