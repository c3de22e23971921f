"""Before a reply goes out the page asks once: who gets it, and where its words come from."""

import re

import pytest

from technicians.tests.conftest import go_out
from tickets import services
from tickets.models import Comment, OutgoingReply, TicketEvent

pytestmark = pytest.mark.django_db
NOTE = "Legal says that we must not promise anything about the refund before March."


@pytest.fixture
def send(client, ticket, priya):
    """Send a reply from the page as it stands now, with the keys that the last answer brought."""

    def send(body="Restart it.", confirmed=(), **fields):
        client.force_login(priya)
        seen = TicketEvent.objects.order_by("-id").first().pk
        data = {"body": body, "seen": seen, "confirmed": list(confirmed)} | fields
        return client.post(f"{ticket.get_desk_url()}reply/", data)

    return send


def keys(answer):
    return re.findall(r'name="confirmed" value="([^"]+)"', answer.content.decode())


@pytest.fixture
def cc(ticket, priya):
    def cc(email, name="Ben Carter"):
        return services.add_participant(ticket, actor=priya, email=email, name=name).user

    return cc


def test_a_recipient_at_a_new_domain_is_asked_about_once(send, cc, ticket):
    cc("ben@elsewhere.test")
    answer = send()
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Ben Carter at elsewhere.test gets this" in html
    assert ">\nRestart it.</textarea>" in html
    assert "Send anyway" in html
    assert not OutgoingReply.objects.exists()
    assert send(confirmed=keys(answer)).status_code == 302
    go_out()
    event = ticket.events.get(type="sent_anyway")
    assert "Ben Carter at elsewhere.test" in event.changes["overridden"][0]
    assert send("And again").status_code == 302  # now they know each other
    go_out()
    assert Comment.objects.count() == 2


def test_a_colleague_of_the_requester_is_no_surprise(send, cc):
    cc("ben@example.com")
    assert send().status_code == 302


def test_who_was_removed_by_another_since_the_last_reply(send, cc, ticket, amara, priya):
    ben, eve = cc("ben@example.com"), cc("eve@example.com", "Eve Stone")
    send()
    go_out()
    services.remove_participant(ticket, user=ben, actor=amara)
    services.remove_participant(ticket, user=eve, actor=priya)  # the writer's own doing
    answer = send("Second")
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "Ben Carter was removed since the last reply" in html
    assert "Eve Stone was removed" not in html
    assert send("Second", confirmed=keys(answer)).status_code == 302
    go_out()
    assert send("Third").status_code == 302


def test_words_copied_from_a_note_are_asked_about(send, ticket, priya):
    services.add_note(ticket, actor=priya, body=NOTE)
    body = f"Hello Amara,\n\n{NOTE}"
    answer = send(body)
    assert answer.status_code == 409
    assert "Words are copied from an internal note." in answer.content.decode()
    assert "“<bdi>legal says that we must not promise" in answer.content.decode()
    assert send(body, confirmed=["copied:something else", "\x00"]).status_code == 409
    assert send(body, confirmed=keys(answer)).status_code == 302
    assert send("Hello Amara, we must not promise anything.").status_code == 302
    go_out()
    # What was copied stands in the note and the reply only, where it can be redacted.
    event = ticket.events.get(type="sent_anyway")
    assert event.changes == {"overridden": ["Words are copied from an internal note."]}


def test_what_the_customer_wrote_may_be_quoted_from_a_note(send, ticket, priya, amara):
    services.add_reply(ticket, actor=amara, body=NOTE)
    services.add_note(ticket, actor=priya, body=f"See: {NOTE}")
    assert send(NOTE).status_code == 302


def test_a_recipient_who_comes_while_it_waits_holds_it(send, cc, client, ticket, priya):
    send()
    cc("ben@elsewhere.test")
    go_out()
    row = OutgoingReply.objects.get()
    assert row.is_held
    assert "Ben Carter at elsewhere.test" in row.reason
    html = client.get(ticket.get_desk_url()).content.decode()
    shown = re.findall(r'name="confirmed" value="([^"]+)"', html)
    url = f"{ticket.get_desk_url()}unsent/{row.pk}/send/"
    client.post(url, {"seen": row.seen_event})
    assert not Comment.objects.exists()
    client.post(url, {"seen": row.seen_event, "confirmed": shown})
    assert Comment.objects.get().body == "Restart it."


def test_news_and_doubts_are_both_kept_confirmed(send, cc, ticket, amara):
    cc("ben@elsewhere.test")
    seen = TicketEvent.objects.order_by("-id").first().pk
    services.add_reply(ticket, actor=amara, body="Wait")
    answer = send(seen=seen)
    assert "Wait" in answer.content.decode()
    newest = TicketEvent.objects.order_by("-id").first().pk
    answer = send(seen=newest, override=seen)
    assert f'name="override" value="{seen}"' in answer.content.decode()
    assert send(seen=newest, override=seen, confirmed=keys(answer)).status_code == 302
    go_out()
    overridden = ticket.events.get(type="sent_anyway").changes["overridden"]
    assert [words.split(":")[0] for words in overridden] == [
        "Amara Okafor",
        "Ben Carter at elsewhere.test gets this",
    ]
