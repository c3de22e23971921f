"""Lists that were asked for as files, to look at; the files are their owners'."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from technicians.models import ListExport


@admin.register(ListExport)
class ListExportAdmin(ReadOnlyAdmin):
    """Files of lists, each gone after a day."""

    list_display = ["created_at", "owner", "format", "state", "rows", "expires_at"]
    list_filter = ["state", "format"]
    list_select_related = ["owner"]
    fields = ["owner", "query", "format", "state", "rows", "created_at", "expires_at"]
