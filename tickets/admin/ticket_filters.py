"""By what the admin's list of tickets is narrowed."""

from typing import Any

from django.db.models import Q
from django.http import HttpRequest

from accounts.admin_base import LoneFilter
from accounts.models import User
from accounts.numbers import row_key
from tickets.choices import Status
from tickets.models import Category


class StateFilter(LoneFilter):
    title = "status"
    parameter_name = "state"
    default_label = "All but deleted"
    OPEN = ("open", "unassigned")

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("open", "Open, most urgent first"),
            ("unassigned", "Open, nobody has it"),
            *[(status.value, status.label) for status in Status],
            ("deleted", "Deleted"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "deleted":
            return queryset.filter(deleted_at__isnull=False)
        queryset = queryset.filter(deleted_at__isnull=True)
        if self.value() == "open":
            return queryset.open()
        if self.value() == "unassigned":
            return queryset.open().unassigned()
        return queryset.filter(status=self.value()) if self.value() in Status else queryset


class CategoryFilter(LoneFilter):
    title = "category"
    parameter_name = "topic"
    starts_open = False

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(category.pk, str(category)) for category in Category.objects.in_tree_order()]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        key = row_key(self.value() or "")
        if key is None:
            return queryset
        below = Category.objects.filter(Q(pk=key) | Q(parent=key)).values_list("pk", flat=True)
        return queryset.filter(category__in=list(below))


class TechnicianFilter(LoneFilter):
    title = "technician"
    parameter_name = "who"
    starts_open = False

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        people = User.objects.present().technicians().order_by("name")
        return [(person.pk, f"{person.name} ({person.desk_id})") for person in people]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        key = row_key(self.value() or "")
        return queryset if key is None else queryset.filter(technician=key)
