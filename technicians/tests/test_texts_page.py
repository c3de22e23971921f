"""The composer's texts before they are sent: previews and drafts, through HTTP."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import AdminFactory
from tickets import services
from tickets.models import OutgoingReply, TicketDraft, TicketEvent

pytestmark = pytest.mark.django_db
HTMX = {"headers": {"hx-request": "true"}}


def url(name, ticket, kind):
    return reverse(f"technicians:{name}", args=[ticket.ticket_id, kind])


def text_of(html, field):
    """Return what stands in a text of the page."""
    found = re.search(rf'<textarea id="{field}"[^>]*>\n(.*?)</textarea>', html, re.DOTALL)
    return unescape(found[1])


@pytest.fixture
def at_desk(client, priya):
    client.force_login(priya)
    return client


def page(client, ticket):
    return client.get(ticket.get_desk_url()).content.decode()


def save(client, ticket, kind="reply", **typed):
    return client.post(url("draft-save", ticket, kind), typed, **HTMX)


@pytest.mark.parametrize(
    ("kind", "field"),
    [("reply", "body"), ("note", "note"), ("resolve", "resolution_summary")],
)
def test_a_preview_stores_nothing_and_keeps_the_text_without_scripts(at_desk, ticket, kind, field):
    typed = f"Is **this** it?\n\nSee {ticket.ticket_id}"
    answer = at_desk.post(url("ticket-preview", ticket, kind), {field: typed, "version": "1"})
    assert answer.status_code == 200
    html = answer.content.decode()
    assert text_of(html, f"{kind}-{field}") == typed
    assert "<p>Is <strong>this</strong> it?</p>" in html
    assert f'rel="nofollow noopener">{ticket.ticket_id}</a>' in html
    assert f'value="{kind}" data-key' in html
    assert re.search(rf'value="{kind}"[^>]* checked', html)
    assert not TicketDraft.objects.exists()
    assert TicketEvent.objects.filter(comment__isnull=False).count() == 0


def test_a_preview_of_nothing_is_no_error(at_desk, ticket):
    answer = at_desk.post(url("ticket-preview", ticket, "reply"), {"body": ""})
    assert answer.status_code == 200
    assert "There is a problem" not in answer.content.decode()


def test_a_text_that_saves_itself_answers_when_and_how_it_looks(at_desk, ticket):
    html = save(at_desk, ticket, body="Try **this**").content.decode()
    assert "Draft saved" in html
    assert "Try <strong>this</strong>" in html
    assert "Preview" not in save(at_desk, ticket, body="Only words").content.decode()


def test_drafts_come_back_with_the_page_each_in_its_own_text(at_desk, ticket, priya):
    save(at_desk, ticket, body="A reply\r\nof two lines")
    save(at_desk, ticket, "note", note="A note")
    at_desk.logout()
    at_desk.force_login(priya)
    html = page(at_desk, ticket)
    assert text_of(html, "reply-body") == "A reply\nof two lines"
    assert text_of(html, "note-note") == "A note"


def test_nobody_else_sees_a_draft(at_desk, ticket, client):
    save(at_desk, ticket, "note", note="canary-draft")
    client.force_login(AdminFactory())
    assert "canary-draft" not in page(client, ticket)
    client.post(url("draft-discard", ticket, "note"))
    client.force_login(ticket.customer)
    assert "canary-draft" not in client.get(ticket.get_absolute_url()).content.decode()
    assert TicketDraft.objects.get(body="canary-draft").discarded_at is None


def test_sending_takes_the_draft_with_it_and_leaves_the_other(at_desk, ticket):
    save(at_desk, ticket, "note", note="A note")
    save(at_desk, ticket, body="A reply")
    at_desk.post(reverse("technicians:ticket-note", args=[ticket.ticket_id]), {"note": "A note"})
    assert [draft.kind for draft in TicketDraft.objects.all()] == ["reply"]


def test_a_collision_keeps_text_and_draft(at_desk, ticket, priya):
    version = ticket.version
    save(at_desk, ticket, "resolve", resolution_summary="It was the cable")
    services.add_reply(ticket, actor=ticket.customer, body="Wait!")
    answer = at_desk.post(
        reverse("technicians:ticket-resolve", args=[ticket.ticket_id]),
        {"resolution_summary": "It was the cable", "version": version},
    )
    assert answer.status_code == 409
    assert text_of(answer.content.decode(), "resolve-resolution_summary") == "It was the cable"
    assert TicketDraft.objects.get().body == "It was the cable"


def test_a_fault_while_sending_keeps_the_draft(at_desk, ticket, monkeypatch):
    save(at_desk, ticket, "note", note="A note")

    def fail(*args, **kwargs):
        raise RuntimeError

    monkeypatch.setattr("tickets.services.drop_draft", fail)
    at_desk.raise_request_exception = False
    send = reverse("technicians:ticket-note", args=[ticket.ticket_id])
    assert at_desk.post(send, {"note": "A note"}).status_code == 500
    assert TicketDraft.objects.get().body == "A note"
    assert not ticket.comments.exists()


def test_discard_with_a_way_back_without_scripts(at_desk, ticket):
    save(at_desk, ticket, body="A reply")
    assert at_desk.post(url("draft-discard", ticket, "reply")).status_code == 302
    html = page(at_desk, ticket)
    assert text_of(html, "reply-body") == ""
    assert "Draft discarded" in html
    at_desk.post(url("draft-restore", ticket, "reply"))
    assert text_of(page(at_desk, ticket), "reply-body") == "A reply"


def test_there_are_only_these_texts(at_desk, ticket):
    for name in ("ticket-preview", "draft-save", "draft-discard", "draft-restore"):
        assert at_desk.post(url(name, ticket, "letter")).status_code == 404


def test_a_ticket_given_away_takes_no_more_drafts(at_desk, ticket, mei, admin):
    services.assign_ticket(ticket, technician=mei, actor=admin)
    assert save(at_desk, ticket, body="Too late").status_code == 404


def test_a_notes_preview_says_who_is_told_and_who_is_nobody(at_desk, ticket, mei):
    typed = {"note": f"@{mei.user_id} and @nobody.", "body": f"@{mei.user_id}"}
    html = at_desk.post(url("ticket-preview", ticket, "note"), typed).content.decode()
    assert "Told by mail, and sees the ticket: Mei Tanaka." in html
    assert "No colleague is called @nobody." in html
    html = at_desk.post(url("ticket-preview", ticket, "reply"), typed).content.decode()
    assert "Told by mail" not in html


def test_a_mention_without_scripts_is_said_beside_the_note(at_desk, ticket, mei):
    note = reverse("technicians:ticket-note", args=[ticket.ticket_id])
    at_desk.post(note, {"note": f"@{mei.user_id}, please"})
    assert "Mentioned: <bdi>Mei Tanaka</bdi>" in page(at_desk, ticket)


def test_colleagues_are_offered_by_the_beginning_of_a_name(at_desk, mei, pavel):
    html = at_desk.get(reverse("technicians:colleagues"), {"q": "nov"}).content.decode()
    assert "Pavel Novak" in html
    assert f'data-id="{pavel.user_id}"' in html
    assert "Mei Tanaka" not in html


@pytest.fixture
def slow_desk(admin):
    """Replies wait for two minutes before they go out."""
    services.change_desk_settings(undo_seconds=120, actor=admin)


def send(client, ticket, body):
    reply = reverse("technicians:ticket-reply", args=[ticket.ticket_id])
    assert client.post(reply, {"body": body}).status_code == 302
    return ticket.outgoing.get()


def take_back(client, ticket, row):
    client.post(reverse("technicians:unsent-take-back", args=[ticket.ticket_id, row.pk]))


def test_a_reply_on_its_way_is_no_draft_and_comes_back_with_what_was_written_since(
    at_desk, ticket, slow_desk
):
    save(at_desk, ticket, body="First")
    row = send(at_desk, ticket, "First and last")
    save(at_desk, ticket, body="First and")  # left the page before it was sent
    assert not TicketDraft.objects.exists()
    save(at_desk, ticket, body="Something new")
    take_back(at_desk, ticket, row)
    assert text_of(page(at_desk, ticket), "reply-body") == "First and last\n\nSomething new"
    # What is saved in the moments after "Undo" was typed before it.
    save(at_desk, ticket, body="Something newer")
    assert text_of(page(at_desk, ticket), "reply-body") == "First and last\n\nSomething newer"
    OutgoingReply.objects.update(changed_at=timezone.now() - timedelta(minutes=1))
    save(at_desk, ticket, body="First, mended")
    assert text_of(page(at_desk, ticket), "reply-body") == "First, mended"


def test_throwing_an_unsent_reply_away_takes_its_draft_along(at_desk, ticket, slow_desk):
    row = send(at_desk, ticket, "Wrong ticket")
    take_back(at_desk, ticket, row)
    save(at_desk, ticket, body="Wrong ticket, mended")
    at_desk.post(reverse("technicians:unsent-discard", args=[ticket.ticket_id, row.pk]))
    html = page(at_desk, ticket)
    assert text_of(html, "reply-body") == ""
    assert "Draft discarded" in html
