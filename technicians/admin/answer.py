"""Canned responses and macros in the admin site: read there, kept on the desk's own pages."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import ServiceAdmin
from accounts.http import signed_in
from technicians.models import CannedResponse, Macro
from technicians.services import delete_shared


class SharedAdmin(ServiceAdmin):
    """What admins may change; other people's own ones are nobody else's business."""

    list_display = ["title", "folder", "audience_words", "owner"]
    list_select_related = ["owner", "team"]
    ordering = ["folder", "title", "id"]
    search_fields = ["title__istartswith"]
    search_help_text = "The beginning of the title."

    def get_queryset(self, request: HttpRequest) -> QuerySet:
        return self.model.objects.visible_to(signed_in(request))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return obj is not None

    def delete_model(self, request: HttpRequest, obj) -> None:
        delete_shared(obj, actor=signed_in(request))


@admin.register(CannedResponse)
class CannedResponseAdmin(SharedAdmin):
    """Texts with placeholders."""


@admin.register(Macro)
class MacroAdmin(SharedAdmin):
    """Several changes in one click."""
