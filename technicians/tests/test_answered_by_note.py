"""A customer's message that is followed by notes only: nobody takes a note for an answer."""

import itertools

import pytest

from accounts.tests.api.clients import client_of
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
SAYS = "The customer has not been answered"
STEPS = {
    "C": lambda t, c, s: services.add_reply(t, actor=c, body="Any news?"),
    "R": lambda t, c, s: services.add_reply(t, actor=s, body="Soon"),
    "N": lambda t, c, s: services.add_note(t, actor=s, body="Hm"),
    "S": lambda t, c, s: services.resolve_ticket(t, actor=s, resolution_summary="Done"),
    "O": lambda t, c, s: services.reopen_ticket(t, actor=c, reason="Not yet"),
}
SEQUENCES = [
    *("".join(steps) for size in range(4) for steps in itertools.product("CRN", repeat=size)),
    "NSNC", "NSNCN", "NSO", "NSON", "SONR", "RSNO", "RSNON",
]  # fmt: skip


def expected(steps):
    """The truth table in words: who spoke last where both read, and a note since."""
    heard = "C" + steps.replace("O", "C")  # raising the ticket is the first message
    spoken = [step for step in heard if step != "N"]
    if spoken[-1] != "C":
        return False, False
    return True, "N" in heard[heard.rindex("C") :]


@pytest.mark.parametrize("steps", SEQUENCES)
def test_the_truth_table(ticket, amara, priya, steps):
    for step in steps:
        STEPS[step](Ticket.objects.get(pk=ticket.pk), amara, priya)
    ticket.refresh_from_db()
    assert (ticket.awaits_reply, ticket.answered_by_note) == expected(steps)


@pytest.mark.parametrize(
    ("steps", "flags"),
    [
        ("N-", (True, False)),
        ("NN-", (True, True)),
        ("NR-", (True, True)),
        ("R-", (True, False)),
        ("RCN-", (True, False)),
        ("RN-", (False, False)),
        ("RC-", (False, False)),
        ("NSN-", (False, False)),
    ],
)
def test_what_was_withdrawn_does_not_count(ticket, amara, priya, steps, flags):
    for step in steps.rstrip("-"):
        STEPS[step](Ticket.objects.get(pk=ticket.pk), amara, priya)
    last = ticket.comments.order_by("-id").first()
    services.withdraw_message(ticket, comment=last, actor=last.author)
    ticket.refresh_from_db()
    assert (ticket.awaits_reply, ticket.answered_by_note) == flags


@pytest.fixture
def noted(ticket, priya):
    services.add_note(ticket, actor=priya, body="Hm")
    ticket.refresh_from_db()
    return ticket


@pytest.fixture
def page(client):
    def page(user, path):
        client.force_login(user)
        return client.get(path).content.decode()

    return page


def test_the_ticket_says_so_until_there_is_an_answer(client, page, ticket, priya):
    assert SAYS not in page(priya, ticket.get_desk_url())
    answer = client.post(f"{ticket.get_desk_url()}note/", {"note": "Hm"}, follow=True)
    html = answer.content.decode()
    assert "Note added. The customer still waits for an answer." in html
    assert SAYS in html
    services.add_reply(ticket, actor=priya, body="Restart it.")
    assert SAYS not in page(priya, ticket.get_desk_url())
    answer = client.post(f"{ticket.get_desk_url()}note/", {"note": "Hm"}, follow=True)
    assert "still waits" not in answer.content.decode()


def test_list_and_dashboard_say_so_and_lead_there(page, noted, priya, admin):
    for user, home in ((priya, "/desk/"), (admin, "/desk/")):
        html = page(user, home)
        assert '<a class="stat" href="/desk/tickets/?view=noted">' in html
        html = page(user, "/desk/tickets/?view=noted")
        assert "Only a note, waits" in html
        assert f"{SAYS}: only notes since." in html
    services.add_reply(noted, actor=priya, body="Restart it.")
    assert "view=noted" not in page(priya, "/desk/")


def test_for_the_customer_nothing_has_happened(page, ticket, priya, amara):
    url = f"/api/tickets/{ticket.ticket_id}"
    pages = (ticket.get_absolute_url(), "/", "/tickets/")
    before = [page(amara, path) for path in pages]
    row = client_of(amara).get(url).json()
    services.add_note(ticket, actor=priya, body="Hm")
    assert client_of(amara).get(url).json() == row
    after = [page(amara, path) for path in pages]
    for old, new in zip(before, after, strict=True):
        assert "note" not in new.lower() or ("note" in old.lower())
        assert len(old) == len(new)


def test_the_rest_filter(noted, raise_ticket, priya, admin):
    answered = services.take_ticket(raise_ticket(), actor=priya)
    services.add_reply(answered, actor=priya, body="Restart it.")
    for user, path in (
        (admin, "/api/tickets"),
        (priya, f"/api/tickets/technician/{priya.public_id}"),
    ):
        for value, ticket in (("true", noted), ("false", answered)):
            rows = client_of(user).get(path, {"awaiting_reply": value}).json()
            assert [row["ticket_id"] for row in rows] == [ticket.ticket_id]
        assert client_of(user).get(path, {"awaiting_reply": "yes"}).status_code == 400
