"""How the demo's technicians keep their tickets in order: queues, rest, checklists, minutes."""

import random
from collections.abc import Iterable
from datetime import datetime, timedelta

from operations.demo.story import Event, Person, Story, TeamOf
from tickets.choices import DONE_STATUSES, EventType, Status
from tickets.models import ChecklistItem, TicketSnooze, TimeEntry

MINUTES = (5, 10, 10, 15, 20, 30, 45)
MINUTE_NOTES = ("", "", "", "By telephone", "On site", "With the vendor")
CHECKLISTS = (
    ("Ask for the device number", "Try it in another room", "Tell the front office"),
    ("Save the customer's files", "Install the new version", "Let the customer try it"),
    ("Order the part", "Agree on a time", "Take the old one back"),
)
TO_DO, DONE = "to do: ", "done: "
RESTING_DAYS = (1, 2, 3, 7)
WORKED_ON = (Status.IN_PROGRESS, Status.WAITING, Status.ON_HOLD)
# A moment later, in working minutes; between two events of a story lies half a minute at least.
NEXT = 0.01


def tend(
    story: Story,
    *,
    rng: random.Random,
    until: datetime,
    team: TeamOf | None,
    admins: list[Person],
) -> None:
    """Add to a whole story, not yet dated, what keeps it in order. `until` is the demo's now."""
    if team and rng.random() < (0.3 if story.technician is None else 0.12):
        _queue(story, team, rng.choice(admins))
    if story.technician is None:
        return
    _log_minutes(story, rng)
    if rng.random() < 0.2 and story.status != Status.ASSIGNED:
        _list_steps(story, rng.choice(CHECKLISTS))
    rests = story.status in WORKED_ON and not story.awaits_reply()
    if rests and rng.random() < 0.6:
        _rest(story, rng, until)


def _after(story: Story, at: int, *events: Event) -> None:
    story.events[at + 1 : at + 1] = events


def _quiet(event: Event, type: EventType, actor: Person, changes: object) -> Event:
    """Return an event that follows another one at once."""
    return event.__class__(type, actor, event.minute + NEXT, changes=changes)  # type: ignore[arg-type]


def _queue(story: Story, team: TeamOf, admin: Person) -> None:
    holder = story.technician
    if holder is not None and holder.pk not in team.members:
        return
    changes = {"team": [None, team.name]}
    _after(story, 0, _quiet(story.events[0], EventType.TEAM_CHANGED, admin, changes))
    story.team = team.pk


def _log_minutes(story: Story, rng: random.Random) -> None:
    worked = [
        at
        for at, event in enumerate(story.events)
        if event.actor == story.technician
        and event.type in (EventType.REPLY_ADDED, EventType.RESOLVED, EventType.NOTE_ADDED)
    ]
    for at in reversed(worked):
        if rng.random() < 0.5:
            event, minutes = story.events[at], rng.choice(MINUTES)
            changes = {"minutes": [None, minutes]}
            logged = _quiet(event, EventType.TIME_LOGGED, event.actor, changes)
            logged.note = rng.choice(MINUTE_NOTES)
            _after(story, at, logged)


def _list_steps(story: Story, steps: tuple[str, ...]) -> None:
    """Write the steps down where work begins; tick off all of them at the end, or one."""
    technician = story.technician
    assert technician is not None
    starts = next(
        at for at, event in enumerate(story.events) if event.type == EventType.STATUS_CHANGED
    )
    begun, is_done = story.events[starts], story.status in DONE_STATUSES
    written = [[None, f"{TO_DO}{step}"] for step in steps]
    ticked = [[f"{TO_DO}{step}", f"{DONE}{step}"] for step in (steps if is_done else steps[:1])]
    _after(
        story,
        starts,
        *(
            _quiet(begun, EventType.CHECKLIST_CHANGED, technician, {"checklist": pair})
            for pair in (*written, *ticked)
        ),
    )


def _rest(story: Story, rng: random.Random, until: datetime) -> None:
    technician = story.technician
    assert technician is not None
    back = (until + timedelta(days=rng.choice(RESTING_DAYS))).replace(minute=0, second=0)
    for_an_answer = story.status == Status.WAITING and rng.random() < 0.5
    story.rests_until = None if for_an_answer else back.replace(microsecond=0)
    words = story.rests_until.isoformat() if story.rests_until else None
    last = len(story.events) - 1
    _after(story, last, _quiet(story.events[last], EventType.SNOOZED, technician, {"until": words}))


# Rows -------------------------------------------------------------------------------------------


def store(stories: Iterable[Story]) -> None:
    """Store what the dated events of the stories say; the events themselves are stored already."""
    minutes, items, rests = [], [], []
    for story in stories:
        for event in story.events:
            if event.type == EventType.TIME_LOGGED:
                minutes.append(
                    TimeEntry(
                        ticket_id=story.number,
                        user_id=event.actor.pk,
                        minutes=event.changes["minutes"][1],
                        note=event.note,
                        at=event.at or story.raised_at,
                    )
                )
            elif event.type == EventType.SNOOZED:
                rests.append(
                    TicketSnooze(
                        ticket_id=story.number,
                        until=story.rests_until,
                        by_id=event.actor.pk,
                        since=event.at or story.raised_at,
                    )
                )
        items += _items(story)
    for rows in (minutes, items, rests):
        if rows:
            type(rows[0])._default_manager.bulk_create(rows)  # type: ignore[arg-type]


def _items(story: Story) -> list[ChecklistItem]:
    found: dict[str, ChecklistItem] = {}
    for event in story.events:
        if event.type != EventType.CHECKLIST_CHANGED:
            continue
        before, after = event.changes["checklist"]
        if before is None:
            text = after.removeprefix(TO_DO)
            found[text] = ChecklistItem(
                ticket_id=story.number, text=text, created_at=event.at or story.raised_at
            )
        else:
            item = found[after.removeprefix(DONE)]
            item.done_at, item.done_by_id = event.at, event.actor.pk
    return list(found.values())
