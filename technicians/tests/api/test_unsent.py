"""Own replies that have not gone out, by REST."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.api.clients import client_of
from technicians.tests.conftest import go_out
from tickets import services
from tickets.choices import Status
from tickets.models import Comment, OutgoingReply, Ticket, TicketDraft
from tickets.tests.files import png, uploaded

pytestmark = pytest.mark.django_db
URL = "/api/replies/unsent"
ROW_KEYS = {
    "id",
    "ticket_id",
    "subject",
    "state",
    "body",
    "status",
    "resolution_summary",
    "next_update_by",
    "files",
    "reason",
    "doubts",
    "last_seen_event",
    "goes_out_at",
    "changed_at",
    "actions",
}


@pytest.fixture
def waiting(ticket, priya, admin):
    """A reply with a file that waits."""
    services.change_desk_settings(undo_seconds=120, actor=admin)
    newest = ticket.events.order_by("-id").first().pk
    file = uploaded(priya, "plan.png", png())
    return services.send_reply(ticket, actor=priya, body="Try", seen=newest, attachments=[file])


@pytest.fixture
def held(waiting, amara):
    """A reply that was held, because the customer wrote in between."""
    services.add_reply(waiting.ticket, actor=amara, body="It works again")
    go_out()
    waiting.refresh_from_db()
    assert waiting.is_held
    return waiting


def one(row):
    return f"{URL}/{row.pk}"


def said():
    return [comment.body for comment in Comment.objects.order_by("id")]


def test_what_waits_is_listed_for_its_author_only(waiting, priya, mei, admin, amara):
    [row] = client_of(priya).get(URL).json()
    assert set(row) == ROW_KEYS
    assert (row["id"], row["ticket_id"]) == (waiting.pk, waiting.ticket.ticket_id)
    assert (row["subject"], row["body"]) == (waiting.ticket.subject, "Try")
    assert (row["state"], row["actions"]) == ("waiting", ["take_back"])
    assert row["goes_out_at"] == waiting.due_at.isoformat()
    assert [file["name"] for file in row["files"]] == ["plan.png"]
    for other in (mei, admin):
        api = client_of(other)
        assert api.get(URL).json() == []
        answers = [api.get(one(waiting)), api.delete(one(waiting))]
        answers += [api.post(f"{one(waiting)}/{verb}", {}) for verb in ("take-back", "send")]
        assert {answer.status_code for answer in answers} == {404}
    assert client_of(amara).get(URL).status_code == 403
    assert OutgoingReply.objects.get().is_waiting


def test_what_is_due_goes_out_when_one_asks(waiting, priya):
    OutgoingReply.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    assert client_of(priya).get(URL).json() == []
    assert said() == ["Try"]


def test_a_reply_is_taken_back_and_sent_with_its_file(waiting, priya):
    api = client_of(priya)
    assert api.delete(one(waiting)).status_code == 403
    back = api.post(f"{one(waiting)}/take-back")
    assert back.status_code == 200
    row = back.json()
    assert (row["state"], row["actions"], row["goes_out_at"]) == ("taken_back", ["discard"], None)
    go_out()
    assert said() == []
    body = {"body": "Try this", "file_ids": [row["files"][0]["file_id"]]}
    assert api.post(f"/api/tickets/{row['ticket_id']}/replies", body).status_code == 201
    assert api.delete(one(waiting)).json() == {"deleted": True}
    assert api.delete(one(waiting)).status_code == 404
    assert said() == ["Try this"]
    assert Comment.objects.get().attachments.get().name == "plan.png"


def test_a_held_reply_says_why_and_goes_out_across_what_was_seen(held, priya):
    api = client_of(priya)
    row = api.get(one(held)).json()
    assert set(row) == ROW_KEYS | {"news"}
    assert (row["state"], row["reason"]) == ("held", held.reason)
    assert row["actions"] == ["send", "take_back", "discard"]
    assert [entry["body"] for entry in row["news"]] == ["It works again"]
    again = api.post(f"{one(held)}/send", {}).json()
    assert again["sent"] is False
    assert again["reply"]["reason"]
    assert said() == ["It works again"]
    seen = {"last_seen_event": row["news"][-1]["id"]}
    assert api.post(f"{one(held)}/send", seen).json() == {"sent": True, "reply": None}
    assert said() == ["It works again", "Try"]
    assert api.get(one(held)).status_code == 404
    assert api.post(f"{one(held)}/send", seen).status_code == 404


def test_a_doubt_is_named_and_confirmed(ticket, priya):
    services.add_note(ticket, actor=priya, body="The master key hangs behind the third door")
    ticket = Ticket.objects.get(pk=ticket.pk)
    newest = ticket.events.order_by("-id").first().pk
    text = "The master key hangs behind the third door, please look."
    row = services.send_or_hold(ticket, actor=priya, body=text, seen=newest)
    api = client_of(priya)
    [doubt] = api.get(one(row)).json()["doubts"]
    assert api.post(f"{one(row)}/send", {"confirmed": ["another"]}).json()["sent"] is False
    assert api.post(f"{one(row)}/send", {"confirmed": [doubt]}).json()["sent"] is True
    assert said()[-1] == text


def test_only_a_held_reply_can_be_sent(waiting, priya):
    answer = client_of(priya).post(f"{one(waiting)}/send", {})
    assert answer.status_code == 403
    assert answer.json()["message"] == "Only a reply that was held can be sent anyway."


def test_discarding_puts_the_draft_aside_as_well(held, priya):
    services.save_draft(held.ticket, kind="reply", body="Half", actor=priya)
    assert client_of(priya).delete(one(held)).json() == {"deleted": True}
    assert not OutgoingReply.objects.exists()
    assert TicketDraft.objects.get().discarded_at is not None


def test_of_a_ticket_that_went_to_others_only_the_own_text_is_told(held, priya, pavel, admin):
    services.assign_ticket(held.ticket, technician=pavel, actor=admin)
    priya.served_categories.clear()
    api = client_of(priya)
    [row] = api.get(URL).json()
    assert (row["subject"], row["body"]) == (None, "Try")
    assert api.get(one(held)).json()["news"] == []
    held_again = api.post(f"{one(held)}/send", {"last_seen_event": 2**62}).json()
    assert held_again["sent"] is False
    assert held_again["reply"]["reason"]
    assert api.delete(one(held)).json() == {"deleted": True}


def test_sent_twice_with_the_same_key_it_is_one_reply(held, priya):
    api = client_of(priya)
    seen = {"last_seen_event": held.ticket.events.order_by("-id").first().pk}
    answers = [
        api.post(f"{one(held)}/send", seen, headers={"Idempotency-Key": "once"}) for _ in range(2)
    ]
    assert [answer.json() for answer in answers] == [{"sent": True, "reply": None}] * 2
    assert said() == ["It works again", "Try"]


def test_what_it_does_with_the_ticket_is_told(ticket, priya, admin):
    services.change_desk_settings(undo_seconds=120, actor=admin)
    services.send_reply(
        ticket, actor=priya, body="Done", then_status=Status.RESOLVED, resolution_summary="Reset"
    )
    [row] = client_of(priya).get(URL).json()
    assert (row["status"], row["resolution_summary"]) == ("Resolved", "Reset")


@pytest.mark.parametrize(
    "body",
    [
        {"last_seen_event": -1},
        {"last_seen_event": 2**63},
        {"last_seen_event": "x"},
        {"confirmed": "x"},
        {"confirmed": ["a\0b"]},
        {"confirmed": ["x"] * 101},
    ],
)
def test_what_makes_no_sense_is_refused(held, priya, body):
    assert client_of(priya).post(f"{one(held)}/send", body).status_code == 400
    assert OutgoingReply.objects.get().is_held


@pytest.mark.parametrize("number", ["0", "x", "9" * 30, "1.5", "-1"])
def test_a_number_that_is_none_leads_nowhere(priya, number):
    api = client_of(priya)
    assert api.get(f"{URL}/{number}").status_code == 404
    assert api.post(f"{URL}/{number}/send", {}).status_code == 404
    assert api.get(URL, {"state": "held"}).status_code == 400
