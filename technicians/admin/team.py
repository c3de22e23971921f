"""Teams in the admin site."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from accounts.admin_base import ServiceAdmin, ServiceForm
from accounts.http import signed_in
from accounts.models import Team, User
from technicians import services
from tickets.models import Category


class TeamForm(ServiceForm):
    """A team with its members and categories."""

    members = forms.ModelMultipleChoiceField(
        User.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )
    categories = forms.ModelMultipleChoiceField(
        Category.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="The members serve them as well. A category includes its subcategories.",
    )

    class Meta:
        model = Team
        fields = ["name", "lead", "members", "categories", "is_active"]
        help_texts = {
            "lead": "Hands out the tickets of the team.",
            "is_active": "Otherwise it keeps its tickets and can be given no more.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if "members" not in fields:
            return
        people = User.objects.present().technicians().order_by("name")
        fields["members"].queryset = fields["lead"].queryset = people
        fields["lead"].empty_label = "Nobody"
        fields["categories"].queryset = Category.objects.in_tree_order()
        if self.instance.pk:
            self.initial["categories"] = list(self.instance.categories.all())


@admin.register(Team)
class TeamAdmin(ServiceAdmin):
    """Technicians who share tickets."""

    form = TeamForm
    fields = [*TeamForm.Meta.fields]
    keeps_log = True
    delete_consequence = "No ticket was ever in its queue, so nothing else changes."
    list_display = ["name", "lead", "member_count", "is_active"]
    list_select_related = ["lead"]
    search_fields = ["name__istartswith"]
    search_help_text = "The beginning of the name."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Team]:
        return Team.objects.annotate(members_total=Count("members")).order_by("name")

    @admin.display(description="members")
    def member_count(self, team: Any) -> int:
        return team.members_total

    def has_delete_permission(self, request: HttpRequest, obj: Team | None = None) -> bool:
        return obj is not None and not services.is_team_used(obj)

    def store_new(self, request: HttpRequest, form: Any) -> Team:
        return services.add_team(actor=signed_in(request), **form.cleaned_data)

    def store_changes(self, request: HttpRequest, obj: Team, form: Any) -> Team:
        return services.change_team(obj, actor=signed_in(request), **form.cleaned_data)

    def delete_model(self, request: HttpRequest, obj: Team) -> None:
        services.delete_team(obj, actor=signed_in(request))
