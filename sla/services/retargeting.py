"""Taking over new hours or targets on the tickets that are open, some at a time."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from accounts.compiled import insert, set_columns_of
from sla.course import Fact, Terms, Tracked, advance, keep_up, next_due, set_due, take_over
from sla.models import (
    CalendarVersion,
    EscalationLevel,
    Policy,
    PolicyVersion,
    Retargeting,
    TicketTerms,
)
from sla.services.clocks import fact_now, load_many, store
from sla.services.history import describe, write_down
from sla.services.terms import active_policies, choose
from sla.services.versions import Versions
from tickets.models import Ticket
from tickets.services import set_next_dues

# Tickets that are locked at once: whoever writes on one of them waits as long as a batch takes.
BATCH = 100
# Seconds that one run of the job works on; replies and mails of the worker wait no longer than
# that, and the next run goes on where it stopped.
RUN_FOR = 5


def ask(
    *,
    calendar_version: CalendarVersion | None = None,
    policy_version: PolicyVersion | None = None,
    at: datetime | None = None,
) -> Retargeting:
    """Let the open tickets take over a version, from `at` on, in the background."""
    return Retargeting.objects.create(
        calendar_version=calendar_version,
        policy_version=policy_version,
        asked_at=at or timezone.now(),
    )


def retarget() -> int:
    """Take over what was asked for, the oldest first; return how many tickets were looked at."""
    stop, count = time.monotonic() + RUN_FOR, 0
    while time.monotonic() < stop:
        done = _batch()
        if done is None:
            break
        count += done
    return count


@transaction.atomic
def _batch() -> int | None:
    """Do the next tickets of the oldest request; None: there is none, or somebody is at it."""
    asked = _oldest()
    if asked is None:
        return None
    tickets = _next_tickets(asked)
    if not tickets:
        asked.done_at = timezone.now()
        asked.save(update_fields=["done_at"])
        return 0
    asked.changed += _Work(asked).do(tickets)
    asked.reached = tickets[-1].pk
    asked.save(update_fields=["changed", "reached"])
    return len(tickets)


def _oldest() -> Retargeting | None:
    """Return the oldest request, locked; None: there is none, or another worker is at it.

    A newer one never overtakes it: it may be about the same working hours.
    """
    waiting = Retargeting.objects.filter(done_at__isnull=True)
    oldest = waiting.order_by("id").values_list("pk", flat=True).first()
    if oldest is None:
        return None
    skips = connection.features.has_select_for_update_skip_locked
    return waiting.filter(pk=oldest).select_for_update(skip_locked=skips, of=("self",)).first()


def _next_tickets(asked: Retargeting) -> list[Ticket]:
    """Return the next open tickets, locked, with what choosing a policy looks at if need be."""
    tickets = Ticket.objects.present().open().filter(pk__gt=asked.reached).order_by("pk")
    version = asked.calendar_version
    if version is not None:
        # The others stay as they are, and no policy is chosen.
        tickets = tickets.filter(
            sla_terms__calendar_version__calendar=version.calendar_id,
            sla_terms__calendar_version__number__lt=version.number,
        ).only("pk", "next_due_at")
    else:
        tickets = tickets.select_related(
            "customer__organization", "category__parent"
        ).prefetch_related("tag_rows")
    return list(tickets.select_for_update(of=("self",))[:BATCH])


@dataclass
class _Place:
    """A ticket with its clocks and what it goes by."""

    ticket: Ticket
    life: list[Tracked]
    row: TicketTerms | None
    # What its event says of the change.
    changes: dict[str, Any] = field(default_factory=dict)


class _Work:
    """One batch of a request, all at one moment."""

    def __init__(self, asked: Retargeting) -> None:
        self.asked = asked
        self.now = timezone.now()
        self.policies: Sequence[Policy] = active_policies()
        self.versions = Versions()
        self.levels: dict[int, list[EscalationLevel]] = {}
        for level in EscalationLevel.objects.order_by("id"):
            self.levels.setdefault(level.policy_id, []).append(level)

    def do(self, tickets: Sequence[Ticket]) -> int:
        """Take the request over on locked tickets; return how many it changed."""
        numbers = [ticket.pk for ticket in tickets]
        rows = TicketTerms.objects.in_bulk(numbers)
        self.load(rows.values())
        lives = load_many(numbers, self.versions)
        places = [_Place(one, lives.get(one.pk, []), rows.get(one.pk)) for one in tickets]
        changed = [place for place in places if self.take(place)]
        write_down(((place.ticket, place.changes) for place in changed), at=self.now)
        store({place.ticket.pk: place.life for place in changed})
        kept = [place.row for place in changed if place.row and place.ticket.pk in rows]
        if kept:
            set_columns_of(kept, ("policy_version", "calendar_version"))
        fresh = [place.row for place in changed if place.row and place.ticket.pk not in rows]
        if fresh:
            insert(fresh)
        set_next_dues((place.ticket, next_due(place.life)) for place in changed)
        return len(changed)

    def load(self, rows: Iterable[TicketTerms]) -> None:
        """Load what the tickets go by, and what they may go by after this."""
        chosen = [policy.current for policy in self.policies if policy.current]
        known = [policy.calendar.current_id for policy in chosen]
        rows = list(rows)
        self.versions.load(
            policies=[*(row.policy_version_id for row in rows), *(one.pk for one in chosen)],
            hours=[
                *(row.calendar_version_id for row in rows),
                *known,
                self.asked.calendar_version_id,
            ],
        )

    def terms_of(self, place: _Place) -> Terms | None:
        """Return what a ticket goes by, without levels; None: it has no clocks yet."""
        row = place.row
        return self.versions.of(row.policy_version_id, row.calendar_version_id) if row else None

    def take(self, place: _Place) -> bool:
        """Change the clocks of one ticket; return whether anything changed."""
        before = self.terms_of(place)
        if self.asked.calendar_version is not None:
            assert before is not None
            return self.take_calendar(place, before, self.asked.calendar_version)
        chosen = choose(place.ticket, self.policies)
        if self.asked.policy_version is not None:
            return self.take_policy(place, before or Terms(), chosen)
        if before is not None:
            return False
        calendar = chosen.calendar.current if chosen else None
        self.go_by(place, chosen, calendar)
        return True

    def take_calendar(self, place: _Place, before: Terms, version: CalendarVersion) -> bool:
        old = before.calendar
        if old is None or old.calendar_id != version.calendar_id:
            return False
        if old.number >= version.number:  # raised since, by hours that are newer still
            return False
        levels = self.levels_of(before.policy)
        for tracked in place.life:
            if tracked.clock.is_open:
                take_over(tracked, version, self.asked.asked_at)
                if tracked.changed:
                    set_due(tracked, levels)
        self.keep(place, Terms(before.policy, version), since=self.asked.asked_at)
        return True

    def take_policy(self, place: _Place, before: Terms, chosen: PolicyVersion | None) -> bool:
        """Choose anew; whoever goes by the changed policy takes over its new version."""
        assert self.asked.policy_version is not None
        old, changed = before.policy, self.asked.policy_version.policy_id
        is_same = (old and old.policy_id) == (chosen and chosen.policy_id)
        if is_same and (chosen is None or chosen.policy_id != changed):
            return False
        calendar = chosen.calendar.current if chosen else None
        if calendar and before.calendar and calendar.calendar_id == before.calendar.calendar_id:
            calendar = before.calendar
        self.go_by(place, chosen, calendar)
        return True

    def go_by(
        self, place: _Place, policy: PolicyVersion | None, calendar: CalendarVersion | None
    ) -> None:
        policy = self.versions.policies[policy.pk] if policy else None
        calendar = self.versions.hours[calendar.pk] if calendar else None
        terms = Terms(policy, calendar, self.levels_of(policy))
        fact: Fact = fact_now(place.ticket, self.now)
        advance(place.life, fact, terms)
        for tracked in place.life:
            if tracked.clock.is_open:
                keep_up(tracked, fact, terms)
                set_due(tracked, terms.levels)  # the levels may be others
        self.keep(place, terms)

    def keep(self, place: _Place, terms: Terms, *, since: datetime | None = None) -> None:
        """Let the ticket's row and its event say what it goes by from now on."""
        place.changes = describe(self.terms_of(place), terms, since=since)
        place.row = place.row or TicketTerms(ticket=place.ticket)
        place.row.policy_version, place.row.calendar_version = terms.policy, terms.calendar

    def levels_of(self, policy: PolicyVersion | None) -> list[EscalationLevel]:
        return self.levels.get(policy.policy_id, []) if policy else []
