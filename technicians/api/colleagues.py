"""Everybody at the desk: to whom a ticket can be given, whom a note can mention."""

from typing import Any

from django.db.models import OuterRef, Prefetch, Subquery
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES, Role
from accounts.models import Team, User
from accounts.text import clean_search
from technicians.querysets import absences_now
from tickets.api.rows import moment
from tickets.mentions import SEARCHED, beginning, colleagues, mention_name


class ColleagueRow(serializers.Serializer):
    id = serializers.CharField(help_text="TEC0001; of an admin the user id.")
    name = serializers.CharField()
    role = serializers.ChoiceField([choice for choice in Role.choices if choice[0] in STAFF_ROLES])
    mention = serializers.CharField(
        allow_blank=True,
        help_text="What a note writes after @ to mention them; empty: nothing can.",
    )
    teams = serializers.ListField(child=serializers.CharField(), help_text="Names, by name.")
    is_available = serializers.BooleanField(
        allow_null=True, help_text="Whether they take new tickets; null for an admin, who has none."
    )
    away_note = serializers.CharField(allow_blank=True)
    away_until = serializers.DateTimeField(
        allow_null=True, help_text="The end of the planned absence that lasts."
    )


class Colleagues(DeskView):
    """Active technicians (who can be given tickets) and admins, by name, oneself included.

    With `q` those whose user id, or a word of whose name, begins like this.
    """

    operations = {
        "GET": Operation(
            "listColleagues",
            "Everybody at the desk",
            ColleagueRow,
            roles=STAFF_ROLES,
            is_list=True,
            filters=["q"],
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request, ["q"])
        start = clean_search(parameters.get("q", ""), max_length=SEARCHED)
        absence = absences_now(OuterRef("pk")).order_by("ends_at").values("ends_at")[:1]
        people = beginning(colleagues(), start).select_related("technician")
        return list_response(
            request,
            people.annotate(away_until=Subquery(absence)).prefetch_related(
                Prefetch("teams", Team.objects.order_by("name"), to_attr="in_teams")
            ),
            order=("name", "id"),
            row=colleague_row,
            parameters=parameters,
        )


def colleague_row(person: User) -> dict[str, Any]:
    technician = getattr(person, "technician", None) if person.is_technician else None
    until = person.away_until  # type: ignore[attr-defined]
    there = technician is not None and technician.is_available and until is None
    return {
        "id": person.desk_id,
        "name": person.name,
        "role": person.role,
        "mention": mention_name(person),
        "teams": [team.name for team in person.in_teams],  # type: ignore[attr-defined]
        "is_available": there if person.is_technician else None,
        "away_note": technician.away_note if technician else "",
        "away_until": moment(until),
    }
