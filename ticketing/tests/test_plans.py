"""What each list, page and search costs in a desk of 30,000 tickets, read from the plans.

Every query that a page makes is explained with what it really touched. None may scan a large
table, and none may touch more than a small part of one: a walk along an index that finds nothing
for thousands of rows looks harmless in the plan's outline and is not.
"""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from accounts.tests.api.clients import client_of
from tickets.models import DeskSettings, Ticket
from tickets.search import search_tickets
from tickets.services import take_due_steps

TICKETS = 30_000
# A tenth of the tickets is what one technician has; a short walk is somewhat more.
MOST_ROWS = 5_000
# A bitmap of an index costs a fraction of the rows it leads to.
MOST_ENTRIES = 12_000
LARGE = {
    "tickets_ticket",
    "tickets_ticketevent",
    "tickets_comment",
    "tickets_ticketparticipant",
    "tickets_rating",
    "sla_clock",
    "sla_clocksegment",
    "tickets_timeentry",
}

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]

PEOPLE = """
    INSERT INTO accounts_user (
        password, public_id, user_id, email, name, phone, role, time_zone, is_active,
        credentials_version, created_at, email_verified_at
    )
    SELECT 'x', %(prefix)s || to_char(n, 'FM0000'), %(prefix)s || n, lower(%(prefix)s) || n || '@example.org',
        'Person ' || n, '', %(role)s, '', true, 1, now(), now()
    FROM generate_series(1, %(count)s) AS n
"""
# One in fifty is open, one in four of those unassigned; the newest come last. "jam" is in every
# third text, "violin" in one of the oldest, "trumpet" in many but never beside "jam", "cello" in
# all but those of one technician. The planner wants to know
# more than a hundred words before it estimates beginnings of words. A target runs for most of the
# open tickets.
TICKETS_SQL = """
    INSERT INTO tickets_ticket (
        number, subject, description, status, priority, category_id, category_text, customer_id,
        technician_id, resolution_summary, channel, raised_at, updated_at, awaits_reply, version, next_due_at
    )
    SELECT n, 'Subject ' || n, 'The printer says ' || md5(n::text) || ' word' || n %% 251
            || CASE n %% 3 WHEN 0 THEN ' jam' WHEN 1 THEN ' trumpet' ELSE '' END
            || CASE n %% 10 WHEN 3 THEN '' ELSE ' cello' END
            || CASE n WHEN 7 THEN ' violin' ELSE '' END,
        CASE WHEN n %% 50 > 0 THEN 'Closed' WHEN n %% 200 = 0 THEN 'Pending' ELSE 'In Progress' END,
        1 + (n / 7) %% 4, categories[1 + n %% array_length(categories, 1)], '',
        customers[1 + n %% array_length(customers, 1)],
        CASE WHEN n %% 200 > 0 THEN technicians[1 + n %% array_length(technicians, 1)] END,
        '', 'portal', now() - (%(count)s - n) * interval '5 minutes', now(), n %% 100 = 0, 1,
        CASE WHEN n %% 50 = 0 AND n %% 150 > 0 THEN now() + (n %% 97 - 30) * interval '1 hour'
            ELSE '9999-01-01 00:00:00Z' END
    FROM generate_series(1, %(count)s) AS n,
        (SELECT array_agg(id ORDER BY id) AS categories FROM tickets_category) AS c,
        (SELECT array_agg(id ORDER BY id) AS customers FROM accounts_user WHERE role = 'customer') AS p,
        (SELECT array_agg(id ORDER BY id) AS technicians FROM accounts_user
            WHERE role = 'technician' AND public_id <> 'TEC0011') AS t
"""
# "tuba" is in every third message, "flute" never beside it, "bassoon" in one of the oldest; more
# than a hundred other words, as above.
COMMENTS = """
    INSERT INTO tickets_comment (ticket_id, author_id, visibility, body, created_at)
    SELECT number, customer_id, 'public', 'Any news of ' || md5(number::text) || ' and ' || md5(number || 'b')
            || ' item' || number % 251
            || CASE number % 3 WHEN 0 THEN ' tuba' WHEN 1 THEN ' flute' ELSE '' END
            || CASE number WHEN 7 THEN ' bassoon' ELSE '' END, raised_at
    FROM tickets_ticket
"""
EVENTS = """
    INSERT INTO tickets_ticketevent (ticket_id, type, actor_id, at, request_id, digest, mac)
    SELECT number, 'created', customer_id, raised_at, '', '', '' FROM tickets_ticket
"""
# Two followers for each ticket; the customer and the technician of most tests have some thousands.
PARTICIPANTS = """
    INSERT INTO tickets_ticketparticipant (ticket_id, user_id, role, name, added_at, muted)
    SELECT number, people[1 + number % array_length(people, 1)], kind, '', raised_at, false
    FROM tickets_ticket, (
        SELECT array_agg(id ORDER BY id) AS people,
            CASE role WHEN 'customer' THEN 'cc' ELSE 'watcher' END AS kind
        FROM accounts_user WHERE role <> 'admin' GROUP BY role
    ) AS p
"""
MORE_PARTICIPANTS = """
    INSERT INTO tickets_ticketparticipant (ticket_id, user_id, role, name, added_at, muted)
    SELECT number, u.id, 'cc', '', raised_at, false FROM tickets_ticket t, accounts_user u
    WHERE u.public_id = 'CUS0051' AND t.number % 10 = 3
    ON CONFLICT DO NOTHING
"""
RATINGS = """
    INSERT INTO tickets_rating (
        ticket_id, resolved_at, customer_id, technician_id, score, comment, rated_at
    )
    SELECT number, raised_at, customer_id, technician_id, 1 + number % 5, '', raised_at
    FROM tickets_ticket WHERE status = 'Closed'
"""
# One target a ticket, every twentieth missed after a pause.
CLOCKS = """
    INSERT INTO sla_clock (
        ticket_id, kind, cycle, target, started_at, due_at, ended_at, is_met, used, technician_id
    )
    SELECT number, 'first_response', 1, 3600, raised_at, raised_at + interval '1 hour',
        raised_at + interval '1 hour', number % 20 > 0,
        CASE number % 20 WHEN 0 THEN 7200 ELSE 60 END, technician_id
    FROM tickets_ticket
"""
SEGMENTS = """
    INSERT INTO sla_clocksegment (clock_id, state, reason, begins_at, ends_at)
    SELECT id, 'paused', 'On hold', started_at, ended_at FROM sla_clock
"""
TIME_ENTRIES = """
    INSERT INTO tickets_timeentry (ticket_id, user_id, minutes, note, at)
    SELECT number, technician_id, 1 + number % 60, '', raised_at + interval '1 hour'
    FROM tickets_ticket WHERE technician_id IS NOT NULL
"""
SERVED = """
    INSERT INTO tickets_categorytechnician (category_id, user_id, position)
    SELECT c.id, u.id, 0 FROM tickets_category c, accounts_user u
    WHERE u.role = 'technician' AND c.parent_id IS NULL AND (c.id + u.id) % 3 = 0
"""

