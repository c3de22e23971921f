"""Automatic assignment in the admin site."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin_base import ReadOnlyAdmin, ServiceAdmin, ServiceForm
from accounts.http import signed_in
from accounts.models import Team
from technicians import services
from technicians.models import AssignmentRequest, AssignmentRule
from tickets.models import Category


class RuleForm(ServiceForm):
    class Meta:
        model = AssignmentRule
        fields = ["category", "team", "method", "is_on"]
        help_texts = {
            "team": "Instead of a category: tickets in the queue of the team.",
            "is_on": "Switched on, the desk also gives away what nobody has now.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if "category" in fields:
            fields["category"].queryset = Category.objects.in_tree_order()
            fields["category"].empty_label = "None: a team instead"
            fields["team"].queryset = Team.objects.all()
            fields["team"].empty_label = "None"


@admin.register(AssignmentRule)
class AssignmentRuleAdmin(ServiceAdmin):
    """How tickets are given by themselves."""

    form = RuleForm
    fields = [*RuleForm.Meta.fields]
    keeps_log = True
    delete_consequence = "Its tickets wait for somebody who takes them."
    list_display = ["about", "method", "is_on"]
    list_select_related = ["team", "category__parent"]
    ordering = ["id"]

    @admin.display(description="tickets of")
    def about(self, rule: AssignmentRule) -> str:
        return f"Team {rule.team}" if rule.team else str(rule.category)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None

    def store_new(self, request: HttpRequest, form: Any) -> AssignmentRule:
        return services.save_rule(None, actor=signed_in(request), **form.cleaned_data)

    def store_changes(self, request: HttpRequest, obj: AssignmentRule, form: Any) -> AssignmentRule:
        # The form has put its values into the row that it shows.
        stored = AssignmentRule.objects.get(pk=obj.pk)
        return services.save_rule(stored, actor=signed_in(request), **form.cleaned_data)

    def delete_model(self, request: HttpRequest, obj: AssignmentRule) -> None:
        services.delete_rule(obj, actor=signed_in(request))


@admin.register(AssignmentRequest)
class AssignmentRequestAdmin(ReadOnlyAdmin):
    """Tickets that wait to be given to somebody."""

    list_display = ["ticket", "asked_at", "stuck_since", "reason"]
    list_select_related = ["ticket"]
    ordering = ["due_at"]
