"""What the desk does by itself with a ticket, and when: pure arithmetic, no database.

A ticket that waits for its customer is reminded of and then resolved; a resolved one is announced
to close and then closes; thanks that nobody has looked at reopen it. An end that was announced
comes no sooner than the announcement gave time for, however late the announcement went out.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from tickets.choices import Status
from tickets.models import DeskSettings, Ticket


class Step(StrEnum):
    """What may be due."""

    REMIND = "remind"
    ANNOUNCE = "announce"
    RESOLVE = "resolve"
    CLOSE = "close"
    REOPEN = "reopen"


@dataclass(frozen=True)
class Course:
    """How it goes on without an answer: notices, in days after `since`, and the end after it."""

    since: datetime
    notices: tuple[int, ...]
    notice: Step
    length: timedelta  # 0: no end
    end: Step

    def notice_at(self, index: int) -> datetime:
        return self.since + timedelta(days=self.notices[index])

    def told(self, moment: datetime | None) -> int:
        """Return how many notices were due by `moment`: those went out with the last one."""
        if moment is None:
            return 0
        return sum(self.notice_at(index) <= moment for index in range(len(self.notices)))

    def ends_at(self, ticket: Ticket, now: datetime) -> datetime | None:
        """Return when the end comes: as planned, or late enough after the last notice."""
        if not self.length:
            return None
        planned = self.since + self.length
        if not self.notices:
            return planned
        last = ticket.reminded_at
        if last is None or self.told(last) < len(self.notices):
            last = max(self.notice_at(-1), now)
        return max(planned, last + self.length - timedelta(days=self.notices[-1]))


@dataclass(frozen=True)
class Plan:
    """What is due now, if anything, and when to look at the ticket next (None: never)."""

    step: Step | None
    look_at: datetime | None


def course_of(ticket: Ticket, settings: DeskSettings) -> Course | None:
    """Return how the ticket goes on by itself, None where it does not."""
    if ticket.confirm_since:
        hours = timedelta(hours=settings.courtesy_hours)
        return Course(ticket.confirm_since, (), Step.REMIND, hours, Step.REOPEN)
    if ticket.status == Status.WAITING:
        length = timedelta(days=settings.waiting_resolve_days)
        given = {settings.waiting_first_days, settings.waiting_second_days} - {0}
        since = ticket.waiting_since or ticket.updated_at
        return Course(since, tuple(sorted(given)), Step.REMIND, length, Step.RESOLVE)
    if ticket.status == Status.RESOLVED and settings.close_after_days:
        days, before = settings.close_after_days, settings.close_reminder_days
        since = ticket.resolved_at or ticket.updated_at
        notices = (days - before,) if before else ()
        return Course(since, notices, Step.ANNOUNCE, timedelta(days=days), Step.CLOSE)
    return None


def plan(ticket: Ticket, settings: DeskSettings, now: datetime) -> Plan:
    """Return what is due at `now`. Of several notices that were missed, one goes out."""
    course = course_of(ticket, settings)
    if course is None:
        return Plan(None, None)
    sent = course.told(ticket.reminded_at)
    if course.told(now) > sent:
        return Plan(course.notice, now)
    if sent < len(course.notices):
        return Plan(None, course.notice_at(sent))
    end = course.ends_at(ticket, now)
    return Plan(course.end, None) if end and end <= now else Plan(None, end)


def ends_at(ticket: Ticket, settings: DeskSettings, now: datetime) -> datetime | None:
    """Return when the ticket is resolved or closed by itself, None where it is not."""
    course = course_of(ticket, settings) if ticket.next_step_at else None
    return course.ends_at(ticket, now) if course else None
