"""A reply waits for a moment in which its author can take it back; then it goes out once."""

import re
import uuid
from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.utils import timezone

from accounts.models import User
from technicians.tests.conftest import go_out
from tickets import services
from tickets.choices import OutgoingState, Status
from tickets.models import Comment, OutgoingReply, TicketEvent
from tickets.models.outgoing import REASON_LENGTH

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
CANARY = "Waiting-canary"


@pytest.fixture
def desk_page(client):
    def desk_page(user, path, **headers):
        client.force_login(user)
        response = client.get(path, follow=not headers, **headers)
        assert response.status_code == 200
        return response.content.decode()

    return desk_page


@pytest.fixture
def post(client):
    def post(user, path, data=None, **headers):
        client.force_login(user)
        return client.post(path, data or {}, **headers)

    return post


@pytest.fixture
def reply(post, ticket, priya, admin):
    """Send a reply from the page as it stands now; return its row."""
    services.change_desk_settings(undo_seconds=120, actor=admin)  # whatever else the machine does

    def reply(body=CANARY, **fields):
        seen = TicketEvent.objects.filter(ticket=ticket).order_by("-id").first().pk
        data = {"body": body, "seen": seen} | fields
        response = post(priya, f"{ticket.get_desk_url()}reply/", data)
        assert response.status_code == 302
        return OutgoingReply.objects.order_by("-id").first()

    return reply


def verb(row, name):
    return f"{row.ticket.get_desk_url()}unsent/{row.pk}/{name}/"


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


def events(ticket):
    return list(ticket.events.order_by("id").values_list("type", flat=True))


def test_before_it_goes_out_only_staff_know_of_it(reply, desk_page, client, ticket, priya, amara):
    before = Comment.objects.count(), events(ticket)
    reply()
    ticket.refresh_from_db()
    assert (Comment.objects.count(), events(ticket)) == before
    assert ticket.awaits_reply
    for path in (ticket.get_absolute_url(), "/", "/tickets/"):
        assert CANARY not in desk_page(amara, path)
    assert ticket.subject not in desk_page(amara, f"/tickets/?q={CANARY}")
    html = desk_page(priya, ticket.get_desk_url())
    assert CANARY in html
    assert re.search(r'Sending in <span class="num" data-countdown="\d+">\d+</span> s', html)
    assert "/take-back/" in html


def test_it_goes_out_once_however_often_the_worker_looks(reply, ticket, desk_page, amara):
    reply(then_status="Waiting on Customer")
    assert services.release_due_replies() == 0  # not due yet
    assert go_out() == 1
    assert go_out() == 0
    assert [comment.body for comment in Comment.objects.all()] == [CANARY]
    assert events(ticket).count("reply_added") == 1
    ticket.refresh_from_db()
    assert ticket.status == Status.WAITING
    assert CANARY in desk_page(amara, ticket.get_absolute_url())
    assert not OutgoingReply.objects.exists()


def test_undo_puts_the_text_into_the_composer_and_it_can_be_sent_again(
    reply, post, desk_page, ticket, priya
):
    row = reply("First words")
    response = post(priya, verb(row, "take-back"))
    assert response.url == f"{ticket.get_desk_url()}#composer"
    assert go_out() == 0
    html = desk_page(priya, ticket.get_desk_url())
    assert ">\nFirst words</textarea>" in html
    assert "This reply was taken back" in html
    assert f'data-draft="reply-{ticket.ticket_id}-{priya.pk}-{row.pk}"' in html
    reply("Better words", again=row.pk)
    assert OutgoingReply.objects.count() == 1
    assert go_out() == 1
    assert [comment.body for comment in Comment.objects.all()] == ["Better words"]
    assert "First words" not in desk_page(priya, ticket.get_desk_url())


def test_undo_comes_too_late_once_it_is_out(reply, post, ticket, priya):
    row = reply()
    go_out()
    response = post(priya, verb(row, "take-back"))
    assert said(response)[-1] == "This reply has gone out already."
    assert Comment.objects.count() == 1


