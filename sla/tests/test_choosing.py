"""Which policy holds for a ticket, and how an admin finds out."""

import pytest
from django.test import Client

from sla.choices import ClockKind
from sla.models import Clock, Policy
from sla.services import recheck, save_policy
from tickets import services
from tickets.models import Tag, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def vip(admin):
    """A policy for tickets with a tag, before the shipped one."""
    tag = services.create_tag(name="vip", actor=admin)
    standard = Policy.objects.get(name="Standard").current
    policy = save_policy(
        None,
        actor=admin,
        name="Important people",
        position=0,
        is_active=True,
        calendar=standard.calendar,
        targets={ClockKind.RESOLUTION: 240},
        pauses=[],
        conditions={"tags": [tag.pk]},
        take_over=False,
    )
    Policy.objects.filter(name="Standard").update(position=5)
    return policy


def target_of(ticket):
    return Clock.objects.get(ticket=ticket, kind=ClockKind.RESOLUTION, ended_at=None).target


def test_a_policy_for_a_tag_holds_as_long_as_the_ticket_has_it(raise_ticket, vip, admin):
    ticket = raise_ticket()
    before = target_of(ticket)
    assert before != 240 * 60
    services.add_tag(ticket, name="vip", actor=admin)
    assert target_of(ticket) == 240 * 60
    services.remove_tag(ticket, tag=Tag.objects.get(name="vip"), actor=admin)
    assert target_of(ticket) == before
    assert recheck(Ticket.objects.get(pk=ticket.pk)) == []


def test_a_tag_moves_no_clock_where_no_policy_asks_for_tags(
    raise_ticket, admin, django_assert_max_num_queries
):
    ticket = raise_ticket()
    services.create_tag(name="loud", actor=admin)
    before = target_of(ticket)
    with django_assert_max_num_queries(12):
        services.add_tag(ticket, name="loud", actor=admin)
    assert target_of(ticket) == before


@pytest.fixture
def desk(admin):
    client = Client()
    client.force_login(admin)
    return client


def test_an_admin_tests_the_policies_on_a_ticket(raise_ticket, vip, admin, desk):
    ticket = raise_ticket()
    Policy.objects.create(name="Asleep", position=9, is_active=False)

    def said():
        page = desk.get("/admin/sla/policy/test/", {"ticket": ticket.ticket_id.lower()})
        return " ".join(page.content.decode().split())

    assert "it has none of the policy&#x27;s tags" in said()
    assert "<bdi>Standard</bdi>: <b>this policy</b>, because the policy is for every ticket" in (
        said()
    )
    assert "<bdi>Asleep</bdi>: not asked, it is not active." in said()
    services.add_tag(ticket, name="vip", actor=admin)
    assert "<b>this policy</b>, because it has one of the policy&#x27;s tags" in said()
    assert "<bdi>Standard</bdi>: not asked, one before it holds" in said()


@pytest.mark.parametrize("asked", ["TKT9999", "nonsense", "<b>", "9" * 40])
def test_an_unknown_number_is_answered_in_a_sentence(desk, asked):
    page = desk.get("/admin/sla/policy/test/", {"ticket": asked})
    assert page.status_code == 200
    assert "There is no ticket" in page.content.decode()


def test_only_admins_test_policies(maya):
    client = Client()
    client.force_login(maya)
    assert client.get("/admin/sla/policy/test/").status_code in (302, 403, 404)
