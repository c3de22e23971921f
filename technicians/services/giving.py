"""Tickets that the desk gives to somebody by itself, one at a time and each once.

A fact about a ticket writes an `AssignmentRequest`; a job of the worker looks at those that are
due. Under the locks of the request, the ticket, the rule and all who could be given it, the choice
is made and the ticket assigned, so no two workers give one ticket twice or anybody more than they
may have.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Count, Q
from django.utils import timezone

from accounts.compiled import objects_of
from accounts.models import Team, User
from technicians.choices import AssignmentMethod
from technicians.models import AssignmentRequest, AssignmentRule, Technician
from technicians.schedule import hours_left, is_at_work, parse_hours
from tickets.models import Category, CategoryTechnician, Ticket
from tickets.services import assign_ticket

logger = logging.getLogger(__name__)

BATCH = 100
LOOK_AGAIN = timedelta(minutes=1)
PAUSE_AFTER_FAULT = timedelta(hours=1)
# Written out, because each new ticket asks.
RULES = f"""
    SELECT * FROM {AssignmentRule._meta.db_table}
    WHERE is_on AND (category_id IN (%s, %s) OR team_id = %s)
"""  # noqa: S608


class Stuck(Exception):
    """Nobody can be given the ticket now; the sentence says why."""


@dataclass(frozen=True)
class Candidate:
    """Somebody who can be given the ticket; `distance` is 0 where its own category is theirs."""

    technician: Technician
    open: int
    hours: float
    distance: int

    @property
    def load(self) -> float:
        """Open tickets, this one included, for each hour of work that is left today."""
        return (self.open + 1) / max(self.hours, 0.5)

    @property
    def words(self) -> str:
        most = self.technician.most_open
        return f"{self.open} open of {most}" if most is not None else f"{self.open} open"


def rule_for(ticket: Ticket) -> AssignmentRule | None:
    """Return the rule that is on for the ticket: its team's, its category's, the one above."""
    category, team = ticket.category, ticket.team_id
    family = [category.pk, category.parent_id] if category else [None, None]
    rules = objects_of(AssignmentRule, RULES, [*family, team])
    order = {("team", team): 0, ("category", family[0]): 1, ("category", family[1]): 2}
    return min(
        rules,
        key=lambda rule: order[("team", team) if rule.team_id else ("category", rule.category_id)],
        default=None,
    )


def ask_to_give(ticket: Ticket, *, not_to: User | None = None) -> None:
    """Let the ticket be given to somebody soon, if it is open, nobody has it and a rule says so."""
    if ticket.technician_id is not None or not ticket.is_open or rule_for(ticket) is None:
        return
    request = AssignmentRequest(ticket=ticket, not_to=not_to)
    AssignmentRequest.objects.bulk_create(
        [request],
        update_conflicts=True,
        unique_fields=["ticket"],
        update_fields=["due_at", "not_to"],
    )


def give_waiting_tickets(now: datetime | None = None) -> int:
    """Give away at most `BATCH` tickets whose turn it is; return how many found somebody."""
    moment = now or timezone.now()
    due = AssignmentRequest.objects.filter(due_at__lte=moment).order_by("due_at", "pk")
    count = 0
    for pk in list(due.values_list("pk", flat=True)[:BATCH]):
        try:
            count += _give(pk, moment)
        except (InterfaceError, OperationalError):  # the database is away
            raise
        except Exception:
            # One ticket's fault must not hold up the others.
            logger.exception("giving a ticket failed", extra={"ticket": pk})
            later = moment + PAUSE_AFTER_FAULT
            AssignmentRequest.objects.filter(pk=pk).update(due_at=later)
    return count


@transaction.atomic
def _give(pk: int, now: datetime) -> bool:
    """Give one ticket to somebody, unless another worker has it in hand."""
    skips = connection.features.has_select_for_update_skip_locked
    due = AssignmentRequest.objects.filter(pk=pk, due_at__lte=now)
    request = due.select_for_update(skip_locked=skips).first()
    if request is None:
        return False
    tickets = Ticket.objects.select_for_update(of=("self",)).select_related("category__parent")
    ticket = tickets.get(pk=pk)
    rule = _rule_of(ticket)
    if rule is None:
        request.delete()
        return False
    rule = AssignmentRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    try:
        found = candidates(rule, ticket, now, not_to=request.not_to_id)
    except Stuck as stuck:
        request.stuck_since = request.stuck_since or now
        request.reason, request.due_at = str(stuck), now + LOOK_AGAIN
        request.save(update_fields=["stuck_since", "reason", "due_at"])
        return False
    chosen, reason = choose(rule, found)
    rule.last_given = chosen.technician.user
    rule.save(update_fields=["last_given"])
    request.delete()
    why = {"rule": str(rule), "reason": reason}
    assign_ticket(ticket, technician=chosen.technician.user, actor=None, why=why)
    return True


def _rule_of(ticket: Ticket) -> AssignmentRule | None:
    """Return the ticket's rule, None where there is nothing to give away any more."""
    is_waiting = ticket.technician_id is None and ticket.is_open and ticket.deleted_at is None
    return rule_for(ticket) if is_waiting else None


