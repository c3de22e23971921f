"""The audit log: nobody changes it, and who does it all the same is found."""

import json
import threading
from contextlib import contextmanager
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.test import Client

from accounts.append_only import create_statements, drop_statements
from accounts.facts import audit_keys, encode, sign
from accounts.models import AccountEvent, AuditHead, AuditSeal
from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from operations.audit import export_head, seal_everything, seal_new_facts, verify
from operations.jobs import JOBS
from operations.worker import WorkerLoop
from tickets import services
from tickets.choices import EventType
from tickets.models import TicketEvent, TicketEventDetail
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db
KEYS = {"accounts_accountevent": "id", "accounts_auditseal": "seq", "tickets_ticketevent": "id"}


@contextmanager
def by_hand(table):
    """Somebody who owns the database switches the triggers off and on again."""
    with connection.cursor() as cursor:
        # PostgreSQL refuses to alter a table with foreign keys that are not checked yet.
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in drop_statements(connection.vendor, table):
            cursor.execute(statement)
        yield cursor
        for statement in create_statements(connection.vendor, table, KEYS[table]):
            cursor.execute(statement)


@transaction.atomic
def run(statement, *values):
    """Run a statement as an administrator of the database would type it."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(statement, values)


@pytest.fixture
def life():
    """A ticket's life in eight events, sealed."""
    admin, technician = AdminFactory(), TechnicianUserFactory(name="Mei Tanaka")
    customer = CustomerFactory()
    ticket = services.create_ticket(
        customer=customer,
        actor=customer,
        description="The printer is on fire",
        category=CategoryFactory(),
    )
    services.assign_ticket(ticket, technician=technician, actor=admin)
    services.add_reply(ticket, actor=technician, body="On my way")
    services.add_note(ticket, actor=technician, body="Bring water")
    services.change_priority(ticket, priority=4, actor=admin)
    services.resolve_ticket(ticket, actor=technician, resolution_summary="Put out")
    services.accept_solution(ticket, actor=customer)
    services.reopen_ticket(ticket, actor=customer, reason="It burns again")
    seal_everything()
    return ticket


def check(*arguments):
    out = StringIO()
    call_command("verify_audit", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("table", KEYS)
@pytest.mark.parametrize(
    "statement", ["UPDATE {table} SET {column} = {column}", "DELETE FROM {table}"]
)
def test_the_database_refuses_to_change_or_delete_a_row(life, table, statement):
    AccountEvent.objects.create(user=life.customer, type="signed_in")
    with pytest.raises(DatabaseError, match="append-only"):
        run(statement.format(table=table, column="at"))


@pytest.mark.parametrize("table", KEYS)
def test_a_row_can_not_be_put_in_place_of_another_nor_all_be_emptied(life, table):
    AccountEvent.objects.create(user=life.customer, type="signed_in")
    replace = {
        "sqlite": f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}",  # noqa: S608
        "postgresql": f"TRUNCATE {table} CASCADE",
    }[connection.vendor]
    with pytest.raises(DatabaseError, match="append-only"):
        run(replace)


def test_a_fact_is_written_once(life):
    event = life.events.first()
    with pytest.raises(TypeError, match="once"):
        event.save()


def test_an_untouched_log_is_intact(life):
    said = check()
    assert "intact: 8 rows are sealed, 0 are not sealed yet" in said
    assert f"Head: {AuditHead.objects.get().seq}:" in said


def test_facts_are_sealed_in_order_without_gaps_and_once(life):
    seals = AuditSeal.objects.order_by("seq")
    assert list(seals.values_list("seq", flat=True)) == list(range(1, 9))
    assert list(seals.values_list("fact", flat=True)) == list(
        life.events.order_by("id").values_list("pk", flat=True)
    )
    assert seal_new_facts() == seal_everything() == 0


def test_the_worker_seals_what_happens(life):
    services.add_reply(life, actor=life.customer, body="Hurry")
    worker = WorkerLoop(stop=threading.Event())
    worker.seal()
    assert AuditSeal.objects.count() == 9
    assert "0 are not sealed yet" in check()


def test_a_row_that_commits_late_is_sealed_late(life):
    """Its number is lower than that of rows which are sealed already."""
    gap = TicketEvent(ticket=life, type=EventType.STATUS_CHANGED, pk=100_000)
    gap.save(force_insert=True)
    seal_everything()
    TicketEvent(ticket=life, type=EventType.STATUS_CHANGED, pk=99_999).save(force_insert=True)
    TicketEvent(ticket=life, type=EventType.STATUS_CHANGED, pk=90_000).save(force_insert=True)
    assert seal_new_facts() == 1
    assert "1 are not sealed yet" in check()
    {job.name: job for job in JOBS}["seal-late-facts"].run()
    assert "11 rows are sealed, 0 are not" in check()


