"""People whom many tests know, and a category that one of them serves."""

import pytest

from accounts.tests.factories import CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets.tests.factories import CategoryFactory


@pytest.fixture
def category():
    return CategoryFactory()


@pytest.fixture
def priya(category):
    """A technician of the category."""
    return TechnicianFactory(user__name="Priya Nair", categories=[category]).user


@pytest.fixture
def amara():
    """A customer."""
    return CustomerFactory(name="Amara Okafor")
