"""Endpoints about time spent: the figures of the page, by the same rules."""

from itertools import islice
from typing import Any

from django.core.exceptions import PermissionDenied
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES
from reports.api.targets import FIGURES, asked
from reports.choices import TimeDimension
from reports.forms import TimeForm
from reports.queries.time import (
    ENTRIES_ORDER,
    TimeGroup,
    entries_in,
    is_tracked,
    time_by,
    time_spent,
    with_words,
)
from tickets.models import TimeEntry

ENTRIES = (*FIGURES, "group")
MOST_GROUPS = 1_000


class TimeGroupRow(serializers.Serializer):
    group = serializers.CharField(help_text="A person's or ticket's number, a key, or none.")
    name = serializers.CharField(help_text="Of a ticket: its subject.")
    minutes = serializers.IntegerField()
    entries = serializers.IntegerField()
    tickets = serializers.IntegerField()


class TimeReport(serializers.Serializer):
    since = serializers.DateTimeField()
    until = serializers.DateTimeField(help_text="Not included.")
    by = serializers.ChoiceField(TimeDimension.choices)
    minutes = serializers.IntegerField()
    entries = serializers.IntegerField()
    tickets = serializers.IntegerField(help_text="On how many tickets.")
    technicians = serializers.IntegerField(help_text="By how many people at the desk.")
    groups = TimeGroupRow(many=True, help_text=f"The most time first, at most {MOST_GROUPS:,}.")


class TimeEntryRow(serializers.Serializer):
    id = serializers.IntegerField(help_text="As in the ticket's list of them.")
    ticket_id = serializers.CharField()
    subject = serializers.CharField()
    category = serializers.CharField()
    customer_id = serializers.CharField()
    customer = serializers.CharField()
    organization = serializers.CharField(allow_null=True)
    technician_id = serializers.CharField()
    technician = serializers.CharField()
    minutes = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    date = serializers.DateTimeField()


def group_row(group: TimeGroup) -> dict[str, Any]:
    return {
        "group": group.address,
        "name": group.name,
        "minutes": group.minutes,
        "entries": group.entries,
        "tickets": group.tickets,
    }


def entry_row(entry: TimeEntry) -> dict[str, Any]:
    ticket, customer = entry.ticket, entry.ticket.customer
    return {
        "id": entry.pk,
        "ticket_id": ticket.ticket_id,
        "subject": ticket.subject,
        "category": ticket.category_label,
        "customer_id": customer.desk_id,
        "customer": customer.name,
        "organization": customer.organization.name if customer.organization else None,
        "technician_id": entry.user.desk_id,
        "technician": entry.user.name,
        "minutes": entry.minutes,
        "note": entry.note,
        "date": entry.at,
    }


class TimeView(DeskView):
    """403 where the desk does not write down time spent."""

    def check_permissions(self, request: Any) -> None:
        super().check_permissions(request)
        if not is_tracked():
            raise PermissionDenied("This desk does not write down time spent.")


class TimeFigures(TimeView):
    """Time spent in a period; days are those of the desk's zone."""

    operations = {
        "GET": Operation(
            "getTimeReport", "Time spent", TimeReport, roles=STAFF_ROLES, filters=FIGURES
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        form = asked(TimeForm(check_parameters(request, known=FIGURES)))
        period, by = form.period, form.dimension
        spent = time_spent(request.user, period)
        groups = islice(time_by(request.user, period, by), MOST_GROUPS)
        return Response(
            {
                "since": period.start,
                "until": period.end,
                "by": by,
                "minutes": spent.minutes,
                "entries": spent.entries,
                "tickets": spent.tickets,
                "technicians": spent.people,
                "groups": [group_row(group) for group in groups],
            }
        )


class TimeEntries(TimeView):
    """The single entries of a period, the latest first."""

    operations = {
        "GET": Operation(
            "listTimeEntries",
            "Entries of time spent",
            TimeEntryRow,
            roles=STAFF_ROLES,
            is_list=True,
            filters=ENTRIES,
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request, known=ENTRIES)
        form = asked(TimeForm(parameters))
        return list_response(
            request,
            with_words(entries_in(request.user, form.period, form.which)),
            order=ENTRIES_ORDER,
            row=entry_row,
            parameters=parameters,
        )
