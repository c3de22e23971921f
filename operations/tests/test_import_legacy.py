import os
from datetime import UTC, datetime
from io import StringIO

import bcrypt
import psycopg
import pytest
from django.core.management import CommandError, call_command

from accounts.choices import Role
from accounts.models import AccountEvent, Counter, User
from accounts.tests.factories import CustomerFactory
from notifications.models import Delivery
from operations.legacy.counters import last_numbers
from operations.legacy.values import moment_from, number_from, password_from, status_from
from tickets.choices import Channel, Status
from tickets.models import Category, Ticket
from tickets.services import create_ticket
from tickets.tests.factories import TicketFactory

URL = os.environ.get("TEST_LEGACY_URL") or os.environ.get("TEST_DATABASE_URL", "")
SCHEMA = f"legacy_{os.getpid()}"
SECRET = "old-system-secret"
HASH = bcrypt.hashpw(SECRET.encode(), bcrypt.gensalt(4, b"2a")).decode()

TABLES = """
    CREATE TABLE admins (user_id varchar(50), password text);
    CREATE TABLE customers (customer_id text, name text, email text, password text);
    CREATE TABLE technicians (
        technician_id text, name text, phone_number text, email text, category text,
        user_id text, password text
    );
    CREATE TABLE tickets (
        ticket_id text, raised_date {date}, customer_id text, issue_category text,
        issue_description text, status text, technician_id text, technician_name text,
        resolution_summary text, resolved_date {date}
    );
    CREATE TABLE counters (name text, value integer);
"""
from_postgresql = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        not URL.startswith("postgres"),
        reason="the old system is on PostgreSQL: set TEST_LEGACY_URL or TEST_DATABASE_URL",
    ),
]


