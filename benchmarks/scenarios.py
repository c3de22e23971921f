"""What is measured: requests of REST clients, and pages."""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import quote

from benchmarks.server import PASSWORD, Client, token_of

CUSTOMERS = 16
NEW_TICKET = {
    "issue_category": "Network and Wi-Fi",
    "issue_description": "The Wi-Fi in room 204 drops every ten minutes since this morning.",
}


@dataclass
class Scenario:
    """One kind of request; `path`, `headers` and `body` are asked anew for each client."""

    name: str
    path: Callable[[int], str]
    method: str = "GET"
    headers: Callable[[int], dict[str, str]] = lambda index: {}
    body: Callable[[int], str] = lambda index: ""
    cookies: dict[str, str] = field(default_factory=dict)
    expected: int = 200


@dataclass
class Facts:
    """What the scenarios need to know of the desk."""

    tickets: int
    customers: list[tuple[str, str]]  # number, address
    technician: tuple[str, str]  # number, user id
    technicians_ticket: str
    rare: str

    def own(self, index: int) -> str:
        """Return the address of a customer's tickets, another one for each client."""
        return f"/api/tickets/customer/{self.customers[index % CUSTOMERS][0]}"


def facts() -> Facts:
    from django.db import connection

    from accounts.models import User
    from tickets.models import Ticket

    people = User.objects.active().customers().order_by("pk")
    customers = list(people.values_list("public_id", "email")[:CUSTOMERS])
    maya = User.objects.get(user_id="maya")
    ticket = Ticket.objects.present().filter(technician=maya).order_by("-number").first()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT substring(description FROM '(?:LT|PC|PR|MO)-[0-9]{5}') FROM tickets_ticket"
            " WHERE number < 3000 AND description ~ '(LT|PC|PR|MO)-[0-9]{5}'"
            " ORDER BY number LIMIT 1"
        )
        row = cursor.fetchone()
    return Facts(
        tickets=Ticket.objects.count(),
        customers=customers,
        technician=(maya.public_id, "maya"),
        technicians_ticket=ticket.ticket_id,
        rare=row[0] if row else "LT-00000",
    )


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}


def scenarios(port: int, known: Facts) -> list[Scenario]:
    """Return everything that is measured, REST first, then pages."""
    return [*writing(port, known), *reading(port, known), *pages(port, known)]


def writing(port: int, known: Facts) -> list[Scenario]:
    """Return the requests of REST clients who sign in and raise tickets, and the emptiest one."""
    tokens = customers_tokens(port, known)

    def sign_in_body(index: int) -> str:
        email = known.customers[index % CUSTOMERS][1]
        return json.dumps({"user_id_or_email": email, "password": PASSWORD})

    return [
        Scenario("nothing (health/live)", lambda i: "/health/live"),
        Scenario(
            "sign-in",
            lambda i: "/api/auth/login",
            "POST",
            lambda i: {"Content-Type": "application/json"},
            sign_in_body,
        ),
        Scenario(
            "create",
            known.own,
            "POST",
            lambda i: bearer(tokens[i % CUSTOMERS]),
            lambda i: json.dumps(NEW_TICKET),
            expected=201,
        ),
    ]


def customers_tokens(port: int, known: Facts) -> list[str]:
    return [token_of(port, email) for _, email in known.customers]


def reading(port: int, known: Facts) -> list[Scenario]:
    """Return the lists, the search and the ticket that REST clients ask for."""
    tokens = customers_tokens(port, known)
    technician, admin = token_of(port, "maya"), token_of(port, "admin")
    given = f"/api/tickets/technician/{known.technician[0]}?limit=25"
    words = (("rare word", known.rare), ("common word", "printer"))
    asked = [
        ("technician's list, 25", given, technician),
        ("admin's list, 50", "/api/tickets?limit=50", admin),
        ("ticket with timeline", f"/api/tickets/{known.technicians_ticket}", technician),
        *(
            (f"admin's search, {kind}", f"/api/tickets?limit=25&q={quote(word)}", admin)
            for kind, word in words
        ),
    ]
    return [
        Scenario(
            "own list, 25",
            lambda i: known.own(i) + "?limit=25",
            headers=lambda i: bearer(tokens[i % CUSTOMERS]),
        ),
        *(
            Scenario(name, lambda i, path=path: path, headers=lambda i, token=token: bearer(token))
            for name, path, token in asked
        ),
    ]


def pages(port: int, known: Facts) -> list[Scenario]:
    """Return the pages that people open."""
    customer = known.customers[0][1]
    people = {}
    for name in (customer, "maya", "admin"):
        client = Client(port)
        client.sign_in(name)
        people[name] = client.cookies
    asked = [
        ("my tickets", "/tickets/", customer),
        ("technician's dashboard", "/desk/", "maya"),
        ("technician's queue", "/desk/tickets/", "maya"),
        ("ticket page", f"/desk/tickets/{known.technicians_ticket}/", "maya"),
        ("technician's search, rare word", f"/desk/tickets/?q={known.rare}", "maya"),
        ("technician's search, common word", "/desk/tickets/?q=printer", "maya"),
        ("admin's dashboard", "/desk/", "admin"),
        ("admin's open tickets", "/desk/tickets/", "admin"),
        ("admin's list, two filters", "/desk/tickets/?view=all&status=Closed&priority=4", "admin"),
        (
            "admin's list, not closed",
            "/desk/tickets/?view=all&status=Closed&status_is=not",
            "admin",
        ),
        ("admin's list, by update", "/desk/tickets/?view=all&raised=30d&sort=-updated", "admin"),
        ("admin's open, by customer", "/desk/tickets/?view=open&sort=customer", "admin"),
        ("suggestions, rare word", f"/desk/search/?q={known.rare}", "admin"),
        ("suggestions, a name", "/desk/search/?q=okafr", "admin"),
        ("admin's search, rare word", f"/desk/tickets/?q={known.rare}", "admin"),
        ("admin's search, common word", "/desk/tickets/?q=printer", "admin"),
        ("desk overview", "/reports/", "admin"),
    ]
    return [
        Scenario(f"page: {name}", lambda i, path=path: path, cookies=people[who])
        for name, path, who in asked
    ]
