"""Endpoints about targets, for those at the desk."""

from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES
from sla.choices import ClockKind, SegmentState
from sla.models import Clock, ClockSegment
from sla.queries import with_segments
from tickets.api.views import TicketView


class SegmentRow(serializers.Serializer):
    state = serializers.ChoiceField(SegmentState.choices)
    reason = serializers.CharField(allow_blank=True, help_text="Why it stands still.")
    begins_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField(allow_null=True)
    calendar = serializers.CharField(
        allow_null=True, help_text="The working hours and their version; null: all hours count."
    )
    event_id = serializers.IntegerField(
        allow_null=True, help_text="The event of the ticket's timeline that began it."
    )


class ClockRow(serializers.Serializer):
    id = serializers.IntegerField()
    kind = serializers.ChoiceField(ClockKind.choices)
    cycle = serializers.IntegerField(help_text="Counts up: a reopened ticket is resolved anew.")
    policy = serializers.CharField(allow_null=True, help_text="The policy and its version.")
    target_seconds = serializers.IntegerField(
        allow_null=True, help_text="Working time; null: no target."
    )
    started_at = serializers.DateTimeField()
    due_at = serializers.DateTimeField(allow_null=True, help_text="Null while it stands still.")
    ended_at = serializers.DateTimeField(allow_null=True)
    met = serializers.BooleanField(allow_null=True, help_text="Null: open, or without a target.")
    used_seconds = serializers.IntegerField(
        allow_null=True, help_text="Working time until the end; null while it is open."
    )
    segments = SegmentRow(many=True)


def segment_row(segment: ClockSegment) -> dict[str, Any]:
    calendar = segment.calendar_version
    return {
        "state": segment.state,
        "reason": segment.reason,
        "begins_at": segment.begins_at,
        "ends_at": segment.ends_at,
        "calendar": str(calendar) if calendar else None,
        "event_id": segment.event_id,
    }


def clock_row(clock: Clock) -> dict[str, Any]:
    segments = sorted(clock.segments.all(), key=lambda one: (one.begins_at, one.pk))
    return {
        "id": clock.pk,
        "kind": clock.kind,
        "cycle": clock.cycle,
        "policy": str(clock.policy_version) if clock.policy_version else None,
        "target_seconds": clock.target,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "ended_at": clock.ended_at,
        "met": clock.is_met,
        "used_seconds": clock.used,
        "segments": [segment_row(segment) for segment in segments],
    }


class TicketClocks(TicketView):
    """Each target of a ticket with the time that ran and the time that stood still."""

    operations = {
        "GET": Operation(
            "listTicketClocks",
            "The targets of a ticket",
            ClockRow,
            roles=STAFF_ROLES,
            is_list=True,
        ),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        parameters = check_parameters(request)
        clocks = with_segments(Clock.objects.filter(ticket=self.find(request, ticket_id)))
        return list_response(request, clocks, order=("id",), row=clock_row, parameters=parameters)
