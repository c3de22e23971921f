"""When the database is away: 503 with Retry-After, and well again by itself."""

import sqlite3

import pytest
from django.db import InterfaceError, OperationalError, ProgrammingError, connection
from django.http import HttpRequest, HttpResponse
from django.test import Client
from django.urls import path

from operations.outages import is_outage

handler500 = "ticketing.error_pages.server_error"


def _wrong_sql(request: HttpRequest) -> HttpResponse:
    with connection.cursor() as cursor:
        cursor.execute("SELECT no_such_column FROM accounts_user")
    return HttpResponse()


def _away(request: HttpRequest) -> HttpResponse:
    raise OperationalError("connection refused")


def _full(request: HttpRequest) -> HttpResponse:
    raise OperationalError(
        "could not extend file: No space left on device\nSTATEMENT: INSERT 'my password'"
    )


urlpatterns = [
    path("wrong-sql", _wrong_sql),
    path("away", _away),
    path("api/away", _away),
    path("full", _full),
]


def _sqlite_error(code: int) -> OperationalError:
    cause = sqlite3.OperationalError("said SQLite")
    cause.sqlite_errorcode = code
    error = OperationalError("said SQLite")
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    "error",
    [
        InterfaceError("connection already closed"),
        OperationalError("server closed the connection unexpectedly"),
        _sqlite_error(sqlite3.SQLITE_BUSY),
        _sqlite_error(sqlite3.SQLITE_FULL),
        _sqlite_error(sqlite3.SQLITE_IOERR),
        _sqlite_error(sqlite3.SQLITE_CANTOPEN),
    ],
)
def test_a_database_that_is_away_busy_or_full_is_an_outage(error):
    assert is_outage(error)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "error",
    [_sqlite_error(sqlite3.SQLITE_ERROR), ProgrammingError("syntax"), ValueError("x"), None],
)
def test_our_own_mistakes_are_none(error):
    assert not is_outage(error)


@pytest.mark.django_db(transaction=True)
def test_wrong_sql_is_500_and_an_outage_503_with_retry_after(settings):
    settings.ROOT_URLCONF = __name__
    visitor = Client(raise_request_exception=False)
    assert visitor.get("/wrong-sql").status_code == 500
    page, api = visitor.get("/away"), visitor.get("/api/away")
    assert page.status_code == api.status_code == 503
    assert page["Retry-After"] == api["Retry-After"] == "5"
    assert api.json()["code"] == "unavailable"


@pytest.mark.django_db(transaction=True)
def test_missing_tables_are_an_outage_while_migrations_are_pending(settings):
    from django.db.migrations.recorder import MigrationRecorder

    settings.ROOT_URLCONF = __name__
    recorder = MigrationRecorder(connection)
    recorder.record_unapplied("operations", "0001_initial")
    try:
        assert Client(raise_request_exception=False).get("/wrong-sql").status_code == 503
    finally:
        recorder.record_applied("operations", "0001_initial")


@pytest.mark.django_db(transaction=True)
def test_the_log_says_what_is_wrong_and_quotes_no_statement(settings, caplog):
    settings.ROOT_URLCONF = __name__
    Client(raise_request_exception=False).get("/full")
    (line,) = [each.getMessage() for each in caplog.records if each.name == "desk.outage"]
    assert line == "can't serve: could not extend file: No space left on device"
