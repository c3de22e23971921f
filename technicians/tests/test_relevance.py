"""The best hits of a search first, on the desk's list and by REST, and common words in messages."""

import re

import pytest

from accounts.tests.api.clients import client_of
from accounts.tests.factories import CustomerFactory
from technicians.views import ticket_list
from tickets import search_messages, search_ranking, services

pytestmark = pytest.mark.django_db


@pytest.fixture
def desk(client, admin):
    """Return the subjects that a page of the list shows, and its next page."""
    client.force_login(admin)

    def desk(query):
        html = client.get(f"/desk/tickets/?{query}").content.decode()
        links = re.findall(r'<a class="s"[^>]*><bdi>(.*?)</bdi>', html, re.DOTALL)
        names = [re.sub(r"<[^>]*>", "", link).strip() for link in links]
        pages = re.findall(r'href="\?([^"]*)" rel="(next|prev)"', html)
        return names, {rel: url.replace("&amp;", "&") for url, rel in pages}

    return desk


@pytest.fixture
def everywhere(raise_ticket, admin):
    """Tickets that have the word somewhere, the best first in their creation; two of each."""
    for turn in (1, 2):
        raise_ticket(f"walrus subject {turn}")
        raise_ticket(f"description {turn}", description="A walrus, see.")
        raise_ticket(f"person {turn}", customer=CustomerFactory(name=f"Walrus {turn}"))
        told = raise_ticket(f"message {turn}")
        services.add_reply(told, actor=told.customer, body="It was the walrus.")
        raise_ticket(f"nothing {turn}")


BEST = [
    "walrus subject 2",
    "walrus subject 1",
    "description 2",
    "description 1",
    "message 2",
    "person 2",
    "message 1",
    "person 1",
]
NEWEST = [
    "message 2",
    "person 2",
    "description 2",
    "walrus subject 2",
    "message 1",
    "person 1",
    "description 1",
    "walrus subject 1",
]


def test_the_best_place_comes_first_and_among_equals_the_newest(desk, everywhere):
    assert desk("view=all&q=walrus")[0] == BEST
    assert desk("view=open&q=walrus&sort=relevance")[0] == BEST
    assert desk("view=all&q=walrus&sort=newest")[0] == NEWEST
    assert desk("view=all&q=walrus&sort=oldest")[0] == NEWEST[::-1]


def test_the_ticket_of_the_number_comes_before_all(desk, raise_ticket):
    meant = raise_ticket("the one")
    raise_ticket(f"compared with {meant.number}")
    raise_ticket("later", description=f"Like {meant.number}.")
    assert desk(f"view=all&q={meant.number}")[0] == [
        "the one",
        f"compared with {meant.number}",
        "later",
    ]


def test_words_in_both_count_as_those_of_the_description(desk, raise_ticket):
    raise_ticket("walrus and seal")
    raise_ticket("walrus", description="And a seal.")
    assert desk("view=all&q=seal+walr")[0] == ["walrus and seal", "walrus"]


@pytest.mark.parametrize("ranked", [1, 3, 8, 200])
def test_pages_lead_on_and_back_also_behind_the_ranked_ones(monkeypatch, desk, everywhere, ranked):
    monkeypatch.setattr(search_ranking, "RANKED", ranked)
    monkeypatch.setattr(ticket_list, "PAGE_SIZE", 3)
    newest = sorted(NEWEST[:ranked], key=BEST.index) + NEWEST[ranked:]
    names, pages = desk("view=all&q=walrus")
    shown = [names]
    while "next" in pages:
        names, pages = desk(pages["next"])
        shown.append(names)
    assert shown == [newest[:3], newest[3:6], newest[6:]]
    assert desk(pages["prev"])[0] == newest[3:6]


def test_the_menu_offers_relevance_where_there_are_words(client, admin, raise_ticket):
    raise_ticket()
    client.force_login(admin)

    def menu(query):
        return "sort=relevance" in client.get(f"/desk/tickets/?view=all{query}").content.decode()

    assert menu("&q=vpn")
    assert not menu("")
    assert client.get("/desk/tickets/?view=all&sort=relevance").status_code == 200
    assert client.get("/desk/tickets/?q=amara@example.org").status_code == 200


def test_by_rest_the_best_come_first_and_pages_and_counts_are_whole(
    monkeypatch, admin, amara, everywhere
):
    def subjects(person, url):
        return [row["subject"] for row in client_of(person).get(url).json()]

    assert subjects(admin, "/api/search?q=walrus") == BEST
    assert subjects(admin, "/api/tickets/find?view=all&q=walrus") == BEST
    assert subjects(admin, "/api/search?q=walrus&sort=newest") == NEWEST
    own = [name for name in BEST if not name.startswith("person")]
    assert subjects(amara, "/api/search?q=walrus") == own
    monkeypatch.setattr(search_ranking, "RANKED", 2)
    answer, found = client_of(admin).get("/api/search?q=walrus&limit=3&count=true"), []
    while True:
        assert answer["X-Total-Count"] == "8"
        found += [row["subject"] for row in answer.json()]
        onward = re.search(r'<([^>]*)>; rel="next"', answer.get("Link", ""))
        if onward is None:
            break
        answer = client_of(admin).get(onward[1])
    assert found == NEWEST


PARTIAL = "only the newest were looked at"


@pytest.mark.postgres
def test_a_common_word_is_found_in_all_messages_of_what_a_filter_leaves(
    monkeypatch, client, admin, desk, raise_ticket
):
    monkeypatch.setattr(search_messages, "COMMON", 1)
    monkeypatch.setattr(search_messages, "MOST_COMMON_HITS", 1)
    for subject in ("old", "new"):
        ticket = raise_ticket(subject, priority=1 if subject == "old" else 2)
        services.add_reply(ticket, actor=ticket.customer, body="It was the walrus.")
    assert desk("view=all&q=walrus")[0] == ["new", "old"]
    monkeypatch.setattr(search_messages, "MOST_NARROWED", 1)
    assert desk("view=all&q=walrus")[0] == ["new"]
    assert PARTIAL in client.get("/desk/tickets/?view=all&q=walrus").content.decode()
    assert desk("view=all&q=walrus+priority:low")[0] == ["old"]
    narrowed = client.get("/desk/tickets/?view=all&q=walrus+priority:low").content.decode()
    assert PARTIAL not in narrowed


@pytest.mark.postgres
def test_of_a_rare_word_that_many_messages_have_the_newest_are_looked_at(
    monkeypatch, client, admin, desk, raise_ticket
):
    monkeypatch.setattr(search_messages, "MOST_HITS", 2)
    for subject in ("old", "new", "newest"):
        ticket = raise_ticket(subject)
        services.add_reply(ticket, actor=ticket.customer, body="It was the walrus.")
    assert desk("view=all&q=walrus")[0] == ["newest", "new"]
    assert PARTIAL in client.get("/desk/tickets/?view=all&q=walrus").content.decode()
