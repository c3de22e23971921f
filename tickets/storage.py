"""Where files lie: Django's default storage, under random names in two levels of folders."""

import contextlib
import logging
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage

logger = logging.getLogger("desk.files")

FOLDER = "attachments"
SHOWN, THUMBNAIL = ".shown.webp", ".thumb.webp"
MADE_ANEW = (SHOWN, THUMBNAIL)


class StorageAway(Exception):
    """The storage is full or can't be reached; nothing was stored."""


def incoming_folder() -> Path:
    """Return where uploads arrive: beside the store, so that a whole file moves over uncopied."""
    return Path(settings.MEDIA_ROOT) / "incoming"


def new_name() -> str:
    """Return a name that tells nothing and that nobody can guess."""
    word = secrets.token_hex(20)
    return f"{FOLDER}/{word[:2]}/{word[2:4]}/{word}"


def store(name: str, content: "File[Any]") -> None:
    """Write the file under exactly this name; raises `StorageAway`, and then nothing is left."""
    try:
        stored = default_storage.save(name, content)
    except Exception as error:
        with contextlib.suppress(Exception):
            default_storage.delete(name)
        logger.warning("a file could not be stored", extra={"error": type(error).__name__})
        raise StorageAway from error
    assert stored == name, "random names don't meet"


def store_bytes(name: str, content: bytes) -> None:
    """Write or replace a small file; raises `StorageAway`."""
    with contextlib.suppress(FileNotFoundError):
        default_storage.delete(name)
    store(name, ContentFile(content))


def open_file(name: str) -> BinaryIO:
    """Return the stored file, to be closed by the caller; raises `FileNotFoundError`."""
    return cast("BinaryIO", default_storage.open(name, "rb"))


def exists(name: str) -> bool:
    """Whether there is a file of this name."""
    return bool(default_storage.exists(name))


def size_of(name: str) -> int:
    """Return how many bytes are stored under the name; raises `FileNotFoundError`."""
    return int(default_storage.size(name))


def delete(name: str) -> None:
    """Remove the file and what was made of it; what is gone already is no error."""
    for each in (*(name + ending for ending in MADE_ANEW), name):
        with contextlib.suppress(FileNotFoundError):
            default_storage.delete(each)


def stored_names() -> Iterator[tuple[str, list[str]]]:
    """Yield each folder of the store with the names of the originals in it."""
    for first in _folders(FOLDER):
        for second in _folders(f"{FOLDER}/{first}"):
            folder = f"{FOLDER}/{first}/{second}"
            files = default_storage.listdir(folder)[1]
            yield folder, sorted({f"{folder}/{_original(file)}" for file in files})


def _original(name: str) -> str:
    for ending in MADE_ANEW:
        name = name.removesuffix(ending)
    return name


def _folders(path: str) -> list[Any]:
    try:
        return sorted(default_storage.listdir(path)[0])
    except FileNotFoundError:
        return []
