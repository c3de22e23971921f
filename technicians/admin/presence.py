"""Who is on which ticket's page, in the admin site."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from technicians.models import Presence


@admin.register(Presence)
class PresenceAdmin(ReadOnlyAdmin):
    """Rows of the last minutes."""

    list_display = ["user", "ticket", "writing", "seen_at"]
    list_select_related = ["user", "ticket"]
    ordering = ["-id"]
