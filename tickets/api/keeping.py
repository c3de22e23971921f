"""Endpoints about keeping order: rest, reminders, checklist, time spent. For staff only."""

from typing import Any

from django.db.models import Exists, OuterRef
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES
from tickets.api.rows import moment
from tickets.api.serializers import TICKET_ID, Deleted
from tickets.api.views import TicketView
from tickets.models import (
    ChecklistItem,
    Ticket,
    TicketReminder,
    TicketSnooze,
    TimeEntry,
)
from tickets.models.keeping import ITEM_LENGTH, REMINDER_LENGTH, TIME_NOTE_LENGTH
from tickets.services import (
    add_item,
    drop_reminder,
    log_time,
    remove_item,
    remove_time,
    set_item_done,
    set_reminder,
    snooze_ticket,
    wake_ticket,
)

HIGHEST = 2**63


class NewSnooze(serializers.Serializer):
    until = serializers.DateTimeField(
        allow_null=True, required=False, help_text="Without it: until the customer answers."
    )


class SnoozeState(serializers.Serializer):
    snoozed = serializers.BooleanField()
    until = serializers.DateTimeField(allow_null=True)


class NewReminder(serializers.Serializer):
    at = serializers.DateTimeField()
    note = TextField(max_length=REMINDER_LENGTH, required=False, allow_blank=True)


class ReminderRow(serializers.Serializer):
    id = serializers.IntegerField()
    ticket_id = serializers.RegexField(TICKET_ID)
    at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)
    told_date = serializers.DateTimeField(allow_null=True, help_text="When it was said.")


class NewItem(serializers.Serializer):
    text = TextField(max_length=ITEM_LENGTH)


class ItemChange(serializers.Serializer):
    done = serializers.BooleanField()


class ItemRow(serializers.Serializer):
    id = serializers.IntegerField()
    text = serializers.CharField()
    done = serializers.BooleanField()
    done_by = serializers.CharField(allow_null=True)
    done_date = serializers.DateTimeField(allow_null=True)


class NewTime(serializers.Serializer):
    minutes = serializers.IntegerField(min_value=1, max_value=24 * 60)
    note = TextField(max_length=TIME_NOTE_LENGTH, required=False, allow_blank=True)


class TimeRow(serializers.Serializer):
    id = serializers.IntegerField()
    minutes = serializers.IntegerField()
    note = serializers.CharField(allow_blank=True)
    technician_name = serializers.CharField()
    date = serializers.DateTimeField()


def reminder_row(row: TicketReminder) -> dict[str, Any]:
    return {
        "id": row.pk,
        "ticket_id": row.ticket.ticket_id,
        "at": moment(row.at),
        "note": row.note,
        "told_date": moment(row.told_at),
    }


def item_row(item: ChecklistItem) -> dict[str, Any]:
    return {
        "id": item.pk,
        "text": item.text,
        "done": item.is_done,
        "done_by": item.done_by.name if item.done_by else None,
        "done_date": moment(item.done_at),
    }


def time_row(entry: TimeEntry) -> dict[str, Any]:
    return {
        "id": entry.pk,
        "minutes": entry.minutes,
        "note": entry.note,
        "technician_name": entry.user.name,
        "date": moment(entry.at),
    }


