"""The project's settings for the test suite.

A module of its own because pytest-django reads the settings before any conftest.py runs.
"""

import os

import environ

# Django's live server and the browser driver share a thread's event loop.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
os.environ.setdefault("DESK_DEVELOPMENT", "1")
# The suite runs on SQLite, or on what TEST_DATABASE_URL names; never on the desk's own database.
os.environ["DATABASE_URL"] = (
    os.environ.get("TEST_DATABASE_URL", "") or "sqlite:///var/tests.sqlite3"
)
environ.Env.read_env = lambda *args, **kwargs: None

from ticketing.settings import *  # noqa: E402, F403
from ticketing.settings import DATABASES, VAR_DIR  # noqa: E402

if "sqlite" in DATABASES["default"]["ENGINE"]:
    # A file, because threads can't share SQLite's memory the way processes share a file; and
    # without waiting for the disk, because no test outlives a power cut.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}
    DATABASES["default"]["OPTIONS"]["init_command"] = (
        "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    )
