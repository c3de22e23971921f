"""What those who follow a ticket are told: each message once, each alone, and how it ends."""

import re
from contextlib import suppress

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.models import User
from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.links import mute_path, read_mute_token, unsubscribe_path
from notifications.models import Delivery
from notifications.tests.outbox import deliver, everything, mails, told, whole
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import ParticipantRole, Status
from tickets.models import Ticket
from tickets.tests.factories import ParticipantFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def technician():
    return TechnicianFactory(user__name="Priya Nair").user


@pytest.fixture
def ticket(technician):
    return TicketFactory(
        technician=technician, status=Status.IN_PROGRESS, customer__name="Amara Okafor"
    )


@pytest.fixture
def ben(ticket):
    return ParticipantFactory(ticket=ticket, user__name="Ben Bello").user


@pytest.fixture
def watcher(ticket):
    user = TechnicianFactory(user__name="Mei Tanaka").user
    return ParticipantFactory(ticket=ticket, user=user, role=ParticipantRole.WATCHER).user


def test_the_desks_reply_reaches_each_once_and_alone(ticket, technician, ben, watcher):
    services.add_reply(ticket, actor=technician, body="Try it now")
    assert everything() == sorted(
        [
            ("reply_from_desk", ticket.customer.email),
            ("followed_reply", ben.email),
            ("reply_from_colleague", watcher.email),
        ]
    )
    for mail in mails("reply_from_desk") + mails("followed_reply"):
        assert len(mail.to) == 1
        assert not mail.cc + mail.bcc
        raw = mail.message().as_string()
        others = {ticket.customer.email, ben.email, watcher.email, technician.email} - {*mail.to}
        assert not [address for address in others if address in raw]
        assert "Try it now" in whole(mail)
        assert "Mei" not in raw


def test_a_customers_reply_reaches_the_others_and_the_desk(ticket, technician, ben, watcher):
    services.add_reply(ticket, actor=ben, body="Same here")
    assert everything() == sorted(
        [
            ("followed_reply", ticket.customer.email),
            ("reply_from_customer", technician.email),
            ("reply_from_customer", watcher.email),
        ]
    )
    assert "Ben Bello replied" in mails("followed_reply")[0].subject


def test_a_note_reaches_the_technician_and_the_watchers(ticket, technician, ben, watcher):
    services.add_note(ticket, actor=watcher, body="Between us")
    assert everything() == [("note_from_colleague", technician.email)]
    assert "Between us" in whole(mails("note_from_colleague")[0])


def test_the_end_and_its_reply_are_one_mail(ticket, technician, ben, watcher):
    services.add_reply(
        ticket,
        actor=technician,
        body="All set",
        then_status=Status.RESOLVED,
        resolution_summary="New cable",
    )
    assert everything() == sorted(
        [
            ("ticket_resolved", ticket.customer.email),
            ("followed_ticket_ended", ben.email),
            ("ticket_ended", watcher.email),
        ]
    )
    for name in ("followed_ticket_ended", "ticket_ended"):
        text = whole(mails(name)[0])
        assert "All set" in text
        assert "New cable" in text
    assert "accept" not in whole(mails("followed_ticket_ended")[0]).lower()


def test_reopening_tells_the_other_customers_and_the_watchers(ticket, technician, ben, watcher):
    services.close_ticket(ticket, actor=technician, resolution_summary="Done")
    deliver()
    Delivery.objects.all().delete()
    services.reopen_ticket(ticket, actor=ben, reason="Not for me")
    deliver()
    assert sorted(Delivery.objects.values_list("message", "email")) == sorted(
        [
            ("followed_ticket_reopened", ticket.customer.email),
            ("ticket_reopened", technician.email),
            ("ticket_reopened", watcher.email),
        ]
    )


def test_who_is_added_is_told_by_whom(ticket):
    ben = CustomerFactory()
    services.add_participant(ticket, actor=ticket.customer, email=ben.email)
    assert told("participant_added") == [ben.email]
    assert "Amara Okafor added you" in whole(mails("participant_added")[0])


def test_who_lets_a_colleague_watch_tells_them(ticket, technician):
    admin, other = AdminFactory(), TechnicianFactory().user
    services.add_watcher(ticket, user=other, actor=technician)
    services.add_watcher(ticket, user=admin, actor=admin)
    assert everything() == [("watcher_added", other.email)]


def test_a_mention_is_told_by_its_note(ticket, technician):
    other = TechnicianFactory().user
    services.add_watcher(ticket, user=other, actor=technician, mentioned=True)
    assert everything() == []


def test_an_unconfirmed_address_reads_no_words_that_anybody_chose(ticket, technician):
    User.objects.filter(pk=ticket.customer_id).update(name="Cheap pills at evil.example")
    requester = User.objects.get(pk=ticket.customer_id)
    services.add_participant(ticket, actor=requester, email="victim@example.org", name="Win a car")
    services.add_reply(ticket, actor=requester, body="http://evil.example")
    services.resolve_ticket(ticket, actor=technician, resolution_summary="http://evil.example")
    deliver()
    found = [
        mail for name in FOLLOWING for mail in mails(name) if mail.to == ["victim@example.org"]
    ]
    assert len(found) == 3
    for mail in found:
        text = whole(mail)
        assert ticket.ticket_id in text
        assert not [word for word in ("evil", "pills", "Win", ticket.subject) if word in text]


FOLLOWING = ("participant_added", "followed_reply", "followed_ticket_ended")


