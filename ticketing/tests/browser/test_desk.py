"""A technician at work: keys, swaps, drafts, conflicts; accessible in both themes and sizes."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from technicians.tests.conftest import go_out
from tickets import services
from tickets.models import Comment, DeskSettings, OutgoingReply, Ticket

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
ATTACK = '"><img src=x onerror="window.hit = 1"></textarea><script>window.hit = 1</script>'


@pytest.fixture
def tickets(customer, priya):
    """One of Priya's and one that nobody has."""
    category = priya.served_categories.get()
    mine, free = (
        services.create_ticket(
            customer=customer,
            actor=customer,
            subject=f"{subject} {ATTACK}",
            description=ATTACK,
            category=category,
        )
        for subject in ("No tunnel", "Slow tunnel")
    )
    return services.take_ticket(mine, actor=priya), free


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_page_is_accessible_and_inert(
    sign_in, desk_url, assert_accessible, priya, tickets, size, theme
):
    page = sign_in(priya, viewport=SIZES[size])
    page.context.add_cookies([{"name": "theme", "value": theme, "url": desk_url("/")}])
    mine, free = tickets
    services.add_note(mine, actor=priya, body=ATTACK)
    services.add_tag(mine, name="<script>1</script>", actor=priya)
    services.add_item(mine, text=ATTACK, actor=priya)
    services.add_customer_note(mine.customer, body=ATTACK, actor=priya)
    at = timezone.now() + timedelta(hours=1)
    services.set_reminder(mine, at=at, note=ATTACK, actor=priya)
    held = services.send_reply(mine, actor=priya, body=ATTACK)
    services.add_reply(mine, actor=mine.customer, body=ATTACK)
    go_out()
    services.send_reply(mine, actor=priya, body=ATTACK)
    assert OutgoingReply.objects.get(pk=held.pk).is_held
    for path in (
        "/desk/",
        "/desk/tickets/?view=open&status=Assigned",
        "/desk/tickets/?view=nonsense",
        "/desk/profile/",
        "/desk/unsent/",
        "/desk/customers/",
        f"/desk/customers/{mine.customer.public_id}/",
        f"/desk/tickets/new/?customer={mine.customer.public_id}",
        "/desk/tickets/new/?customer=new",
        "/desk/tickets/new/?q=person",
        mine.get_desk_url(),
        free.get_desk_url(),
    ):
        page.goto(desk_url(path))
        assert_accessible(page)
        assert page.evaluate("window.hit === undefined")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_take_from_the_dashboard_and_undo(sign_in, desk_url, priya, tickets):
    free = tickets[1]
    page = sign_in(priya)
    page.goto(desk_url("technicians:dashboard"))
    page.get_by_role("button", name=f"Take {free.ticket_id}").click()
    expect(page.get_by_text("it is in your queue now")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("Nobody has this ticket")).to_be_visible()
    free.refresh_from_db()
    assert free.technician is None


def test_keys_open_the_texts_and_a_change_leaves_them_alone(sign_in, desk_url, priya, tickets):
    mine = tickets[0]
    page = sign_in(priya)
    page.goto(desk_url(mine.get_desk_url()))
    page.keyboard.press("n")
    expect(page.get_by_label("Internal note").last).to_be_focused()
    page.keyboard.type("rne")
    page.locator("h1").click()
    page.keyboard.press("r")
    page.keyboard.type("My reply")
    expect(page.locator("#note-note")).to_have_value("rne")
    page.locator("#set-priority").select_option("4")
    expect(page.locator("#ticket-head .pr-urgent")).to_be_visible()
    expect(page.locator("#reply-body")).to_have_value("My reply")
    page.locator("#reply-body").press("Control+Enter")
    expect(page.locator(".msg.sending")).to_contain_text("My reply")
    go_out()
    assert [comment.body for comment in Comment.objects.all()] == ["My reply"]


def test_a_reply_to_an_older_state_is_held_back_once(sign_in, desk_url, priya, tickets, customer):
    mine = tickets[0]
    page = sign_in(priya)
    page.goto(desk_url(mine.get_desk_url()))
    page.locator("#reply-body").fill("Please restart it.")
    services.add_reply(mine, actor=customer, body="It works again.")
    page.get_by_role("button", name="Send reply").click()
    expect(page.get_by_text("Your text is still here")).to_be_visible()
    expect(page.locator("#reply-body")).to_have_value("Please restart it.")
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator(".msg.sending")).to_contain_text("Please restart it.")
    go_out()
    assert Comment.objects.count() == 2