@pytest.mark.parametrize(
    ("table", "statement", "found"),
    [
        (
            "tickets_ticketevent",
            "UPDATE tickets_ticketevent SET actor_id = NULL WHERE id = {3}",
            "Seal 3: ticket event {3} ",
        ),
        (
            "tickets_ticketevent",
            "UPDATE tickets_ticketevent SET at = '2020-01-01 00:00:00+00:00' WHERE id = {5}",
            "Seal 5: ticket event {5} ",
        ),
        (
            "tickets_ticketevent",
            "UPDATE tickets_ticketevent SET mac = 'x' WHERE id = {4}",
            "Seal 4: ticket event {4} ",
        ),
        (
            "tickets_ticketevent",
            "UPDATE tickets_ticketevent SET digest = '' WHERE id = {2}",
            "Seal 2: ticket event {2} ",
        ),
        (
            "accounts_auditseal",
            "UPDATE accounts_auditseal SET hash = '0' WHERE seq = 4",
            "Seal 4: ",
        ),
        (
            "accounts_auditseal",
            "UPDATE accounts_auditseal SET fact = 9999 WHERE seq = 4",
            "Seal 4: ticket event 9999 is missing",
        ),
        ("accounts_auditseal", "DELETE FROM accounts_auditseal WHERE seq = 6", "Seal 6: missing"),
        ("accounts_auditseal", "DELETE FROM accounts_auditseal WHERE seq = 1", "Seal 1: missing"),
        (
            "accounts_auditseal",
            "DELETE FROM accounts_auditseal WHERE seq > 6",
            "Seal 7: missing; the end",
        ),
        (
            "accounts_auditseal",
            "UPDATE accounts_auditseal SET seq = seq - 9 WHERE seq = 1",
            "Seal -8: inserted",
        ),
    ],
)
def test_a_row_changed_by_hand_is_named(life, table, statement, found):
    numbers = [0, *life.events.order_by("id").values_list("pk", flat=True)]
    with by_hand(table) as cursor:
        cursor.execute(statement.format(*numbers))
    with pytest.raises(CommandError, match=found.format(*numbers)):
        check()


def test_a_deleted_row_is_named(life):
    second = life.events.order_by("id")[1].pk
    TicketEventDetail.objects.filter(pk=second).delete()
    with by_hand("tickets_ticketevent") as cursor:
        cursor.execute("DELETE FROM notifications_delivery")
        cursor.execute("DELETE FROM tickets_ticketevent WHERE id = %s", [second])
    with pytest.raises(CommandError, match=f"Seal 2: ticket event {second} is missing"):
        check()


def test_two_rows_that_changed_places_are_named(life):
    third, fourth = life.events.order_by("id").values_list("pk", flat=True)[4:6]
    with by_hand("accounts_auditseal") as cursor:
        cursor.execute("UPDATE accounts_auditseal SET fact = -1 WHERE seq = 5")
        cursor.execute("UPDATE accounts_auditseal SET fact = %s WHERE seq = 6", [third])
        cursor.execute("UPDATE accounts_auditseal SET fact = %s WHERE seq = 5", [fourth])
    with pytest.raises(CommandError, match=f"Seal 5: ticket event {fourth}"):
        check()


def test_an_inserted_row_is_named(life):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tickets_ticketevent (ticket_id, type, at, request_id, digest, mac)"
            " VALUES (%s, 'closed', '2026-01-01 00:00:00+00:00', '', '', 'made-up')",
            [life.pk],
        )
    newest = life.events.order_by("id").last().pk
    with pytest.raises(CommandError, match=f"Not sealed yet: ticket event {newest} .* by hand"):
        check()
    seal_everything()
    with pytest.raises(CommandError, match=f"Seal 9: ticket event {newest} .* by hand"):
        check()


def test_a_copy_of_a_signed_row_is_named(life):
    columns = "ticket_id, type, actor_id, at, technician_id, request_id, digest, mac"
    source = life.events.get(type=EventType.CREATED).pk
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO tickets_ticketevent ({columns})"  # noqa: S608
            f" SELECT {columns} FROM tickets_ticketevent WHERE id = %s",
            [source],
        )
    copy = life.events.order_by("id").last().pk
    with pytest.raises(CommandError, match=f"ticket event {copy} is a copy of {source}"):
        check()


