"""A ticket that was closed too long ago goes on in a new one, linked to it both ways."""

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from accounts.tests.api.clients import client_of
from accounts.tests.factories import CustomerFactory, TechnicianUserFactory
from tickets import services
from tickets.choices import EventType, Status
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def former():
    long_ago = timezone.now() - timedelta(days=60)
    return TicketFactory(
        subject="No tunnel",
        status=Status.CLOSED,
        technician=TechnicianUserFactory(),
        closed_at=long_ago,
        resolved_at=long_ago,
        priority=3,
    )


def page(client, ticket):
    return client.get(ticket.get_absolute_url()).content.decode()


def test_the_closed_page_leads_to_a_prefilled_form_and_the_new_ticket_is_linked(client, former):
    client.force_login(former.customer)
    shown = page(client, former)
    assert "Raise a follow-up and we keep the history." in shown
    url = reverse("tickets:ticket-create")
    form = client.get(f"{url}?follows={former.ticket_id}")
    initial = form.context["form"].initial
    assert (initial["subject"], initial["priority"]) == ("No tunnel", 3)
    assert former.ticket_id in form.content.decode()
    data = initial | {"description": "It is back."}
    client.post(url, {key: value for key, value in data.items() if value is not None})
    new = Ticket.objects.get(follow_up_of=former)
    assert new.technician is None
    assert new.status == Status.PENDING
    assert f'href="{former.get_absolute_url()}">{former.ticket_id}' in page(client, new)
    assert f'href="{new.get_absolute_url()}">{new.ticket_id}' in page(client, former)
    for ticket in (former, new):
        assert ticket.events.filter(type=EventType.FOLLOWED_UP).count() == 1
    assert f"raised the follow-up <b>{new.ticket_id}" in page(client, former)


def test_a_form_that_is_refused_still_knows_what_it_follows(client, former):
    client.force_login(former.customer)
    url = reverse("tickets:ticket-create")
    answer = client.post(url, {"follow_up_of": former.ticket_id, "subject": ""})
    assert answer.status_code == 422
    assert "Raise a follow-up" in answer.content.decode()
    assert f'value="{former.ticket_id}"' in answer.content.decode()


def test_staff_see_the_relation_and_a_link_only_to_what_they_may_read(client, former):
    new = services.create_ticket(
        customer=former.customer,
        actor=former.customer,
        description="It is back",
        category_text="Tunnels",
        follow_up_of=former,
    )
    technician = TechnicianUserFactory()
    services.assign_ticket(new, technician=technician, actor=None)
    client.force_login(technician)
    shown = client.get(new.get_desk_url()).content.decode()
    assert former.ticket_id in shown
    assert former.get_desk_url() not in shown
    client.force_login(former.technician)
    assert new.ticket_id in client.get(former.get_desk_url()).content.decode()


def test_somebody_elses_ticket_and_an_open_one_can_not_be_followed(client, former):
    stranger, open_one = CustomerFactory(), TicketFactory()
    with pytest.raises(ValidationError, match="no such ticket"):
        follow(stranger, former)
    with pytest.raises(ValidationError, match="still open"):
        follow(open_one.customer, open_one)
    client.force_login(stranger)
    url = reverse("tickets:ticket-create")
    assert client.get(f"{url}?follows={former.ticket_id}").status_code == 404
    assert client.post(url, {"follow_up_of": former.ticket_id}).status_code == 404


def follow(customer, former):
    return services.create_ticket(
        customer=customer,
        actor=customer,
        description="It is back",
        category=CategoryFactory(),
        follow_up_of=former,
    )


def test_the_same_by_rest(former):
    client = client_of(former.customer)
    url = f"/api/tickets/customer/{former.customer.public_id}"
    body = {"issue_category": "Tunnels", "issue_description": "It is back"}
    too_late = client.post(f"/api/tickets/{former.ticket_id}/replies", {"body": "It is back"})
    assert too_late.status_code == 403
    assert "Raise a follow-up" in too_late.json()["message"]
    for unknown in ("TKT9999", TicketFactory(status=Status.CLOSED).ticket_id, "x"):
        answer = client.post(url, body | {"follow_up_of": unknown})
        assert answer.status_code == 400
        assert answer.json()["errors"] == {"follow_up_of": ["There is no such ticket."]}
    number = client.post(url, body | {"follow_up_of": former.ticket_id}).json()["ticket_id"]
    assert client.get(f"/api/tickets/{number}").json()["follow_up_of"] == former.ticket_id
    assert client.get(f"/api/tickets/{former.ticket_id}").json()["follow_ups"] == [number]


def test_a_customer_says_why_it_is_not_solved(former):
    former.closed_at = timezone.now()
    former.save()
    answer = client_of(former.customer).post(f"/api/tickets/{former.ticket_id}/reopen", {})
    assert answer.status_code == 400
    assert "reason" in answer.json()["errors"]
