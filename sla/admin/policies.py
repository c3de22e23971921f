"""Policies with their targets, and the levels of their escalation."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import path

from accounts.admin_base import ServiceAdmin, ServiceForm
from accounts.http import signed_in
from accounts.models import Organization, User
from accounts.numbers import number_of
from sla import services
from sla.admin.drafts import DraftAdmin, DraftForm
from sla.choices import POLICY_KINDS, ClockKind
from sla.models import BusinessCalendar, EscalationLevel, Policy
from tickets.choices import OPEN_STATUSES, Channel, Priority
from tickets.models import Category, Tag, Ticket
from tickets.models.ticket import TICKET_PREFIX

CHOICES = forms.CheckboxSelectMultiple
TARGETS = {
    ClockKind.FIRST_RESPONSE: "First reply within",
    ClockKind.NEXT_RESPONSE: "Next reply within",
    ClockKind.RESOLUTION: "Resolved within",
    ClockKind.UPDATE: "Longest silence",
}
UNIT = "Working minutes (480 is a day of eight hours); empty: no target."


class PolicyForm(DraftForm):
    calendar = forms.ModelChoiceField(
        BusinessCalendar.objects.order_by("name"), label="Working hours", empty_label=None
    )
    first_response = forms.IntegerField(required=False, help_text=UNIT)
    next_response = forms.IntegerField(required=False, help_text=UNIT)
    resolution = forms.IntegerField(required=False, help_text=UNIT)
    update = forms.IntegerField(required=False, help_text=UNIT)
    pauses = forms.MultipleChoiceField(
        required=False,
        widget=CHOICES,
        label="Stands still while",
        choices=[(status.value, status.label) for status in OPEN_STATUSES],
    )
    priorities = forms.TypedMultipleChoiceField(
        required=False, widget=CHOICES, coerce=int, choices=Priority.choices
    )
    categories = forms.ModelMultipleChoiceField(Category.objects.none(), required=False)
    organizations = forms.ModelMultipleChoiceField(
        Organization.objects.order_by("name"), required=False, label="organisations"
    )
    channels = forms.MultipleChoiceField(required=False, widget=CHOICES, choices=Channel.choices)
    tags = forms.ModelMultipleChoiceField(
        Tag.objects.order_by("name"),
        required=False,
        help_text="One of them is enough. A tag that is merged or deleted is for no ticket.",
    )
    take_over = forms.BooleanField(
        required=False,
        label="Open tickets take it over",
        help_text="Time that was used or paused stays as it is. Otherwise they keep what they had.",
    )

    class Meta:
        model = Policy
        fields = ["name", "position", "is_active"]
        help_texts = {
            "position": "Smaller numbers are looked at first; the first policy that fits holds.",
            "is_active": "An inactive one is for no new ticket.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if "categories" not in fields:
            return
        fields["categories"].queryset = Category.objects.in_tree_order()
        for kind, label in TARGETS.items():
            fields[kind].label = label
        version = self.instance.current if self.instance.pk else None
        if version:
            self.initial.update({kind: getattr(version, kind) for kind in POLICY_KINDS})
            self.initial.update({"calendar": version.calendar_id, "pauses": version.pauses})
            self.initial.update(version.conditions)


@admin.register(Policy)
class PolicyAdmin(DraftAdmin):
    """What is promised to whom, in the order in which policies are looked at."""

    form = PolicyForm
    keeps_log = True
    list_display = ["name", "position", "is_active", "targets", "version"]
    fieldsets = [
        (None, {"fields": ["name", "position", "is_active"]}),
        ("Targets", {"fields": ["calendar", *TARGETS, "pauses"]}),
        (
            "For which tickets (nothing chosen: for all)",
            {"fields": ["priorities", "categories", "organizations", "channels", "tags"]},
        ),
        ("Tickets that are open", {"fields": ["take_over"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Policy]:
        return Policy.objects.select_related("current__calendar")

    def get_urls(self) -> list[Any]:
        test = self.admin_site.admin_view(self.test_view)
        return [path("test/", test, name="sla_policy_test"), *super().get_urls()]

    def test_view(self, request: HttpRequest) -> HttpResponse:
        """Say which policy holds for a ticket, and why each other one does not."""
        asked = request.GET.get("ticket", "").strip()
        number = number_of(TICKET_PREFIX, asked.upper())
        tickets = Ticket.objects.visible_to(signed_in(request)).for_detail()
        ticket = tickets.filter(pk=number).first() if number else None
        choices = services.explain_choice(ticket) if ticket else []
        context = self.admin_site.each_context(request) | {
            "title": "Test policies on a ticket",
            "opts": Policy._meta,
            "asked": asked,
            "ticket": ticket,
            "choices": choices,
            "holding": any(choice.holds for choice in choices),
            "inactive": Policy.objects.filter(is_active=False),
        }
        return TemplateResponse(request, "admin/sla/policy/test.html", context)

    @admin.display(description="targets in working minutes")
    def targets(self, policy: Policy) -> str:
        version = policy.current
        found = [(TARGETS[kind], getattr(version, kind)) for kind in POLICY_KINDS if version]
        return " · ".join(f"{label} {minutes}" for label, minutes in found if minutes)

    @admin.display(description="version")
    def version(self, policy: Policy) -> int | str:
        return policy.current.number if policy.current else ""

    def store_new(self, request: HttpRequest, form: Any) -> Policy:
        return self._store(request, None, form)

    def store_changes(self, request: HttpRequest, obj: Policy, form: Any) -> Policy:
        return self._store(request, obj, form)

    def _store(self, request: HttpRequest, obj: Policy | None, form: Any) -> Policy:
        data = form.cleaned_data
        return services.save_policy(
            obj,
            actor=signed_in(request),
            position=data["position"],
            is_active=data["is_active"],
            take_over=data["take_over"],
            **self._given(data),
        )

    def what_if(self, request: HttpRequest, obj: Policy, form: Any) -> services.WhatIf:
        actor = signed_in(request)
        draft = services.draft_policy(obj, actor=actor, **self._given(form.cleaned_data))
        return services.what_if_policy(obj, draft, actor=actor)

    def _given(self, data: dict[str, Any]) -> dict[str, Any]:
        return {
            "name": data["name"],
            "calendar": data["calendar"],
            "targets": {kind: data[kind] for kind in POLICY_KINDS},
            "pauses": data["pauses"],
            "conditions": {
                "priorities": data["priorities"],
                "categories": [category.pk for category in data["categories"]],
                "organizations": [organization.pk for organization in data["organizations"]],
                "channels": data["channels"],
                "tags": [tag.pk for tag in data["tags"]],
            },
        }


class LevelForm(ServiceForm):
    tell_others = forms.ModelMultipleChoiceField(User.objects.none(), required=False)

    class Meta:
        model = EscalationLevel
        fields = [
            "policy",
            "kind",
            "amount",
            "unit",
            "tell_technician",
            "tell_lead",
            "tell_others",
            "raise_priority_to",
            "reassign_to",
        ]
        help_texts = {
            "kind": "Empty: every target of the policy.",
            "amount": "75 percent warns in time; 100 percent, or 0 minutes, is the due time.",
            "tell_lead": "The lead of the ticket's team, or of its technician's team.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if "tell_others" not in fields:
            return
        people = User.objects.active().filter(role__in=["technician", "admin"]).order_by("name")
        fields["tell_others"].queryset = people
        fields["reassign_to"].queryset = User.objects.active().technicians().order_by("name")
        if self.instance.pk:
            self.initial["tell_others"] = list(self.instance.tell_others.all())


@admin.register(EscalationLevel)
class EscalationLevelAdmin(ServiceAdmin):
    """What happens when a clock has counted so far."""

    form = LevelForm
    keeps_log = True
    list_display = ["__str__", "policy", "kind", "tell_technician", "tell_lead", "reassign_to"]
    list_select_related = ["policy", "reassign_to"]
    delete_consequence = "What it did stays written down."

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None

    def delete_model(self, request: HttpRequest, obj: EscalationLevel) -> None:
        services.delete_level(obj, actor=signed_in(request))

    def store_new(self, request: HttpRequest, form: Any) -> EscalationLevel:
        return self._store(request, EscalationLevel(), form)

    def store_changes(
        self, request: HttpRequest, obj: EscalationLevel, form: Any
    ) -> EscalationLevel:
        return self._store(request, obj, form)

    def _store(self, request: HttpRequest, level: EscalationLevel, form: Any) -> EscalationLevel:
        values = dict(form.cleaned_data)
        others = list(values.pop("tell_others"))
        for name, value in values.items():
            setattr(level, name, value)
        return services.save_level(level, actor=signed_in(request), others=others)