class Old:
    """The old database of a test."""

    url = f"{URL}{'&' if '?' in URL else '?'}options=-csearch_path%3D{SCHEMA}"

    def run(self, statements, params=None):
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statements, params)

    def add(self, table, *rows):
        for row in rows:
            marks = ", ".join(["%s"] * len(row))
            self.run(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({marks})", list(row.values()))  # noqa: S608

    def drop(self):
        self.run(f"DROP SCHEMA IF EXISTS {SCHEMA} CASCADE")


@pytest.fixture
def old(request):
    old = Old()
    old.drop()
    old.run(f"CREATE SCHEMA {SCHEMA}; {TABLES.format(date=getattr(request, 'param', 'timestamp'))}")
    yield old
    old.drop()


def customer(number, **change):
    row = {
        "customer_id": f"CUS{number:04d}",
        "name": f"Customer {number}",
        "email": f"c{number}@example.org",
        "password": HASH,
    }
    return row | change


def technician(number, **change):
    row = {
        "technician_id": f"TEC{number:04d}",
        "name": f"Technician {number}",
        "phone_number": "020 7946 0000",
        "email": f"t{number}@example.com",
        "category": "Network",
        "user_id": f"tech{number}",
        "password": HASH,
    }
    return row | change


def ticket(number, **change):
    row = {
        "ticket_id": f"TKT{number:04d}",
        "raised_date": "2024-03-01 09:30:00",
        "customer_id": "CUS0001",
        "issue_category": "Network",
        "issue_description": "No  connection\nsince noon ",
        "status": "Pending",
    }
    return row | change


def take(old, *arguments, complete=True):
    out = StringIO()
    if complete:
        call_command("import_legacy", old.url, *arguments, stdout=out)
    else:
        with pytest.raises(SystemExit) as exit_code:
            call_command("import_legacy", old.url, *arguments, stdout=out)
        assert exit_code.value.code == 3
    return out.getvalue()


def line(out, table):
    """Return old, taken now, here before, left out, in this desk."""
    found = next(row for row in out.splitlines() if row.startswith(f"{table} ") and ":" not in row)
    return [int(word.replace(",", "")) for word in found.split()[1:]]


class TestTaking:
    pytestmark = from_postgresql

    @pytest.mark.parametrize("old", ["timestamp", "text"], indirect=True)
    def test_everything_is_taken_with_its_ids_passwords_and_dates(self, old):
        old.add("admins", {"user_id": "root", "password": HASH})
        old.add("customers", customer(1, email="Ann@Example.org "), customer(12))
        old.add("technicians", technician(3))
        closed = {
            "status": "Closed",
            "technician_id": "TEC0003",
            "technician_name": "Technician 3",
            "resolution_summary": "New cable",
            "resolved_date": "2024-03-02 10:00:00",
        }
        old.add(
            "tickets",
            ticket(1),
            ticket(2, **closed),
            ticket(41, status="In Progress") | {"technician_id": "TEC0003"},
        )
        old.add("counters", {"name": "ticket", "value": 44}, {"name": "customer", "value": 12})
        out = take(old)
        assert line(out, "admins") == [1, 1, 0, 0, 1]
        assert line(out, "customers") == [2, 2, 0, 0, 2]
        assert line(out, "technicians") == [1, 1, 0, 0, 1]
        assert line(out, "tickets") == [3, 3, 0, 0, 3]
        ann = User.objects.get(public_id="CUS0001")
        assert (ann.email, ann.role, ann.is_email_verified) == (
            "ann@example.org",
            Role.CUSTOMER,
            True,
        )
        assert ann.password == f"bcrypt${HASH}"
        assert ann.check_password(SECRET)
        assert User.objects.matching_sign_in("ROOT").get().check_password(SECRET)
        served = User.objects.get(public_id="TEC0003").category_links.get()
        assert served.category == Category.objects.get(name="Network")
        done = Ticket.objects.get(pk=2)
        assert done.ticket_id == "TKT0002"
        assert done.raised_at == datetime(2024, 3, 1, 9, 30, tzinfo=UTC)
        assert done.resolved_at == done.closed_at == datetime(2024, 3, 2, 10, tzinfo=UTC)
        assert done.resolution_summary == "New cable"
        assert done.technician.public_id == "TEC0003"
        assert done.description == "No  connection\nsince noon "
        assert done.issue_category == "Network"
        assert [event.at for event in done.events.all()] == [done.raised_at, done.closed_at]
        assert Ticket.objects.get(pk=41).status == Status.IN_PROGRESS
        assert dict(Counter.objects.values_list("name", "value")) == {
            "TKT": 44,
            "CUS": 12,
            "TEC": 3,
        }
        assert not Delivery.objects.exists()

    def test_the_next_ticket_has_the_next_number(self, old):
        old.add("customers", customer(1))
        old.add("tickets", ticket(7))
        take(old)
        ann = User.objects.get(public_id="CUS0001")
        new = create_ticket(customer=ann, actor=ann, description="x", category_text="Any")
        assert new.ticket_id == "TKT0008"

    def test_a_second_run_takes_what_is_new_and_changes_nothing_else(self, old):
        old.add("customers", customer(1))
        old.add("technicians", technician(1))
        old.add("tickets", ticket(1))
        take(old)
        User.objects.filter(public_id="CUS0001").update(email="new@example.org", name="Ann")
        Ticket.objects.filter(pk=1).update(status=Status.CLOSED)
        old.add("customers", customer(2))
        old.add("tickets", ticket(2), ticket(3, customer_id="CUS0002"))
        out = take(old)
        assert line(out, "customers") == [2, 1, 1, 0, 2]
        assert line(out, "technicians") == [1, 0, 1, 0, 1]
        assert line(out, "tickets") == [3, 2, 1, 0, 3]
        assert User.objects.get(public_id="CUS0001").email == "new@example.org"
        assert Ticket.objects.get(pk=1).status == Status.CLOSED
        assert Ticket.objects.get(pk=2).customer.name == "Ann"
        events = AccountEvent.objects.count()
        assert line(take(old), "tickets") == [3, 0, 3, 0, 3]
        assert AccountEvent.objects.count() == events

    def test_a_dry_run_keeps_nothing(self, old):
        old.add("customers", customer(1))
        old.add("tickets", ticket(1))
        assert "nothing was kept" in take(old, "--dry-run")
        assert not Ticket.objects.exists()
        assert not User.objects.exists()


class TestOddRows:
    pytestmark = from_postgresql

    def test_an_address_that_two_have_stays_with_the_first(self, old):
        old.add(
            "customers", customer(1, email="ann@example.org"), customer(2, email="ANN@example.org")
        )
        old.add("tickets", ticket(1, customer_id="CUS0002"))
        out = take(old)
        assert (
            "customers CUS0002: its e-mail address ann@example.org belongs to somebody else" in out
        )
        second = User.objects.get(public_id="CUS0002")
        assert second.email.endswith(".invalid")
        assert not second.is_email_verified
        assert Ticket.objects.get(pk=1).customer == second

    @pytest.mark.parametrize("email", [None, "", "not an address", "a@b@c"])
    def test_who_has_no_address_is_taken_without_one(self, old, email):
        old.add("customers", customer(1, email=email))
        assert "customers CUS0001: it" in take(old)
        assert User.objects.get(public_id="CUS0001").email.endswith(".invalid")

    @pytest.mark.parametrize(
        "password",
        [None, "", "plain text", "$2a$99$" + "x" * 53, HASH[:-1]],
        ids=["none", "empty", "plain", "impossible cost", "cut off"],
    )
    def test_only_a_hash_is_taken_as_a_password(self, old, password):
        old.add("customers", customer(1, password=password))
        out = take(old)
        assert "its password is not a bcrypt hash" in out
        assert "plain text" not in out
        assert not User.objects.get(public_id="CUS0001").has_usable_password()

    def test_a_former_technician_keeps_the_name_on_finished_tickets(self, old):
        old.add("customers", customer(1))
        gone = {"technician_id": "TEC0009", "technician_name": "Old Hand"}
        old.add("tickets", ticket(1, status="Closed", **gone), ticket(2, status="Assigned", **gone))
        old.add("tickets", ticket(3, status="Closed", technician_name="Nameless Hand"))
        old.add("tickets", ticket(4, status="Closed", technician_name="Nameless Hand"))
        out = take(old)
        assert "its technician TEC0009 is not in the old table" in out
        done, open_one, by_name, again = Ticket.objects.order_by("pk")
        assert (done.technician.name, done.technician.public_id) == ("Old Hand", "TEC0009")
        assert done.technician.deleted_at is not None
        assert (open_one.status, open_one.technician) == (Status.PENDING, None)
        assert by_name.technician.name == "Nameless Hand"
        assert by_name.technician == again.technician
        assert line(take(old), "tickets") == [4, 0, 4, 0, 4]

    def test_a_ticket_of_an_unknown_customer_is_kept(self, old):
        old.add("customers", customer(1))
        old.add("tickets", ticket(1, customer_id="CUS0099"))
        assert "its customer CUS0099 is not in the old table" in take(old)
        owner = Ticket.objects.get(pk=1).customer
        assert (owner.public_id, owner.is_active) == ("CUS0099", False)
        assert owner not in User.objects.present()

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            ({"ticket_id": "42"}, "not of the form TKT0001"),
            ({"ticket_id": "TKT7"}, "not of the form TKT0001"),
            ({"ticket_id": "TKT00x7"}, "not of the form TKT0001"),
            ({"ticket_id": None}, "not of the form TKT0001"),
            ({"customer_id": None}, "it belongs to no customer"),
            ({"customer_id": " "}, "it belongs to no customer"),
        ],
    )
    def test_what_cannot_be_a_ticket_is_named(self, old, change, reason):
        old.add("customers", customer(1))
        old.add("tickets", ticket(1, **change), ticket(2))
        out = take(old, complete=False)
        assert reason in out
        assert line(out, "tickets") == [2, 1, 0, 1, 1]

    def test_the_same_id_twice_is_one_row_and_told(self, old):
        old.add("customers", customer(1), customer(1, name="Another", email="b@example.org"))
        old.add("tickets", ticket(1), ticket(1, issue_description="Another"))
        for taken, present in ((1, 0), (0, 1)):
            out = take(old, complete=False)
            assert "customers CUS0001: its id stands in the old table twice" in out
            assert "tickets TKT0001: its id stands in the old table twice" in out
            assert line(out, "customers") == [2, taken, present, 1, 1]
            assert line(out, "tickets") == [2, taken, present, 1, 1]

    @pytest.mark.parametrize(
        ("change", "status", "sentence"),
        [
            ({"status": "resolved "}, Status.RESOLVED, ""),
            ({"status": "in_progress", "technician_id": "TEC0001"}, Status.IN_PROGRESS, ""),
            ({"status": "Escalated"}, Status.PENDING, "its status 'Escalated' is unknown"),
            ({"status": None}, Status.PENDING, "its status None is unknown"),
            ({"status": "Pending", "technician_id": "TEC0001"}, Status.ASSIGNED, "it is Assigned"),
            ({"status": "Assigned"}, Status.PENDING, "without a technician"),
            ({"issue_description": None}, Status.PENDING, "it has no description"),
            ({"issue_category": None}, Status.PENDING, "it has no category"),
            ({"raised_date": None}, Status.PENDING, "it has no raised date"),
        ],
    )
    def test_what_had_to_be_changed_is_told(self, old, change, status, sentence):
        old.add("customers", customer(1))
        old.add("technicians", technician(1))
        old.add("tickets", ticket(1, **change))
        assert sentence in take(old)
        assert Ticket.objects.get(pk=1).status == status

    def test_a_number_that_is_taken_here_is_left_out(self, old):
        stranger = CustomerFactory(public_id="CUS0001")
        TicketFactory(number=1, customer=stranger)
        old.add("customers", customer(1, email="other@example.org"))
        old.add("tickets", ticket(1), ticket(2))
        out = take(old, complete=False)
        assert "customers CUS0001: somebody else here has this id already" in out
        assert "tickets TKT0001: another ticket was raised here with this number" in out
        assert "tickets TKT0002: its customer CUS0001 could not be taken" in out
        assert stranger.tickets.count() == 1

    def test_odd_ids_and_double_user_ids_of_people(self, old):
        old.add("customers", customer(1, customer_id="C-17"), customer(2, customer_id="a b/c"))
        old.add("technicians", technician(1, user_id="Max"), technician(2, user_id="MAX"))
        old.add("tickets", ticket(1, customer_id="C-17"))
        out = take(old, complete=False)
        assert "customers a b/c: the id 'a b/c' has characters" in out
        assert "technicians TEC0002: its user id MAX is somebody else's" in out
        assert Ticket.objects.get(pk=1).customer.public_id == "C-17"

    def test_categories_are_made_once_whatever_the_letters(self, old):
        old.add("customers", customer(1))
        texts = ("Cooling", "COOLING", "vpn", "x" * 300, "Network / VPN / old")
        old.add("tickets", *(ticket(n, issue_category=t) for n, t in enumerate(texts, start=1)))
        take(old)
        assert Category.objects.filter(name__iexact="cooling").count() == 1
        kept = list(Ticket.objects.order_by("pk").values_list("number", flat=True))
        assert [Ticket.objects.get(pk=n).issue_category for n in kept] == [
            "Cooling", "COOLING", "vpn", "x" * 200, "Network / VPN / old",
        ]  # fmt: skip
        assert Ticket.objects.get(pk=3).category == Category.objects.get(name="VPN")
        assert all(t.channel == Channel.IMPORT for t in Ticket.objects.all())


