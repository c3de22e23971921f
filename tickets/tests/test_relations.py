"""Links between tickets: who may make them, what they say, and that they never make a circle."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import LinkWord
from tickets.models import TicketEvent, TicketRelation
from tickets.queries import links_of
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def tickets():
    return [TicketFactory() for _ in range(4)]


def words(ticket, reader):
    return [(link.word.value, link.ticket.pk) for link in links_of(ticket, reader)]


@pytest.mark.parametrize(
    ("word", "turned"),
    [
        ("related", "related"),
        ("duplicate_of", "duplicated_by"),
        ("duplicated_by", "duplicate_of"),
        ("child_of", "parent_of"),
        ("blocked_by", "blocks"),
    ],
)
def test_a_link_reads_right_from_both_ends_and_stands_in_both_timelines(
    tickets, admin, word, turned
):
    one, other = tickets[:2]
    for _ in range(2):  # twice is once
        services.link_tickets(other, other=one, word=word, actor=admin)
    assert words(other, admin) == [(word, one.pk)]
    assert words(one, admin) == [(turned, other.pk)]
    told = [(event.ticket_id, event.changes["link"][1]) for event in TicketEvent.objects.all()]
    assert told == [
        (other.pk, f"{LinkWord(word).label.lower()} {one.ticket_id}"),
        (one.pk, f"{LinkWord(turned).label.lower()} {other.ticket_id}"),
    ]


def test_a_link_can_be_taken_back_once(tickets, admin):
    one, other = tickets[:2]
    relation = services.link_tickets(one, other=other, word="blocks", actor=admin)
    for _ in range(2):
        services.unlink_tickets(other, relation=relation, actor=admin)
    assert words(one, admin) == words(other, admin) == []
    gone = TicketEvent.objects.filter(type="unlinked").order_by("ticket_id")
    assert [event.changes["link"][0] for event in gone] == [
        f"blocks {other.ticket_id}",
        f"blocked by {one.ticket_id}",
    ]


def test_nothing_is_linked_with_itself(tickets, admin):
    with pytest.raises(ValidationError, match="itself"):
        services.link_tickets(tickets[0], other=tickets[0], word="related", actor=admin)


@pytest.mark.parametrize("word", ["duplicate_of", "child_of", "blocks", "blocked_by", "parent_of"])
def test_no_circle_of_any_length(tickets, admin, word):
    a, b, c, d = tickets
    for one, other in ((a, b), (b, c), (c, d)):
        services.link_tickets(one, other=other, word=word, actor=admin)
    for one, other in ((b, a), (d, a), (c, a)):
        with pytest.raises(ValidationError, match="circle"):
            services.link_tickets(one, other=other, word=word, actor=admin)
    services.link_tickets(d, other=a, word="related", actor=admin)
    assert TicketRelation.objects.count() == 4


def test_who_may_link_and_who_sees_it():
    category, elsewhere = CategoryFactory(), CategoryFactory()
    priya = TechnicianFactory(categories=[category]).user
    pavel = TechnicianFactory(categories=[elsewhere]).user
    admin, amara = AdminFactory(), CustomerFactory()
    mine = TicketFactory(category=category, technician=priya, status="Assigned", customer=amara)
    free = TicketFactory(category=category, customer=amara)
    theirs = TicketFactory(category=elsewhere, technician=pavel, status="Assigned")
    services.link_tickets(free, other=mine, word="child_of", actor=priya)
    for actor, one, other in ((priya, mine, theirs), (pavel, mine, theirs), (amara, mine, free)):
        with pytest.raises(PermissionDenied):
            services.link_tickets(one, other=other, word="related", actor=actor)
    with pytest.raises(PermissionDenied):
        services.unlink_tickets(free, relation=TicketRelation.objects.get(), actor=pavel)
    services.link_tickets(mine, other=theirs, word="blocks", actor=admin)
    assert words(mine, priya) == [("parent_of", free.pk)]
    assert words(theirs, pavel) == []
    assert len(words(mine, admin)) == 2
    for path in (mine.get_absolute_url(), f"/api/tickets/{mine.ticket_id}/timeline"):
        page = client_of(amara).get(path)
        assert b"blocks" not in page.content
        assert theirs.ticket_id.encode() not in page.content


def test_a_deleted_ticket_is_no_end_of_a_link(tickets, admin):
    one, other = tickets[:2]
    services.link_tickets(one, other=other, word="related", actor=admin)
    services.delete_ticket(other, actor=admin)
    assert words(one, admin) == []
    with pytest.raises(PermissionDenied, match="deleted"):
        services.link_tickets(one, other=other, word="blocks", actor=admin)


def test_a_link_is_no_new_version(tickets, admin):
    one, other = tickets[:2]
    services.link_tickets(one, other=other, word="related", actor=admin)
    before = one.version
    one.refresh_from_db()
    assert one.version == before


def test_admins_see_links_in_the_admin_site(client, tickets, admin):
    one, other = tickets[:2]
    services.link_tickets(one, other=other, word="child_of", actor=admin)
    client.force_login(admin)
    html = client.get(f"/admin/tickets/ticket/{other.pk}/change/").content.decode()
    assert "Related tickets" in html
    assert f'Parent of <a href="/admin/tickets/ticket/{one.pk}/change/">{one.ticket_id}' in html
