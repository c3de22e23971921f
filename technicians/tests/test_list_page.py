"""The list of tickets, through HTTP."""

import re
from html import unescape

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext

from accounts.tests.factories import CustomerFactory
from tickets import services
from tickets.choices import Priority, Status

pytestmark = pytest.mark.django_db


def subjects(response):
    assert response.status_code == 200
    return re.findall(r'<a class="s"[^>]*><bdi>([^<]*)</bdi>', response.content.decode())


@pytest.fixture
def listed(client):
    def listed(user, query="", **params):
        client.force_login(user)
        return subjects(client.get(f"/desk/tickets/{query}", params or None))

    return listed


@pytest.fixture
def desk(raise_ticket, priya, mei, printing):
    """Tickets of every kind; the subject says what it is."""
    take = services.take_ticket
    services.add_note(take(raise_ticket("mine"), actor=priya), actor=priya, body="Hm")
    answered = take(raise_ticket("answered"), actor=priya)
    services.add_reply(answered, actor=priya, body="?", then_status=Status.WAITING)
    done = take(raise_ticket("done"), actor=priya)
    services.resolve_ticket(done, actor=priya, resolution_summary="Done.")
    take(raise_ticket("of Mei"), actor=mei)
    raise_ticket("free", priority=Priority.URGENT)
    raise_ticket("elsewhere", category=printing)


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("", {"mine", "answered"}),
        ("mine", {"mine", "answered"}),
        ("unassigned", {"free"}),
        ("unanswered", {"mine"}),
        ("noted", {"mine"}),
        ("waiting", {"answered"}),
        ("open", {"mine", "answered", "free"}),
        ("done", {"done"}),
        ("all", {"mine", "answered", "free", "done"}),
    ],
)
def test_a_technician_s_views(listed, desk, priya, view, expected):
    assert set(listed(priya, view=view)) == expected


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("", {"mine", "answered", "of Mei", "free", "elsewhere"}),
        ("unassigned", {"free", "elsewhere"}),
        ("unanswered", {"mine", "of Mei", "free", "elsewhere"}),
        ("noted", {"mine"}),
        ("waiting", {"answered"}),
        ("done", {"done"}),
        ("all", {"mine", "answered", "of Mei", "free", "elsewhere", "done"}),
    ],
)
def test_an_admin_s_views(listed, desk, admin, view, expected):
    assert set(listed(admin, view=view)) == expected


def test_filters(listed, desk, admin, mei, printing, amara):
    both = "?view=all&status=Resolved&status=Waiting+on+Customer"
    assert set(listed(admin, both)) == {"done", "answered"}
    assert listed(admin, view="all", priority="4") == ["free"]
    assert listed(admin, view="all", category=printing.pk) == ["elsewhere"]
    assert listed(admin, view="all", technician=mei.public_id) == ["of Mei"]
    assert set(listed(admin, view="open", technician="none")) == {"free", "elsewhere"}
    assert len(listed(admin, customer=amara.public_id)) == 6


def test_a_category_means_its_subcategories_too(listed, raise_ticket, admin, network):
    vpn = type(network).objects.create(name="VPN", parent=network)
    raise_ticket("below", category=vpn)
    assert listed(admin, category=network.pk) == ["below"]


def test_search_finds_words_and_numbers_among_what_one_may_see(listed, desk, priya, pavel):
    assert set(listed(priya, q="five minutes")) == {"mine", "answered", "free", "done"}
    assert listed(priya, q="TKT0001") == ["mine"]
    assert listed(priya, q="#1") == ["mine"]
    assert listed(pavel, q="TKT0001") == []


def test_sorting(listed, raise_ticket, admin):
    for subject, priority in (("first", 1), ("second", 4), ("third", 2)):
        raise_ticket(subject, priority=priority)
    assert listed(admin) == ["second", "third", "first"]
    assert listed(admin, sort="newest") == ["third", "second", "first"]
    assert listed(admin, sort="oldest") == ["first", "second", "third"]
    assert listed(admin, view="all") == ["third", "second", "first"]


def test_paging_shows_every_ticket_once(client, raise_ticket, admin):
    for number in range(45):
        raise_ticket(f"Ticket {number:02}", priority=number % 4 + 1)
    client.force_login(admin)
    seen, url = [], "/desk/tickets/?sort=urgent"
    while url:
        response = client.get(url)
        seen += subjects(response)
        html = response.content.decode()
        found = re.search(r'href="([^"]*)" rel="next"', html)
        url = "/desk/tickets/" + found[1].replace("&amp;", "&") if found else ""
    assert len(seen) == len(set(seen)) == 45
    assert 'rel="prev"' in html