def test_a_phone_without_scripts(sign_in, desk_url, priya, tickets):
    mine = tickets[0]
    page = sign_in(priya, viewport=SIZES["phone"], java_script_enabled=False)
    page.goto(desk_url(mine.get_desk_url()))
    page.locator("label:has([value=note])").click()
    page.locator("#note-note").fill("Only for us")
    page.get_by_role("button", name="Add note").click()
    expect(page.locator(".msg.note")).to_contain_text("Only for us")
    page.locator("label:has([value=resolve])").click()
    page.locator("#resolve-resolution_summary").fill("A new tunnel.")
    page.get_by_role("button", name="Resolve", exact=True).click()
    expect(page.locator("#thread .summary")).to_contain_text("A new tunnel.")
    assert Ticket.objects.get(pk=mine.pk).status == "Resolved"


def test_print_leaves_out_notes(sign_in, desk_url, priya, tickets):
    mine = tickets[0]
    services.add_note(mine, actor=priya, body="Only for us")
    page = sign_in(priya)
    page.goto(desk_url(mine.get_desk_url()))
    page.emulate_media(media="print")
    expect(page.get_by_text("Only for us")).to_be_hidden()
    expect(page.locator("h1")).to_be_visible()


def test_undo_and_a_page_that_becomes_sent_by_itself(sign_in, desk_url, priya, tickets):
    mine = tickets[0]
    DeskSettings.objects.create(undo_seconds=20)
    page = sign_in(priya)
    page.goto(desk_url(mine.get_desk_url()))
    page.locator("#reply-body").fill("Wrong words")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator(".msg.sending")).to_contain_text("Sending in")
    page.locator("#reply-body").fill("Half of another reply")
    page.get_by_role("button", name="Undo").click()
    # What was typed when Undo was pressed is there as well.
    expect(page.locator("#reply-body")).to_have_value("Wrong words\n\nHalf of another reply")
    page.locator("#reply-body").fill("Right words")
    page.get_by_role("button", name="Send reply").click()
    card = page.locator(".msg.sending")
    expect(card).to_contain_text("Right words")
    expect(card).to_have_count(0, timeout=40_000)
    expect(page.locator(".msg.staff").last).to_contain_text("Right words")
    assert [comment.body for comment in Comment.objects.all()] == ["Right words"]


def test_undo_without_scripts(sign_in, desk_url, priya, tickets):
    mine = tickets[0]
    page = sign_in(priya, viewport=SIZES["phone"], java_script_enabled=False)
    page.goto(desk_url(mine.get_desk_url()))
    page.locator("#reply-body").fill("Wrong words")
    page.get_by_role("button", name="Send reply").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#reply-body")).to_have_value("Wrong words")
    go_out()
    assert not Comment.objects.exists()


def test_a_message_meanwhile_holds_the_reply_before_ones_eyes(
    sign_in, desk_url, priya, tickets, assert_accessible
):
    mine = tickets[0]
    DeskSettings.objects.create(undo_seconds=15)
    services.add_participant(mine, actor=priya, email="ben@elsewhere.test", name="Ben Carter")
    page = sign_in(priya)
    page.goto(desk_url(mine.get_desk_url()))
    page.locator("#reply-body").fill("Please restart it.")
    page.get_by_role("button", name="Send reply").click()
    # Who gets it is asked once.
    expect(page.get_by_text("Ben Carter at elsewhere.test gets this")).to_be_visible()
    expect(page.locator("#reply-body")).to_have_value("Please restart it.")
    page.get_by_role("button", name="Send anyway").click()
    expect(page.locator(".msg.sending")).to_contain_text("Sending in")
    services.add_reply(mine, actor=mine.customer, body="It works again.")
    card = page.locator(".msg.sending")
    expect(card).to_contain_text("The customer has not seen this.", timeout=40_000)
    expect(card).to_contain_text("It works again.")
    assert_accessible(page)
    card.get_by_role("button", name="Send anyway").click()
    expect(page.locator(".msg.sending")).to_have_count(0)
    expect(page.locator(".msg.staff").last).to_contain_text("Please restart it.")


def test_a_note_is_no_answer(sign_in, desk_url, priya, tickets):
    mine = tickets[0]
    page = sign_in(priya, viewport=SIZES["phone"], java_script_enabled=False)
    page.goto(desk_url(mine.get_desk_url()))
    page.locator("label:has([value=note])").click()
    page.locator("#note-note").fill("Only for us")
    page.get_by_role("button", name="Add note").click()
    expect(page.get_by_text("The customer still waits for an answer")).to_be_visible()
    expect(page.get_by_text("The customer has not been answered.")).to_be_visible()
    page.goto(desk_url("/desk/"))
    page.get_by_role("link", name="Noted, not answered").click()
    expect(page.get_by_text("Only a note, waits")).to_be_visible()
