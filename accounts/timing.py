"""Answers whose time tells nothing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

# Longer than looking an address up, hashing a password and writing what a mail needs.
DISCREET_SECONDS = 0.2


@contextmanager
def taking_at_least(seconds: float | None = None) -> Iterator[None]:
    """Wait at the end until `seconds` have passed, whatever happened inside.

    Whether an address is known can then not be read from how long the answer took.
    """
    end = time.monotonic() + (DISCREET_SECONDS if seconds is None else seconds)
    try:
        yield
    finally:
        time.sleep(max(0.0, end - time.monotonic()))
