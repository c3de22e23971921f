"""One ticket: reading, changing, deleting it."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.choices import STAFF_ROLES, Role
from accounts.numbers import number_of
from tickets.api.rows import (
    WITH_MAIL,
    event_row,
    ticket_row,
)
from tickets.api.serializers import (
    GUARD_FIELDS,
    Deleted,
    TicketChange,
    TicketDetail,
    Updated,
)
from tickets.api.versions import matched_version, tagged
from tickets.api.views.base import WorkView, guard_of
from tickets.api.views.conversation import TIMELINE_LENGTH, timeline
from tickets.api.views.lists import COLUMNS_FOR
from tickets.models import Ticket
from tickets.models.ticket import TICKET_PREFIX
from tickets.permissions import EDITABLE_FIELDS
from tickets.services import (
    change_ticket,
    delete_ticket,
    follow_ups,
)


class OneTicket(WorkView):
    """A ticket out of reach and one that does not exist are the same: 404."""

    operations = {
        "GET": Operation(
            "getTicket", "One ticket with its timeline", TicketDetail, gives_etag=True
        ),
        "PUT": Operation(
            "changeTicket",
            "Change what the body carries",
            Updated,
            body=TicketChange,
            roles=STAFF_ROLES,
            gives_etag=True,
            takes_if_match=True,
        ),
        "DELETE": Operation(
            "deleteTicket", "Delete a ticket", Deleted, roles=[Role.ADMIN], takes_if_match=True
        ),
    }

    def within_reach(self, request: Any) -> QuerySet[Ticket]:
        if request.method in ("GET", "HEAD"):
            return Ticket.objects.visible_to(request.user)
        return super().within_reach(request)

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        columns = COLUMNS_FOR[request.user.role]
        values = Ticket.objects.values(*columns).get(pk=ticket.pk)
        newest = timeline(ticket, request.user).select_related(WITH_MAIL)
        newest = newest.order_by("-id")[:TIMELINE_LENGTH]
        entries = [event_row(event, request.user, ticket) for event in reversed(newest)]
        ticket.version = values["version"]
        relatives = follow_ups(ticket, request.user)
        row = ticket_row(values) | {
            "merged_into": ticket.merged_into_public_id,
            "follow_up_of": relatives["former_id"],
            "follow_ups": [number for number, _ in relatives["later"]],
        }
        if not request.user.is_customer:
            tags = ticket.tag_rows.values_list("tag__name", flat=True)
            row["tags"] = list(tags.order_by("tag__name"))
        return tagged(ticket, row | {"timeline": entries})

    def put(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        self.check_keys(request)
        given = self.checked(request)
        if not given.keys() - GUARD_FIELDS:
            known = ", ".join(sorted(EDITABLE_FIELDS[request.user.role]))
            raise ValidationError(
                {"request": [f"Nothing to change; send at least one of: {known}."]}
            )
        ticket = change_ticket(
            ticket,
            actor=request.user,
            changes=as_changes(given),
            version=matched_version(request, ticket),
            **guard_of(given),
        )
        return tagged(ticket, {"updated": True})

    def check_keys(self, request: DeskRequest) -> None:
        """A key that other roles may send is refused, not ignored."""
        editable = EDITABLE_FIELDS[request.user.role]
        refused = (EDITABLE_FIELDS[Role.ADMIN] - editable) & request.data.keys()
        if refused:
            raise PermissionDenied(f"Only admins change {', '.join(sorted(refused))}.")

    def delete(self, request: DeskRequest, ticket_id: str) -> Response:
        number = number_of(TICKET_PREFIX, ticket_id)
        if number is None:
            raise Http404
        ticket = Ticket.objects.filter(pk=number).first()
        if ticket is None or ticket.deleted_at is not None:
            return Response({"deleted": False})
        version = matched_version(request, ticket)
        return Response({"deleted": delete_ticket(ticket, actor=request.user, version=version)})


def as_changes(given: dict[str, Any]) -> dict[str, Any]:
    """Return the contract's keys as `change_ticket` knows them, without those of the guard."""
    given = {key: value for key, value in given.items() if key not in GUARD_FIELDS}
    names = {"technician_id": "technician", "issue_category": "category"}
    changes = {names.get(key, key): value for key, value in given.items()}
    if "resolution_summary" in changes and changes["resolution_summary"] is None:
        changes["resolution_summary"] = ""
    return changes
