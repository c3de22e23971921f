"""Tags on a ticket's page, in the list and in the admin site, and nowhere for customers."""

import pytest

from accounts.tests.api.clients import client_of
from tickets import services
from tickets.models import Tag

pytestmark = pytest.mark.django_db
HTMX = {"hx-request": "true"}


@pytest.fixture
def desk(client, priya):
    client.force_login(priya)
    return client


def test_add_and_remove_with_undo(desk, ticket):
    answer = desk.post(f"{ticket.get_desk_url()}tag/", {"tag": "vpn"}, headers=HTMX)
    made = answer.content.decode()
    tag = Tag.objects.get()
    assert "Tag vpn added" in made
    assert f'name="tag" value="{tag.pk}"' in made.partition("toast-d")[2]
    assert "Remove the tag vpn" in desk.get(ticket.get_desk_url()).content.decode()
    gone = desk.post(f"{ticket.get_desk_url()}untag/", {"tag": tag.pk}, headers=HTMX)
    assert 'name="tag" value="vpn"' in gone.content.decode().partition("toast-d")[2]
    assert not ticket.tag_rows.exists()


def test_a_word_that_is_no_tag_stays_in_its_field(desk, ticket):
    answer = desk.post(f"{ticket.get_desk_url()}tag/", {"tag": "one, two"})
    html = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="one, two"' in html
    assert "have a comma" in html


def test_the_list_shows_tags_and_narrows_down_to_one(desk, ticket, priya, raise_ticket):
    other = services.take_ticket(raise_ticket("Other"), actor=priya)
    tag = services.add_tag(ticket, name="vpn", actor=priya)
    rows = desk.get("/desk/tickets/", {"view": "all", "tag": tag.pk}).content.decode()
    assert ticket.ticket_id in rows
    assert other.ticket_id not in rows
    assert '<span class="tag"><bdi>vpn</bdi></span>' in rows
    assert desk.get("/desk/tickets/", {"tag": 999}).status_code == 400


def test_customers_get_no_trace_of_a_tag(client, ticket, priya, amara):
    services.add_tag(ticket, name="zebra", actor=priya)
    client.force_login(amara)
    for page in ("", "print/", "export/json/", "export/text/"):
        assert b"zebra" not in client.get(f"{ticket.get_absolute_url()}{page}").content
    assert b"zebra" not in client.get("/tickets/").content
    api = client_of(amara)
    for path in ("", "/timeline"):
        assert b"zebra" not in api.get(f"/api/tickets/{ticket.ticket_id}{path}").content
    own = api.get(f"/api/tickets/customer/{amara.public_id}", {"tag": "zebra"})
    unknown = api.get(f"/api/tickets/customer/{amara.public_id}", {"nonsense": "zebra"})
    assert own.status_code == unknown.status_code == 400


def test_rest(ticket, priya, admin):
    api, url = client_of(priya), f"/api/tickets/{ticket.ticket_id}/tags"
    made = api.post(url, {"name": "vpn"})
    row = {"id": made.json()["id"], "name": "vpn"}
    assert (made.status_code, made.json()) == (201, row)
    assert api.get(url).json() == [row]
    assert api.get(f"/api/tickets/{ticket.ticket_id}").json()["tags"] == ["vpn"]
    assert api.post(url, {"name": "a,b"}).status_code == 400
    found = api.get(f"/api/tickets/technician/{priya.public_id}", {"tag": "VPN"}).json()
    assert [one["ticket_id"] for one in found] == [ticket.ticket_id]
    chief = client_of(admin)
    other = chief.post("/api/tags", {"name": "tunnel"}).json()["id"]
    assert chief.post(f"/api/tags/{row['id']}/merge", {"into": 999}).status_code == 400
    assert chief.post(f"/api/tags/{row['id']}/merge", {"into": other}).json()["name"] == "tunnel"
    assert chief.patch(f"/api/tags/{other}", {"name": "Tunnel"}).json()["name"] == "Tunnel"
    assert api.get(f"/api/tags/{other}").json() == {"id": other, "name": "Tunnel", "tickets": 1}
    assert api.delete(f"{url}/{other}").json() == {"deleted": True}
    assert api.delete(f"{url}/{other}").status_code == 404
    assert chief.delete(f"/api/tags/{other}").json() == {"deleted": True}


def test_merge_in_the_admin_site(client, ticket, priya, admin):
    old = services.add_tag(ticket, name="vnp", actor=priya)
    new = services.create_tag(name="vpn", actor=admin)
    client.force_login(admin)
    data = {"action": "merge", "_selected_action": [old.pk, new.pk]}
    assert "Merge tags" in client.post("/admin/tickets/tag/", data).content.decode()
    client.post("/admin/tickets/tag/", data | {"confirmed": "1", "into": new.pk})
    assert list(Tag.objects.all()) == [new]
    assert ticket.tag_rows.get().tag == new
