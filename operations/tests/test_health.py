"""Health and figures, through the door, also from callers that know no Host name of ours."""

from datetime import timedelta
from unittest import mock

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from accounts.choices import AccountEventType
from accounts.models import AccountEvent
from accounts.tests.factories import CustomerFactory
from notifications.models import Delivery
from operations.models import Worker


@pytest.fixture
def visitor():
    return Client(raise_request_exception=False)


@pytest.fixture
def worker(db):
    return Worker.objects.create(name="host-1")


def test_live_needs_no_database_and_no_known_host(visitor):
    response = visitor.get("/health/live", headers={"Host": "10.0.0.7:8000"})
    assert response.status_code == 200
    assert response.json() == {"status": "ok"}
    assert "Set-Cookie" not in response.headers


def test_ready_when_all_is_well(visitor, worker):
    response = visitor.get("/health/ready", headers={"Host": "pod.internal"})
    assert response.status_code == 200, response.content
    assert set(response.json()["checks"].values()) == {"ok"}


def test_ready_says_that_the_database_is_away(visitor):
    with mock.patch.object(connection, "cursor", side_effect=OperationalError("host db.internal")):
        response = visitor.get("/health/ready")
    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "the database does not answer"
    assert "db.internal" not in response.content.decode()
    assert response["Retry-After"]


def test_ready_says_that_a_migration_is_pending(visitor, worker):
    MigrationRecorder(connection).record_unapplied("operations", "0001_initial")
    response = visitor.get("/health/ready")
    assert response.status_code == 503
    assert "1 pending" in response.json()["checks"]["migrations"]


@pytest.mark.django_db
def test_ready_says_that_no_worker_runs(visitor):
    assert "no worker" in visitor.get("/health/ready").json()["checks"]["worker"]
    Worker.objects.create(name="host-1", seen_at=timezone.now() - timedelta(minutes=10))
    response = visitor.get("/health/ready")
    assert response.status_code == 503
    assert "600 seconds" in response.json()["checks"]["worker"]


def test_ready_says_that_mail_waits_too_long(visitor, worker, late_mail):
    response = visitor.get("/health/ready")
    assert response.status_code == 503
    assert "has been due" in response.json()["checks"]["mail"]


def test_a_load_balancer_asks_only_what_concerns_it(visitor, worker, late_mail):
    assert visitor.get("/health/ready?checks=database,migrations").status_code == 200
    assert visitor.get("/health/ready?checks=weather").status_code == 400


@pytest.fixture
def late_mail(db):
    person = CustomerFactory()
    event = AccountEvent.objects.create(user=person, type=AccountEventType.values[0])
    return Delivery.objects.create(
        message="Welcome",
        account_event=event,
        recipient=person,
        email=person.email,
        next_attempt_at=timezone.now() - timedelta(hours=1),
    )


def test_health_takes_only_questions(visitor):
    assert visitor.post("/health/live").status_code == 405
    missing = visitor.get("/health/nothing")
    assert missing.status_code == 404
    assert missing.json()["code"] == "not_found"


def test_metrics_without_a_token_are_for_this_machine_in_development(visitor, worker, settings):
    settings.METRICS_TOKEN = ""
    assert b"desk_database_up 1.0" in visitor.get("/metrics").content
    assert visitor.get("/metrics", REMOTE_ADDR="192.0.2.1").status_code == 404
    settings.DEVELOPMENT = False
    assert visitor.get("/metrics").status_code == 404


def test_figures_that_cannot_be_written_cost_no_answer(visitor, monkeypatch, caplog):
    def gone(*labels):
        raise FileNotFoundError(2, "No such file or directory", "counter.db")

    monkeypatch.setattr("operations.metrics.requests_total.labels", gone)
    assert visitor.get("/health/live").status_code == 200
    assert "a request could not be counted" in caplog.text


def test_metrics_want_their_token(visitor, worker, late_mail, settings):
    settings.METRICS_TOKEN = "a-token-for-the-collector"
    assert visitor.get("/metrics").status_code == 401
    assert visitor.get("/metrics", headers={"Authorization": "Bearer no"}).status_code == 401
    visitor.get("/no/such/address")
    answer = visitor.get("/metrics", headers={"Authorization": "Bearer a-token-for-the-collector"})
    text = answer.content.decode()
    assert answer.status_code == 200
    assert 'desk_deliveries{state="waiting"} 1.0' in text
    assert 'desk_worker_seen_seconds{worker="host-1"}' in text
    assert 'route="unknown",status="404"' in text
    assert "/no/such/address" not in text


def test_metrics_without_a_database_say_so(visitor, settings):
    settings.METRICS_TOKEN = ""
    with mock.patch.object(connection, "cursor", side_effect=OperationalError):
        assert b"desk_database_up 0.0" in visitor.get("/metrics").content
