"""The life of a demo ticket, from the first words to the end, as the services would record it."""

import math
import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from operations.demo import problems
from operations.demo.clock import WorkClock
from operations.demo.problems import PROBLEMS, Problem
from operations.demo.story import Event, Person, Roster, Story
from operations.demo.upkeep import tend
from tickets.choices import (
    SATISFIED,
    Channel,
    EventType,
    Priority,
    Score,
    Status,
)

PRIORITIES = (Priority.LOW, Priority.NORMAL, Priority.HIGH, Priority.URGENT)
PRIORITY_WEIGHTS = (12, 66, 18, 4)
PRESSING_WEIGHTS = (0, 30, 50, 20)
PRESSING = ("team is waiting", "serve customers", "month end", "tomorrow")
CHANNELS = (Channel.PORTAL, Channel.API, Channel.STAFF)
CHANNEL_WEIGHTS = (75, 15, 10)
OPEN_WEIGHTS = {
    Status.PENDING: 30,
    Status.ASSIGNED: 15,
    Status.IN_PROGRESS: 30,
    Status.WAITING: 17,
    Status.ON_HOLD: 8,
}
SCORE_WEIGHTS = (2, 4, 9, 35, 50)
# The newest tickets tell their whole conversation; of older ones every tenth.
FULL_STORIES, THEN_EVERY = 2_000, 10
# Of the newest tickets the first customer, whose sign-in is published, has every tenth.
NEWEST, EVERY_TENTH = 60, 10
# Nothing is solved within so many working minutes.
SOONEST_END = 90
MINUTES = (5, 10, 15, 20, 30, 40)
ASSETS = ("LT", "PC", "PR", "MO")
PLACEHOLDER = "{"


