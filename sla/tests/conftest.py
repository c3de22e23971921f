"""A ticket of a customer, a technician, and a clock that the tests turn."""

from datetime import UTC, datetime

import pytest
import time_machine

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.tests.factories import CategoryFactory

# Tuesday; the shipped hours are nine to five, UTC.
TUESDAY_TEN = datetime(2026, 6, 2, 10, tzinfo=UTC)


@pytest.fixture
def now():
    """Turn the clock: `now.move_to(...)`, `now.shift(...)`."""
    with time_machine.travel(TUESDAY_TEN, tick=False) as traveller:
        yield traveller


@pytest.fixture
def maya(now):
    return TechnicianFactory(categories=[CategoryFactory()]).user


@pytest.fixture
def admin(now):
    return AdminFactory()


@pytest.fixture
def raise_ticket(now, maya):
    def raise_one(**given):
        customer = given.pop("customer", None) or CustomerFactory()
        given.setdefault("category", maya.served_categories.first())
        ticket = services.create_ticket(
            customer=customer, actor=customer, description="It hums.", **given
        )
        return services.assign_ticket(ticket, technician=maya, actor=None)

    return raise_one
