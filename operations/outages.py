"""When an error means that the database or a disk is away, full or busy, and will be back."""

import errno
import logging
import sqlite3

from django.db import DatabaseError, InterfaceError, OperationalError, ProgrammingError

from operations.schema import pending_migrations
from tickets.storage import StorageAway

logger = logging.getLogger("desk.outage")

# Seconds after which a client may try again.
RETRY_AFTER = 5


def is_outage(error: BaseException | None) -> bool:
    """Return whether `error` comes from a database or disk that can't serve now, not from our SQL.

    A table or column that is missing counts while migrations are pending.
    """
    if isinstance(error, InterfaceError | StorageAway):
        return True
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return True
    if isinstance(error, OperationalError) and not _is_sqlite_mistake(error):
        return True
    return isinstance(error, OperationalError | ProgrammingError) and _is_unmigrated()


def note_outage(error: BaseException | None) -> bool:
    """Return `is_outage(error)`; of an outage, log what the operator has to look for."""
    if not is_outage(error):
        return False
    # The first line only: PostgreSQL's further ones quote the statement, and so what people wrote.
    reason = (str(error).strip() or type(error).__name__).splitlines()[0]
    logger.warning("can't serve: %s", reason)
    return True


def _is_sqlite_mistake(error: OperationalError) -> bool:
    """SQLite says OperationalError to wrong SQL, too; its code tells the two apart."""
    cause = error.__cause__
    return (
        isinstance(cause, sqlite3.Error)
        and getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_ERROR
    )


def _is_unmigrated() -> bool:
    try:
        return bool(pending_migrations())
    except DatabaseError:
        return True
