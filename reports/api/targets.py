"""Endpoints about how targets were kept: the figures of the page, by the same rules."""

from datetime import timedelta
from typing import Any

from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES
from reports.choices import Dimension
from reports.forms import FiguresForm, MissedForm
from reports.queries.targets import (
    MISSED_ORDER,
    Group,
    Kept,
    attainment,
    missed_in,
    overall,
    overdue_now,
    why,
)
from sla.choices import ClockKind
from sla.models import Clock
from tickets.choices import Priority

FIGURES = ("days", "since", "until", "by")
MISSED = (*FIGURES, "kind", "group")


class KeptRow(serializers.Serializer):
    kind = serializers.ChoiceField(ClockKind.choices)
    ended = serializers.IntegerField()
    met = serializers.IntegerField()
    missed = serializers.IntegerField()
    percent = serializers.IntegerField(help_text="Met of a hundred, rounded down.")
    median_seconds = serializers.IntegerField(help_text="Of the working time that was used.")
    ninety_seconds = serializers.IntegerField(help_text="Within what nine in ten were done.")


class GroupRow(serializers.Serializer):
    group = serializers.CharField(
        help_text="The Monday of a week, a key, a technician's number, or none."
    )
    name = serializers.CharField()
    targets = KeptRow(many=True)


class TargetsReport(serializers.Serializer):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="Not included.")
    by = serializers.ChoiceField(Dimension.choices)
    overdue_now = serializers.IntegerField(help_text="Late and not ended, so in no other figure.")
    targets = KeptRow(many=True)
    groups = GroupRow(many=True)


class MissedRow(serializers.Serializer):
    id = serializers.IntegerField(help_text="The clock, as in the ticket's list of them.")
    ticket_id = serializers.CharField()
    subject = serializers.CharField()
    priority = serializers.ChoiceField(Priority.labels)
    kind = serializers.ChoiceField(ClockKind.choices)
    cycle = serializers.IntegerField()
    policy = serializers.CharField(allow_null=True)
    technician_id = serializers.CharField(allow_null=True, help_text="Whose it was at the end.")
    technician = serializers.CharField(allow_null=True)
    target_seconds = serializers.IntegerField()
    used_seconds = serializers.IntegerField()
    late_seconds = serializers.IntegerField(help_text="Working time beyond the target.")
    due_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField()
    paused_seconds = serializers.IntegerField(help_text="All hours counted.")
    paused_why = serializers.CharField(allow_blank=True)


def kept_row(kept: Kept) -> dict[str, Any]:
    return {
        "kind": kept.kind,
        "ended": kept.count,
        "met": kept.met,
        "missed": kept.missed,
        "percent": kept.percent,
        "median_seconds": seconds(kept.median),
        "ninety_seconds": seconds(kept.ninety),
    }


def seconds(length: timedelta | None) -> int | None:
    return None if length is None else round(length.total_seconds())


def group_row(group: Group) -> dict[str, Any]:
    return {
        "group": group.address,
        "name": group.name,
        "targets": [kept_row(kept) for kept in group.kinds],
    }


def missed_row(clock: Clock) -> dict[str, Any]:
    one, ticket, technician = why(clock), clock.ticket, clock.technician
    return {
        "id": clock.pk,
        "ticket_id": ticket.ticket_id,
        "subject": ticket.subject,
        "priority": ticket.get_priority_display(),
        "kind": clock.kind,
        "cycle": clock.cycle,
        "policy": str(clock.policy_version) if clock.policy_version else None,
        "technician_id": technician.desk_id if technician else None,
        "technician": technician.name if technician else None,
        "target_seconds": clock.target,
        "used_seconds": clock.used,
        "late_seconds": one.late,
        "due_at": clock.due_at,
        "ended_at": clock.ended_at,
        "paused_seconds": one.paused,
        "paused_why": one.reasons,
    }


def asked(form: FiguresForm) -> Any:
    """Return the form if it is valid, or 400 with the sentences of the page."""
    if not form.is_valid():
        raise serializers.ValidationError(
            {name: [str(each) for each in found] for name, found in form.errors.items()}
        )
    return form


class TargetFigures(DeskView):
    """How targets that ended in a period were kept; days are those of the desk's zone."""

    operations = {
        "GET": Operation(
            "getTargetsReport",
            "How targets were kept",
            TargetsReport,
            roles=STAFF_ROLES,
            filters=FIGURES,
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        form = asked(FiguresForm(check_parameters(request, known=FIGURES)))
        period, by = form.period, form.dimension
        groups = attainment(request.user, period, by)
        return Response(
            {
                "since": period.start,
                "until": period.end,
                "by": by,
                "overdue_now": overdue_now(request.user),
                "targets": [kept_row(kept) for kept in overall(request.user, period)],
                "groups": [group_row(group) for group in groups],
            }
        )


class MissedTargets(DeskView):
    """The targets that were missed in a period, the latest first."""

    operations = {
        "GET": Operation(
            "listMissedTargets",
            "Missed targets and why",
            MissedRow,
            roles=STAFF_ROLES,
            is_list=True,
            filters=MISSED,
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request, known=MISSED)
        form = asked(MissedForm(parameters))
        return list_response(
            request,
            missed_in(request.user, form.period, form.which),
            order=MISSED_ORDER,
            row=missed_row,
            parameters=parameters,
        )
