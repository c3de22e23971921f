"""What was said and what happened on tickets, as the services wrote it: to look up."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from accounts.admin_base import ReadOnlyAdmin
from accounts.numbers import number_of
from tickets.models import Comment, TicketEvent, TicketMerge, TicketParticipant, TicketRelation
from tickets.models.ticket import TICKET_PREFIX


class OfTicketAdmin(ReadOnlyAdmin):
    """A read-only list whose rows belong to tickets, newest first, found by the ticket's number.

    `tickets` are the fields that lead to one.
    """

    tickets: tuple[str, ...] = ("ticket",)
    ordering = ["-id"]
    search_fields = ["ticket"]
    search_help_text = "A ticket's number (TKT0042)."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        term = search_term.strip().upper()
        if not term:
            return queryset, False
        number = number_of(TICKET_PREFIX, term)
        if number is None:
            return queryset.none(), False
        found = Q()
        for field in self.tickets:
            found |= Q(**{f"{field}_id": number})
        return queryset.filter(found), False

    def object_links(self, obj: Any) -> list[tuple[str, str]]:
        found = [getattr(obj, field) for field in self.tickets]
        return [(ticket.get_desk_url(), ticket.ticket_id) for ticket in found]


@admin.register(TicketEvent)
class TicketEventAdmin(OfTicketAdmin):
    """The history of all tickets."""

    list_display = ["at", "ticket", "type", "actor", "technician"]
    list_select_related = ["ticket", "actor", "technician"]
    fields = ["at", "ticket", "type", "actor", "technician", "comment", "changes", "address"]
    readonly_fields = ["changes", "address"]


@admin.register(Comment)
class CommentAdmin(OfTicketAdmin):
    """Replies and notes."""

    list_display = ["created_at", "ticket", "author", "visibility", "edited_at", "withdrawn_at"]
    list_select_related = ["ticket", "author"]
    fields = ["created_at", "ticket", "author", "visibility", "body", "edited_at", "withdrawn_at"]


@admin.register(TicketParticipant)
class TicketParticipantAdmin(OfTicketAdmin):
    """Who follows a ticket besides its customer and its technician."""

    list_display = ["ticket", "user", "role", "muted", "added_by", "added_at"]
    list_select_related = ["ticket", "user", "added_by"]
    fields = ["ticket", "user", "name", "role", "muted", "added_by", "added_at"]


@admin.register(TicketRelation)
class TicketRelationAdmin(OfTicketAdmin):
    """What tickets are to each other."""

    tickets = ("from_ticket", "to_ticket")
    list_display = ["from_ticket", "kind", "to_ticket", "created_by", "created_at"]
    list_select_related = ["from_ticket", "to_ticket", "created_by"]
    fields = ["from_ticket", "kind", "to_ticket", "created_by", "created_at"]


@admin.register(TicketMerge)
class TicketMergeAdmin(OfTicketAdmin):
    """Which ticket goes on as which; undone ones, too."""

    tickets = ("source", "target")
    list_display = ["source", "target", "merged_by", "merged_at", "undone_by", "undone_at"]
    list_select_related = ["source", "target", "merged_by", "undone_by"]
    fields = ["source", "target", "merged_by", "merged_at", "undone_by", "undone_at"]
