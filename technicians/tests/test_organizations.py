"""Organisations on the desk: who sees which, their pages, notes and names, REST."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import AccountEvent, Organization
from accounts.services import delete_organization, save_organization
from accounts.tests.api.clients import client_of
from accounts.tests.factories import CustomerFactory, OrganizationFactory
from tickets import services
from tickets.customers import organizations_known_to
from tickets.models import OrganizationNote

pytestmark = pytest.mark.django_db


@pytest.fixture
def larkfield(amara):
    amara.organization = OrganizationFactory(name="Larkfield Farm")
    amara.save()
    return amara.organization


@pytest.fixture
def unseen():
    return CustomerFactory(organization=OrganizationFactory(name="Unseen Lark")).organization


def test_who_knows_which(ticket, larkfield, unseen, priya, pavel, admin, amara):
    assert list(organizations_known_to(priya)) == [larkfield]
    assert set(organizations_known_to(admin)) == {larkfield, unseen}
    for person in (pavel, amara):
        assert not organizations_known_to(person).exists()


def test_list_search_and_pages(client, ticket, larkfield, unseen, priya, admin):
    client.force_login(priya)
    html = client.get("/desk/organizations/").content.decode()
    assert "Larkfield Farm" in html
    assert "1 open" in html
    assert "Unseen" not in html
    client.force_login(admin)
    assert "Unseen" in client.get("/desk/organizations/?q=LARK+unseen").content.decode()
    assert "Nothing found" in client.get("/desk/organizations/?q=zebra").content.decode()
    for number in range(25):
        OrganizationFactory(name=f"Org {number:02}")
    page = client.get("/desk/organizations/").context["page"]
    rest = client.get("/desk/organizations/", {"cursor": page.next}).context["page"]
    assert (len(page.rows), len(rest.rows)) == (20, 7)
    assert client.get("/desk/organizations/?cursor=nonsense").status_code == 302


def test_its_page(client, ticket, larkfield, unseen, priya, pavel, amara):
    client.force_login(priya)
    html = client.get(f"/desk/organizations/{larkfield.pk}/").content.decode()
    for words in ("Larkfield Farm", ticket.ticket_id, amara.email, "Raised in 30 days"):
        assert words in html, words
    assert 'id="organization-name"' not in html
    assert client.get(f"/desk/organizations/{unseen.pk}/").status_code == 404
    link = f'href="/desk/organizations/{larkfield.pk}/"'
    for address in (ticket.get_desk_url(), f"/desk/customers/{amara.public_id}/"):
        assert link in client.get(address).content.decode()
    client.force_login(pavel)
    assert client.get(f"/desk/organizations/{larkfield.pk}/").status_code == 404


def test_admins_rename(client, ticket, larkfield, unseen, priya, admin):
    url = f"/desk/organizations/{larkfield.pk}/"
    client.force_login(priya)
    assert client.post(url, {"name": "Mine"}).status_code == 403
    client.force_login(admin)
    answer = client.post(url, {"name": "unseen lark"})
    assert answer.status_code == 422
    assert "such an organisation already" in answer.content.decode()
    assert client.post(url, {"name": " "}).status_code == 422
    assert client.post(url, {"name": "Larkfield Estate"}).status_code == 302
    larkfield.refresh_from_db()
    assert larkfield.name == "Larkfield Estate"
    event = AccountEvent.objects.get(type="organization_changed")
    assert event.changes == {"organization": ["Larkfield Farm", "Larkfield Estate"]}


def test_what_was_deleted_meanwhile_is_not_renamed_into_being(larkfield, admin):
    delete_organization(Organization.objects.get(pk=larkfield.pk), actor=admin)
    with pytest.raises(ValidationError, match="was deleted"):
        save_organization(larkfield, name="Larkfield Estate", actor=admin)
    assert not Organization.objects.exists()


def test_notes(client, ticket, larkfield, priya, pavel, mei, admin):
    client.force_login(priya)
    url = f"/desk/organizations/{larkfield.pk}/notes/"
    assert client.post(url, {"body": " "}).status_code == 422
    client.post(url, {"body": "Ring <b>before</b> ten"})
    html = client.get(f"/desk/organizations/{larkfield.pk}/").content.decode()
    assert "Ring &lt;b&gt;before&lt;/b&gt; ten" in html
    note = OrganizationNote.objects.get()
    with pytest.raises(PermissionDenied):
        services.remove_organization_note(note, actor=mei)
    with pytest.raises(PermissionDenied):
        services.add_organization_note(larkfield, body="x", actor=pavel)
    with pytest.raises(ValidationError):
        services.add_organization_note(larkfield, body="x" * 2001, actor=priya)
    client.post(url, {"note": "x"})
    client.post(url, {"note": note.pk})
    assert not OrganizationNote.objects.exists()
    assert not services.remove_organization_note(note, actor=admin)


def test_rest(ticket, larkfield, unseen, priya, pavel, admin):
    api = client_of(priya)
    assert api.get("/api/organizations").json() == [{"id": larkfield.pk, "name": "Larkfield Farm"}]
    row = api.get(f"/api/organizations/{larkfield.pk}").json()
    assert (row["customers"], row["open_tickets"]) == (1, 1)
    for number in (unseen.pk, "x", "9" * 30):
        assert api.get(f"/api/organizations/{number}").status_code == 404
    assert client_of(pavel).get(f"/api/organizations/{larkfield.pk}").status_code == 404
    assert api.post("/api/organizations", {"name": "New"}).status_code == 403
    api = client_of(admin)
    assert [row["name"] for row in api.get("/api/organizations?q=lark").json()] == [
        "Larkfield Farm",
        "Unseen Lark",
    ]
    made = api.post("/api/organizations", {"name": "New"})
    assert made.status_code == 201
    assert api.post("/api/organizations", {"name": "new"}).status_code == 400
    url = f"/api/organizations/{made.json()['id']}"
    assert api.put(url, {"name": "Newer"}).json()["name"] == "Newer"
    assert Organization.objects.filter(name="Newer").exists()
    assert api.get("/api/organizations?bogus=1").status_code == 400