class Snooze(TicketView):
    """Whether the ticket rests out of the queues, and until when."""

    operations = {
        "GET": Operation("getSnooze", "Whether a ticket rests", SnoozeState, roles=STAFF_ROLES),
        "POST": Operation(
            "snoozeTicket", "Let a ticket rest", SnoozeState, body=NewSnooze, roles=STAFF_ROLES
        ),
        "DELETE": Operation(
            "wakeTicket", "Bring a ticket back into the queues", Deleted, roles=STAFF_ROLES
        ),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        row = TicketSnooze.objects.filter(ticket=self.find(request, ticket_id)).first()
        return Response({"snoozed": row is not None, "until": moment(row.until) if row else None})

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        until = self.checked(request).get("until")
        row = snooze_ticket(ticket, until=until, actor=request.user)
        return Response({"snoozed": True, "until": moment(row.until)})

    def delete(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        return Response({"deleted": wake_ticket(ticket, actor=request.user)})


class OwnReminders(DeskView):
    """One's own reminders, the next one first."""

    operations = {
        "GET": Operation(
            "listReminders", "Own reminders", ReminderRow, roles=STAFF_ROLES, is_list=True
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        visible = Ticket.objects.visible_to(request.user).filter(pk=OuterRef("ticket"))
        rows = TicketReminder.objects.filter(Exists(visible), user=request.user)
        return list_response(
            request,
            rows.select_related("ticket"),
            order=("at", "id"),
            row=reminder_row,
            parameters=parameters,
        )


class OneReminder(DeskView):
    """A reminder of one's own: done with."""

    operations = {
        "DELETE": Operation("dropReminder", "Have done with it", Deleted, roles=STAFF_ROLES),
    }

    def delete(self, request: DeskRequest, reminder_id: int) -> Response:
        own = TicketReminder.objects.filter(user=request.user)
        row = own.filter(pk=reminder_id).first() if reminder_id < HIGHEST else None
        if row is None:
            raise Http404
        return Response({"deleted": drop_reminder(row, actor=request.user)})


class Reminders(TicketView):
    """Being reminded of a ticket."""

    operations = {
        "POST": Operation(
            "setReminder", "Be reminded of a ticket", ReminderRow, 201, NewReminder, STAFF_ROLES
        ),
    }

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        row = set_reminder(ticket, actor=request.user, **self.checked(request))
        return Response(reminder_row(row), status=201)


class Checklist(TicketView):
    """What is to be done on a ticket, and by whom it was done."""

    operations = {
        "GET": Operation(
            "listChecklist", "The checklist", ItemRow, roles=STAFF_ROLES, is_list=True
        ),
        "POST": Operation("addItem", "Add a line", ItemRow, 201, NewItem, STAFF_ROLES),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        parameters = check_parameters(request)
        rows = ChecklistItem.objects.filter(ticket=self.find(request, ticket_id))
        return list_response(
            request,
            rows.select_related("done_by"),
            order=("id",),
            row=item_row,
            parameters=parameters,
        )

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        item = add_item(ticket, actor=request.user, **self.checked(request))
        return Response(item_row(item), status=201)


class OneItem(TicketView):
    """A line of the checklist."""

    operations = {
        "PATCH": Operation(
            "setItemDone", "Tick a line off, or not", ItemRow, body=ItemChange, roles=STAFF_ROLES
        ),
        "DELETE": Operation("removeItem", "Remove a line", Deleted, roles=STAFF_ROLES),
    }

    def item(self, request: DeskRequest, ticket_id: str, item_id: int) -> ChecklistItem:
        rows = self.find(request, ticket_id).checklist
        item = rows.filter(pk=item_id).first() if item_id < HIGHEST else None
        if item is None:
            raise Http404
        return item

    def patch(self, request: DeskRequest, ticket_id: str, item_id: int) -> Response:
        item = self.item(request, ticket_id, item_id)
        given = self.checked(request)
        return Response(item_row(set_item_done(item, done=given["done"], actor=request.user)))

    def delete(self, request: DeskRequest, ticket_id: str, item_id: int) -> Response:
        item = self.item(request, ticket_id, item_id)
        return Response({"deleted": remove_item(item, actor=request.user)})


class TimeSpent(TicketView):
    """Minutes spent on a ticket, where the desk writes them down."""

    operations = {
        "GET": Operation(
            "listTime", "Minutes spent on a ticket", TimeRow, roles=STAFF_ROLES, is_list=True
        ),
        "POST": Operation("logTime", "Write down minutes", TimeRow, 201, NewTime, STAFF_ROLES),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        parameters = check_parameters(request)
        rows = TimeEntry.objects.filter(ticket=self.find(request, ticket_id))
        return list_response(
            request,
            rows.select_related("user"),
            order=("id",),
            row=time_row,
            parameters=parameters,
        )

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        entry = log_time(ticket, actor=request.user, **self.checked(request))
        return Response(time_row(entry), status=201)


class OneTime(TicketView):
    """Minutes that were written down."""

    operations = {
        "DELETE": Operation("removeTime", "Take minutes back", Deleted, roles=STAFF_ROLES),
    }

    def delete(self, request: DeskRequest, ticket_id: str, time_id: int) -> Response:
        rows = self.find(request, ticket_id).time_entries
        entry = rows.filter(pk=time_id).first() if time_id < HIGHEST else None
        if entry is None:
            raise Http404
        return Response({"deleted": remove_time(entry, actor=request.user)})