GIN = ("ticket_search", "comment_search", "attachment_search", "user_words")

LARGE_PARTS = (
    COMMENTS, EVENTS, PARTICIPANTS, MORE_PARTICIPANTS, RATINGS, SERVED, CLOCKS, SEGMENTS,
    TIME_ENTRIES,
)  # fmt: skip


@pytest.fixture(scope="module")
def desk(django_db_setup, django_db_blocker):
    """A large desk for all tests of this file, taken back at its end."""
    with django_db_blocker.unblock(), transaction.atomic():
        with connection.cursor() as cursor:
            for role, prefix, count in (
                ("customer", "CUS", 600),
                ("technician", "TEC", 11),
                ("admin", "ADM", 2),
            ):
                cursor.execute(PEOPLE, {"role": role, "prefix": prefix, "count": count})
            cursor.execute(
                "INSERT INTO technicians_technician (user_id, is_available, away_note, work_hours)"
                " SELECT id, true, '', '' FROM accounts_user WHERE role = 'technician'"
            )
            cursor.execute(TICKETS_SQL, {"count": TICKETS})
            for statement in LARGE_PARTS:
                cursor.execute(statement)
            # Look at the foreign keys now, not at the end of each test.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
            # What was inserted last waits beside such an index, and makes it look dear meanwhile.
            for index in GIN:
                cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [index])
            # Not VACUUM, which can't run here: index-only scans look worse than they will be. By
            # name: what all databases share would be locked until this transaction ends.
            tables = ", ".join(connection.introspection.table_names(cursor))
            cursor.execute(f"ANALYZE {tables}")
        yield
        transaction.set_rollback(True)


