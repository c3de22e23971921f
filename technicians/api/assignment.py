"""Endpoints about automatic assignment."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES, Role
from accounts.models import NAME_LENGTH, Team
from accounts.numbers import number_of, row_key
from technicians.choices import AssignmentMethod
from technicians.models import (
    AWAY_NOTE_LENGTH,
    WORK_HOURS_LENGTH,
    AssignmentRequest,
    AssignmentRule,
    Technician,
)
from technicians.services import delete_rule, save_rule, set_availability, set_working_time
from tickets.api.rows import moment
from tickets.api.serializers import TICKET_ID, Deleted, Updated
from tickets.models import Category, Ticket
from tickets.models.category import CATEGORY_LENGTH
from tickets.services import find_category


class RuleChange(serializers.Serializer):
    """How tickets are given, and whether they are."""

    method = serializers.ChoiceField(AssignmentMethod.choices, required=False)
    is_on = serializers.BooleanField(required=False)


class NewRule(RuleChange):
    """Of a category or of a team."""

    category = TextField(max_length=CATEGORY_LENGTH, required=False, help_text="Network / VPN")
    team = TextField(max_length=NAME_LENGTH, required=False)

    def validate_category(self, value: str) -> Category:
        category = find_category(value)
        if category is None:
            raise serializers.ValidationError("There is no such category.")
        return category

    def validate_team(self, value: str) -> Team:
        team = Team.objects.filter(name__iexact=value.strip()).first()
        if team is None:
            raise serializers.ValidationError("There is no such team.")
        return team


class RuleRow(serializers.Serializer):
    id = serializers.IntegerField()
    category = serializers.CharField(allow_null=True)
    team = serializers.CharField(allow_null=True)
    method = serializers.ChoiceField(AssignmentMethod.choices)
    is_on = serializers.BooleanField()


class RuleCreated(serializers.Serializer):
    id = serializers.IntegerField()


class WorkChange(serializers.Serializer):
    """Any of these."""

    most_open = serializers.IntegerField(
        required=False,
        allow_null=True,
        min_value=0,
        max_value=10_000,
        help_text="The desk gives them no more open tickets by itself; null: no limit.",
    )
    work_hours = TextField(
        max_length=WORK_HOURS_LENGTH,
        required=False,
        allow_blank=True,
        help_text="Like Mon-Fri 09:00-17:00; empty: always.",
    )
    is_available = serializers.BooleanField(required=False)


class Work(serializers.Serializer):
    most_open = serializers.IntegerField(allow_null=True)
    work_hours = serializers.CharField(allow_blank=True)
    is_available = serializers.BooleanField()


class Availability(serializers.Serializer):
    is_available = serializers.BooleanField()
    away_note = serializers.CharField(allow_blank=True, help_text="Colleagues see it.")


class NewAvailability(serializers.Serializer):
    is_available = serializers.BooleanField()
    away_note = TextField(
        max_length=AWAY_NOTE_LENGTH,
        required=False,
        allow_blank=True,
        help_text="Kept while one is away only.",
    )


class StuckRow(serializers.Serializer):
    ticket_id = serializers.RegexField(TICKET_ID)
    subject = serializers.CharField()
    since = serializers.DateTimeField()
    reason = serializers.CharField()


def availability_row(technician: Technician) -> dict[str, Any]:
    return {"is_available": technician.is_available, "away_note": technician.away_note}


def rule_row(rule: AssignmentRule) -> dict[str, Any]:
    return {
        "id": rule.pk,
        "category": str(rule.category) if rule.category else None,
        "team": rule.team.name if rule.team else None,
        "method": rule.method,
        "is_on": rule.is_on,
    }


def stuck_row(request: AssignmentRequest) -> dict[str, Any]:
    return {
        "ticket_id": request.ticket.ticket_id,
        "subject": request.ticket.subject,
        "since": moment(request.stuck_since),
        "reason": request.reason,
    }


class Rules(DeskView):
    """How tickets of categories and teams are given by themselves."""

    operations = {
        "GET": Operation(
            "listAssignmentRules", "Rules of assignment", RuleRow, roles=[Role.ADMIN], is_list=True
        ),
        "POST": Operation(
            "addAssignmentRule", "Make a rule", RuleCreated, 201, NewRule, roles=[Role.ADMIN]
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        rules = AssignmentRule.objects.select_related("team", "category__parent")
        return list_response(request, rules, order=("id",), row=rule_row, parameters=parameters)

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        rule = save_rule(
            None,
            actor=request.user,
            category=given.get("category"),
            team=given.get("team"),
            method=given.get("method", AssignmentMethod.ROUND_ROBIN),
            is_on=given.get("is_on", False),
        )
        return Response({"id": rule.pk}, status=201)


class OneRule(DeskView):
    """A rule; what it is about stays."""

    operations = {
        "PUT": Operation(
            "changeAssignmentRule",
            "Change what the body carries",
            Updated,
            body=RuleChange,
            roles=[Role.ADMIN],
        ),
        "DELETE": Operation("deleteAssignmentRule", "Delete a rule", Deleted, roles=[Role.ADMIN]),
    }

    def rules(self, rule_id: str) -> QuerySet[AssignmentRule]:
        key = row_key(rule_id)
        if key is None:
            raise Http404
        return AssignmentRule.objects.select_related("team", "category__parent").filter(pk=key)

    def put(self, request: DeskRequest, rule_id: str) -> Response:
        rule = self.rules(rule_id).first()
        if rule is None:
            raise Http404
        given = self.checked(request)
        if not given:
            raise ValidationError({"request": ["Nothing to change."]})
        present = {"method": rule.method, "is_on": rule.is_on}
        save_rule(
            rule,
            actor=request.user,
            category=rule.category,
            team=rule.team,
            **{**present, **given},
        )
        return Response({"updated": True})

    def delete(self, request: DeskRequest, rule_id: str) -> Response:
        rule = self.rules(rule_id).first()
        if rule is None:
            return Response({"deleted": False})
        delete_rule(rule, actor=request.user)
        return Response({"deleted": True})


class TechnicianWork(DeskView):
    """What a technician can be given, and when; technicians read their own."""

    operations = {
        "GET": Operation("getWork", "What a technician can be given", Work, roles=STAFF_ROLES),
        "PUT": Operation(
            "changeWork",
            "Change what the body carries",
            Updated,
            body=WorkChange,
            roles=[Role.ADMIN],
        ),
    }

    def find(self, request: DeskRequest, technician_id: str) -> Technician:
        known = number_of("TEC", technician_id) is not None
        visible = Technician.objects.visible_to(request.user).select_related("user")
        found = visible.filter(user__public_id=technician_id).first() if known else None
        if found is None:
            raise Http404
        return found

    def get(self, request: DeskRequest, technician_id: str) -> Response:
        technician = self.find(request, technician_id)
        names = ("most_open", "work_hours", "is_available")
        return Response({name: getattr(technician, name) for name in names})

    def put(self, request: DeskRequest, technician_id: str) -> Response:
        technician = self.find(request, technician_id)
        given = self.checked(request)
        if not given:
            raise ValidationError({"request": ["Nothing to change."]})
        set_working_time(
            technician,
            actor=request.user,
            most_open=given.get("most_open", technician.most_open),
            work_hours=given.get("work_hours", technician.work_hours),
        )
        if "is_available" in given:
            set_availability(
                technician,
                available=given["is_available"],
                actor=request.user,
                away_note=technician.away_note,
            )
        return Response({"updated": True})


class OwnAvailability(DeskView):
    """Whether one takes new tickets, as a technician says it of oneself."""

    operations = {
        "GET": Operation(
            "getAvailability", "Own availability", Availability, roles=[Role.TECHNICIAN]
        ),
        "PUT": Operation(
            "setAvailability",
            "Say whether one takes new tickets",
            Availability,
            body=NewAvailability,
            roles=[Role.TECHNICIAN],
        ),
    }

    def own(self, request: DeskRequest) -> Technician:
        mine = Technician.objects.visible_to(request.user).select_related("user")
        technician: Technician | None = mine.filter(user=request.user).first()
        if technician is None:
            raise Http404
        return technician

    def get(self, request: DeskRequest) -> Response:
        return Response(availability_row(self.own(request)))

    def put(self, request: DeskRequest) -> Response:
        given, technician = self.checked(request), self.own(request)
        available = given["is_available"]
        note = "" if available else given.get("away_note", "")
        technician = set_availability(
            technician, available=available, actor=request.user, away_note=note
        )
        return Response(availability_row(technician))


class StuckTickets(DeskView):
    """Tickets that the desk can give to nobody now, and why; of those that one may see."""

    operations = {
        "GET": Operation(
            "listStuckTickets",
            "Tickets that can be given to nobody",
            StuckRow,
            roles=STAFF_ROLES,
            is_list=True,
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        visible = Ticket.objects.visible_to(request.user).open().unassigned()
        stuck = AssignmentRequest.objects.filter(
            Exists(visible.filter(pk=OuterRef("ticket"))), stuck_since__isnull=False
        )
        return list_response(
            request,
            stuck.select_related("ticket"),
            order=("stuck_since", "ticket_id"),
            row=stuck_row,
            parameters=parameters,
        )
