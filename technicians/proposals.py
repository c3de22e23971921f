"""Who could have the tickets of somebody who will be away: a few questions for all of them.

As the rules of assignment choose: the team in whose queue the ticket is, else who serves its
category, the nearest first; then whoever has the least open tickets, the proposed ones included.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from heapq import nsmallest
from typing import Any

from django.db.models import Count

from accounts.models import Team, User
from technicians.models import Absence, Technician
from tickets.models import Category, CategoryTechnician, Ticket
from tickets.permissions import leads

MOST_LIKELY = 6


@dataclass(frozen=True)
class Proposal:
    """A ticket and who could have it; None: nobody, it stays as it is.

    `likely`: the owner and who could have it as well, the best ones first.
    """

    ticket: Ticket
    owner: User | None
    likely: Sequence[User] = ()


class Pool:
    """Who is there while somebody is away, what they serve, and how much they have."""

    def __init__(self, absence: Absence) -> None:
        gone = Absence.objects.overlapping(absence).values("technician")
        there = Technician.objects.present().filter(user__is_active=True, is_available=True)
        there = there.exclude(pk=absence.technician_id).exclude(pk__in=gone)
        self.people = {one.pk: one for one in there.select_related("user")}
        mine = Ticket.objects.present().open().filter(technician__in=list(self.people)).order_by()
        self.open = defaultdict(int, mine.values_list("technician").annotate(Count("pk")))
        self.members: dict[int, set[int]] = defaultdict(set)
        for team, user in _pairs(Team.members.through.objects.values_list("team", "user")):
            self.members[team].add(user)
        self.serving: dict[int, set[int]] = defaultdict(set)
        for category, user in _pairs(CategoryTechnician.objects.values_list("category", "user")):
            self.serving[category].add(user)
        of_teams = Category.teams.through.objects.filter(team__is_active=True)
        for category, team in of_teams.values_list("category", "team"):
            self.serving[category] |= self.members[team]

    def propose(self, ticket: Ticket) -> Proposal:
        """Propose the best one for the ticket, who has one more from then on."""
        likely = self._likely(ticket)
        if likely:
            self.open[likely[0].pk] += 1
        users = [one.user for one in likely]
        return Proposal(ticket, users[0] if users else None, users)

    def _likely(self, ticket: Ticket) -> list[Technician]:
        category = ticket.category
        own = self.serving[category.pk] if category else set()
        above = self.serving[category.parent_id] if category and category.parent_id else set()
        pool = self.members[ticket.team_id] if ticket.team_id else own | above
        free = [self.people[pk] for pk in pool if pk in self.people and self._has_room(pk)]

        def worth(one: Technician) -> tuple[int, int, int]:
            distance = 0 if one.pk in own else 1 if one.pk in above else 2
            return distance, self.open[one.pk], one.pk

        return nsmallest(MOST_LIKELY, free, key=worth)

    def _has_room(self, pk: int) -> bool:
        most = self.people[pk].most_open
        return most is None or self.open[pk] < most


def tickets_to_hand(
    absence: Absence, reader: User, *, most: int, among: Collection[int] | None = None
) -> list[Ticket]:
    """Return open tickets of who will be away that `reader` may hand over, most urgent first.

    At most `most` of them; `among`: only of these numbers.
    """
    mine = Ticket.objects.visible_to(reader).open().filter(technician=absence.technician_id)
    if among is not None:
        mine = mine.filter(pk__in=among)
    rows = mine.for_list().select_related("team__lead").most_urgent_first()[:most]
    every = reader.is_admin or reader.pk == absence.technician_id
    return [ticket for ticket in rows if every or leads(ticket, reader)]


def _pairs(rows: Iterable[tuple[Any, Any]]) -> Iterable[tuple[int, int]]:
    return ((int(one), int(other)) for one, other in rows if one and other)


def propose(absence: Absence, tickets: Iterable[Ticket]) -> Sequence[Proposal]:
    """Return who could have each of the tickets."""
    pool = Pool(absence)
    return [pool.propose(ticket) for ticket in tickets]
