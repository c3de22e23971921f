"""Merging, splitting and undoing at random loses nothing and ends where it began."""

import os
from collections import Counter

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Comment, Ticket, TicketEvent, TicketMerge, TicketParticipant

FIELDS = [
    "subject",
    "description",
    "status",
    "technician",
    "customer",
    "priority",
    "resolution_summary",
    "resolved_at",
    "closed_at",
    "awaits_reply",
    "waiting_since",
    "confirm_since",
    "next_step_at",
    "merged_into",
    "has_merged",
    "deleted_at",
]
REFUSED = (PermissionDenied, ValidationError)


class Merging(RuleBasedStateMachine):
    """Two customers, two technicians, an admin who may do everything; a model beside the desk.

    The model keeps what nobody may lose: the texts of each ticket, and a picture of both tickets
    as they stood before each merge that still stands and has seen no change since.
    """

    tickets = Bundle("tickets")
    done = Counter()

    def __init__(self):
        super().__init__()
        self.whole = transaction.atomic()
        self.whole.__enter__()

    @initialize(target=tickets)
    def people(self):
        self.admin = AdminFactory()
        self.customers = [CustomerFactory(), CustomerFactory(), CustomerFactory()]
        self.technicians = [TechnicianFactory().user, TechnicianFactory().user]
        self.texts = {}
        self.standing = []
        self.said = 0
        return multiple(*(self.raise_ticket(n % 3, n % 3 - 1) for n in range(4)))

    def fresh(self, ticket):
        return Ticket.objects.get(pk=ticket.pk)

    def people_of(self, number):
        rows = TicketParticipant.objects.filter(ticket=number)
        return sorted(rows.values_list("user", "role", "name", "muted"))

    def picture(self, number):
        """Everything about a ticket that undoing has to bring back."""
        return Ticket.objects.filter(pk=number).values(*FIELDS).get(), self.people_of(number)

    def touched(self, *numbers):
        """Merges of these tickets can't end in a picture from before any more."""
        for one in self.standing:
            one["pictures"] = {k: v for k, v in one["pictures"].items() if k not in numbers}

    @rule(target=tickets, customer=st.integers(0, 2), technician=st.integers(-1, 1))
    def raise_ticket(self, customer, technician):
        customer = self.customers[customer]
        self.said += 1
        ticket = services.create_ticket(
            customer=customer,
            actor=customer,
            description=f"text {self.said}",
            category_text="Anything",
        )
        if technician >= 0:
            ticket = services.assign_ticket(
                ticket, technician=self.technicians[technician], actor=self.admin
            )
        self.texts[ticket.pk] = [f"text {self.said}"]
        return ticket

    @rule(ticket=tickets, note=st.booleans())
    def write(self, ticket, note):
        self.said += 1
        where = self.fresh(ticket).merged_into_id or ticket.pk
        verb = services.add_note if note else services.add_reply
        verb(ticket, actor=self.admin, body=f"text {self.said}")
        self.texts[where].append(f"text {self.said}")
        if not note:
            self.touched(where)

    @rule(ticket=tickets, customer=st.integers(0, 2))
    def customer_answers(self, ticket, customer):
        where = self.fresh(ticket).merged_into_id or ticket.pk
        author = self.customers[customer]
        allowed = Ticket.objects.visible_to(author).filter(pk=where).exists()
        try:
            services.add_reply(ticket, actor=author, body=f"text {self.said + 1}")
        except REFUSED:
            assert not allowed
            return
        assert allowed
        self.said += 1
        self.texts[where].append(f"text {self.said}")
        self.touched(where)

    @rule(ticket=tickets, customer=st.integers(0, 2))
    def add_follower(self, ticket, customer):
        try:
            services.add_participant(ticket, user=self.customers[customer], actor=self.admin)
        except REFUSED:
            return
        self.touched(ticket.pk)

    @rule(ticket=tickets)
    def resolve(self, ticket):
        try:
            services.resolve_ticket(ticket, actor=self.admin, resolution_summary="Done")
        except REFUSED:
            return
        self.touched(ticket.pk)

    @rule(source=tickets, into=tickets, share=st.sampled_from([True, True, True, False]))
    def merge(self, source, into, share):
        pictures = {number: self.picture(number) for number in {source.pk, into.pk}}
        try:
            services.merge_tickets(source, target=into, actor=self.admin, share=share)
        except REFUSED:
            assert {n: self.picture(n) for n in pictures} == pictures
            return
        self.done["merged"] += 1
        self.standing.append({"source": source.pk, "target": into.pk, "pictures": pictures})

    @rule(target=tickets, ticket=tickets, index=st.integers(0, 5))
    def split(self, ticket, index):
        where = self.fresh(ticket).merged_into_id or ticket.pk
        messages = list(Comment.objects.filter(ticket=where, author__role="customer"))
        if not messages:
            return multiple()
        comment = messages[index % len(messages)]
        try:
            new = services.split_message(
                Ticket.objects.get(pk=where), comment=comment, actor=self.admin
            )
        except REFUSED:
            return multiple()
        self.done["split"] += 1
        self.texts[new.pk] = [comment.body]
        return new

    @rule(ticket=tickets)
    def undo(self, ticket):
        self.take_back(ticket.pk)

    def take_back(self, number):
        index = next((i for i, one in enumerate(self.standing) if one["source"] == number), None)
        try:
            services.undo_merge(Ticket.objects.get(pk=number), actor=self.admin)
        except REFUSED:
            blocked = index is not None and self.fresh_number(self.standing[index]["target"])
            assert index is None or blocked
            return False
        one = self.standing.pop(index)
        self.done["undone"] += 1
        self.compare(one, index)
        return True

    def fresh_number(self, number):
        return Ticket.objects.get(pk=number).merged_into_id

    def compare(self, one, index):
        """The source is as before; the target, too, unless later merges still stand in it."""
        source, target = one["source"], one["target"]
        if source in one["pictures"]:
            assert self.picture(source) == one["pictures"][source]
        later = [other for other in self.standing[index:] if other["target"] == target]
        if target in one["pictures"] and not later:
            assert self.picture(target) == one["pictures"][target]
        elif later and target in one["pictures"]:
            # What was before this merge is now what was before the next one.
            later[0]["pictures"][target] = one["pictures"][target]
            for more in later[1:]:
                more["pictures"].pop(target, None)

    @invariant()
    def nothing_is_lost_and_everything_is_shown_once(self):
        for number, texts in getattr(self, "texts", {}).items():
            ticket = Ticket.objects.get(pk=number)
            own = [ticket.description, *ticket.comments.values_list("body", flat=True)]
            assert sorted(own) == sorted(texts)
            if ticket.merged_into_id:
                continue
            family = [
                number,
                *Ticket.objects.filter(merged_into=number).values_list("pk", flat=True),
            ]
            shown = [
                event.comment.body if event.comment else event.ticket.description
                for event in TicketEvent.objects.of(ticket).for_timeline()
                if event.comment or event.type == "created"
            ]
            assert sorted(shown) == sorted(text for one in family for text in self.texts[one])

    @invariant()
    def merges_lead_to_one_end(self):
        steps = dict(TicketMerge.objects.standing().values_list("source", "target"))
        for source in steps:
            end, seen = source, set()
            while end in steps:
                assert end not in seen
                seen.add(end)
                end = steps[end]
            assert self.fresh_number(source) == end
        merged = Ticket.objects.filter(merged_into__isnull=False).values_list("pk", flat=True)
        assert set(merged) == set(steps)

    @invariant()
    def people_of_what_was_merged_can_read_where_it_goes_on(self):
        for ticket in Ticket.objects.filter(merged_into__isnull=False).select_related("customer"):
            seen = Ticket.objects.visible_to(ticket.customer)
            assert seen.filter(pk=ticket.merged_into_id).exists()

    def teardown(self):
        self.end()
        transaction.set_rollback(True)
        self.whole.__exit__(None, None, None)

    def end(self):
        """Undone from the end, everything is where it began."""
        for one in reversed(list(getattr(self, "standing", []))):
            assert self.take_back(one["source"])
        if hasattr(self, "texts"):
            self.nothing_is_lost_and_everything_is_shown_once()
            assert not Ticket.objects.exclude(merged_into=None, has_merged=False).exists()


# `MERGE_EXAMPLES=1000` looks longer.
LIVES = int(os.environ.get("MERGE_EXAMPLES", "60"))


@pytest.mark.django_db
@pytest.mark.parametrize("times", [20, pytest.param(LIVES, marks=pytest.mark.slow)])
def test_merging_splitting_and_undoing_at_random(times):
    Merging.done.clear()
    run_state_machine_as_test(
        Merging,
        settings=settings(
            max_examples=times,
            stateful_step_count=40,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert Merging.done["merged"] == Merging.done["undone"] >= times // 2
    assert Merging.done["split"] > 0
