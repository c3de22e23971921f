"""The background worker: releases replies, sends mails, runs periodic jobs, shows that it lives."""

import logging
import os
import socket
import threading
import time

from django.db import DatabaseError, connections
from django.utils import timezone

from notifications.tasks import deliver_due
from operations.audit import seal_new_facts
from operations.health import migrations_problem
from operations.jobs import ERRANDS, run_due_jobs
from operations.models import Worker
from operations.outages import is_outage
from tickets.services import release_due_replies

logger = logging.getLogger("desk.worker")

REST = 1.0  # seconds between two looks at an empty ledger: two small queries each
BEAT_EVERY = 10.0
SEAL_EVERY = 0.9
JOBS_EVERY = 5.0
PAUSE_AFTER_ERROR = 2.0
# For what an errand still waits for at the end; it may be cut off at any step.
PATIENCE_AT_THE_END = 5.0
MAILS_A_ROUND = 100
REPLIES_A_ROUND = 100


class WorkerLoop:
    """Goes round until `stop` is set; a mail that is being sent is finished first.

    Survives a database that is away: it waits and goes on when the database is back. Any number
    of workers on any number of machines may run.
    """

    def __init__(self, stop: threading.Event) -> None:
        self.stop = stop
        self.name = f"{socket.gethostname()}-{os.getpid()}"
        self.started_at = timezone.now()
        self.next_beat = self.next_jobs = self.next_seal = 0.0
        self.waits_for_database = False

    def run(self) -> None:
        """Work until told to stop, then take the name off the list of workers."""
        logger.info("worker starts", extra={"worker": self.name})
        errands = threading.Thread(target=self.run_errands, name="errands", daemon=True)
        errands.start()
        while not self.stop.is_set():
            self.stop.wait(self.round())
        errands.join(PATIENCE_AT_THE_END)
        self.leave()
        logger.info("worker stops", extra={"worker": self.name})

    def run_errands(self) -> None:
        """Run the jobs that wait for other servers, until told to stop; raises nothing."""
        while not self.stop.wait(JOBS_EVERY):
            try:
                run_due_jobs(ERRANDS, stop=self.stop.is_set)
            except DatabaseError as error:
                # An outage is noted by the rounds.
                if not is_outage(error):
                    logger.exception("errands failed", extra={"worker": self.name})
                connections.close_all()
            except Exception:
                logger.exception("errands failed", extra={"worker": self.name})
        connections.close_all()

    def round(self) -> float:
        """Do what is due now and return how many seconds to rest; raises nothing."""
        try:
            handled = self.work()
        except DatabaseError as error:
            self.note_outage(error)
            return PAUSE_AFTER_ERROR
        except Exception:
            logger.exception("a round failed", extra={"worker": self.name})
            return PAUSE_AFTER_ERROR
        if self.waits_for_database:
            self.waits_for_database = False
            logger.info("the database is back", extra={"worker": self.name})
        return 0 if handled else REST

    def work(self) -> int:
        """Beat, seal, run jobs, release replies, send mails; return how many were dealt with."""
        self.beat()
        self.seal()
        if time.monotonic() >= self.next_jobs:
            run_due_jobs(stop=self.stop.is_set)
            self.next_jobs = time.monotonic() + JOBS_EVERY
        released = release_due_replies(REPLIES_A_ROUND, stop=self.should_pause)
        return released + int(deliver_due(MAILS_A_ROUND, stop=self.should_pause))

    def should_pause(self) -> bool:
        """Say between two mails whether to stop; beats on the way, as a round may be long."""
        self.beat()
        self.seal()
        return self.stop.is_set()

    def seal(self) -> None:
        """Append what happened since to the audit chain, about every second; all of a backlog."""
        if time.monotonic() < self.next_seal:
            return
        while seal_new_facts() and not self.stop.is_set():
            self.beat()
        self.next_seal = time.monotonic() + SEAL_EVERY

    def beat(self) -> None:
        """Write down that this worker is alive, every few seconds."""
        if time.monotonic() < self.next_beat:
            return
        Worker.objects.update_or_create(
            name=self.name,
            defaults={"seen_at": timezone.now()},
            create_defaults={"started_at": self.started_at, "seen_at": timezone.now()},
        )
        self.next_beat = time.monotonic() + BEAT_EVERY

    def note_outage(self, error: DatabaseError) -> None:
        """Log the first failure of an outage, or any fault that is not one, and reconnect."""
        if not is_outage(error):
            logger.error("a round failed", exc_info=error, extra={"worker": self.name})
        elif not self.waits_for_database:
            self.waits_for_database = True
            logger.warning("waiting for the database%s", self._why(), extra={"worker": self.name})
        connections.close_all()

    def _why(self) -> str:
        """Return what somebody has to do about the outage, if it is that: to migrate."""
        try:
            problem = migrations_problem()
        except DatabaseError:
            return ""
        return f" (migrations: {problem})" if problem else ""

    def leave(self) -> None:
        """Take the name off the list, if the database lets us."""
        try:
            Worker.objects.filter(name=self.name).delete()
        except DatabaseError:
            logger.warning("could not sign off", extra={"worker": self.name})
