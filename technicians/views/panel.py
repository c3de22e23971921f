"""What stands beside a ticket's conversation: its properties, its people, other tickets."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Avg, Case, Count, Exists, OuterRef, Q, Subquery, Value, When
from django.utils import timezone

from accounts.choices import STAFF_ROLES
from accounts.http import AuthenticatedHttpRequest
from accounts.models import Team, User
from technicians.models import Presence
from technicians.moments import OFFERED
from technicians.querysets import absences_now
from tickets.choices import SAID_CHOICES, Priority
from tickets.models import (
    Category,
    CategoryTechnician,
    DeskSettings,
    Rating,
    Tag,
    Ticket,
    TicketSnooze,
)
from tickets.queries import links_of, merges_into
from tickets.recipients import customers_among, following, recipients_of, staff_among
from tickets.services import follow_ups
from tickets.undo import read_removal

EARLIER_TICKETS = 4
OFFERED_TAGS = 300
SHOWN_NOTES = 3


def choices_context(ticket: Ticket, *, can: Mapping[str, bool]) -> dict[str, Any]:
    """Return what the fields of the panel offer."""
    return {
        "priorities": sorted(Priority, reverse=True),
        "urgent": Priority.URGENT,
        "category_tree": category_tree() if can["work"] else [],
        "colleagues": colleagues_for(ticket) if can["assign"] else [],
        "teams": teams_for(ticket) if can["route"] else [],
        "link_words": SAID_CHOICES,
    }


def other_tickets_context(request: AuthenticatedHttpRequest, ticket: Ticket) -> dict[str, Any]:
    """Return the tickets that this one has to do with, and what has just become of them."""
    return {
        "earlier": earlier_tickets(ticket, request.user),
        "links": links_of(ticket, request.user),
        "follows": follow_ups(ticket, request.user),
        "merges": merges_into(ticket),
        "just_merged": request.GET.get("merged", ""),
        "just_split": request.GET.get("split", ""),
    }


def customer_context(ticket: Ticket, user: User) -> dict[str, Any]:
    """Return what is known of the customer: their time, the desk's notes, how they rate."""
    return {
        "customer_time": time_there(ticket.customer),
        "customer_notes": list(ticket.customer.desk_notes.all()[:SHOWN_NOTES]),
        "customer_rated": customer_rated(ticket.customer, user),
    }


def people_context(
    request: AuthenticatedHttpRequest, ticket: Ticket, *, can: Mapping[str, bool]
) -> dict[str, Any]:
    """Return who follows the ticket, for its page, who is told what, and who could watch."""
    rows = following(ticket)
    staff = User.objects.active().filter(role__in=STAFF_ROLES).exclude(pk=request.user.pk)
    watching = [row.user_id for row in rows if row.is_watcher]
    told = recipients_of(ticket, author=request.user, rows=rows)
    return {
        "cc": [row for row in rows if not row.is_watcher and row.user.is_customer],
        "watchers": [row for row in rows if row.is_watcher and not row.user.is_customer],
        "own_part": next((row for row in rows if row.user_id == request.user.pk), None),
        "watch_choices": staff.exclude(pk__in=watching).order_by("name") if can["note"] else [],
        "removed": read_removal(request.GET.get("undo", ""), ticket),
        "told": {
            "customers": customers_among(told),
            "staff": staff_among(told),
        },
    }


def tag_context(ticket: Ticket, *, can: Mapping[str, bool]) -> dict[str, Any]:
    """Return the ticket's tags, and those that the page offers."""
    tags = Tag.objects.filter(rows__ticket=ticket)
    known = Tag.objects.values_list("name", flat=True)[:OFFERED_TAGS] if can["tag"] else []
    return {"tags": list(tags), "known_tags": known}


def presence_context(present: list[Presence]) -> dict[str, Any]:
    """Return who is here, and what a page that shows them knows."""
    known = " ".join(f"{row.user_id}{row.writing}" for row in present)
    return {"present": present, "presence_known": known}


def keeping_of(ticket: Ticket, user: User) -> dict[str, Any]:
    """Return how the work on the ticket is kept in order; of reminders, the reader's own."""
    checklist = list(ticket.checklist.select_related("done_by"))
    track_time = DeskSettings.load().track_time
    time = list(ticket.time_entries.select_related("user")) if track_time else []
    return {
        "snooze": TicketSnooze.objects.filter(ticket=ticket).first(),
        "reminders": list(ticket.reminders.filter(user=user)),
        "offered": OFFERED.items(),
        "checklist": checklist,
        "done": sum(item.is_done for item in checklist),
        "track_time": track_time,
        "time": time,
        "minutes": sum(entry.minutes for entry in time),
    }


def category_tree() -> list[tuple[Category, list[Category]]]:
    """Return active top categories with their subcategories, in the order of the desk."""
    by_parent: dict[int | None, list[Category]] = {}
    for category in Category.objects.active().select_related("parent"):
        by_parent.setdefault(category.parent_id, []).append(category)
    return [(top, by_parent.get(top.pk, [])) for top in by_parent.get(None, [])]


def colleagues_for(ticket: Ticket) -> list[User]:
    """Return technicians who may be given the ticket, with the `group` that they belong to."""
    category = ticket.category
    served = [category.pk, category.parent_id] if category else []
    links = CategoryTechnician.objects.filter(user=OuterRef("pk"), category__in=served)
    members = User.teams.through.objects.filter(user=OuterRef("pk"), team=ticket.team_id)
    group = Case(
        When(Exists(members), then=Value("In the team")),
        When(Exists(links), then=Value("Serve this category")),
        default=Value("Other technicians"),
    )
    # The words of the groups are in the order in which they are shown, but for the alphabet.
    order = {"In the team": 0, "Serve this category": 1, "Other technicians": 2}
    people = User.objects.active().technicians().select_related("technician")
    until = Subquery(absences_now(OuterRef("pk")).values("ends_at")[:1])
    people = people.annotate(away_until=until)
    return sorted(people.annotate(group=group).order_by("name"), key=lambda one: order[one.group])


def teams_for(ticket: Ticket) -> list[Team]:
    """Return the teams that the ticket can be given to, and the one that has it."""
    return list(Team.objects.filter(Q(is_active=True) | Q(pk=ticket.team_id)))


def earlier_tickets(ticket: Ticket, user: User) -> list[Ticket]:
    """Return the customer's newest other tickets that the reader may see, one more than shown."""
    tickets = Ticket.objects.visible_to(user).filter(customer=ticket.customer)
    return list(tickets.exclude(pk=ticket.pk).newest_first().for_list()[:EARLIER_TICKETS])


def customer_rated(customer: User, reader: User) -> dict[str, Any]:
    """Return how the customer rated the help that the reader may know of: average and count."""
    given = Rating.objects.about(reader).filter(customer=customer, ticket__deleted_at=None)
    return given.aggregate(average=Avg("score"), count=Count("pk"))


def time_there(customer: User) -> str:
    """Return weekday and time where the customer is, in words: a template would convert them."""
    return f"{timezone.localtime(timezone=customer.zone):%a %H:%M %Z}"
