"""Fixtures of every test."""

import os
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import caches
from django.db import connection

from accounts.append_only import create_statements, drop_statements
from scripts.run_tests import browser_path

APPEND_ONLY = [
    ("accounts_accountevent", "id"),
    ("accounts_auditseal", "seq"),
    ("tickets_ticketevent", "id"),
]


def commits(item: pytest.Item) -> bool:
    """Return whether the test commits, and so leaves the tables without their first rows."""
    mark = item.get_closest_marker("django_db")
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(fixtures & {"transactional_db", "live_server"}) or bool(
        mark and mark.kwargs.get("transaction")
    )


def asks_the_database(item: pytest.Item) -> bool:
    """Return whether the test may use the database at all: pytest-django refuses the others."""
    fixtures = set(getattr(item, "fixturenames", ()))
    return bool(item.get_closest_marker("django_db") or fixtures & {"db", "transactional_db"})


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database-only",
        action="store_true",
        help="leave out tests that never ask the database: another one changes nothing for them",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what needs a part that isn't here; in CI a missing browser is a failure.

    Tests that commit come last: pytest moves those with a browser forward, behind Django's back.
    """
    items.sort(key=commits)
    if config.getoption("--database-only"):
        config.hook.pytest_deselected(items=[item for item in items if not asks_the_database(item)])
        items[:] = [item for item in items if asks_the_database(item)]
    missing = {}
    if "postgresql" not in django_settings.DATABASES["default"]["ENGINE"]:
        missing["postgres"] = "needs PostgreSQL: set TEST_DATABASE_URL"
    if not browser_path() and not os.environ.get("CI"):
        missing["browser"] = "needs a Chromium on PATH"
    for item in items:
        for name, reason in missing.items():
            if item.get_closest_marker(name):
                item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(autouse=True, scope="session")
def _emptying_for_tests() -> None:
    """Let Django empty append-only tables after tests that commit; nothing else may."""
    # Of the class: beside a browser every thread and greenlet has a connection of its own.
    operations: Any = type(connection.ops)
    emptied = operations.sql_flush

    def sql_flush(self: Any, style: Any, tables: Any, **options: Any) -> list[str]:
        kept = [(table, key) for table, key in APPEND_ONLY if table in tables]
        vendor, statements = connection.vendor, emptied(self, style, tables, **options)
        before = [sql for table, _ in kept for sql in drop_statements(vendor, table)]
        after = [sql for table, key in kept for sql in create_statements(vendor, table, key)]
        return [*before, *statements, *after]

    operations.sql_flush = sql_flush


@pytest.fixture(autouse=True)
def _quick_and_quiet(settings: Any, tmp_path: Path) -> None:
    """Cheap password hashes, mail in memory, no limits, an own place for files, nothing cached."""
    caches["process"].clear()
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        *settings.PASSWORD_HASHERS,
    ]
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.RATE_LIMIT_SIGN_IN = settings.RATE_LIMIT_ANONYMOUS = settings.RATE_LIMIT_USER = ""
