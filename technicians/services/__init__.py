"""Every change of technicians and of how they share the work: one function per intention.

`actor` is who does it (None: the desk itself). All raise `ValidationError` with the field's name,
or `PermissionDenied`.
"""

from technicians.services.absences import (
    change_absence,
    end_absence,
    hand_over_tickets,
    plan_absence,
    take_back_tickets,
)
from technicians.services.answers import (
    apply_macro,
    delete_shared,
    save_canned,
    save_macro,
    steps_of,
)
from technicians.services.giving import ask_to_give, give_waiting_tickets
from technicians.services.people import (
    add_technician,
    change_technician,
    deactivate_technician,
    delete_technician,
    make_admin,
    make_technician,
    set_availability,
)
from technicians.services.presence import note_presence, others_on, purge_presences
from technicians.services.rules import delete_rule, save_rule, set_working_time
from technicians.services.teams import add_team, change_team, delete_team, is_team_used

__all__ = [
    "add_team",
    "add_technician",
    "apply_macro",
    "ask_to_give",
    "change_absence",
    "change_team",
    "change_technician",
    "deactivate_technician",
    "delete_rule",
    "delete_shared",
    "delete_team",
    "delete_technician",
    "end_absence",
    "give_waiting_tickets",
    "hand_over_tickets",
    "is_team_used",
    "make_admin",
    "make_technician",
    "note_presence",
    "others_on",
    "plan_absence",
    "purge_presences",
    "save_canned",
    "save_macro",
    "save_rule",
    "set_availability",
    "set_working_time",
    "steps_of",
    "take_back_tickets",
]
