"""Saved views, and how people want their lists, to look at."""

from django.contrib import admin

from accounts.admin_base import ReadOnlyAdmin
from technicians.models import ListPreference, SavedView


@admin.register(SavedView)
class SavedViewAdmin(ReadOnlyAdmin):
    """Lists of tickets under a name; changed on the desk's page of saved views."""

    list_display = ["name", "owner", "audience", "query"]
    list_filter = ["audience"]
    list_select_related = ["owner"]


@admin.register(ListPreference)
class ListPreferenceAdmin(ReadOnlyAdmin):
    """How somebody wants the list of tickets."""

    list_display = ["user", "columns", "default_view"]
    list_select_related = ["user", "default_view"]
