"""Measure what targets cost: one due time, and a calendar's edit that open tickets take over.

    python -m benchmarks.targets            # due times only, without a database
    python -m benchmarks.targets --retarget # on the database of DATABASE_URL, which it changes

While the edit is taken over, another connection raises tickets and says how long each took.
"""

import argparse
import os
import statistics
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

ROUNDS = 2_000
WEEKS = (1, 2, 4, 12)
say = sys.stdout.write


def due_times() -> None:
    """Print how long one due time takes, for targets of some weeks of 40 hours."""
    from sla.arithmetic import Hours, Stretch, reach

    day = ((9 * 60, 12 * 60 + 30), (13 * 60, 17 * 60 + 30))
    week = (day, day, day, day, day, (), ())
    holidays = {datetime(2026, 12, 25, tzinfo=UTC).date(): ()}
    hours = Hours(ZoneInfo("Europe/Berlin"), week, holidays)
    begin = datetime(2026, 1, 5, 10, tzinfo=UTC)
    pauses = [
        (begin + timedelta(days=3 * n), begin + timedelta(days=3 * n, hours=5)) for n in range(10)
    ]
    say("| target | pauses | median, microseconds | 95th |\n|---|--:|--:|--:|\n")
    for weeks in WEEKS:
        for some in ([], pauses):
            stretches, at = [], begin
            for start, end in some:
                stretches += [Stretch(at, start, hours), Stretch(start, end, None)]
                at = end
            stretches.append(Stretch(at, None, hours))
            times = []
            for _ in range(ROUNDS):
                began = time.perf_counter()
                reach(weeks * 40 * 3600, stretches)
                times.append(1e6 * (time.perf_counter() - began))
            times.sort()
            middle, late = statistics.median(times), times[int(ROUNDS * 0.95)]
            say(f"| {weeks} weeks | {len(some)} | {middle:.0f} | {late:.0f} |\n")


def retargeting() -> None:
    """Print how long the open tickets take to go by new hours, and tickets raised meanwhile."""
    from django.db import connection

    from accounts.models import User
    from sla.models import CalendarVersion, Retargeting, TicketTerms
    from sla.services import ask, retarget
    from tickets.models import Ticket

    waiting = ask()  # open tickets without clocks get some
    while not Retargeting.objects.filter(pk=waiting.pk, done_at__isnull=False).exists():
        retarget()
    terms = TicketTerms.objects.exclude(calendar_version=None).order_by("-ticket").first()
    assert terms is not None
    old = CalendarVersion.objects.get(pk=terms.calendar_version_id)
    week = [[[begin, min(end + 30, 1440)] for begin, end in day] for day in old.week]
    newest = CalendarVersion.objects.filter(calendar=old.calendar_id).first()
    assert newest is not None
    new = CalendarVersion.objects.create(
        calendar=old.calendar, number=newest.number + 1, time_zone=old.time_zone, week=week
    )
    total = Ticket.objects.present().open().count()
    customer = User.objects.active().customers().order_by("pk").first()
    stop, raised = threading.Event(), []
    thread = threading.Thread(target=_raise_tickets, args=(customer, stop, raised))
    thread.start()
    request = ask(calendar_version=new)
    began, processor = time.perf_counter(), time.process_time()
    while not Retargeting.objects.filter(pk=request.pk, done_at__isnull=False).exists():
        retarget()
    took, used = time.perf_counter() - began, time.process_time() - processor
    stop.set()
    thread.join()
    request.refresh_from_db()
    raised.sort()
    say(
        f"{total:,} open tickets on {connection.vendor}, {request.changed:,} changed in"
        f" {took:.0f} s ({used:.0f} s of CPU); {len(raised)} tickets raised meanwhile, each in"
        f" {1000 * statistics.median(raised):.0f} ms (median),"
        f" {1000 * raised[-1]:.0f} ms (longest)\n"
    )


def _raise_tickets(customer: Any, stop: threading.Event, raised: list[float]) -> None:
    from django.db import connections

    from tickets.services import create_ticket

    while not stop.wait(0.2):
        began = time.perf_counter()
        create_ticket(
            customer=customer,
            actor=customer,
            category_text="Network",
            description="Raised meanwhile.",
        )
        raised.append(time.perf_counter() - began)
    connections.close_all()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--retarget", action="store_true")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ticketing.settings")
    import logging

    import django

    django.setup()
    logging.disable(logging.CRITICAL)
    due_times()
    if options.retarget:
        retargeting()


if __name__ == "__main__":
    main()
