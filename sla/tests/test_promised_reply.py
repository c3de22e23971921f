"""By when a customer has a first answer: said where they raise a ticket."""

import pytest
from django.test import Client

from accounts.tests.factories import CustomerFactory
from sla.choices import ClockKind
from sla.models import Clock, Policy
from sla.services import save_policy
from tickets.choices import Priority
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
FRAGMENT, FORM = "/tickets/new/promise/", "/tickets/new/"


@pytest.fixture
def category(maya):
    return maya.served_categories.first()


@pytest.fixture
def visitor(now):
    client = Client()
    client.force_login(CustomerFactory(time_zone="UTC"))
    return client


def test_the_promise_is_the_moment_that_the_clock_will_say(visitor, category):
    said = visitor.get(FRAGMENT, {"category": category.pk, "priority": 2}).content.decode()
    assert 'datetime="2026-06-03T10:00:00+00:00"' in said
    visitor.post(
        FORM, {"category": category.pk, "subject": "Hum", "description": "It hums.", "priority": 2}
    )
    clock = Clock.objects.get(ticket=Ticket.objects.get(), kind=ClockKind.FIRST_RESPONSE)
    assert clock.due_at.isoformat() == "2026-06-03T10:00:00+00:00"


def test_it_depends_on_what_is_chosen(visitor, category, admin):
    standard = Policy.objects.get().current
    save_policy(
        None,
        actor=admin,
        name="Urgent",
        position=0,
        is_active=True,
        calendar=standard.calendar,
        targets={ClockKind.FIRST_RESPONSE: 60},
        pauses=[],
        conditions={"priorities": [Priority.URGENT]},
        take_over=False,
    )
    Policy.objects.filter(name="Standard").update(position=5)
    urgent = visitor.get(FRAGMENT, {"category": category.pk, "priority": 4}).content.decode()
    assert 'datetime="2026-06-02T11:00:00+00:00"' in urgent


def test_the_page_says_it_without_scripts_too(visitor, category):
    assert "first answer by" not in visitor.get(FORM).content.decode()
    assert "first answer by" in visitor.get(FORM, {"category": category.pk}).content.decode()
    refused = visitor.post(FORM, {"category": category.pk, "subject": "", "priority": 2})
    assert refused.status_code == 422
    assert "first answer by" in refused.content.decode()


def test_without_a_policy_nothing_is_promised(visitor, category):
    Policy.objects.update(is_active=False)
    assert "first answer" not in visitor.get(FRAGMENT, {"category": category.pk}).content.decode()


@pytest.mark.parametrize("nonsense", ["", "x", "-1", "9" * 40, "\u0663", "1e3"])
def test_nonsense_promises_nothing(visitor, nonsense):
    given = {"category": nonsense, "subcategory": nonsense, "priority": nonsense}
    answer = visitor.get(FRAGMENT, given)
    assert answer.status_code == 200
    assert "first answer" not in answer.content.decode()
