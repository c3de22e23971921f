"""The list as a file, through HTTP."""

import csv
import io
from datetime import UTC, datetime, timedelta

import openpyxl
import pytest
from django.utils import timezone

from accounts.tests.api.clients import client_of
from technicians import exports
from technicians.choices import ExportState
from technicians.models import ListExport
from tickets import services, storage
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def exported(client):
    def exported(user, query="view=all", format="csv"):
        client.force_login(user)
        return client.post("/desk/export/", {"query": query, "format": format})

    return exported


def rows(content):
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))


def test_csv_has_what_the_reader_sees_in_the_list_s_order(
    exported, raise_ticket, priya, mei, admin
):
    first = services.take_ticket(raise_ticket("Mine"), actor=priya)
    services.add_tag(first, name="Outage", actor=priya)
    services.take_ticket(raise_ticket("Of Mei"), actor=mei)
    answer = exported(priya)
    assert answer["Content-Disposition"].startswith('attachment; filename="tickets-')
    found = rows(b"".join(answer))
    assert found[0] == list(exports.HEADS)
    assert [row[1] for row in found[1:]] == ["Mine"]
    assert found[1][11] == "Outage"
    both = rows(b"".join(exported(admin, "view=open&sort=-subject")))
    assert [row[1] for row in both[1:]] == ["Of Mei", "Mine"]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", '=HYPERLINK("x")'])
def test_no_cell_is_a_formula(exported, raise_ticket, admin, text):
    raise_ticket("x")
    ticket = TicketFactory(subject=text)
    assert [ticket.ticket_id, f"'{text}"] in [row[:2] for row in rows(b"".join(exported(admin)))]
    book = openpyxl.load_workbook(io.BytesIO(b"".join(exported(admin, format="xlsx"))))
    cells = [cell for row in book.active.iter_rows() for cell in row]
    if text != "\tx":  # a workbook has no such blanks
        assert text in {cell.value for cell in cells}
    assert all(cell.data_type != "f" for cell in cells)


def test_a_long_list_is_written_by_the_worker_for_its_owner_alone(
    exported, client, monkeypatch, network, admin, priya
):
    monkeypatch.setattr(exports, "MOST_AT_ONCE", 3)
    monkeypatch.setattr(exports, "PIECE", 2)
    TicketFactory.create_batch(7, category=network)
    asked = exported(admin)
    export = ListExport.objects.get()
    assert asked["Location"] == f"/desk/export/{export.pk}/"
    assert "being written" in client.get(asked["Location"]).content.decode()
    assert client.get(f"{asked['Location']}file/").status_code == 404
    assert exports.write_waiting() == 1
    assert "7 tickets" in client.get(asked["Location"]).content.decode()
    assert len(rows(b"".join(client.get(f"{asked['Location']}file/")))) == 8
    client.force_login(priya)
    assert client.get(f"{asked['Location']}file/").status_code == 404
    name = ListExport.objects.get().stored_as
    ListExport.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client.force_login(admin)
    assert client.get(f"{asked['Location']}file/").status_code == 404
    assert exports.purge_old_exports() == 1
    assert not storage.exists(name)


def test_who_lost_the_account_meanwhile_gets_no_file(admin, raise_ticket):
    raise_ticket("x")
    export = exports.ask_for_export("view=all", format="csv", actor=admin)
    type(admin).objects.filter(pk=admin.pk).update(is_active=False)
    exports.write_waiting()
    assert ListExport.objects.get(pk=export.pk).state == ExportState.FAILED


@pytest.mark.parametrize("at_once", [2_000, 0])
def test_days_and_times_are_those_of_the_reader_s_page(
    exported, client, monkeypatch, raise_ticket, admin, at_once
):
    """Written after the page's zone has been left, or by the worker, which is in no zone."""
    monkeypatch.setattr(exports, "MOST_AT_ONCE", at_once)
    admin.time_zone = "Asia/Tokyo"
    admin.save()
    ticket = raise_ticket("Early there")
    raised = datetime(2026, 6, 7, 23, 59, tzinfo=UTC)
    type(ticket).objects.filter(pk=ticket.pk).update(raised_at=raised)
    query = "view=all&raised_from=2026-06-08&raised_to=2026-06-08"
    for format in ("csv", "xlsx"):
        answer = exported(admin, query, format)
        if not at_once:
            exports.write_waiting()
            answer = client.get(f"{answer['Location']}file/")
        content = b"".join(answer)
        if format == "csv":
            moment = rows(content)[1][12]
        else:
            moment = str(openpyxl.load_workbook(io.BytesIO(content)).active["M2"].value)
        assert moment == "2026-06-08 08:59:00"


def test_nonsense_is_refused_in_words(exported, admin):
    assert exported(admin, "priority=9").status_code == 422
    assert "Choose CSV or XLSX." in exported(admin, format="pdf").content.decode()


def test_the_rest_interface(raise_ticket, admin, priya):
    raise_ticket("x")
    made = client_of(admin).post("/api/tickets/exports", {"query": "view=all", "format": "xlsx"})
    assert made.json()["state"] == "done"
    url = f"/api/tickets/exports/{made.json()['id']}"
    book = openpyxl.load_workbook(io.BytesIO(b"".join(client_of(admin).get(f"{url}/file"))))
    assert book.active["B2"].value == "x"
    assert client_of(priya).get(url).status_code == 404
    assert client_of(priya).get(f"{url}/file").status_code == 404
    refused = client_of(admin).post(
        "/api/tickets/exports", {"query": "x=1&priority=9", "format": "csv"}
    )
    assert refused.status_code == 400
