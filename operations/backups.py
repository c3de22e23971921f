"""One archive with the whole desk: the database as of one moment, every file, and their sums.

Safe while the desk runs. A restore checks everything before it touches anything, replaces the
database in one transaction, and holds back the mails that were waiting: they have been sent since.
"""

import contextlib
import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, connections

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE = "database"
MEDIA = "media"
INCOMING = "incoming"  # uploads that are under way; below MEDIA_ROOT
# What held at the moment of the backup and no longer does: mails to send, and workers that ran.
# `{0}` is the schema, with its point.
OVERTAKEN = (
    "UPDATE {0}notifications_delivery SET state = 'held', leased_until = NULL"
    " WHERE state = 'waiting'",
    "DELETE FROM {0}operations_worker",
)


class BackupError(Exception):
    """A backup or restore can't go on; the text is one sentence for the operator."""


def make_backup(target: Path) -> dict[str, Any]:
    """Write the whole desk to `target` (a .tar.gz) and return its manifest.

    The file appears when it is complete, readable by its owner only. Raises `BackupError`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".backup-") as folder:
        dump = Path(folder) / DATABASE
        dump_database(dump)
        manifest: dict[str, Any] = {
            "format": FORMAT,
            "made_at": datetime.now(UTC).isoformat(timespec="seconds"),
            "database": connection.vendor,
            "sha256": {DATABASE: _sum_of(dump)},
        }
        note = Path(folder) / MANIFEST
        archive = Path(folder) / "archive"
        with tarfile.open(archive, "w:gz", compresslevel=6) as tar:
            tar.add(dump, DATABASE)
            # After the database: a file that its rows name is here, unless it was deleted since.
            for name, path in _media_files():
                with contextlib.suppress(FileNotFoundError):
                    total = _sum_of(path)
                    tar.add(path, f"{MEDIA}/{name}")
                    manifest["sha256"][f"{MEDIA}/{name}"] = total
            note.write_text(json.dumps(manifest, indent=1), encoding="utf-8")
            tar.add(note, MANIFEST)
        archive.chmod(0o600)
        archive.replace(target)
    return manifest


def restore_backup(source: Path) -> dict[str, Any]:
    """Bring the desk of `source` back in place of what is there, and return its manifest.

    Raises `BackupError`; until then nothing has changed.
    """
    with tempfile.TemporaryDirectory(prefix="restore-") as name:
        folder = Path(name)
        manifest = _unpack(source, folder)
        _check(manifest, folder)
        restore_database(folder / DATABASE)
        if (folder / MEDIA).is_dir():
            shutil.copytree(folder / MEDIA, settings.MEDIA_ROOT, dirs_exist_ok=True)
    connections.close_all()
    return manifest


def dump_database(target: Path) -> None:
    """Write the database as of now to `target`; others go on reading and writing meanwhile."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        with closing(sqlite3.connect(target)) as copy:
            connection.connection.backup(copy)
        return
    command: list[str | Path] = [
        "pg_dump",
        "--format=custom",
        "--no-owner",
        "--no-privileges",
        "--file",
        target,
    ]
    _run(command)


def restore_database(dump: Path) -> None:
    """Put `dump` in place of the database's content, without what is overtaken, all or nothing."""
    if connection.vendor == "sqlite":
        with closing(sqlite3.connect(dump)) as copy:
            if copy.execute("PRAGMA integrity_check").fetchone() != ("ok",):
                raise BackupError("The database in this backup is damaged; nothing was changed.")
            for statement in OVERTAKEN:
                copy.execute(statement.format(""))
            copy.commit()
            connection.ensure_connection()
            copy.backup(connection.connection)
        return
    script = dump.with_suffix(".sql")
    drops = dump.with_suffix(".drops.sql")
    overtaken = dump.with_suffix(".overtaken.sql")
    drops.write_text("".join(_drop_statements()), encoding="utf-8")
    overtaken.write_text(";\n".join([*OVERTAKEN, ""]).format("public."), encoding="utf-8")
    connections.close_all()
    quiet: tuple[str, ...] = (
        "--clean",
        "--if-exists",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
    )
    _run(["pg_restore", *quiet, "--file", script, dump])
    whole = ("--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1")
    files = ("--file", drops, "--file", script, "--file", overtaken)
    _run(["psql", *whole, "--output", os.devnull, *files])


def _drop_statements() -> Iterator[str]:
    """Yield what removes the tables that are there now: newer code may have more than the dump."""
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            yield f"DROP TABLE IF EXISTS public.{connection.ops.quote_name(table)} CASCADE;\n"


def _run(command: Sequence[str | Path]) -> None:
    """Run one of PostgreSQL's tools against our database; the password stays off the command."""
    config = connection.settings_dict
    options = config.get("OPTIONS", {})
    values = {
        "PGDATABASE": config["NAME"],
        "PGHOST": config["HOST"],
        "PGPORT": config["PORT"],
        "PGUSER": config["USER"],
        "PGPASSWORD": config["PASSWORD"],
        "PGSSLMODE": options.get("sslmode"),
    }
    environment = os.environ | {name: str(value) for name, value in values.items() if value}
    try:
        subprocess.run(  # noqa: S603  fixed commands, our own settings
            command, env=environment, check=True, capture_output=True, text=True
        )
    except FileNotFoundError as error:
        raise BackupError(
            f"{command[0]} is missing: install PostgreSQL's client (postgresql-client)."
        ) from error
    except subprocess.CalledProcessError as error:
        reason = (error.stderr.strip().splitlines() or ["no reason given"])[0]
        raise BackupError(f"{command[0]} failed: {reason}") from error


def _media_files() -> Iterator[tuple[str, Path]]:
    root = Path(settings.MEDIA_ROOT)
    for path in sorted(root.rglob("*")):
        if path.is_file() and path.relative_to(root).parts[0] != INCOMING:
            yield path.relative_to(root).as_posix(), path


def _sum_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _unpack(source: Path, folder: Path) -> dict[str, Any]:
    try:
        with tarfile.open(source, "r:gz") as tar:
            for member in tar:
                if not member.isdir():
                    _unpack_file(tar, member, folder)
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise BackupError(f"{source} is not there, or not a backup of a desk.") from error
    except (tarfile.TarError, OSError, EOFError, ValueError) as error:
        raise BackupError(f"{source} can't be read ({error}); nothing was changed.") from error
    return dict(manifest)


def _unpack_file(tar: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Write a file of the archive below `folder`: tarfile's own filters came with Python 3.11.4."""
    path = (folder / member.name).resolve()
    content = tar.extractfile(member) if member.isfile() else None
    if content is None or not path.is_relative_to(folder.resolve()):
        raise tarfile.TarError(f"{member.name!r} is no file of a backup")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with content, path.open("wb") as file:
        shutil.copyfileobj(content, file)
    path.chmod(0o600)


def _check(manifest: dict[str, Any], folder: Path) -> None:
    if manifest.get("format") != FORMAT:
        raise BackupError("This backup was made by another version; nothing was changed.")
    if manifest["database"] != connection.vendor:
        raise BackupError(
            f"This backup is of a {manifest['database']} database, but DATABASE_URL names"
            f" {connection.vendor}; nothing was changed."
        )
    for name, expected in manifest["sha256"].items():
        path = folder / name
        if not path.is_file() or _sum_of(path) != expected:
            raise BackupError(f"{name} in this backup is damaged; nothing was changed.")
