"""Clocks and what is being taken over, to look at."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import ReadOnlyAdmin
from sla.models import Clock, ClockSegment, EscalationRun, Retargeting


class Rows(admin.TabularInline):
    """Rows below a clock, to look at."""

    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class Segments(Rows):
    model = ClockSegment
    fields = ["state", "reason", "begins_at", "ends_at", "calendar_version"]


class Runs(Rows):
    model = EscalationRun
    fields = ["level", "due_at", "ran_at", "said"]


@admin.register(Clock)
class ClockAdmin(ReadOnlyAdmin):
    """Each target of each ticket."""

    list_display = ["kind", "ticket", "cycle", "started_at", "due_at", "ended_at", "is_met"]
    ordering = ["-id"]
    fields = [
        "kind",
        "ticket",
        "cycle",
        "started_at",
        "due_at",
        "ended_at",
        "is_met",
        "policy_version",
        "target",
        "used",
        "technician",
        "next_level_at",
    ]
    inlines = [Segments, Runs]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Clock]:
        return Clock.objects.select_related(
            "ticket", "technician", "policy_version__policy"
        ).prefetch_related("segments__calendar_version__calendar")

    def object_links(self, obj: Clock) -> list[tuple[str, str]]:
        return [(obj.ticket.get_desk_url(), "The ticket")]


@admin.register(Retargeting)
class RetargetingAdmin(ReadOnlyAdmin):
    """Changes that open tickets take over in the background."""

    list_display = ["__str__", "asked_at", "changed", "done_at"]
    list_select_related = ["calendar_version__calendar", "policy_version__policy"]
    ordering = ["-id"]
