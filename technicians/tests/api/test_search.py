"""`GET /api/search`: what each role finds, where the words are, paging, and what is refused."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def amara():
    return CustomerFactory(name="Amara Okafor", email="amara@example.org")


@pytest.fixture
def network():
    return CategoryFactory(name="Network lines")


@pytest.fixture
def raise_ticket(amara, network):
    def raise_ticket(subject, description="Nothing more.", customer=amara):
        return services.create_ticket(
            customer=customer,
            actor=customer,
            subject=subject,
            description=description,
            category=network,
        )

    return raise_ticket


def search(person, text, **more):
    answer = client_of(person).get("/api/search", {"q": text, **more})
    assert answer.status_code == 200, answer.content
    return answer.json()


def places(person, text):
    """Return where each ticket has the words, by subject."""
    return {row["subject"]: row["found"] and row["found"]["place"] for row in search(person, text)}


def test_each_place_is_named_to_whoever_may_read_it(raise_ticket, amara):
    admin = AdminFactory()
    raise_ticket("The walrus is here")
    raise_ticket("Two", "It is the walrus again.")
    told, noted = raise_ticket("Three"), raise_ticket("Four")
    services.add_reply(told, actor=amara, body="A <b>walrus</b> & more")
    services.add_note(noted, actor=admin, body="Between us: a walrus")
    own = {"The walrus is here": "subject", "Two": "description", "Three": "message"}
    assert places(amara, "walrus") == own
    assert places(admin, "walrus") == own | {"Four": "note"}
    assert places(admin, "okafor").keys() == own.keys() | {"Four"}
    assert set(places(admin, "okafor").values()) == {"customer"}
    assert search(amara, "okafor") == []
    found = next(row for row in search(amara, "walrus") if row["subject"] == "Three")["found"]
    assert found["excerpt"] == [
        {"text": "A <b>", "is_hit": False},
        {"text": "walrus", "is_hit": True},
        {"text": "</b> & more", "is_hit": False},
    ]


def test_nobody_finds_what_is_out_of_sight(raise_ticket, network):
    ticket, inside = raise_ticket("The walrus"), TechnicianFactory(categories=[network]).user
    outside, stranger = TechnicianFactory().user, CustomerFactory()
    for text in ("walrus", ticket.ticket_id, "amara@example.org", f"#{ticket.number}"):
        assert search(outside, text) == search(stranger, text) == []
        assert [row["ticket_id"] for row in search(inside, text)] == [ticket.ticket_id]
    services.delete_ticket(ticket, actor=AdminFactory())
    assert search(inside, "walrus") == search(AdminFactory(), "walrus") == []


def test_rows_are_those_of_the_lists(raise_ticket, amara, network):
    ticket, technician = raise_ticket("The walrus"), TechnicianFactory(categories=[network]).user
    admin = AdminFactory()
    for person, url in (
        (amara, f"/api/tickets/customer/{amara.public_id}"),
        (technician, "/api/tickets/available"),
        (admin, "/api/tickets"),
    ):
        (row,), (listed,) = search(person, ticket.ticket_id), client_of(person).get(url).json()
        assert row.pop("found") is None
        assert row == listed


def test_staff_write_filters_into_it(raise_ticket, amara, network):
    admin, priya = AdminFactory(), TechnicianFactory(user__name="Priya", categories=[network]).user
    taken = services.take_ticket(raise_ticket("Taken walrus"), actor=priya)
    raise_ticket("Free walrus", customer=CustomerFactory(name="Zoe Lind"))

    def found(person, text):
        return {row["subject"] for row in search(person, text)}

    assert found(admin, "walrus assigned:priya") == {"Taken walrus"}
    assert found(priya, "walrus from:zoe") == {"Free walrus"}
    assert found(priya, "assigned:me") == {"Taken walrus"}
    services.resolve_ticket(taken, actor=priya, resolution_summary="Fed.")
    assert found(priya, "status:done") == {"Taken walrus"}
    assert found(amara, "status:done") == set()


def test_pages_lead_through_all_in_the_order_asked_for(raise_ticket, amara):
    for number in range(5):
        ticket = raise_ticket(f"Walrus {number}")
        later = ticket.raised_at + timedelta(minutes=number)
        Ticket.objects.filter(pk=ticket.pk).update(raised_at=later)
    TicketFactory(customer=amara, subject="A seal")
    client = client_of(AdminFactory())
    for sort, expected in (
        ("newest", "43210"),
        ("oldest", "01234"),
        ("-updated", "43210"),
        ("urgent", "43210"),
    ):
        query = {"q": "walrus", "sort": sort, "limit": 2, "count": "true"}
        answer, found = client.get("/api/search", query), []
        while True:
            assert answer["X-Total-Count"] == "5"
            found += [row["subject"][-1] for row in answer.json()]
            onward = re.search(r'<([^>]*)>; rel="next"', answer.get("Link", ""))
            if onward is None:
                break
            answer = client.get(onward[1])
        assert "".join(found) == expected


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "q"),
        ("q=", "q"),
        ("q=%3F%21+%22", "q"),
        ("q=" + "x" * 201, "q"),
        ("q=a%00b", "q"),
        ("q=a&q=b", "q"),
        ("q=walrus&sort=best", "sort"),
        ("q=walrus&colour=red", "colour"),
        ("q=walrus&limit=0", "limit"),
        ("q=walrus&cursor=nonsense", "cursor"),
    ],
)
def test_nonsense_is_refused_in_a_sentence(query, field):
    for person in (AdminFactory(), CustomerFactory()):
        answer = client_of(person).get(f"/api/search?{query}")
        assert answer.status_code == 400, answer.content
        (sentence,) = answer.json()["errors"][field]
        assert sentence.endswith(".")


@pytest.mark.parametrize("text", ["status:burning", "before:tomorrow", "tag:none-such"])
def test_a_filter_that_means_nothing_is_refused_in_a_sentence(text):
    answer = client_of(AdminFactory()).get("/api/search", {"q": text})
    assert answer.status_code == 400
    (sentence,) = answer.json()["errors"]["q"]
    assert sentence.endswith(".")


@pytest.mark.parametrize("text", ["NEAR(", "a:*", "%s", "a\\'b", "日本語", "x OR y", "assigned:"])
def test_no_text_makes_it_fail(raise_ticket, text):
    raise_ticket("The walrus")
    for person in (AdminFactory(), CustomerFactory()):
        assert client_of(person).get("/api/search", {"q": text}).status_code == 200


@pytest.mark.postgres
def test_a_header_says_that_only_the_newest_were_looked_at(raise_ticket, amara, monkeypatch):
    monkeypatch.setattr("tickets.search_messages.MOST_HITS", 2)
    admin, ticket = AdminFactory(), raise_ticket("The first one")
    for count in range(3):
        answer = client_of(admin).get("/api/search", {"q": "walrus"})
        assert answer.headers.get("X-Partial-Result") == ("true" if count == 2 else None)
        services.add_reply(ticket, actor=amara, body=f"Walrus {count}")
    # The page says the same. A customer's own messages are all looked at.
    client = Client()
    client.force_login(admin)
    assert 'id="partial"' in client.get("/desk/tickets/?view=all&q=walrus").content.decode()
    own = client_of(amara).get("/api/search", {"q": "walrus"})
    assert len(own.json()) == 1
    assert "X-Partial-Result" not in own.headers