def candidates(
    rule: AssignmentRule, ticket: Ticket, now: datetime, *, not_to: int | None = None
) -> list[Candidate]:
    """Return who can be given the ticket, held until the transaction ends; raises `Stuck`.

    Who gave it back (`not_to`) comes only where there is nobody else.
    """
    distances = _distances(rule, ticket)
    pool = Technician.objects.available().filter(pk__in=distances)
    # In this order, so that two rules with the same people never wait for each other.
    people = list(pool.select_related("user").order_by("pk").select_for_update(of=("self",)))
    if not people:
        raise Stuck("Nobody who could be given it is available.")
    weeks = {one.pk: parse_hours(one.work_hours) for one in people}
    present = [one for one in people if is_at_work(weeks[one.pk], local(one, now))]
    if not present:
        raise Stuck("Nobody who could be given it works at this hour.")
    counts = _open_counts(present)
    found = [
        Candidate(
            one,
            counts.get(one.pk, 0),
            hours_left(weeks[one.pk], local(one, now)),
            distances[one.pk],
        )
        for one in present
        if one.most_open is None or counts.get(one.pk, 0) < one.most_open
    ]
    if not found:
        raise Stuck("Everybody who could be given it has as many open tickets as they may.")
    return [one for one in found if one.technician.pk != not_to] or found


def _open_counts(people: list[Technician]) -> dict[int, int]:
    tickets = Ticket.objects.present().open().filter(technician__in=[one.pk for one in people])
    counted = tickets.order_by().values_list("technician").annotate(count=Count("pk"))
    return dict(counted)


def _distances(rule: AssignmentRule, ticket: Ticket) -> dict[int, int]:
    """Return, by person, how far their nearest category is from the ticket's: 0, 1 or 2."""
    category = ticket.category
    own = _serving(category.pk) if category else set()
    above = _serving(category.parent_id) if category and category.parent_id else set()
    pool = _members(Q(team=rule.team_id)) if rule.team_id else own | above
    return {pk: 0 if pk in own else 1 if pk in above else 2 for pk in pool}


def _serving(category: int) -> set[int]:
    """Return who serves the category, by themselves or in a team."""
    links = CategoryTechnician.objects.filter(category=category).values_list("user", flat=True)
    teams = Category.teams.through.objects.filter(category=category, team__is_active=True)
    return {int(pk) for pk in links if pk} | _members(Q(team__in=teams.values("team")))


def _members(condition: Q) -> set[int]:
    rows = Team.members.through.objects.filter(condition).values_list("user", flat=True)
    return {int(pk) for pk in rows if pk}


def choose(rule: AssignmentRule, found: list[Candidate]) -> tuple[Candidate, str]:
    """Return who gets the ticket, and why in a few words."""
    by_load = sorted(found, key=lambda one: (one.load, one.technician.pk))
    match rule.method:
        case AssignmentMethod.LEAST_LOADED:
            chosen = by_load[0]
            return chosen, f"{chosen.words}, {chosen.hours:.1f} h left today, least loaded"
        case AssignmentMethod.BY_SKILL:
            chosen = min(by_load, key=lambda one: one.distance)
            near = ("serves its category", "serves the category above it", "in the team")
            return chosen, f"{near[chosen.distance]}, {chosen.words}, least loaded of those"
    in_turn = sorted(found, key=lambda one: one.technician.pk)
    later = [one for one in in_turn if one.technician.pk > (rule.last_given_id or 0)]
    chosen = (later or in_turn)[0]
    return chosen, f"{chosen.words}, next in turn"


def local(technician: Technician, moment: datetime) -> datetime:
    """Return a moment in the technician's own zone, or the desk's."""
    return moment.astimezone(technician.user.zone)
