"""Changing many tickets at once: all checked before any is changed, and one way back."""

from technicians.bulk.actions import (
    MOST_AT_ONCE,
    MOST_TICKETS,
    advance,
    advance_running,
    can_be_undone,
    purge_old_actions,
    report,
    start,
    undo,
)
from technicians.bulk.verbs import VERBS, Refused, clean_arguments

__all__ = [
    "MOST_AT_ONCE",
    "MOST_TICKETS",
    "VERBS",
    "Refused",
    "advance",
    "advance_running",
    "can_be_undone",
    "clean_arguments",
    "purge_old_actions",
    "report",
    "start",
    "undo",
]
