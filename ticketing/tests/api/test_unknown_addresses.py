"""What no route of the API matches."""

import pytest
from django.test import Client


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_an_unknown_address_is_404_whatever_the_method(method):
    client = Client(enforce_csrf_checks=True)
    answer = getattr(client, method)("/api/tickets/TKT0001/timeline/1")
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("path", ["/api", "/api/"])
def test_the_root_of_the_api_answers_in_json_without_a_detour(path):
    answer = Client().get(path)
    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"