def nodes(plan):
    yield plan
    for child in plan.get("Plans", []):
        yield from nodes(child)


def touched(node):
    """Return how many rows the node looked at, those that it dropped included."""
    rows = node["Actual Rows"] + sum(
        value for key, value in node.items() if key.startswith("Rows Removed by")
    )
    return rows * node["Actual Loops"]


def check(sql):
    """Fail if the plan of `sql` scans a large table or touches too much of one."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) {sql}")
        answer = cursor.fetchone()[0]
    plan = (json.loads(answer) if isinstance(answer, str) else answer)[0]["Plan"]
    for node in nodes(plan):
        if node.get("Relation Name") in LARGE or "Index Name" in node:
            assert not (node["Node Type"] == "Seq Scan" and touched(node) > 1), f"{sql}\n{node}"
            most = MOST_ENTRIES if node["Node Type"] == "Bitmap Index Scan" else MOST_ROWS
            assert touched(node) <= most, f"{sql}\n{node}"


def check_page(client, url):
    with CaptureQueriesContext(
        connection,
    ) as captured:
        answer = client.get(url)
        if answer.streaming:
            b"".join(answer)
    assert answer.status_code == 200, url
    for query in captured.captured_queries:
        sql = query["sql"]
        if sql.lstrip().startswith("SELECT") and any(table in sql for table in LARGE):
            check(sql)


def person(public_id):
    return User.objects.get(public_id=public_id)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def ways(url):
    """The list as it comes, narrowed, and searched for words of every frequency."""
    words = (
        "violin",
        "jam",
        "jam trumpet",
        "prin",
        "printer jam",
        "nowhere",
        "TKT0042",
        "42",
        "cus7@example.org",
    )
    return [url, *(f"{url}?q={word.replace(' ', '+')}" for word in words)]


@pytest.mark.parametrize(
    "address",
    [
        *ways("/tickets/"),
        "/",
        "/tickets/TKT0050/",
        "/tickets/?show=done",
        "/tickets/?show=all",
        "/tickets/?show=waiting",
        "/tickets/?show=followed",
    ],
)
def test_the_customers_pages(desk, address):
    owner = Ticket.objects.get(pk=50).customer
    check_page(signed_in(owner), address)


VIEWS = (
    "mine",
    "unassigned",
    "unanswered",
    "noted",
    "waiting",
    "watching",
    "open",
    "done",
    "all",
)
SORTS = ("urgent", "newest", "oldest")
DESK_PAGES = [
    "/desk/",
    *ways("/desk/tickets/"),
    *(f"/desk/tickets/?view={view}&sort={sort}" for view in VIEWS for sort in SORTS),
    *(f"/desk/tickets/?view={view}&q={word}" for view in ("open", "done") for word in ("jam", "violin")),
    "/desk/tickets/?view=all&priority=4",
    "/desk/tickets/?view=all&status=On+Hold",
    "/desk/tickets/?view=confirm",
    "/desk/tickets/?view=resting",
    "/desk/pulse/?at=2026-01-01T00:00:00%2B00:00",
    "/desk/customers/?q=person",
    "/desk/organizations/",
    "/desk/tickets/?view=all&status=Closed&status_is=not",
    "/desk/tickets/?view=all&status=Pending&priority=1",
    "/desk/tickets/?view=all&status=Closed&priority=2&priority=3&sort=-updated",
    "/desk/tickets/?view=all&priority=4&priority_is=not&raised=7d",
    "/desk/tickets/?view=all&raised=over30d&sort=oldest",
    "/desk/tickets/?view=all&customer=CUS0008",
    "/desk/tickets/?view=all&technician=none&sort=-number",
    "/desk/tickets/?view=done&updated=30d&sort=updated",
    "/desk/tickets/?view=all&sort=status",
    "/desk/tickets/?view=open&sort=customer",
    "/desk/tickets/?view=open&sort=-assignee",
    "/desk/tickets/?view=open&sort=category",
    "/desk/tickets/?view=open&sort=subject",
    "/desk/tickets/?view=open&priority=1&sort=oldest",
]  # fmt: skip


@pytest.mark.parametrize("address", [*DESK_PAGES, "/desk/tickets/TKT0050/"])
def test_a_technicians_pages(desk, address):
    check_page(signed_in(Ticket.objects.get(pk=50).technician), address)


@pytest.mark.parametrize("address", DESK_PAGES)
def test_the_pages_of_a_technician_who_has_just_begun(desk, address):
    check_page(signed_in(person("TEC0011")), address)


@pytest.mark.parametrize(
    "address", [page for page in DESK_PAGES if "view=mine" not in page] + ["/desk/tickets/TKT0050/"]
)
def test_an_admins_pages(desk, address):
    check_page(signed_in(person("ADM0001")), address)


ADMIN_LIST = "/admin/tickets/ticket/"
ADMIN_PAGES = [
    *ways(ADMIN_LIST),
    f"{ADMIN_LIST}?q=CUS0007",
    f"{ADMIN_LIST}?p=20",
    *(f"{ADMIN_LIST}?state={state}" for state in ("open", "unassigned", "Closed", "On+Hold", "deleted")),
    f"{ADMIN_LIST}?state=Closed&q=violin",
    f"{ADMIN_LIST}?state=Closed&q=jam",
    f"{ADMIN_LIST}?topic={{category}}",
    f"{ADMIN_LIST}?who={{technician}}",
    f"{ADMIN_LIST}50/change/",
    "/admin/technicians/technician/",
    "/admin/tickets/category/",
    "/admin/tickets/rating/",
    "/admin/tickets/rating/?score=1",
    "/admin/tickets/ticketevent/",
    "/admin/tickets/ticketevent/?q=TKT0042",
    "/admin/tickets/comment/",
    "/admin/tickets/comment/?q=TKT0042",
    "/admin/tickets/ticketparticipant/?q=TKT0042",
    "/admin/tickets/ticketrelation/?q=TKT0042",
    "/admin/tickets/ticketmerge/?q=TKT0042",
    "/reports/?days=7",
    *(
        # A whole day: as many tickets at any hour of the test. Of longer periods so many are looked
        # at that a scan is best.
        f"/reports/targets/?since={{yesterday}}&until={{yesterday}}&by={by}"
        for by in ("week", "category", "priority", "technician", "organization")
    ),
    "/reports/targets/missed/csv/?days=7",
    "/reports/targets/missed/csv/?days=7&by=technician&group=TEC0001",
]  # fmt: skip


@pytest.mark.parametrize("address", ADMIN_PAGES)
def test_the_admin_site_and_the_overview(desk, address):
    ticket = Ticket.objects.select_related("category__parent").get(pk=50)
    category = ticket.category.parent or ticket.category
    url = address.format(
        category=category.pk,
        technician=ticket.technician_id,
        yesterday=timezone.localdate() - timedelta(days=1),
    )
    check_page(signed_in(person("ADM0001")), url)


@pytest.mark.parametrize("words", ["violin", "jam", "tuba", "bassoon", "status:open+cello", "42"])
@pytest.mark.parametrize("reader", ["CUS0008", "TEC0001", "TEC0011", "ADM0001"])
def test_the_search_by_rest(desk, words, reader):
    check_page(client_of(person(reader)), f"/api/search?q={words}&limit=25")


# A day, as above; for admins, who see all tickets, a week of what is fetched in pieces.
A_DAY = "since={yesterday}&until={yesterday}"
TIME_PAGES = [
    *(
        f"/reports/time/?{A_DAY}&by={by}"
        for by in ("technician", "ticket", "customer", "organization", "category")
    ),
    f"/reports/time/?{A_DAY}&by=customer&group=CUS0007",
    f"/reports/time/csv/?{A_DAY}&by=ticket",
    f"/reports/time/entries/csv/?{A_DAY}",
]
TIME_OF_ALL = [
    "/reports/time/entries/csv/?days=7",
    "/reports/time/entries/csv/?days=7&by=technician&group=TEC0001",
]


@pytest.mark.parametrize(
    ("reader", "address"),
    [
        *(("ADM0001", page) for page in [*TIME_PAGES, *TIME_OF_ALL]),
        *(("TEC0001", page) for page in TIME_PAGES),
    ],
)
def test_the_report_of_time_spent(desk, reader, address):
    with transaction.atomic():
        DeskSettings.objects.update_or_create(defaults={"track_time": True})
        url = address.format(yesterday=timezone.localdate() - timedelta(days=1))
        check_page(signed_in(person(reader)), url)
        transaction.set_rollback(True)


@pytest.mark.parametrize(
    "words", ["violin", "jam", "jam trumpet", "cello", "nowhere", "print", "TKT0042"]
)
@pytest.mark.parametrize("order", ["newest_first", "most_urgent_first"])
@pytest.mark.parametrize("reader", ["CUS0008", "TEC0001", "TEC0004", "TEC0011", "ADM0001"])
def test_searches(desk, words, order, reader):
    visible = Ticket.objects.visible_to(person(reader))
    if order == "most_urgent_first":
        visible = visible.open()  # nowhere else is this order offered
    found = getattr(search_tickets(visible, words), order)().for_list()[:25]
    with CaptureQueriesContext(connection) as captured:
        list(found)
    check(captured.captured_queries[0]["sql"])


@pytest.mark.parametrize("words", ["bassoon", "tuba", "tuba flute", "nowhere", "jam", "person"])
@pytest.mark.parametrize("reader", ["CUS0008", "CUS0051", "TEC0001", "TEC0011", "ADM0001"])
def test_searches_of_messages(desk, words, reader):
    one = person(reader)
    with CaptureQueriesContext(connection) as captured:
        found = search_tickets(Ticket.objects.visible_to(one), words, reader=one)
        list(found.newest_first().for_list()[:25])
    for query in captured.captured_queries:
        check(query["sql"])


def test_what_the_desk_does_by_itself(desk):
    """A thousand resolved tickets, none of them due: the job looks at none of them."""
    with transaction.atomic():
        resolved = Ticket.objects.filter(number__lte=1_000)
        resolved.update(
            status="Resolved", resolution_summary="x", next_step_at="2100-01-01T00:00:00Z"
        )
        resolved.filter(number__lte=3).update(resolved_at="2020-01-01T00:00:00Z")
        resolved.filter(number__lte=3).update(next_step_at="2020-01-06T00:00:00Z")
        with CaptureQueriesContext(connection) as captured:
            assert take_due_steps() == 3
        for query in captured.captured_queries:
            if query["sql"].startswith("SELECT") and "tickets_ticket" in query["sql"]:
                check(query["sql"])
        transaction.set_rollback(True)


def test_the_check_itself_notices_a_scan(desk):
    with pytest.raises(AssertionError):
        check("SELECT count(*) FROM tickets_ticket WHERE version = 2")
    with pytest.raises(AssertionError):
        check(
            "SELECT 1 FROM tickets_ticket WHERE deleted_at IS NULL AND version = 2"
            " ORDER BY raised_at DESC, number DESC LIMIT 5"
        )
