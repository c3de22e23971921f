"""A technician's work profile and availability, through HTTP."""

import pytest

from technicians.models import Technician

pytestmark = pytest.mark.django_db


def test_the_profile_shows_numbers_and_categories(client, priya, network):
    type(network).objects.create(name="VPN", parent=network)
    client.force_login(priya)
    html = client.get("/desk/profile/").content.decode()
    for text in (priya.public_id, priya.user_id, "Network", "VPN", "main"):
        assert text in html


def test_away_with_a_note_and_back(client, priya):
    client.force_login(priya)
    response = client.post("/desk/availability/", {"available": "0", "away_note": "Until Monday"})
    assert response.url == "/desk/profile/"
    technician = Technician.objects.get(user=priya)
    assert (technician.is_available, technician.away_note) == (False, "Until Monday")
    assert "Until Monday" in client.get("/desk/").content.decode()
    client.post("/desk/availability/", {"available": "1"})
    technician.refresh_from_db()
    assert (technician.is_available, technician.away_note) == (True, "")


@pytest.mark.parametrize(
    "data", [{}, {"available": "maybe"}, {"available": "0", "away_note": "x" * 201}]
)
def test_nonsense_is_refused(client, priya, data):
    client.force_login(priya)
    assert client.post("/desk/availability/", data).status_code == 422
    assert Technician.objects.get(user=priya).is_available


def test_an_admin_has_no_work_profile(client, admin):
    client.force_login(admin)
    assert client.get("/desk/profile/").status_code == 404
    assert client.post("/desk/availability/", {"available": "0"}).status_code == 404
