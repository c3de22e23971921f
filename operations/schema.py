"""Whether the database has the shape that this code needs."""

import functools

from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


def pending_migrations() -> list[str]:
    """Return the migrations on disk that the database has not seen, as `app.name`; one query.

    Raises `DatabaseError` when the database doesn't answer.
    """
    applied = set(MigrationRecorder(connection).applied_migrations())
    return [
        f"{app}.{name}"
        for (app, name), replaces in _on_disk()
        if (app, name) not in applied and not (replaces and applied.issuperset(replaces))
    ]


@functools.cache
def _on_disk() -> list[tuple[tuple[str, str], list[tuple[str, str]]]]:
    loader = MigrationLoader(None, ignore_no_migrations=True)
    return sorted((key, list(item.replaces)) for key, item in loader.disk_migrations.items())