class StoryTeller:
    """Makes stories, the same ones for the same seed."""

    def __init__(self, roster: Roster, clock: WorkClock, *, seed: int) -> None:
        self.roster, self.clock = roster, clock
        self.seed, self.rng = seed, random.Random(seed)  # noqa: S311

    def tell(self, count: int, *, first_number: int = 1) -> Iterator[Story]:
        """Yield `count` tickets, oldest first, with numbers from `first_number` on."""
        backlog = 2 * math.sqrt(count)
        for index, (raised_at, minute) in enumerate(self.clock.arrivals(count, self.rng)):
            newer = count - index - 1
            story = self._begin(first_number + index, raised_at, minute)
            if newer < NEWEST and newer % EVERY_TENTH == 1:
                self._give_to(story, self.roster.customers[0])
            room = self.clock.length - minute
            is_open = room < SOONEST_END or self._maybe(0.8 * math.exp(-newer / backlog))
            is_full = newer < FULL_STORIES or newer % THEN_EVERY == 0
            target = self._open_status(newer, backlog) if is_open else Status.CLOSED
            if room <= 0:
                target = Status.PENDING  # raised after hours, nobody has seen it yet
            self._live(story, minute, target=target, is_full=is_full)
            if is_full:
                self._tend(story)
            self._date(story, minute)
            yield story

    # Parts of texts ---------------------------------------------------------------------------

    def _pick(self, choices: Any) -> Any:
        return choices[int(self.rng.random() * len(choices))]

    def _maybe(self, share: float) -> bool:
        return self.rng.random() < share

    def _begin(self, number: int, raised_at: datetime, minute: float) -> Story:
        customer, problem = self._pick(self.roster.customers), self._pick(PROBLEMS)
        self.words = {
            "place": self._pick(problems.PLACES),
            "device": self._pick(problems.DEVICES),
            "app": self._pick(problems.APPS),
            "minutes": self._pick(MINUTES),
            "asset": f"{self._pick(ASSETS)}-{self.rng.randrange(10_000, 100_000)}",
        }
        impact = self._pick(problems.IMPACTS)
        pressing = any(words in impact for words in PRESSING)
        weights = PRESSING_WEIGHTS if pressing else PRIORITY_WEIGHTS
        story = Story(
            number=number,
            customer=customer,
            problem=problem,
            subject=self._fill(self._pick(problem.subjects)),
            description=self._description(customer, problem, impact),
            priority=self.rng.choices(PRIORITIES, weights)[0],
            channel=self.rng.choices(CHANNELS, CHANNEL_WEIGHTS)[0],
            raised_at=raised_at,
        )
        raised_by = self._pick(self.roster.admins) if story.channel == Channel.STAFF else customer
        story.events.append(Event(EventType.CREATED, raised_by, minute, at=raised_at))
        return story

    def _give_to(self, story: Story, customer: Person) -> None:
        former, story.customer = story.customer, customer
        story.description = story.description.replace(
            former.name.split()[0], customer.name.split()[0]
        )
        for event in story.events:
            event.actor = customer if event.actor == former else event.actor

    def _fill(self, text: str) -> str:
        if PLACEHOLDER not in text:
            return text
        filled = text.format_map(self.words)
        return filled[0].upper() + filled[1:]

    def _description(self, customer: Person, problem: Problem, impact: str) -> str:
        told = " ".join(
            part
            for part in (
                self._fill(self._pick(problem.symptoms)),
                self._pick(problems.TRIED),
                impact,
            )
            if part
        )
        closing = self._pick(problems.CLOSINGS)
        if closing.endswith(("regards", "wishes")):
            closing = f"{closing}\n{customer.name.split()[0]}"
        return "\n\n".join(part for part in (self._pick(problems.OPENINGS), told, closing) if part)

    # The course of things ---------------------------------------------------------------------

    def _open_status(self, newer: int, backlog: float) -> Status:
        weights = dict(OPEN_WEIGHTS)
        if newer > backlog / 2:
            weights[Status.PENDING] = 0  # somebody has taken the older ones
        return self.rng.choices(list(weights), list(weights.values()))[0]

    def _live(self, story: Story, minute: float, *, target: Status, is_full: bool) -> None:
        self.minute, self.story = minute, story
        if target == Status.PENDING:
            if is_full and self._maybe(0.15):
                self._say(story.customer, self._pick(problems.NUDGES), after=300)
            return
        self._assign(is_full)
        if is_full and self._maybe(0.35):
            self._label()
        if target != Status.ASSIGNED:
            self._work(target, is_full)

    def _work(self, target: Status, is_full: bool) -> None:  # noqa: FBT001
        technician, ends = self.story.technician, target == Status.CLOSED
        assert technician is not None
        if is_full and self._maybe(0.7):
            self._say(technician, self._pick(problems.ACKNOWLEDGEMENTS), after=25)
        self._move(Status.IN_PROGRESS, technician, after=30)
        if is_full and self._maybe(0.3):
            note = self._fill(self.story.problem.note)
            self._say(technician, note, after=40, internal=True)
        if target == Status.WAITING or (is_full and self._maybe(0.4)):
            self._ask(technician, waits=target == Status.WAITING)
        if target == Status.ON_HOLD or (is_full and ends and self._maybe(0.05)):
            self._hold(technician, stays=not ends)
        if ends:
            self._finish(technician, is_full)

    def _event(self, type: EventType, actor: Person, *, after: float, **more: Any) -> None:
        self.minute += self.rng.expovariate(1 / after) + 0.5
        self.story.events.append(Event(type, actor, self.minute, **more))

    def _tend(self, story: Story) -> None:
        """Keep the ticket in order, by dice of its own: the story is the same without."""
        top = story.problem.category.partition(" /")[0]
        tend(
            story,
            rng=random.Random(f"{self.seed}:{story.number}"),  # noqa: S311
            until=self.clock.until,
            team=self.roster.teams.get(top),
            admins=self.roster.admins,
        )

    def _say(self, actor: Person, body: str, *, after: float, internal: bool = False) -> None:
        kind = EventType.NOTE_ADDED if internal else EventType.REPLY_ADDED
        self._event(kind, actor, after=after, body=body, internal=internal)

    def _move(self, status: Status, actor: Person, *, after: float) -> None:
        changes = {"status": [self.story.status.value, status.value]}
        self.story.status = status
        self._event(EventType.STATUS_CHANGED, actor, after=after, changes=changes)

    def _assign(self, is_full: bool) -> None:  # noqa: FBT001
        team = self.roster.technicians[self.story.problem.category.partition(" /")[0]]
        technician = self._pick(team)
        actor = technician if self._maybe(0.45) else self._pick(self.roster.admins)
        if is_full and self._maybe(0.06):
            self._reprioritise(self._pick(self.roster.admins))
        self._give(None, technician, actor)
        other = self._pick(team)
        if is_full and other is not technician and self._maybe(0.08):
            self._give(technician, other, self._pick(self.roster.admins))

    def _give(self, former: Person | None, technician: Person, actor: Person) -> None:
        changes = {"technician": [former.name if former else None, technician.name]}
        if former:
            lost = {"technician": [former.name, None]}
            self._event(EventType.UNASSIGNED, actor, after=60, changes=lost, technician=former)
            self.minute -= 0.49
        else:
            changes["status"] = [Status.PENDING.value, Status.ASSIGNED.value]
        self.story.technician, self.story.status = technician, Status.ASSIGNED
        after = 0.01 if former else 45
        self._event(EventType.ASSIGNED, actor, after=after, changes=changes, technician=technician)

    def _label(self) -> None:
        """Put a word or two on the ticket, as whoever got it would."""
        known = problems.TAGS[self.story.problem.category.partition(" /")[0]]
        for tag in dict.fromkeys((self._pick(known), self._pick(problems.TAGS_OF_ALL))):
            if self._maybe(0.6):
                assert self.story.technician is not None
                self.story.tags.append(tag)
                changes = {"tag": [None, tag]}
                self._event(EventType.TAGGED, self.story.technician, after=5, changes=changes)

    def _reprioritise(self, actor: Person) -> None:
        before = self.story.priority
        after = self._pick([priority for priority in PRIORITIES if priority != before])
        self.story.priority = after
        changes = {"priority": [str(before.label), str(after.label)]}
        self._event(EventType.PRIORITY_CHANGED, actor, after=20, changes=changes)

    def _ask(self, technician: Person, *, waits: bool) -> None:
        customer, problem = self.story.customer, self.story.problem
        self._say(technician, self._fill(problem.question), after=50)
        self._move(Status.WAITING, technician, after=0.1)
        if waits:
            return
        self._say(customer, self._fill(problem.answer), after=200)
        self._move(Status.IN_PROGRESS, customer, after=0.01)
        if self._maybe(0.1):
            self._say(customer, self._pick(problems.NUDGES), after=400)

    def _hold(self, technician: Person, *, stays: bool) -> None:
        self._move(Status.ON_HOLD, technician, after=60)
        self._say(technician, self._pick(problems.HOLDS), after=1, internal=True)
        if not stays:
            self._move(Status.IN_PROGRESS, technician, after=1500)

    def _finish(self, technician: Person, is_full: bool) -> None:  # noqa: FBT001
        customer, problem = self.story.customer, self.story.problem
        self._say(technician, self._fill(problem.fix), after=200)
        if is_full and self._maybe(0.3):
            self._say(customer, self._pick(problems.THANKS), after=60)
        self.story.summary = problem.summary
        if self._maybe(0.2):
            self._end(Status.CLOSED, technician, after=20)
            return
        self._end(Status.RESOLVED, technician, after=20)
        if is_full and self._maybe(0.04):
            self._reopen(technician)
        if self.clock.length - self.minute < 3_000 and self._maybe(0.6):
            if is_full and self._maybe(0.5):
                thanks = self._pick(problems.THANKS)
                changes = {"courtesy": True}
                self._event(EventType.REPLY_ADDED, customer, after=60, body=thanks, changes=changes)
            return
        self._end(Status.CLOSED, customer if self._maybe(0.6) else technician, after=600)
        if is_full and self._maybe(0.45):
            self._rate()

    def _rate(self) -> None:
        story = self.story
        story.score = self.rng.choices(list(Score), SCORE_WEIGHTS)[0]
        if self._maybe(0.5):
            liked = story.score >= SATISFIED
            story.words = self._pick(problems.PRAISE if liked else problems.COMPLAINTS)
        changes = {"rating": [None, str(story.score.label)]}
        self._event(EventType.RATED, story.customer, after=200, changes=changes)

    def _end(self, status: Status, actor: Person, *, after: float) -> None:
        kind = EventType.RESOLVED if status == Status.RESOLVED else EventType.CLOSED
        changes = {
            "status": [self.story.status.value, status.value],
            "resolution_summary": self.story.summary,
        }
        self.story.status = status
        self._event(kind, actor, after=after, changes=changes)

    def _reopen(self, technician: Person) -> None:
        story = self.story
        changes = {
            "status": [Status.RESOLVED.value, Status.IN_PROGRESS.value],
            "former_summary": story.summary,
        }
        body = self._pick(problems.REOPENINGS)
        self._event(EventType.REOPENED, story.customer, after=500, changes=changes, body=body)
        story.status = Status.IN_PROGRESS
        self._say(technician, self._pick(problems.ACKNOWLEDGEMENTS), after=40)
        self._end(Status.RESOLVED, technician, after=300)

    def _date(self, story: Story, start: float) -> None:
        """Turn working minutes into moments; what would lie ahead is drawn together."""
        took, room = story.events[-1].minute - start, self.clock.length - start
        pace = min(1.0, 0.9 * room / took) if took > 0 else 1.0
        for event in story.events[1:]:
            event.at = max(self.clock.at(start + (event.minute - start) * pace), story.raised_at)
