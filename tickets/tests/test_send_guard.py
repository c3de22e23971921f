"""The send guard: whoever writes a reply has seen what matters, or says that they send anyway."""

import itertools
from datetime import timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from accounts.tests.factories import AdminFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import Status, Visibility
from tickets.models import OutgoingReply, Ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
FUTURE = timezone.now() + timedelta(days=1)


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def ticket():
    category = CategoryFactory()
    technician = TechnicianFactory(categories=[category]).user
    return TicketFactory(technician=technician, status=Status.IN_PROGRESS, category=category)


def newest(ticket):
    return ticket.events.order_by("-id").values_list("pk", flat=True).first() or 0


def correct(ticket, body):
    """Let the customer put their last message differently."""
    comment = ticket.comments.filter(author=ticket.customer).last()
    services.edit_message(ticket, comment=comment, body=body, actor=ticket.customer)


CUSTOMER_AND_COLLEAGUE = {
    "a customer's message": lambda t, a: services.add_reply(t, actor=t.customer, body="Wait"),
    "a colleague's reply": lambda t, a: services.add_reply(t, actor=a, body="Done"),
    "a colleague's note": lambda t, a: services.add_note(t, actor=a, body="Careful"),
    "a correction": lambda t, a: correct(t, "Wait until tomorrow"),
    "a status": lambda t, a: services.change_status(t, status=Status.ON_HOLD, actor=a),
    "the end": lambda t, a: services.resolve_ticket(t, actor=a, resolution_summary="Done"),
}
NOT_RELEVANT = {
    "a priority": lambda t, a: services.change_priority(t, priority=4, actor=a),
    "a category": lambda t, a: services.change_category(t, category=CategoryFactory(), actor=a),
    "a summary": lambda t, a: services.change_resolution_summary(
        t, resolution_summary="So far", actor=a
    ),
    "an own note": lambda t, a: services.add_note(t, actor=t.technician, body="Mine"),
    "an own reply": lambda t, a: services.add_reply(t, actor=t.technician, body="Mine"),
}


@pytest.mark.parametrize("happens", CUSTOMER_AND_COLLEAGUE.values(), ids=CUSTOMER_AND_COLLEAGUE)
@pytest.mark.parametrize("verb", [services.add_reply, services.send_reply])
def test_what_matters_holds_a_reply_up(ticket, admin, happens, verb):
    services.add_reply(ticket, actor=ticket.customer, body="Wait")
    seen = newest(ticket)
    happens(ticket, admin)
    count = ticket.comments.count()
    with pytest.raises(services.UnseenNews) as refusal:
        verb(ticket, actor=ticket.technician, body="Restart it.", seen=seen)
    assert [event.pk for event in refusal.value.news] == [newest(ticket)]
    assert (ticket.comments.count(), OutgoingReply.objects.count()) == (count, 0)
    verb(ticket, actor=ticket.technician, body="Restart it.", seen=newest(ticket))


@pytest.mark.parametrize("happens", NOT_RELEVANT.values(), ids=NOT_RELEVANT)
def test_what_does_not_matter_holds_nobody_up(ticket, admin, happens):
    seen = newest(ticket)
    happens(ticket, admin)
    services.send_reply(ticket, actor=ticket.technician, body="Restart it.", seen=seen)
    assert OutgoingReply.objects.get().body == "Restart it."


def test_nobody_is_held_up_by_an_invented_future(ticket):
    services.send_reply(ticket, actor=ticket.technician, body="Hello", seen=2**62)
    assert OutgoingReply.objects.get().seen_event == newest(ticket)


class NoReplyIgnoresAMessage(TestCase):
    """Random conversations with stale and fresh pages: the one rule that must always hold."""

    ACTORS = ("customer", "technician", "admin")
    step = st.tuples(
        st.sampled_from(["say", "note", "look", "send", "anyway", "release"]),
        st.sampled_from(ACTORS),
    )

    @settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(step, max_size=12))
    def test_no_reply_is_stored_with_an_unseen_newer_message_unless_forced(self, steps):
        technician = TechnicianFactory().user
        ticket = TicketFactory(technician=technician, status=Status.IN_PROGRESS)
        people = dict(zip(self.ACTORS, (ticket.customer, technician, AdminFactory()), strict=True))
        numbers, seen = itertools.count(), dict.fromkeys(self.ACTORS, 0)
        said: dict[str, int] = {}  # body -> what its writer had seen
        for what, who in steps:
            body = f"{what} {next(numbers)}"
            try:
                self.play(what, Ticket.objects.get(pk=ticket.pk), people[who], who, body, seen)
                said[body] = seen[who]
            except services.UnseenNews:
                continue
        services.release_due_replies(now=FUTURE)
        self.check(ticket, said)

    def play(self, what, ticket, actor, who, body, seen):
        staff = not actor.is_customer
        if what == "look":
            seen[who] = newest(ticket)
        elif what == "release":
            services.release_due_replies(now=FUTURE)
        elif what == "note" and staff:
            services.add_note(ticket, actor=actor, body=body)
        elif what == "send" and staff:
            services.send_reply(ticket, actor=actor, body=body, seen=seen[who])
        elif what == "anyway" and staff:
            services.send_reply(
                ticket, actor=actor, body=body, seen=newest(ticket), overrides=seen[who]
            )
        elif what == "say":
            seen_now = seen[who] if staff else None
            services.add_reply(ticket, actor=actor, body=body, seen=seen_now)

    def check(self, ticket, said):
        replies = ticket.events.filter(comment__visibility=Visibility.PUBLIC)
        for event in replies.exclude(actor__role="customer").select_related("comment"):
            between = replies.filter(pk__gt=said[event.comment.body], pk__lt=event.pk)
            unseen = between.exclude(actor=event.actor)
            forced = ticket.events.filter(type="sent_anyway", actor=event.actor, pk__lt=event.pk)
            assert not unseen.exists() or forced.exists(), event.comment.body
