"""Working hours, policies, and the clocks that count by them."""

from sla.models.calendar import BusinessCalendar, CalendarVersion
from sla.models.clock import Clock, ClockSegment, EscalationRun, Retargeting, TicketTerms
from sla.models.policy import EscalationLevel, Policy, PolicyVersion

__all__ = [
    "BusinessCalendar",
    "CalendarVersion",
    "Clock",
    "ClockSegment",
    "EscalationLevel",
    "EscalationRun",
    "Policy",
    "PolicyVersion",
    "Retargeting",
    "TicketTerms",
]
