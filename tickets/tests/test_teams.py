"""Teams: whose tickets their members see, take and hand on, and what others learn of it."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import User
from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.models import Delivery
from technicians import services as desk
from technicians.tests.factories import TeamFactory, TechnicianFactory
from tickets import services
from tickets.choices import EventType, Status
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def member():
    return TechnicianFactory().user


@pytest.fixture
def lead():
    return TechnicianFactory().user


@pytest.fixture
def stranger():
    return TechnicianFactory().user


@pytest.fixture
def team(member, lead):
    return TeamFactory(name="Second line", members=[member, lead], lead=lead)


@pytest.fixture
def ticket(customer):
    return services.create_ticket(
        customer=customer, actor=customer, description="It hums", category=CategoryFactory()
    )


def sees(person, ticket):
    return Ticket.objects.visible_to(person).filter(pk=ticket.pk).exists()


def test_members_see_the_open_tickets_of_their_team_and_nobody_else_does(
    ticket, team, member, stranger
):
    assert not sees(member, ticket)
    services.assign_team(ticket, team=team, actor=None)
    assert sees(member, ticket)
    assert not sees(stranger, ticket)
    services.assign_ticket(ticket, technician=team.lead, actor=None)
    assert sees(member, ticket), "also what a colleague works on"
    services.resolve_ticket(ticket, actor=None, resolution_summary="Done.")
    assert not sees(member, ticket)


def test_a_member_takes_what_nobody_has(ticket, team, member, stranger):
    services.assign_team(ticket, team=team, actor=None)
    assert list(Ticket.objects.takeable_by(member)) == [ticket]
    with pytest.raises(PermissionDenied):
        services.take_ticket(ticket, actor=stranger)
    assert services.take_ticket(ticket, actor=member).technician == member


def test_the_categories_of_a_team_are_those_of_its_members(customer, member):
    category = CategoryFactory()
    below = CategoryFactory(parent=category)
    team = TeamFactory(members=[member], categories=[category])
    ticket = services.create_ticket(
        customer=customer, actor=customer, description="It hums", category=below
    )
    assert sees(member, ticket)
    told = Delivery.objects.filter(message="new_ticket_in_category")
    assert [row.recipient for row in told] == [member]
    team.is_active = False
    team.save()
    assert not sees(member, ticket)


def test_a_technician_who_is_no_member_loses_the_ticket(ticket, team, member, stranger):
    services.assign_ticket(ticket, technician=stranger, actor=None)
    moved = services.assign_team(ticket, team=team, actor=stranger)
    assert (moved.technician, moved.status, moved.team) == (None, Status.PENDING, team)
    services.assign_ticket(ticket, technician=member, actor=None)
    kept = services.assign_team(ticket, team=TeamFactory(members=[member]), actor=member)
    assert kept.technician == member


def test_only_who_works_on_it_could_take_it_or_leads_the_team_gives_it_away(
    ticket, team, member, lead, stranger
):
    with pytest.raises(PermissionDenied):
        services.assign_team(ticket, team=team, actor=stranger)
    services.assign_team(ticket, team=team, actor=None)
    services.assign_ticket(ticket, technician=member, actor=lead)
    with pytest.raises(PermissionDenied):
        services.add_note(ticket, actor=lead, body="Hm")
    services.unassign_ticket(ticket, actor=lead)
    services.assign_team(ticket, team=None, actor=member)
    with pytest.raises(PermissionDenied):
        services.assign_ticket(ticket, technician=member, actor=lead)


def test_finished_tickets_and_teams_that_get_none_are_refused(ticket, team):
    team.is_active = False
    team.save()
    with pytest.raises(ValidationError, match="There is no such team"):
        services.assign_team(ticket, team=team, actor=None)
    team.is_active = True
    team.save()
    services.close_ticket(ticket, actor=AdminFactory(), resolution_summary="Done.")
    with pytest.raises(ValidationError, match="reopen it"):
        services.assign_team(ticket, team=team, actor=None)


def test_the_queue_is_told_and_the_customer_never_learns_of_it(
    ticket, team, member, lead, customer
):
    away = TechnicianFactory(is_available=False).user
    team.members.add(away)
    version, at = ticket.version, ticket.updated_at
    services.assign_team(ticket, team=team, actor=lead if sees(lead, ticket) else None)
    told = Delivery.objects.filter(message="team_got_ticket")
    assert {row.recipient for row in told} == {member, lead}
    assert not Delivery.objects.filter(recipient=customer).exclude(message="ticket_created")
    ticket.refresh_from_db()
    assert (ticket.version, ticket.updated_at) == (version, at)
    page = client_of(customer).get(f"/api/tickets/{ticket.ticket_id}").json()
    assert "team" not in page
    assert EventType.TEAM_CHANGED not in {entry["type"] for entry in page["timeline"]}
    rows = client_of(customer).get(f"/api/tickets/customer/{customer.public_id}?team=Second line")
    assert rows.json() == []


def test_whoever_leaves_the_desk_leaves_their_teams(team, lead):
    desk.delete_technician(lead.technician, actor=AdminFactory())
    team.refresh_from_db()
    assert team.lead is None
    assert lead not in team.members.all()


def test_a_team_has_a_name_of_its_own_and_technicians_only(customer):
    admin = AdminFactory()
    desk.add_team(name="Second line", actor=admin)
    with pytest.raises(ValidationError, match="such a team already"):
        desk.add_team(name="second LINE", actor=admin)
    with pytest.raises(ValidationError, match="Only technicians"):
        desk.add_team(name="Third line", members=[customer], actor=admin)


def test_a_team_that_has_tickets_can_not_be_deleted(ticket, team):
    services.assign_team(ticket, team=team, actor=None)
    with pytest.raises(ValidationError, match="Deactivate it"):
        desk.delete_team(team, actor=AdminFactory())


def test_admins_keep_teams_by_rest(member, lead):
    client = client_of(AdminFactory())
    category = CategoryFactory(name="Telephones")
    body = {"name": "Voice", "lead": lead.public_id, "categories": ["telephones"]}
    made = client.post("/api/teams", body, format="json").json()
    address = f"/api/teams/{made['id']}"
    assert client.put(address, {"members": [member.public_id]}, format="json").status_code == 200
    assert client_of(member).get(address).json() == {
        "id": made["id"],
        "name": "Voice",
        "lead": lead.public_id,
        "members": sorted([member.public_id, lead.public_id]),
        "categories": [category.name],
        "is_active": True,
    }
    refused = client.put(address, {"members": ["TEC9999"]}, format="json")
    assert refused.status_code == 400
    assert "TEC9999" in str(refused.json())
    assert client.delete(address).json() == {"deleted": True}
    assert client.delete(address).json() == {"deleted": False}
    assert client.get("/api/teams/123456789012345678901").status_code == 404


def test_tickets_go_to_a_team_by_rest(ticket, team, member):
    client = client_of(AdminFactory())
    address = f"/api/tickets/{ticket.ticket_id}"
    assert client.put(address, {"team": "second line"}, format="json").status_code == 200
    assert client.get(address).json()["team"] == "Second line"
    listed = client.get("/api/tickets?team=Second line").json()
    assert [row["ticket_id"] for row in listed] == [ticket.ticket_id]
    assert [r["team"] for r in client_of(member).get("/api/tickets/available").json()] == [
        "Second line"
    ]
    assert client.put(address, {"team": "No such"}, format="json").status_code == 400
    assert client.put(address, {"team": None}, format="json").status_code == 200
    assert client.get(address).json()["team"] is None


def test_the_page_gives_a_ticket_to_a_team(client, ticket, team, member):
    assert User.objects.filter(pk=member.pk).exists()
    client.force_login(AdminFactory())
    page = client.get(ticket.get_desk_url()).content.decode()
    assert "set-team" in page
    client.post(f"{ticket.get_desk_url()}set/team/", {"team": team.pk, "version": 1})
    ticket.refresh_from_db()
    assert ticket.team == team
    client.force_login(member)
    assert ticket.subject in client.get("/desk/tickets/?view=teams").content.decode()
    page = client.get("/desk/teams/").content.decode()
    assert "1 open, 1 of them without a technician" in page
    assert "<bdi>Second line</bdi>" in page
    assert member.name in page
