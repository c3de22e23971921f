"""Customers merged by several at once, and while they raise tickets: nothing is left behind."""

from collections import Counter

import pytest
from django.db import transaction

from accounts.models import User
from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from ticketing.tests.api.test_together import together
from tickets import services
from tickets.models import Ticket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def people():
    with transaction.atomic():
        admins = [AdminFactory() for _ in range(2)]
        return admins, CustomerFactory(), CustomerFactory()


def test_two_who_merge_the_same_two_both_ways(people):
    admins, amara, ben = people
    for _ in range(3):
        clients = [client_of(admin) for admin in admins]

        def merge(index, clients=clients):
            source, target = [(amara, ben), (ben, amara)][index]
            url = f"/api/customers/{source.public_id}/merge"
            return clients[index].post(url, {"into": target.public_id})

        answers = together(merge, 2)
        assert Counter(answer.status_code for answer in answers)[200] == 1
        assert {answer.status_code for answer in answers} <= {200, 400}
        merged = User.objects.get(merged_into__isnull=False)
        services.undo_customer_merge(merged, actor=admins[0])


def test_tickets_raised_meanwhile_are_the_survivors(people):
    admins, amara, ben = people
    api, own = client_of(admins[0]), [client_of(amara) for _ in range(8)]
    ticket = services.create_ticket(
        customer=amara, actor=amara, description="first", category_text="x"
    )

    def do(index):
        if index == 3:
            return api.post(f"/api/customers/{amara.public_id}/merge", {"into": ben.public_id})
        if index % 2:
            url = f"/api/tickets/{ticket.ticket_id}/replies"
            return own[index].post(url, {"body": "Any news?"})
        body = {"issue_category": "Other", "issue_description": f"text {index}"}
        return own[index].post(f"/api/tickets/customer/{amara.public_id}", body)

    codes = [answer.status_code for answer in together(do, 8)]
    assert codes[3] == 200
    assert set(codes) <= {200, 201, 401, 403, 404}
    assert not Ticket.objects.filter(customer=amara).exists()
    assert Ticket.objects.filter(customer=ben).count() == 1 + codes[::2].count(201)
