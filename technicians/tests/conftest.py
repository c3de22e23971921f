"""A small desk: two categories, two technicians, an admin, a customer and her ticket."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.tests.factories import CategoryFactory


def go_out():
    """Let all replies go out whose seconds of grace are over by then; return how many."""
    return services.release_due_replies(now=timezone.now() + timedelta(minutes=5))


@pytest.fixture
def network():
    return CategoryFactory(name="Network lines")


@pytest.fixture
def printing():
    return CategoryFactory(name="Printing works")


@pytest.fixture
def priya(network):
    return TechnicianFactory(user__name="Priya Nair", categories=[network]).user


@pytest.fixture
def mei(network):
    return TechnicianFactory(user__name="Mei Tanaka", categories=[network]).user


@pytest.fixture
def pavel(printing):
    """Serves another category."""
    return TechnicianFactory(user__name="Pavel Novak", categories=[printing]).user


@pytest.fixture
def admin():
    return AdminFactory(name="Alex Admin")


@pytest.fixture
def amara():
    return CustomerFactory(name="Amara Okafor")


@pytest.fixture
def raise_ticket(amara, network):
    def raise_ticket(subject="VPN drops", **fields):
        customer = fields.pop("customer", amara)
        fields = {"category": network, "description": "Every five minutes."} | fields
        return services.create_ticket(customer=customer, actor=customer, subject=subject, **fields)

    return raise_ticket


@pytest.fixture
def ticket(raise_ticket, priya):
    """Assigned to Priya."""
    return services.take_ticket(raise_ticket(), actor=priya)
