"""Who has not confirmed the address sees nothing that somebody else raised for it."""

import pytest
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets.models import Ticket
from tickets.services import create_ticket


@pytest.mark.django_db
def test_an_unverified_customer_sees_only_what_they_raised():
    customer = CustomerFactory(email_verified_at=None)
    own = create_ticket(
        customer=customer, actor=customer, description="Mine", category_text="Other"
    )
    raised_for = create_ticket(
        customer=customer, actor=AdminFactory(), description="From the desk", category_text="Other"
    )
    assert list(Ticket.objects.visible_to(customer)) == [own]
    customer.email_verified_at = timezone.now()
    assert set(Ticket.objects.visible_to(customer)) == {own, raised_for}
