"""Working hours, policies, levels and clocks in the admin site."""

from sla.admin.calendars import BusinessCalendarAdmin
from sla.admin.clocks import ClockAdmin, RetargetingAdmin
from sla.admin.policies import EscalationLevelAdmin, PolicyAdmin

__all__ = [
    "BusinessCalendarAdmin",
    "ClockAdmin",
    "EscalationLevelAdmin",
    "PolicyAdmin",
    "RetargetingAdmin",
]
