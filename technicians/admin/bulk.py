"""Changes of many tickets at once, to look at."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from technicians.models import BulkAction, BulkRow


@admin.register(BulkAction)
class BulkActionAdmin(ReadOnlyAdmin):
    """Changes of many tickets, kept for a month; what became of each ticket is its event."""

    list_display = ["created_at", "actor", "verb", "total", "state"]
    list_filter = ["verb", "state"]
    list_select_related = ["actor"]


@admin.register(BulkRow)
class BulkRowAdmin(ReadOnlyAdmin):
    """What was done with one of the tickets, and why one was left out."""

    list_display = ["action", "ticket", "is_done", "is_undone", "reason"]
    list_select_related = ["action", "ticket"]
