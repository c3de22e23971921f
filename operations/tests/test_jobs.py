"""Periodic jobs: each slot once, whoever asks; one job's fault stays its own."""

import threading

import pytest
from django.db import connection

from operations.jobs import ERRANDS, HOUR, JOBS, Job, run_due_jobs
from operations.models import PeriodicRun, Worker
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db
NOW = 1_800_000_000.0


@pytest.fixture
def ran():
    return []


@pytest.fixture
def jobs(ran):
    return [Job("tidy", HOUR, lambda: ran.append("tidy"))]


def test_a_job_runs_once_in_its_slot(jobs, ran):
    assert run_due_jobs(jobs, now=NOW) == ["tidy"]
    assert run_due_jobs(jobs, now=NOW + 60) == []
    assert run_due_jobs(jobs, now=NOW + HOUR) == ["tidy"]
    assert ran == ["tidy", "tidy"]


def test_a_slot_that_was_missed_is_not_made_up_twice(jobs, ran):
    run_due_jobs(jobs, now=NOW)
    run_due_jobs(jobs, now=NOW + 10 * 24 * HOUR)
    assert ran == ["tidy", "tidy"]


def test_a_clock_that_went_back_an_hour_does_not_fire_again(jobs, ran):
    run_due_jobs(jobs, now=NOW)
    assert run_due_jobs(jobs, now=NOW - HOUR) == []


def test_a_clock_that_was_years_ahead_does_not_stop_the_job_for_years(jobs, ran):
    run_due_jobs(jobs, now=NOW + 3650 * 24 * HOUR)
    assert run_due_jobs(jobs, now=NOW) == ["tidy"]


def test_one_jobs_fault_is_written_down_and_does_not_touch_the_next(ran):
    def fail():
        raise ValueError("disk of ada@example.com full")

    jobs = [Job("bad", HOUR, fail), Job("good", HOUR, lambda: ran.append("good"))]
    assert run_due_jobs(jobs, now=NOW) == ["bad", "good"]
    assert PeriodicRun.objects.get(job="bad").error == "ValueError: disk of ***@example.com full"
    assert PeriodicRun.objects.get(job="good").error == ""
    assert ran == ["good"]


@pytest.mark.parametrize(
    ("every", "works", "told"),
    [(HOUR, True, ["INFO"]), (5, True, ["DEBUG"]), (5, False, ["ERROR", "INFO"])],
)
def test_a_job_of_every_few_seconds_is_no_news(caplog, every, works, told):
    caplog.set_level("DEBUG", logger="desk.jobs")
    run_due_jobs([Job("often", every, list if works else object.__getattribute__)], now=NOW)
    assert [record.levelname for record in caplog.records if record.name == "desk.jobs"] == told


def test_told_to_stop_no_further_job_begins(jobs, ran):
    assert run_due_jobs(jobs, now=NOW, stop=lambda: True) == []


@pytest.mark.skipif(
    "connection.vendor != 'sqlite'", reason="needs SQLite: CI runs the suite on it, too"
)
def test_sqlite_learns_each_day_what_is_in_the_tables():
    TicketFactory.create_batch(4)
    run_due_jobs(now=NOW)
    with connection.cursor() as cursor:
        cursor.execute("SELECT stat FROM sqlite_stat1 WHERE idx = 'ticket_newest'")
        assert cursor.fetchone() == ("4 1 1",)


def test_every_job_of_the_desk_runs_on_an_empty_desk():
    run_due_jobs(now=NOW)
    run_due_jobs(ERRANDS, now=NOW)
    assert PeriodicRun.objects.count() == len(JOBS) + len(ERRANDS)
    assert set(PeriodicRun.objects.values_list("error", flat=True)) == {""}


def test_workers_that_were_not_seen_for_a_day_are_forgotten():
    from datetime import timedelta

    from django.utils import timezone

    Worker.objects.create(name="old", seen_at=timezone.now() - timedelta(days=2))
    Worker.objects.create(name="new")
    run_due_jobs(now=NOW)
    assert list(Worker.objects.values_list("name", flat=True)) == ["new"]


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_at_once_one_runs_the_job(ran):
    def work():
        try:
            barrier.wait()
            run_due_jobs([Job("tidy", HOUR, lambda: ran.append("tidy"))], now=NOW)
        finally:
            connection.close()

    barrier = threading.Barrier(8)
    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ran == ["tidy"]
