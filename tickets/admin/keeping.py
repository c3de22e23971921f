"""How the desk keeps order, as the services wrote it: to look at."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import ReadOnlyAdmin
from tickets.models import ChecklistItem, TicketReminder, TicketSnooze, TimeEntry


class KeepingAdmin(ReadOnlyAdmin):
    """Rows of tickets; the pages of the tickets change them."""

    related: tuple[str, ...] = ("ticket",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related(*self.related)


@admin.register(TicketSnooze)
class TicketSnoozeAdmin(KeepingAdmin):
    list_display = ["ticket", "until", "by", "since"]
    ordering = ["-since"]
    related = ("ticket", "by")


@admin.register(TicketReminder)
class TicketReminderAdmin(KeepingAdmin):
    list_display = ["ticket", "user", "at", "told_at"]
    # The words are their author's alone.
    fields = ["ticket", "user", "at", "told_at"]
    ordering = ["-id"]
    related = ("ticket", "user")


@admin.register(ChecklistItem)
class ChecklistItemAdmin(KeepingAdmin):
    list_display = ["ticket", "text", "done_at", "done_by"]
    ordering = ["-id"]
    related = ("ticket", "done_by")


@admin.register(TimeEntry)
class TimeEntryAdmin(KeepingAdmin):
    list_display = ["ticket", "user", "minutes", "note", "at"]
    ordering = ["-id"]
    related = ("ticket", "user")
