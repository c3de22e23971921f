"""When the desk does what by itself: pure arithmetic."""

from datetime import UTC, datetime, timedelta

import pytest

from tickets.choices import Status
from tickets.models import DeskSettings, Ticket
from tickets.schedule import Step, ends_at, plan

START = datetime(2026, 3, 1, 9, tzinfo=UTC)


def day(number):
    return START + timedelta(days=number)


def waiting(reminded=None):
    return Ticket(
        status=Status.WAITING,
        waiting_since=START,
        reminded_at=None if reminded is None else day(reminded),
        next_step_at=START,
    )


def resolved(reminded=None):
    return Ticket(
        status=Status.RESOLVED,
        resolved_at=START,
        reminded_at=None if reminded is None else day(reminded),
        next_step_at=START,
    )


# The desk's own settings: reminders after 3 and 7 days, resolved after 10; closed after 7 days,
# announced 2 days before.
@pytest.mark.parametrize(
    ("ticket", "now", "step", "look_at"),
    [
        (waiting(), 0, None, 3),
        (waiting(), 2.99, None, 3),
        (waiting(), 3, Step.REMIND, 3),
        (waiting(3), 3, None, 7),
        (waiting(3), 6.99, None, 7),
        (waiting(3), 7, Step.REMIND, 7),
        (waiting(7), 9.99, None, 10),
        (waiting(7), 10, Step.RESOLVE, None),
        # The workers stood still for three weeks: one reminder, and three days until the end.
        (waiting(), 21, Step.REMIND, 21),
        (waiting(21), 21, None, 24),
        (waiting(21), 24, Step.RESOLVE, None),
        # The clock was ahead and is set back: what went out, went out.
        (waiting(8), 1, None, 11),
        (waiting(8), 7, None, 11),
        (resolved(), 4.99, None, 5),
        (resolved(), 5, Step.ANNOUNCE, 5),
        (resolved(5), 5, None, 7),
        (resolved(5), 7, Step.CLOSE, None),
        (resolved(), 90, Step.ANNOUNCE, 90),
        (resolved(90), 91.99, None, 92),
        (Ticket(status=Status.CLOSED, resolved_at=START), 90, None, None),
        (Ticket(status=Status.IN_PROGRESS), 90, None, None),
    ],
)
def test_what_is_due_when(ticket, now, step, look_at):
    found = plan(ticket, DeskSettings(), day(now))
    assert (found.step, found.look_at) == (step, None if look_at is None else day(look_at))


@pytest.mark.parametrize(
    ("changes", "ticket", "now", "step", "look_at"),
    [
        ({"close_after_days": 0}, resolved(), 900, None, None),
        ({"close_reminder_days": 0}, resolved(), 6, None, 7),
        ({"close_reminder_days": 0}, resolved(), 7, Step.CLOSE, None),
        ({"waiting_first_days": 0}, waiting(), 3, None, 7),
        ({"waiting_second_days": 0}, waiting(3), 4, None, 10),
        ({"waiting_resolve_days": 0}, waiting(7), 900, None, None),
        ({"waiting_first_days": 0, "waiting_second_days": 0}, waiting(), 10, Step.RESOLVE, None),
    ],
)
def test_what_an_admin_has_switched_off_is_not_done(changes, ticket, now, step, look_at):
    found = plan(ticket, DeskSettings(**changes), day(now))
    assert (found.step, found.look_at) == (step, None if look_at is None else day(look_at))


def test_the_end_that_people_are_told():
    settings = DeskSettings()
    assert ends_at(resolved(), settings, day(0)) == day(7)
    assert ends_at(resolved(), settings, day(20)) == day(22)
    assert ends_at(resolved(20), settings, day(21)) == day(22)
    assert ends_at(waiting(), settings, day(1)) == day(10)
    assert ends_at(Ticket(status=Status.RESOLVED, resolved_at=START), settings, day(1)) is None
