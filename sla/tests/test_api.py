"""Clocks by REST: the same figures as on the page, for those at the desk."""

from datetime import timedelta

import pytest

from accounts.tests.api.clients import client_of as api
from tickets import services
from tickets.choices import Status

pytestmark = pytest.mark.django_db


def test_a_clock_comes_with_its_segments_and_why_it_stood_still(raise_ticket, maya, now):
    ticket = raise_ticket()
    now.shift(timedelta(hours=1))
    services.add_reply(ticket, actor=maya, body="Which one?", then_status=Status.WAITING)
    rows = api(maya).get(f"/api/tickets/{ticket.ticket_id}/clocks").json()
    first = next(row for row in rows if row["kind"] == "first_response")
    assert (first["met"], first["used_seconds"], first["cycle"]) == (True, 3600, 1)
    assert first["started_at"] == "2026-06-02T10:00:00+00:00"
    resolution = next(row for row in rows if row["kind"] == "resolution")
    assert resolution["due_at"] is None
    assert [one["state"] for one in resolution["segments"]] == ["running", "paused"]
    assert resolution["segments"][-1]["reason"] == "Waiting on customer"
    assert resolution["policy"] == "Standard, version 1"


def test_customers_see_no_clocks(raise_ticket, now):
    ticket = raise_ticket()
    answer = api(ticket.customer).get(f"/api/tickets/{ticket.ticket_id}/clocks")
    assert answer.status_code == 403
