"""Notes about customers, to look at; the customers' pages on the desk write them."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin_base import ReadOnlyAdmin
from tickets.models import CustomerMerge, CustomerNote, OrganizationNote


@admin.register(CustomerNote)
class CustomerNoteAdmin(ReadOnlyAdmin):
    list_display = ["customer", "author", "created_at"]
    ordering = ["-id"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        return super().get_queryset(request).select_related("customer", "author")


@admin.register(CustomerMerge)
class CustomerMergeAdmin(ReadOnlyAdmin):
    """Which customers were merged; done and undone on the customers' pages."""

    list_display = ["source", "target", "merged_by", "merged_at", "undone_at"]
    list_select_related = ["source", "target", "merged_by"]
    fields = ["source", "target", "merged_by", "merged_at", "undone_by", "undone_at", "moved"]
    ordering = ["-id"]


@admin.register(OrganizationNote)
class OrganizationNoteAdmin(ReadOnlyAdmin):
    list_display = ["organization", "author", "created_at"]
    list_select_related = ["organization", "author"]
    ordering = ["-id"]
