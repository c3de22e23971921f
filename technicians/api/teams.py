"""Endpoints about teams."""

from typing import Any

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import Http404
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES, Role
from accounts.models import NAME_LENGTH, Team, User
from accounts.numbers import row_key
from technicians.services import add_team, change_team, delete_team
from tickets.api.serializers import Deleted, Updated
from tickets.models import Category
from tickets.models.category import CATEGORY_LENGTH
from tickets.services import find_category

MOST = 500


class TeamChange(serializers.Serializer):
    """Any of these; a list replaces the whole one."""

    name = TextField(max_length=NAME_LENGTH, required=False)
    lead = TextField(max_length=40, required=False, allow_null=True, help_text="TEC0001")
    members = serializers.ListField(
        child=TextField(max_length=40), required=False, max_length=MOST, help_text="TEC0001, ..."
    )
    categories = serializers.ListField(
        child=TextField(max_length=CATEGORY_LENGTH),
        required=False,
        max_length=MOST,
        help_text="Names: Network, Network / VPN.",
    )
    is_active = serializers.BooleanField(
        required=False, help_text="Whether it can be given tickets."
    )

    def validate_lead(self, value: str | None) -> User | None:
        return technicians([value])[0] if value is not None else None

    def validate_members(self, value: list[str]) -> list[User]:
        return technicians(value)

    def validate_categories(self, value: list[str]) -> list[Category]:
        found = [(text, find_category(text)) for text in value]
        unknown = [text for text, category in found if category is None]
        if unknown:
            raise serializers.ValidationError(f"There is no category {unknown[0]}.")
        return [category for _, category in found if category is not None]


class NewTeam(TeamChange):
    name = TextField(max_length=NAME_LENGTH)


class TeamRow(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()
    lead = serializers.CharField(allow_null=True)
    members = serializers.ListField(child=serializers.CharField())
    categories = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()


class TeamCreated(serializers.Serializer):
    id = serializers.IntegerField()


def technicians(numbers: list[str]) -> list[User]:
    """Return the technicians of these numbers; 400 where one is nobody's."""
    people = User.objects.present().technicians().filter(public_id__in=numbers)
    known = {person.public_id: person for person in people}
    for number in numbers:
        if number not in known:
            raise serializers.ValidationError(f"There is no technician {number}.")
    return list(known.values())


def with_rows(teams: QuerySet[Team]) -> QuerySet[Team]:
    """Return the teams with what a row shows."""
    members = User.objects.order_by("public_id")
    return teams.select_related("lead").prefetch_related(
        Prefetch("members", members, to_attr="people"),
        Prefetch("categories", Category.objects.in_tree_order(), to_attr="served"),
    )


def team_row(team: Any) -> dict[str, Any]:
    return {
        "id": team.pk,
        "name": team.name,
        "lead": team.lead.public_id if team.lead else None,
        "members": [person.public_id for person in team.people],
        "categories": [str(category) for category in team.served],
        "is_active": team.is_active,
    }


class Teams(DeskView):
    """All teams, by name."""

    operations = {
        "GET": Operation("listTeams", "Teams", TeamRow, roles=STAFF_ROLES, is_list=True),
        "POST": Operation("addTeam", "Make a team", TeamCreated, 201, NewTeam, roles=[Role.ADMIN]),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        return list_response(
            request,
            with_rows(Team.objects.visible_to(request.user)),
            order=("name", "id"),
            row=team_row,
            parameters=parameters,
        )

    def post(self, request: DeskRequest) -> Response:
        team = add_team(actor=request.user, **self.checked(request))
        return Response({"id": team.pk}, status=201)


class OneTeam(DeskView):
    """A team; one that tickets have been given to can't be deleted, only deactivated."""

    operations = {
        "GET": Operation("getTeam", "One team", TeamRow, roles=STAFF_ROLES),
        "PUT": Operation(
            "changeTeam",
            "Change what the body carries",
            Updated,
            body=TeamChange,
            roles=[Role.ADMIN],
        ),
        "DELETE": Operation("deleteTeam", "Delete a team", Deleted, roles=[Role.ADMIN]),
    }

    def find(self, request: DeskRequest, team_id: str) -> Team | None:
        return self.teams(request, team_id).first()

    def teams(self, request: DeskRequest, team_id: str) -> QuerySet[Team]:
        """Return the team in a queryset; what is no number raises `Http404`."""
        key = row_key(team_id)
        if key is None:
            raise Http404
        return Team.objects.visible_to(request.user).filter(pk=key)

    def get(self, request: DeskRequest, team_id: str) -> Response:
        for team in with_rows(self.teams(request, team_id)):
            return Response(team_row(team))
        raise Http404

    def put(self, request: DeskRequest, team_id: str) -> Response:
        team = self.find(request, team_id)
        if team is None:
            raise Http404
        given = self.checked(request)
        if not given:
            raise ValidationError({"request": ["Nothing to change."]})
        with transaction.atomic():
            present = {
                "name": team.name,
                "lead": team.lead,
                "members": list(team.members.all()),
                "categories": list(team.categories.all()),
                "is_active": team.is_active,
            }
            change_team(team, actor=request.user, **{**present, **given})
        return Response({"updated": True})

    def delete(self, request: DeskRequest, team_id: str) -> Response:
        team = self.find(request, team_id)
        if team is None:
            return Response({"deleted": False})
        delete_team(team, actor=request.user)
        return Response({"deleted": True})
