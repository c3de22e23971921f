"""The admin site's pages of technicians, teams, and what they keep."""

from technicians.admin.absence import AbsenceAdmin, HandedTicketAdmin
from technicians.admin.answer import CannedResponseAdmin, MacroAdmin
from technicians.admin.assignment import AssignmentRequestAdmin, AssignmentRuleAdmin
from technicians.admin.bulk import BulkActionAdmin, BulkRowAdmin
from technicians.admin.list_export import ListExportAdmin
from technicians.admin.presence import PresenceAdmin
from technicians.admin.saved_view import ListPreferenceAdmin, SavedViewAdmin
from technicians.admin.team import TeamAdmin
from technicians.admin.technician import TechnicianAdmin

__all__ = [
    "AbsenceAdmin",
    "AssignmentRequestAdmin",
    "AssignmentRuleAdmin",
    "BulkActionAdmin",
    "BulkRowAdmin",
    "CannedResponseAdmin",
    "HandedTicketAdmin",
    "ListExportAdmin",
    "ListPreferenceAdmin",
    "MacroAdmin",
    "PresenceAdmin",
    "SavedViewAdmin",
    "TeamAdmin",
    "TechnicianAdmin",
]
