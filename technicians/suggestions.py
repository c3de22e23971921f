"""What the command box offers while somebody types: tickets, customers, organisations, views."""

from typing import Any

from django.db.models.functions import Length
from django.urls import reverse

from accounts.models import Organization, User
from accounts.search import find_people
from tickets.customers import named, organizations_known_to
from tickets.models import Ticket
from tickets.search import excerpt, marked, search_tickets

MOST = 6


def suggest(user: User, text: str, views: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return groups of places that the text leads to, each with name and items.

    An item has `title`, `note` (may be empty) and `url`. A ticket's has `marked` as well, its title
    in parts (text, whether it was looked for), and `excerpt`, such parts of its description if the
    words are there: texts as people wrote them, to be escaped where they are shown. `views` are
    the reader's own. Nothing is offered that the reader may not open.
    """
    low = text.lower()
    groups = [
        ("Tickets", _tickets(user, text)),
        ("Customers", [_customer(person) for person in customers_named(user, text)]),
        ("Organisations", [_organization(one) for one in organizations_named(user, text)]),
        ("Views", [_view(view) for view in views if low in view["name"].lower()][:MOST]),
    ]
    return [{"name": name, "items": items} for name, items in groups if items]


def _tickets(user: User, text: str) -> list[dict[str, Any]]:
    found = search_tickets(Ticket.objects.visible_to(user), text)
    # The few descriptions come along with their rows, for the excerpts.
    listed = found.newest_first().for_list()  # type: ignore[attr-defined]
    rows = listed.defer(None).defer("resolution_summary")[:MOST] if text else []
    return [
        {
            "title": ticket.subject,
            "note": f"{ticket.ticket_id} · {ticket.customer.name} · {ticket.status}",
            "url": ticket.get_desk_url(),
            "marked": marked(ticket.subject, text),
            "excerpt": excerpt(ticket.description, text),
        }
        for ticket in rows
    ]


def customers_named(user: User, text: str, *, limit: int = MOST) -> list[User]:
    """Return the customers that the text names; a technician, those with a ticket in sight."""
    people = find_people(User.objects.present().customers(), text, limit=limit * 5)
    if not user.is_admin and people:
        of_them = Ticket.objects.visible_to(user).filter(customer__in=people).order_by()
        seen = set(of_them.values_list("customer", flat=True).distinct())
        people = [person for person in people if person.pk in seen]
    return people[:limit]


def organizations_named(user: User, text: str, *, limit: int = MOST) -> list[Organization]:
    """Return organisations that the reader knows and the text names, the shortest name first."""
    known = named(organizations_known_to(user), text)
    return list(known.order_by(Length("name"), "name")[:limit]) if text.strip() else []


def _organization(organization: Organization) -> dict[str, str]:
    return {
        "title": organization.name,
        "note": "",
        "url": reverse("technicians:organization", args=[organization.pk]),
    }


def _customer(person: User) -> dict[str, str]:
    return {
        "title": person.name,
        "note": f"{person.public_id} · {person.email}",
        "url": reverse("technicians:customer", args=[person.public_id]),
    }


def _view(view: dict[str, Any]) -> dict[str, str]:
    return {"title": view["name"], "note": "", "url": view["url"]}