def test_what_was_taken_back_can_be_thrown_away(reply, post, desk_page, ticket, priya):
    row = reply()
    assert "Take it back first" in said(post(priya, verb(row, "discard")))[-1]
    post(priya, verb(row, "take-back"))
    post(priya, verb(row, "discard"))
    assert not OutgoingReply.objects.exists()
    assert CANARY not in desk_page(priya, ticket.get_desk_url())


def test_a_colleague_sees_it_and_cannot_touch_it(reply, post, desk_page, ticket, admin):
    row = reply()
    html = desk_page(admin, ticket.get_desk_url())
    assert CANARY in html
    assert "/take-back/" not in html
    for name in ("take-back", "send", "discard"):
        assert said(post(admin, verb(row, name)))[-1] == "This reply has gone out already."
    row.refresh_from_db()
    assert row.is_waiting


def test_what_a_colleague_took_back_is_their_own_draft(
    reply, post, desk_page, ticket, priya, admin
):
    post(priya, verb(reply(), "take-back"))
    assert CANARY not in desk_page(admin, ticket.get_desk_url())


@pytest.mark.parametrize("name", ["take-back", "send", "discard"])
def test_strangers_find_nothing(reply, post, pavel, amara, name):
    row = reply()
    for user in (pavel, amara):
        assert post(user, verb(row, name)).status_code == 404
    row.refresh_from_db()
    assert row.is_waiting


def test_without_seconds_of_grace_it_is_out_at_once(reply, admin):
    services.change_desk_settings(undo_seconds=0, actor=admin)
    assert reply() is None
    assert Comment.objects.get().body == CANARY


def test_the_same_form_twice_is_one_reply(reply, ticket):
    key = uuid.uuid4()
    reply(submission_key=key)
    reply(submission_key=key)
    assert OutgoingReply.objects.count() == 1
    go_out()
    reply(submission_key=key)  # the browser asks again after an answer that never came
    assert not OutgoingReply.objects.exists()
    assert Comment.objects.count() == 1
    reply("Something else", submission_key=key)  # gone back, and written anew
    go_out()
    assert Comment.objects.count() == 2


def test_the_page_becomes_sent_by_itself(reply, desk_page, ticket, priya):
    since = TicketEvent.objects.order_by("-id").first().pk
    url = f"{ticket.get_desk_url()}sending/?since={since}"
    row = reply()
    html = desk_page(priya, url, **HTMX)
    assert "Sending in" in html
    assert 'id="panel"' not in html
    OutgoingReply.objects.filter(pk=row.pk).update(due_at=timezone.now())
    html = desk_page(priya, url, **HTMX)  # no worker runs: the page itself lets it go
    assert Comment.objects.get().body == CANARY
    assert 'class="msg staff"' in html
    assert "Sending in" not in html
    for part in ('id="ticket-head" hx-swap-oob', "outerHTML:#panel", "Reply sent"):
        assert part in html


@pytest.mark.parametrize("path", ["/desk/", "/desk/tickets/", "/desk/unsent/"])
def test_without_a_worker_the_authors_next_page_lets_it_go(reply, desk_page, priya, path):
    row = reply()
    OutgoingReply.objects.filter(pk=row.pk).update(due_at=timezone.now())
    desk_page(priya, path)
    assert Comment.objects.get().body == CANARY


# Held --------------------------------------------------------------------------------------------


def lose_the_ticket(ticket, priya, mei, admin):
    services.assign_ticket(ticket, technician=mei, actor=admin)


def lose_the_account(ticket, priya, mei, admin):
    User.objects.filter(pk=priya.pk).update(is_active=False)


def delete_the_ticket(ticket, priya, mei, admin):
    services.delete_ticket(ticket, actor=admin)


@pytest.mark.parametrize(
    ("happens", "why"),
    [
        (lose_the_ticket, "not assigned to you"),
        (lose_the_account, "may not do this any more"),
        (delete_the_ticket, "was deleted"),
    ],
)
def test_what_may_not_go_out_is_held_with_its_text(reply, ticket, priya, mei, admin, happens, why):
    reply()
    happens(ticket, priya, mei, admin)
    assert go_out() == 1
    assert go_out() == 0
    row = OutgoingReply.objects.get()
    assert (row.state, row.body) == (OutgoingState.HELD, CANARY)
    assert why in row.reason
    assert not Comment.objects.exists()
    event = ticket.events.get(type="reply_held")
    assert (event.technician, event.changes["reason"]) == (priya, row.reason)