@pytest.mark.parametrize(
    "query",
    [
        "view=nonsense",
        "status=closed",
        "status=Assigned&status=foo",
        "priority=9",
        "priority=urgent",
        "category=abc",
        "category=999999",
        "customer=CUS9999",
        "customer=1",
        "technician=TEC9999",
        "sort=customer__password",
        "cursor=!!!",
        "cursor=WzAsW10sW11d",
        "q=" + "x" * 201,
        "q=%00",
    ],
)
def test_nonsense_is_refused_in_words(client, desk, admin, query):
    client.force_login(admin)
    response = client.get(f"/desk/tickets/?{query}")
    assert response.status_code == 400
    html = response.content.decode()
    assert "be shown as asked." in html
    assert "Back to the list" in html


@pytest.mark.parametrize(
    "query",
    ["view=all&status=Closed&status_is=not", "team=none&raised=7d", "q=vpn&organization=1&saved=3"],
)
def test_a_ticket_leads_back_to_the_list_that_it_was_opened_from(client, ticket, priya, query):
    client.force_login(priya)
    html = client.get(f"{ticket.get_desk_url()}?{query}&undo=nonsense").content.decode()
    back = re.search(r'<a class="back" href="([^"]*)"', html)[1]
    assert sorted(QueryDict(unescape(back).partition("?")[2]).items()) == sorted(
        QueryDict(query).items()
    )


@pytest.mark.parametrize("text", ["'", '"', "%", "_", "*", "\\", "AND OR NOT", "a" * 200])
def test_any_text_can_be_searched(client, desk, priya, text):
    client.force_login(priya)
    assert client.get("/desk/tickets/", {"q": text}).status_code == 200


def test_a_technician_cannot_look_into_a_colleague_s_queue(client, desk, priya, mei):
    client.force_login(priya)
    response = client.get("/desk/tickets/", {"view": "all", "technician": mei.public_id})
    assert response.status_code == 400


def test_a_customer_whose_tickets_one_cannot_see_does_not_exist(client, desk, priya):
    stranger = CustomerFactory()
    client.force_login(priya)
    texts = [
        client.get("/desk/tickets/", {"customer": number}).content.decode()
        for number in (stranger.public_id, "CUS9999")
    ]
    assert all("None of your tickets is from this customer." in text for text in texts)


def test_empty_lists_say_what_is_normal_and_offer_one_way_on(client, priya, raise_ticket):
    client.force_login(priya)
    assert "Your queue is clear" in client.get("/desk/tickets/").content.decode()
    raise_ticket("free")
    assert "See unassigned" in client.get("/desk/tickets/").content.decode()
    html = client.get("/desk/tickets/?q=nothing+like+it").content.decode()
    assert "No tickets match" in html
    assert "Clear filters" in html


def test_the_sidebar_counts(client, desk, priya):
    client.force_login(priya)
    html = client.get("/desk/tickets/").content.decode()
    counts = re.findall(r'</svg>([\w ]+)<span class="n">(\d+)</span>', html)
    assert dict(counts) == {
        "My queue": "2",
        "Unassigned": "1",
        "Not answered": "1",
        "Waiting": "1",
        "To confirm": "0",
    }


@pytest.mark.parametrize("who", ["priya", "admin"])
def test_as_many_queries_with_twenty_rows_as_with_one(client, raise_ticket, request, who, mei):
    user = request.getfixturevalue(who)
    raise_ticket("free")
    client.force_login(user)
    client.get("/desk/tickets/?view=open")
    with CaptureQueriesContext(connection) as one:
        client.get("/desk/tickets/?view=open")
    for number in range(24):
        ticket = raise_ticket(f"Ticket {number}", customer=CustomerFactory())
        if number % 2:
            services.take_ticket(ticket, actor=user if user.is_technician else mei)
    with CaptureQueriesContext(connection) as many:
        assert len(subjects(client.get("/desk/tickets/?view=open"))) == 20
    assert len(many) == len(one) <= 19


def test_customers_have_no_desk(client, amara):
    client.force_login(amara)
    for path in ("/desk/", "/desk/tickets/", "/desk/profile/", "/desk/availability/"):
        assert client.get(path).status_code == 404
    client.logout()
    assert client.get("/desk/").status_code == 302
