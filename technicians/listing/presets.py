"""The desk's own views: what each holds, and what an empty one says."""

from collections.abc import Callable
from dataclasses import dataclass

from accounts.models import User
from technicians.queries import own_tickets, stuck_tickets, unassigned_tickets
from tickets.models import Ticket
from tickets.querysets import TicketQuerySet


@dataclass(frozen=True)
class ListView:
    """One of the desk's views: its name, what it holds, and what an empty one says.

    Only views of open tickets can be sorted by urgency and by what has no index over all tickets.
    """

    name: str
    tickets: Callable[[User], TicketQuerySet]
    empty: tuple[str, str]
    count: str = ""
    is_open: bool = True


MINE = ListView(
    "My queue",
    lambda user: own_tickets(user).open().awake(),
    ("Your queue is clear", "Nothing is assigned to you."),
    "open",
)
OPEN = ListView(
    "All open",
    lambda user: Ticket.objects.visible_to(user).open().awake(),
    ("Nothing is open", "Every ticket is resolved or closed."),
    "open",
)
UNASSIGNED = ListView(
    "Unassigned",
    unassigned_tickets,
    ("Nothing is unassigned", "Every open ticket here has a technician."),
    "unassigned",
)
UNANSWERED = ListView(
    "Not answered",
    lambda user: own_tickets(user).open().awake().filter(awaits_reply=True),
    ("Everybody has an answer", "No customer waits for a word from you."),
    "unanswered",
)
NOTED = ListView(
    "Noted, not answered",
    lambda user: own_tickets(user).open().awake().answered_by_note(),
    ("Nobody was forgotten", "No customer waits for an answer behind a note."),
    "noted",
)
WAITING = ListView(
    "Waiting on customer",
    lambda user: own_tickets(user).waiting_on_customer().awake(),
    ("Nobody is asked", "No ticket waits for its customer."),
    "waiting",
)
CONFIRM = ListView(
    "To confirm",
    lambda user: own_tickets(user).to_confirm(),
    ("Nothing to confirm", "No finished ticket has thanks that nobody has looked at."),
    "to_confirm",
    is_open=False,
)
STUCK = ListView(
    "Given to nobody",
    stuck_tickets,
    ("Nothing is stuck", "Every ticket that the desk gives away by itself has found somebody."),
)
WATCHING = ListView(
    "Watching",
    lambda user: Ticket.objects.followed_by(user).open(),
    ("You watch no open tickets", "On a ticket's page, under People, you choose to watch it."),
)
TEAMS = ListView(
    "My teams",
    lambda user: Ticket.objects.of_teams_of(user).awake(),
    ("Nothing is in your teams' queues", "Tickets that are given to a team of yours come here."),
)
RESTING = ListView(
    "Resting",
    lambda user: own_tickets(user).open().snoozed(),
    ("Nothing rests", "On a ticket's page, under Later, you let it rest out of the queues."),
)
DONE = ListView(
    "Resolved and closed",
    lambda user: Ticket.objects.visible_to(user).done(),
    ("Nothing is done yet", "Resolved and closed tickets come here."),
    is_open=False,
)
ALL = ListView(
    "All tickets",
    lambda user: Ticket.objects.visible_to(user),
    ("No tickets yet", "Tickets of your categories and those assigned to you come here."),
    is_open=False,
)
TECHNICIAN_VIEWS = {
    "mine": MINE,
    "unassigned": UNASSIGNED,
    "unanswered": UNANSWERED,
    "noted": NOTED,
    "waiting": WAITING,
    "confirm": CONFIRM,
    "teams": TEAMS,
    "stuck": STUCK,
    "watching": WATCHING,
    "resting": RESTING,
    "open": OPEN,
    "done": DONE,
    "all": ALL,
}
ADMIN_VIEWS = {key: view for key, view in TECHNICIAN_VIEWS.items() if key not in ("mine", "teams")}


def views_of(user: User) -> dict[str, ListView]:
    """Return the views of the reader's role."""
    return ADMIN_VIEWS if user.is_admin else TECHNICIAN_VIEWS