def test_a_cut_tail_is_found_even_if_the_head_was_put_right(life):
    exported = export_head()
    seals = AuditSeal.objects.order_by("seq")
    sixth = seals.get(seq=6)
    gone = seals.filter(seq__gt=6).values_list("fact", flat=True)
    with by_hand("accounts_auditseal") as cursor, by_hand("tickets_ticketevent"):
        cursor.execute("DELETE FROM notifications_delivery")
        cursor.execute("DELETE FROM sla_clocksegment")
        cursor.execute("DELETE FROM sla_clock")
        for fact in gone:
            cursor.execute("DELETE FROM tickets_ticketeventdetail WHERE event_id = %s", [fact])
            cursor.execute("DELETE FROM tickets_ticketevent WHERE id = %s", [fact])
        cursor.execute("DELETE FROM accounts_auditseal WHERE seq > 6")
    mac = sign(encode(6, sixth.hash), audit_keys()[0])
    AuditHead.objects.update(seq=6, hash=sixth.hash, mac=mac)
    assert "intact: 6 rows" in check()
    with pytest.raises(CommandError, match=r"Seal 7: missing; .*exported"):
        check("--head", exported)


@pytest.mark.parametrize("column", ["changes", "address", "salt"])
def test_a_detail_changed_by_hand_is_named(life, column):
    event = life.events.get(type=EventType.PRIORITY_CHANGED)
    value = json.dumps({"priority": ["Low", "Urgent"]}) if column == "changes" else "1.2.3.4"
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE tickets_ticketeventdetail SET {column} = %s WHERE event_id = %s",  # noqa: S608
            [value, event.pk],
        )
    with pytest.raises(CommandError, match=f"the detail of ticket event {event.pk} .* was changed"):
        check()
    TicketEventDetail.objects.filter(pk=event.pk).delete()
    with pytest.raises(CommandError, match=f"the detail of ticket event {event.pk} .* was deleted"):
        check()


def test_erasing_details_keeps_the_chain_intact(life):
    event = life.events.get(type=EventType.RESOLVED)
    event.detail.rewrite({"status": event.changes["status"]})
    assert "details of 1 were erased" in check()
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE tickets_ticketeventdetail SET changes = %s WHERE event_id = %s",
            ["{}", event.pk],
        )
    with pytest.raises(CommandError, match="was changed"):
        check()


def test_another_key_does_not_fit_and_former_keys_still_do(life, settings):
    settings.AUDIT_KEYS = ["a new key that nobody has seen before"]
    with pytest.raises(CommandError, match="Seal 1"):
        check()
    settings.AUDIT_KEYS = ["a new key that nobody has seen before", settings.SECRET_KEY]
    services.add_reply(life, actor=life.customer, body="Hurry")
    seal_everything()
    assert "9 rows are sealed" in check()


def test_the_head_goes_to_the_log_and_the_file(life, settings, tmp_path, caplog):
    settings.AUDIT_HEAD_FILE = str(tmp_path / "heads")
    out = StringIO()
    call_command("export_audit_head", stdout=out)
    services.add_reply(life, actor=life.customer, body="Hurry")
    {job.name: job for job in JOBS}["export-audit-head"].run()
    head = out.getvalue().strip()
    assert head.startswith("8:")
    lines = (tmp_path / "heads").read_text().splitlines()
    assert [line.split()[-1].partition(":")[0] for line in lines] == ["8", "9"]
    assert head in caplog.text
    assert "intact" in check("--head", settings.AUDIT_HEAD_FILE)
    (tmp_path / "heads").write_text(f"7:{head.partition(':')[2]}\n")
    with pytest.raises(CommandError, match="Seal 7: it is not the one"):
        check("--head", settings.AUDIT_HEAD_FILE)
    with pytest.raises(CommandError, match="no exported head"):
        check("--head", "7:abc")
    with pytest.raises(CommandError, match="can't be read"):
        check("--head", "nowhere")


def test_an_empty_log_is_intact():
    assert verify().problem == ""
    out = StringIO()
    call_command("export_audit_head", stdout=out)
    assert "empty" in out.getvalue()


def test_account_events_are_in_the_same_chain(client: Client, life):
    customer = CustomerFactory(password="correct horse 9")
    client.post(
        "/api/auth/login",
        {"user_id_or_email": customer.email, "password": "correct horse 9", "role": "customer"},
        content_type="application/json",
        headers={"X-Request-ID": "from-a-proxy-1"},
    )
    event = AccountEvent.objects.get(type="signed_in")
    assert (event.request_id, event.address) == ("from-a-proxy-1", "127.0.0.1")
    seal_everything()
    assert "9 rows are sealed" in check()
    with by_hand("accounts_accountevent") as cursor:
        cursor.execute("UPDATE accounts_accountevent SET user_id = %s", [life.customer_id])
    with pytest.raises(CommandError, match=f"Seal 9: account event {event.pk} .signed_in"):
        check()
