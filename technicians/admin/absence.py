"""Planned absences and what was handed over for them, to look up in the admin site."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from technicians.models import Absence, HandedTicket


@admin.register(Absence)
class AbsenceAdmin(ReadOnlyAdmin):
    """When technicians are away; planned on the desk's pages."""

    list_display = ["technician", "starts_at", "ends_at", "ended_at", "note"]
    list_select_related = ["technician__user"]
    fields = ["technician", "starts_at", "ends_at", "ended_at", "note", "planned_by", "planned_at"]
    ordering = ["-id"]


@admin.register(HandedTicket)
class HandedTicketAdmin(ReadOnlyAdmin):
    """Which tickets went to whom because somebody was away."""

    list_display = ["ticket", "given_to", "absence", "handed_at", "settled_at"]
    list_select_related = ["ticket", "given_to", "absence__technician__user"]
    fields = ["ticket", "given_to", "absence", "event", "handed_at", "settled_at"]
    ordering = ["-id"]
