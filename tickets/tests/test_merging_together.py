"""Several who merge and link at once: no circle, nothing lost, everybody gets an answer."""

from collections import Counter

import pytest
from django.db import transaction

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from ticketing.tests.api.test_together import together
from tickets import services
from tickets.models import Comment, Ticket, TicketMerge, TicketRelation

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def admins():
    with transaction.atomic():
        return [AdminFactory() for _ in range(4)]


@pytest.fixture
def tickets():
    with transaction.atomic():
        amara = CustomerFactory()
        return [
            services.create_ticket(
                customer=amara, actor=amara, description=f"text {n}", category_text="x"
            )
            for n in range(4)
        ]


def merged_ways():
    return dict(Ticket.objects.filter(merged_into__isnull=False).values_list("pk", "merged_into"))


def test_two_who_merge_the_same_two_both_ways(admins, tickets):
    a, b = tickets[:2]
    for _ in range(5):
        clients = [client_of(admin) for admin in admins[:2]]
        ways = [(a, b), (b, a)]

        def merge(index, clients=clients, ways=ways):
            source, target = ways[index]
            url = f"/api/tickets/{source.ticket_id}/merge"
            return clients[index].post(url, {"into": target.ticket_id})

        answers = together(merge, 2)
        assert Counter(answer.status_code for answer in answers) == {200: 1, 400: 1}
        (source,) = merged_ways()
        services.undo_merge(Ticket.objects.get(pk=source), actor=admins[0])
    assert merged_ways() == {}


def test_a_ring_of_merges_and_replies_meanwhile(admins, tickets):
    clients = [client_of(admin) for admin in admins]

    def do(index):
        source, target = tickets[index % 4], tickets[(index + 1) % 4]
        if index < 4:
            url = f"/api/tickets/{source.ticket_id}/merge"
            return clients[index].post(url, {"into": target.ticket_id})
        url = f"/api/tickets/{source.ticket_id}/replies"
        return clients[index % 4].post(url, {"body": f"reply {index}"})

    answers = together(do, 12)
    codes = [answer.status_code for answer in answers]
    assert set(codes[:4]) <= {200, 400, 412}
    assert codes[4:] == [201] * 8
    assert Comment.objects.count() == 8
    ways = merged_ways()
    assert len(ways) < 4
    assert not set(ways) & set(ways.values())
    for merge in TicketMerge.objects.standing().order_by("-id"):
        services.undo_merge(Ticket.objects.get(pk=merge.source_id), actor=admins[0])
    assert merged_ways() == {}


@pytest.mark.parametrize("word", ["child_of", "blocks", "duplicate_of"])
def test_a_ring_of_links_stays_open(admins, tickets, word):
    clients = [client_of(admin) for admin in admins]

    def link(index):
        url = f"/api/tickets/{tickets[index].ticket_id}/links"
        other = tickets[(index + 1) % 4].ticket_id
        return clients[index].post(url, {"link": word, "ticket_id": other})

    answers = together(link, 4)
    assert Counter(answer.status_code for answer in answers) == {201: 3, 400: 1}
    assert TicketRelation.objects.count() == 3
