"""Versions of policies and working hours, loaded once for many tickets: they never change.

Tickets share the objects, and with them the working hours that the arithmetic made of them.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from sla.course import Terms
from sla.models import CalendarVersion, ClockSegment, PolicyVersion


@dataclass(frozen=True)
class Versions:
    """Versions by their keys, with their policies and calendars."""

    policies: dict[int, PolicyVersion] = field(default_factory=dict)
    hours: dict[int, CalendarVersion] = field(default_factory=dict)

    def load(
        self, *, policies: Iterable[int | None] = (), hours: Iterable[int | None] = ()
    ) -> None:
        """Load those among the keys that are not here yet, by a query of each kind at most."""
        wanted = {key for key in policies if key} - self.policies.keys()
        if wanted:
            self.policies.update(PolicyVersion.objects.select_related("policy").in_bulk(wanted))
        wanted = {key for key in hours if key} - self.hours.keys()
        if wanted:
            self.hours.update(CalendarVersion.objects.select_related("calendar").in_bulk(wanted))

    def of(self, policy: int | None, hours: int | None) -> Terms:
        """Return terms by their keys, without levels."""
        return Terms(
            self.policies[policy] if policy else None, self.hours[hours] if hours else None
        )

    def give_hours(self, segments: Iterable[ClockSegment]) -> None:
        """Let segments have the loaded hours that they ran by."""
        for segment in segments:
            if segment.calendar_version_id:
                segment.calendar_version = self.hours[segment.calendar_version_id]
