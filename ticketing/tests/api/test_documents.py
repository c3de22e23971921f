"""What the API says about itself: committed, served, shown."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from ticketing.api.documents import openapi
from ticketing.api.urls import urlpatterns

COMMITTED = Path(settings.BASE_DIR) / "docs" / "openapi.json"


def test_the_committed_description_is_the_present_one():
    """After a change: `python manage.py spectacular --format openapi-json --file docs/openapi.json`."""
    assert json.loads(COMMITTED.read_text()) == json.loads(json.dumps(openapi()))


def test_every_route_is_described():
    described = {path.removeprefix("/api/") for path in openapi()["paths"]}
    routes = {
        re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", str(route.pattern)) for route in urlpatterns[:-1]
    }
    assert routes - described == {"docs"}
    names = [
        operation["operationId"]
        for methods in openapi()["paths"].values()
        for operation in methods.values()
    ]
    assert len(names) == len(set(names))


@pytest.mark.django_db
def test_the_description_is_served_to_anybody(client):
    answer = client.get("/api/schema")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"


@pytest.mark.django_db
def test_the_page_needs_nothing_from_elsewhere(client):
    answer = client.get("/api/docs/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "Raise a ticket" in page
    assert "/api/tickets/customer/{customer_id}" in page
    assert "https://" not in page.replace("https://127.0.0.1", "")
    assert "<style" not in page
    assert " style=" not in page