class TestTheSource:
    pytestmark = from_postgresql

    def test_missing_tables_are_told(self, old):
        old.run("DROP TABLE admins; DROP TABLE counters; DROP TABLE technicians")
        old.add("customers", customer(1))
        errors = StringIO()
        call_command("import_legacy", old.url, stdout=StringIO(), stderr=errors)
        assert "no table admins" in errors.getvalue()
        assert User.objects.count() == 1

    def test_another_database_is_refused(self, old):
        old.run("DROP TABLE customers; DROP TABLE tickets")
        with pytest.raises(CommandError, match="no tables of the old system"):
            take(old)

    def test_a_table_without_its_key_is_refused(self, old):
        old.run("ALTER TABLE customers RENAME customer_id TO id")
        with pytest.raises(CommandError, match="customers has no column customer_id"):
            take(old)

    def test_the_old_database_is_not_changed(self, old):
        old.add("customers", customer(1))
        old.run(f"ALTER SCHEMA {SCHEMA} OWNER TO CURRENT_USER")
        take(old)
        with psycopg.connect(old.url) as connection:
            assert connection.execute("SELECT count(*), max(email) FROM customers").fetchone() == (
                1, "c1@example.org",
            )  # fmt: skip


@pytest.mark.parametrize(
    "url", ["postgresql://nobody@127.0.0.1:1/none", "nonsense", "postgresql://[", ""]
)
def test_an_unreachable_database_is_one_sentence(url, monkeypatch):
    monkeypatch.setenv("PGHOST", "127.0.0.1")
    monkeypatch.setenv("PGPORT", "1")
    with pytest.raises(CommandError, match="can't be reached"):
        call_command("import_legacy", url)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024-03-01T09:30:00Z", datetime(2024, 3, 1, 9, 30, tzinfo=UTC)),
        ("2024-03-01 09:30:00+02", datetime(2024, 3, 1, 7, 30, tzinfo=UTC)),
        ("2024-03-01", datetime(2024, 3, 1, tzinfo=UTC)),
        ("1709285400000", datetime(2024, 3, 1, 9, 30, tzinfo=UTC)),
        ("2024-13-45", None),
        ("yesterday", None),
        ("infinity", None),
        ("", None),
        (None, None),
    ],
)
def test_dates_of_many_forms(text, expected):
    assert moment_from(text, UTC) == expected


def test_ids_passwords_and_statuses():
    assert number_from("TKT", "TKT12345") == 12345
    assert number_from("TKT", "TKT0000") is None
    assert number_from("TKT", "TKT00012") is None
    assert number_from("TKT", "TKT\u0661\u0661\u0661\u0661") is None
    assert password_from(HASH.replace("$2a$", "$2y$")) == f"bcrypt${HASH.replace('$2a$', '$2b$')}"
    assert status_from("Waiting on Customer") == Status.WAITING


@pytest.mark.parametrize(
    "rows",
    [
        [{"name": "ticket", "value": "9"}, {"name": "customer", "value": "4"}],
        [{"counter": "TKT", "n": "9"}, {"counter": "CUS", "n": "4"}],
        [{"id": "1", "ticket_counter": "9", "customer_counter": "4", "technician_counter": "0"}],
        [],
    ],
)
def test_counters_of_several_shapes(rows):
    expected = {"TKT": 9, "CUS": 4, "TEC": 0} if rows else {"TKT": 0, "CUS": 0, "TEC": 0}
    assert last_numbers(rows) == expected
