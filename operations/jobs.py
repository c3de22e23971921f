"""What the desk does by the clock, once each time however many workers there are."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

from django.db import DatabaseError
from django.db.models import Q
from django.utils import timezone

from accounts.tasks import clean_up
from mailboxes.tasks import fetch_mail, forget_old_mail, process_mail, tell_mail_of_the_day
from notifications.tasks import purge_old_deliveries
from operations.audit import export_head, seal_late_facts
from operations.logs import redact
from operations.models import PeriodicRun, Worker
from operations.statistics import keep_statistics
from sla.services import escalate, retarget
from technicians.bulk import advance_running, purge_old_actions
from technicians.exports import purge_old_exports, write_waiting
from technicians.services import give_waiting_tickets, purge_presences
from tickets.services import (
    purge_deleted_tickets,
    purge_old_drafts,
    report_strays,
    scan_waiting_files,
    take_due_steps,
    tell_due_reminders,
    tidy_files,
    wake_due_tickets,
)

logger = logging.getLogger("desk.jobs")
MINUTE, HOUR = 60, 3600
DAY = 24 * HOUR
# Seconds from which on a job that runs all the time is worth a line.
LONG = 1.0


@dataclass(frozen=True)
class Job:
    """A piece of work for every `seconds`; it may be run again at any time without harm."""

    name: str
    seconds: int
    run: Callable[[], object]


def forget_silent_workers() -> int:
    """Remove workers that nobody has seen for a day; return how many."""
    silent = Worker.objects.filter(seen_at__lt=timezone.now() - timedelta(days=1))
    return silent.delete()[0]


# What waits for other servers: in a thread of its own (`operations/worker.py`), so that nothing
# else waits with it.
ERRANDS: Sequence[Job] = (Job("fetch-mail", 30, fetch_mail),)
JOBS: Sequence[Job] = (
    Job("take-due-steps", MINUTE, take_due_steps),
    Job("escalate", MINUTE, escalate),
    Job("retarget-tickets", 5, retarget),
    Job("process-mail", 5, process_mail),
    Job("wake-tickets", MINUTE, wake_due_tickets),
    Job("tell-reminders", MINUTE, tell_due_reminders),
    Job("forget-old-mail", HOUR, forget_old_mail),
    Job("mail-of-the-day", 600, tell_mail_of_the_day),
    Job("purge-deleted-tickets", HOUR, purge_deleted_tickets),
    Job("purge-old-drafts", HOUR, purge_old_drafts),
    Job("change-many-tickets", 5, advance_running),
    Job("write-exports", 5, write_waiting),
    Job("purge-old-exports", HOUR, purge_old_exports),
    Job("purge-bulk-actions", DAY, purge_old_actions),
    Job("purge-presences", HOUR, purge_presences),
    Job("give-tickets", 5, give_waiting_tickets),
    Job("scan-files", 10, scan_waiting_files),
    Job("tidy-files", 600, tidy_files),
    Job("report-stray-files", DAY, report_strays),
    Job("purge-old-deliveries", HOUR, purge_old_deliveries),
    Job("clean-up-accounts", HOUR, clean_up),
    Job("forget-silent-workers", HOUR, forget_silent_workers),
    Job("seal-late-facts", 300, seal_late_facts),
    Job("export-audit-head", DAY, export_head),
    Job("keep-statistics", DAY, keep_statistics),
)


def run_due_jobs(
    jobs: Sequence[Job] = JOBS,
    *,
    now: float | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> list[str]:
    """Run each job whose time has come and that no other worker took; return their names.

    `now` in seconds since 1970. One job's fault is written down and does not touch the others;
    only a database that is away is raised (`DatabaseError`).
    """
    moment = time.time() if now is None else now
    ran = []
    slots = dict(PeriodicRun.objects.values_list("job", "slot"))
    for job in jobs:
        slot = int(moment // job.seconds)
        if not stop() and slots.get(job.name) != slot and _claim(job, slot):
            _run(job)
            ran.append(job.name)
    return ran


def _claim(job: Job, slot: int) -> bool:
    """Take this slot of the job: of many workers that try, one gets True.

    A slot far ahead was written by a clock that has been set back since; it doesn't count.
    """
    PeriodicRun.objects.bulk_create([PeriodicRun(job=job.name)], ignore_conflicts=True)
    free = PeriodicRun.objects.filter(Q(slot__lt=slot) | Q(slot__gt=slot + 1), job=job.name)
    return free.update(slot=slot, ran_at=timezone.now()) == 1


def _run(job: Job) -> None:
    started = time.perf_counter()
    error = ""
    try:
        job.run()
    except DatabaseError:
        raise
    except Exception as fault:
        logger.exception("job failed", extra={"job": job.name})
        error = redact(f"{type(fault).__name__}: {fault}")
    seconds = time.perf_counter() - started
    PeriodicRun.objects.filter(job=job.name).update(seconds=seconds, error=error)
    told = logging.INFO if job.seconds >= HOUR or seconds >= LONG or error else logging.DEBUG
    logger.log(told, "job ran", extra={"job": job.name, "ms": round(seconds * 1000, 1)})
