"""What a demo ticket's story is made of: people, events in order, and what follows from them."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from operations.demo.problems import Problem
from tickets.choices import DONE_STATUSES, Channel, EventType, Priority, Score, Status


@dataclass(frozen=True)
class Person:
    """As much of a person as a story needs."""

    pk: int
    name: str


@dataclass(frozen=True)
class TeamOf:
    """The team that has a category, as much of it as a story needs."""

    pk: int
    name: str
    members: frozenset[int]


@dataclass
class Roster:
    """Who is at the desk; technicians and teams by the name of the top category they serve."""

    customers: list[Person]
    admins: list[Person]
    technicians: dict[str, list[Person]]
    categories: dict[str, int]
    teams: dict[str, TeamOf] = field(default_factory=dict)


@dataclass
class Event:
    type: EventType
    actor: Person
    minute: float
    changes: dict[str, Any] = field(default_factory=dict)
    body: str = ""
    internal: bool = False
    technician: Person | None = None
    at: datetime | None = None
    note: str = ""  # beside minutes spent


@dataclass
class Story:
    """A ticket with its events in order; the texts hang on the events."""

    number: int
    customer: Person
    problem: Problem
    subject: str
    description: str
    priority: Priority
    channel: Channel
    raised_at: datetime
    status: Status = Status.PENDING
    technician: Person | None = None
    summary: str = ""
    team: int | None = None
    rests_until: datetime | None = None
    score: Score | None = None
    words: str = ""  # beside the score
    tags: list[str] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)

    def last_change(self) -> datetime:
        return self.events[-1].at or self.raised_at

    def first_answer(self) -> datetime | None:
        return next((e.at for e in self.events if self._is_answer(e)), None)

    def _is_answer(self, event: Event) -> bool:
        return bool(event.body) and not event.internal and event.actor.pk != self.customer.pk

    def finished(self, *types: EventType) -> datetime | None:
        """Return when the ticket was last resolved (or closed), if it still is."""
        if self.status not in DONE_STATUSES:
            return None
        after: list[Event] = []
        for event in self.events:
            after = [] if event.type == EventType.REOPENED else [*after, event]
        return next((event.at for event in after if event.type in types), None)

    def thanked_at(self) -> datetime | None:
        """Return when the customer wrote mere thanks after the end, if so."""
        return next((e.at for e in self.events if e.changes.get("courtesy")), None)

    def waits_since(self) -> datetime | None:
        """Return since when the ticket waits for its customer, if it does."""
        if self.status != Status.WAITING:
            return None
        moves = [e.at for e in self.events if e.type == EventType.STATUS_CHANGED]
        return moves[-1]

    def awaits_reply(self) -> bool:
        """Whether the last public word is the customer's."""
        if self.status in DONE_STATUSES:
            return False
        spoken = [e for e in self.events if e.body and not e.internal]
        return not spoken or spoken[-1].actor.pk == self.customer.pk

    def answered_by_note(self) -> bool:
        """Whether there are notes, and nothing but notes, since the customer's last word."""
        texts = [e for e in self.events if e.body]
        return self.awaits_reply() and bool(texts) and texts[-1].internal
