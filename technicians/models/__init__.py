"""The tables of the workspace, one noun a file."""

from technicians.models.absence import ABSENCE_NOTE_LENGTH, Absence, HandedTicket
from technicians.models.answer import CannedResponse, Macro
from technicians.models.assignment import AssignmentRequest, AssignmentRule
from technicians.models.bulk_action import BulkAction, BulkRow
from technicians.models.list_export import ListExport
from technicians.models.presence import Presence
from technicians.models.saved_view import (
    VIEW_NAME_LENGTH,
    VIEW_QUERY_LENGTH,
    ListPreference,
    SavedView,
)
from technicians.models.technician import AWAY_NOTE_LENGTH, WORK_HOURS_LENGTH, Technician

__all__ = [
    "ABSENCE_NOTE_LENGTH",
    "AWAY_NOTE_LENGTH",
    "VIEW_NAME_LENGTH",
    "VIEW_QUERY_LENGTH",
    "WORK_HOURS_LENGTH",
    "Absence",
    "AssignmentRequest",
    "AssignmentRule",
    "BulkAction",
    "BulkRow",
    "CannedResponse",
    "HandedTicket",
    "ListExport",
    "ListPreference",
    "Macro",
    "Presence",
    "SavedView",
    "Technician",
]