def test_an_unconfirmed_address_gets_three_mails_an_hour(ticket, technician):
    services.add_participant(ticket, actor=ticket.customer, email="victim@example.org")
    for number in range(5):
        services.add_reply(ticket, actor=technician, body=f"Word {number}")
    deliver()
    states = Delivery.objects.filter(email="victim@example.org").values_list("state", flat=True)
    assert sorted(states) == ["dropped"] * 3 + ["sent"] * 3


def test_who_is_removed_before_the_mail_goes_out_gets_none(ticket, technician, ben):
    services.add_reply(ticket, actor=technician, body="Hi")
    services.remove_participant(ticket, user=ben, actor=ticket.customer)
    assert told("followed_reply") == []


# Silence ---------------------------------------------------------------------------------------


def link_of(mail):
    assert mail.extra_headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return re.fullmatch(r"<https?://[^/]+(/.*)>", mail.extra_headers["List-Unsubscribe"])[1]


@pytest.mark.parametrize("who", ["ben", "watcher"])
def test_one_click_stops_the_mails_about_this_ticket(request, client, ticket, technician, who):
    person = request.getfixturevalue(who)
    services.add_reply(ticket, actor=technician, body="One")
    name = "followed_reply" if who == "ben" else "reply_from_colleague"
    path = link_of(mails(name)[0])
    assert path in mails(name)[0].body
    page = client.get(path)
    assert "Stop mails about" in page.content.decode()
    assert page["Referrer-Policy"] == "no-referrer"
    assert not ticket.participants.get(user=person).muted
    client = type(client)(enforce_csrf_checks=True)
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert ticket.participants.get(user=person).muted
    services.add_reply(ticket, actor=technician, body="Two")
    assert len(mails(name)) == 1
    assert Ticket.objects.visible_to(person).exists()


def test_a_mail_that_waits_is_stopped_as_well(ticket, technician, ben):
    services.add_reply(ticket, actor=technician, body="One")
    services.mute_ticket(ticket, user=ben)
    assert told("followed_reply") == []


def test_the_requesters_mails_cannot_be_stopped_so(client, ticket, technician):
    services.add_reply(ticket, actor=technician, body="One")
    assert "List-Unsubscribe" not in mails("reply_from_desk")[0].extra_headers
    assert client.post(mute_path(ticket.customer_id, ticket.pk)).status_code == 404


def test_a_token_opens_only_what_it_was_made_for(client, ticket, ben):
    mute = mute_path(ben.pk, ticket.pk).split("/")[-2]
    kind = unsubscribe_path(ben.pk, "ticket_ended").split("/")[-2]
    assert read_mute_token(mute) == (ben.pk, ticket.pk)
    for token in (kind, mute[:-1], mute.replace(":", ";"), "x" * 300):
        assert read_mute_token(token) is None
        assert client.post(f"/notifications/mute/{token}/").status_code == 404
    assert client.get(f"/notifications/unsubscribe/{mute}/").status_code == 404
    assert not ticket.participants.get(user=ben).muted


# No trace of a note ----------------------------------------------------------------------------

STEP = st.tuples(
    st.sampled_from(["requester", "cc", "technician", "watcher", "admin"]),
    st.sampled_from(["reply", "note", "resolve", "close", "reopen", "watch", "unwatch", "mute"]),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=3, max_size=8))
def test_no_note_and_no_trace_of_one_reaches_a_customer(steps):
    """Random conversations with marked words; every mail to a customer is searched."""
    technician = TechnicianFactory().user
    ticket = TicketFactory(technician=technician, status=Status.IN_PROGRESS)
    people = {
        "requester": ticket.customer,
        "cc": ParticipantFactory(ticket=ticket).user,
        "technician": technician,
        "watcher": TechnicianFactory(user__name="Xylowatcher").user,
        "admin": AdminFactory(name="Xyloadmin"),
    }
    ParticipantFactory(ticket=ticket, user=people["watcher"], role=ParticipantRole.WATCHER)
    for number, (who, what) in enumerate(steps):
        attempt(Ticket.objects.get(pk=ticket.pk), people[who], what, number)
    deliver()
    customers = {people["requester"].email, people["cc"].email}
    seen = set()
    for name in set(Delivery.objects.values_list("message", flat=True)):
        for mail in mails(name):
            key = (mail.to[0], mail.extra_headers["Message-ID"])
            assert key not in seen
            seen.add(key)
            if mail.to[0] in customers:
                raw = mail.message().as_string() + whole(mail)
                assert "secretnote" not in raw
                assert "Xylowatcher" not in raw
                assert not re.search(r"internal|watch", whole(mail), re.IGNORECASE)
    for row in ticket.events.visible_to(people["cc"]):
        assert "secretnote" not in f"{row.changes}{row.comment and row.comment.body}"


def attempt(ticket, actor, what, number):
    verbs = {
        "reply": lambda: services.add_reply(ticket, actor=actor, body=f"Public {number}"),
        "note": lambda: services.add_note(ticket, actor=actor, body=f"secretnote {number}"),
        "resolve": lambda: services.resolve_ticket(ticket, actor=actor, resolution_summary="Done"),
        "close": lambda: services.close_ticket(ticket, actor=actor, resolution_summary="Done"),
        "reopen": lambda: services.reopen_ticket(ticket, actor=actor, reason="Again"),
        "watch": lambda: services.add_watcher(ticket, user=actor, actor=actor),
        "unwatch": lambda: services.remove_watcher(ticket, user=actor, actor=actor),
        "mute": lambda: services.mute_ticket(ticket, user=actor),
    }
    with suppress(PermissionDenied, ValidationError):
        verbs[what]()
