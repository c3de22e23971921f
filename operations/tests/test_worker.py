"""The worker: alive, patient with a database that is away, gone when told."""

import threading

import pytest
from django.db import OperationalError

from operations import worker as worker_module
from operations.models import PeriodicRun, Worker
from operations.worker import PAUSE_AFTER_ERROR, REST, WorkerLoop

pytestmark = pytest.mark.django_db


@pytest.fixture
def stop():
    return threading.Event()


@pytest.fixture
def loop(stop, monkeypatch):
    """A worker whose mails are a list of numbers of rows dealt with, one a round."""
    mails = []
    monkeypatch.setattr(
        worker_module, "deliver_due", lambda limit, stop: mails.pop() if mails else 0
    )
    monkeypatch.setattr(worker_module.connections, "close_all", lambda: None)
    loop = WorkerLoop(stop)
    loop.mails = mails
    return loop


def test_a_round_shows_that_it_lives_runs_jobs_and_rests(loop):
    assert loop.round() == REST
    assert Worker.objects.get().name == loop.name
    assert PeriodicRun.objects.exists()


def test_a_round_with_mails_is_followed_by_the_next_at_once(loop):
    loop.mails.append(3)
    assert loop.round() == 0


def test_it_beats_between_two_mails_of_a_long_round(loop):
    loop.round()
    seen_at = Worker.objects.get().seen_at
    loop.next_beat = 0
    assert loop.should_pause() is False
    assert Worker.objects.get().seen_at > seen_at


def test_it_beats_only_every_few_seconds(loop, django_assert_num_queries):
    loop.round()
    with django_assert_num_queries(0):
        loop.beat()


def test_it_waits_for_a_database_that_is_away_and_says_so_once(loop, monkeypatch, caplog):
    caplog.set_level("INFO")
    loop.round()

    def away(limit, stop):
        raise OperationalError("server closed the connection")

    monkeypatch.setattr(worker_module, "deliver_due", away)
    assert loop.round() == loop.round() == PAUSE_AFTER_ERROR
    monkeypatch.setattr(worker_module, "deliver_due", lambda limit, stop: 0)
    assert loop.round() == REST
    messages = [record.getMessage() for record in caplog.records]
    assert messages.count("waiting for the database") == 1
    assert messages[-1] == "the database is back"


def test_it_says_that_a_database_has_to_be_migrated(loop, monkeypatch, caplog):
    def unmigrated(limit, stop):
        raise OperationalError("no such table")

    monkeypatch.setattr(worker_module, "deliver_due", unmigrated)
    monkeypatch.setattr("operations.health.pending_migrations", lambda: ["tickets.0099_x"])
    assert loop.round() == PAUSE_AFTER_ERROR
    assert (
        "waiting for the database (migrations: 1 pending; run `manage.py migrate`)" in caplog.text
    )


def test_a_fault_of_ours_is_logged_and_does_not_end_the_worker(loop, monkeypatch, caplog):
    def broken(limit, stop):
        raise ZeroDivisionError

    monkeypatch.setattr(worker_module, "deliver_due", broken)
    assert loop.round() == PAUSE_AFTER_ERROR
    assert "a round failed" in caplog.text


def test_told_to_stop_it_signs_off(loop, stop, monkeypatch):
    monkeypatch.setattr(loop, "should_pause", lambda: True)
    loop.round()
    stop.set()
    loop.run()
    assert not Worker.objects.exists()


def test_a_server_that_keeps_us_waiting_holds_up_nothing_else(loop, stop, monkeypatch):
    waits, rounds = threading.Event(), []

    def run(jobs=None, *, stop):
        if jobs is worker_module.ERRANDS:
            waits.set()
            stop_errand.wait(10)

    def round():
        if waits.is_set():
            rounds.append("others go on")
            if len(rounds) == 3:
                stop.set()
        return 0.01

    stop_errand = threading.Event()
    monkeypatch.setattr(worker_module, "run_due_jobs", run)
    monkeypatch.setattr(worker_module, "JOBS_EVERY", 0.01)
    monkeypatch.setattr(worker_module, "PATIENCE_AT_THE_END", 0.1)
    monkeypatch.setattr(loop, "round", round)
    loop.run()
    assert len(rounds) == 3  # and it stops while the errand still waits
    stop_errand.set()


def test_errands_outlive_a_fault(loop, stop, monkeypatch, caplog):
    tried = []

    def run(jobs, *, stop):
        tried.append(1)
        if len(tried) == 3:
            loop.stop.set()
        raise OperationalError("server closed the connection") if len(tried) == 1 else ValueError

    monkeypatch.setattr(worker_module, "run_due_jobs", run)
    monkeypatch.setattr(worker_module, "JOBS_EVERY", 0.01)
    loop.run_errands()
    assert len(tried) == 3
    assert [record.getMessage() for record in caplog.records].count("errands failed") == 2
