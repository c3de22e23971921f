"""What a ticket's events say of the versions that it goes by: written and read here only.

The detail of a `TARGETS_CHANGED` event has for people the names before and after (`policy`,
`working_hours`), and for `recheck` under `goes_by` the keys of the same rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sla.course import Terms
from tickets.models import Ticket, TicketEvent
from tickets.services import note_targets

GOES_BY = "goes_by"


@dataclass(frozen=True)
class TermsChange:
    """A change of what a ticket goes by: keys of versions as `(before, after)`.

    `cause`: key of the event that led to it, None for what an admin edited. `since` (UTC): working
    time counts by the new version of the same hours from this moment on, not from the event's.
    `begins`: the ticket had no clocks before.
    """

    policy: tuple[int | None, int | None]
    hours: tuple[int | None, int | None]
    cause: int | None = None
    since: datetime | None = None
    begins: bool = False


def describe(
    before: Terms | None,
    after: Terms,
    *,
    cause: TicketEvent | None = None,
    since: datetime | None = None,
) -> dict[str, Any]:
    """Return the changes of an event for terms that are others now; empty where they are not.

    `before` None: the ticket had no clocks.
    """
    old = before or Terms()
    pairs = {
        "policy": (old.policy, after.policy),
        "working_hours": (old.calendar, after.calendar),
    }
    keys = {name: [one and one.pk for one in pair] for name, pair in pairs.items()}
    if before is not None and all(one == other for one, other in keys.values()):
        return {}
    words: dict[str, Any] = {
        name: [str(one) if one else None for one in pair]
        for name, pair in pairs.items()
        if keys[name][0] != keys[name][1]
    }
    told: dict[str, Any] = {"policy": keys["policy"], "hours": keys["working_hours"]}
    if cause is not None:
        told["cause"] = cause.pk
    if since is not None:
        told["since"] = since.isoformat()
    if before is None:
        told["begins"] = True
    return words | {GOES_BY: told}


def write_down(changes: Iterable[tuple[Ticket, dict[str, Any]]], *, at: datetime) -> None:
    """Record what `describe` returned for locked tickets, all at one moment (UTC)."""
    told = [(ticket, change) for ticket, change in changes if change]
    if told:
        note_targets(told, at=at)


def read(event: TicketEvent) -> TermsChange | None:
    """Return what a `TARGETS_CHANGED` event says; None where its detail was erased."""
    told = event.changes.get(GOES_BY)
    if not told:
        return None
    since = told.get("since")
    return TermsChange(
        policy=tuple(told["policy"]),
        hours=tuple(told["hours"]),
        cause=told.get("cause"),
        since=datetime.fromisoformat(since) if since else None,
        begins=told.get("begins", False),
    )