def test_who_lost_the_ticket_still_finds_the_text(
    reply, post, desk_page, ticket, priya, mei, admin
):
    row = reply()
    lose_the_ticket(ticket, priya, mei, admin)
    go_out()
    html = desk_page(priya, "/desk/")
    assert 'href="/desk/unsent/"' in html
    html = desk_page(priya, "/desk/unsent/")
    assert CANARY in html
    assert ticket.subject not in html  # not theirs any more
    assert post(priya, verb(row, "discard")).url == "/desk/unsent/"
    assert "Not sent" not in desk_page(priya, "/desk/")


def test_a_customers_message_meanwhile_holds_it_with_the_difference(
    reply, post, desk_page, ticket, priya, amara
):
    row = reply("Restart it.")
    services.add_reply(ticket, actor=amara, body="Never mind, it works.")
    go_out()
    assert Comment.objects.count() == 1
    html = desk_page(priya, ticket.get_desk_url())
    assert "The customer has not seen this." in html
    assert html.count("Never mind, it works.") == 2  # in the timeline and in the difference
    assert "Send anyway" in html
    newest = ticket.events.filter(type="reply_added").get().pk
    response = post(priya, verb(row, "send"), {"seen": newest})
    assert said(response)[-1] == "Reply sent"
    assert events(ticket)[-3:] == ["reply_held", "sent_anyway", "reply_added"]
    event = ticket.events.get(type="sent_anyway")
    assert event.changes == {"overridden": ["Amara Okafor: Reply"]}
    assert "Restart it." in desk_page(amara, ticket.get_absolute_url())


def test_sending_anyway_covers_only_what_was_shown(reply, post, ticket, priya, amara):
    row = reply()
    services.add_reply(ticket, actor=amara, body="One")
    go_out()
    shown = ticket.events.filter(type="reply_added").get().pk
    services.add_reply(ticket, actor=amara, body="Two")
    response = post(priya, verb(row, "send"), {"seen": shown})
    assert "held again" in said(response)[-1]
    assert Comment.objects.count() == 2
    response = post(priya, verb(row, "send"), {"seen": "nonsense"})
    assert "held again" in said(response)[-1]


def test_a_held_reply_is_no_customers_business(reply, desk_page, ticket, admin, priya, mei, amara):
    reply()
    lose_the_ticket(ticket, priya, mei, admin)
    go_out()
    html = desk_page(amara, ticket.get_absolute_url())
    assert CANARY not in html
    assert "not sent" not in html


def test_a_fault_of_ours_holds_one_reply_and_not_the_others(reply, ticket, monkeypatch, caplog):
    from tickets.services import sending

    real = sending.add_reply

    def faulty(ticket, **given):
        if given["body"] == "Bad":
            raise ZeroDivisionError("x" * 2 * REASON_LENGTH)
        return real(ticket, **given)

    monkeypatch.setattr(sending, "add_reply", faulty)
    reply("Bad")
    reply("Good")
    assert [go_out(), go_out()] == [2, 0]
    assert Comment.objects.get().body == "Good"
    assert OutgoingReply.objects.get().body == "Bad"
    assert "reply not sent" in caplog.text


def test_replies_of_a_ticket_keep_their_order(reply):
    first, second = reply("First"), reply("Second")
    now = timezone.now()
    OutgoingReply.objects.filter(pk=first.pk).update(due_at=now + timedelta(seconds=2))
    OutgoingReply.objects.filter(pk=second.pk).update(due_at=now + timedelta(seconds=3))
    go_out()
    assert list(Comment.objects.order_by("id").values_list("body", flat=True)) == [
        "First",
        "Second",
    ]


def test_texts_of_a_deleted_ticket_go_for_good(reply, ticket, admin):
    reply()
    services.delete_ticket(ticket, actor=admin)
    type(ticket).objects.update(deleted_at=timezone.now() - timedelta(days=31))
    services.purge_deleted_tickets()
    assert not OutgoingReply.objects.exists()
