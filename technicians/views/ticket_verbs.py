"""What technicians do with a ticket: one POST per verb of `tickets.services`."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from technicians.forms.base import ticket_number
from technicians.forms.properties import (
    AssignForm,
    CategoryForm,
    PriorityForm,
    StatusForm,
    TeamForm,
)
from technicians.forms.texts import (
    CloseForm,
    NoteForm,
    ReplyForm,
    ResolveForm,
    draft_name,
    reply_key,
)
from technicians.queries import lost_to
from technicians.views.verb import TicketVerb, guarded
from tickets import services
from tickets.choices import Priority
from tickets.models import OutgoingReply, Ticket


class TicketTake(TicketVerb):
    """Take a ticket that nobody has; whoever comes second is told who was quicker."""

    done = "Ticket taken"

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        try:
            return super().post(request, **kwargs)
        except Http404:
            number = ticket_number(kwargs["ticket_id"])
            event = lost_to(request.user, number) if number else None
            if event is None:
                raise
        name = event.technician.name if event.technician else "A colleague"
        text = f"{name} took it a moment ago"
        if request.htmx:
            return render(request, "technicians/_taken.html", {"text": text}, status=409)
        messages.warning(request, text)
        return redirect("technicians:dashboard")

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        return services.take_ticket(ticket, actor=self.request.user)

    def answer(self, before: Ticket, ticket: Ticket) -> HttpResponse:
        if self.request.htmx:
            context = {
                "ticket": ticket,
                "text": "Taken: it is in your queue now",
                "undo_url": reverse("technicians:ticket-assign", args=[ticket.ticket_id]),
                "undo_fields": {"technician": "", "version": ticket.version},
            }
            return render(self.request, "technicians/_taken.html", context)
        return super().answer(before, ticket)


class TicketAssign(TicketVerb):
    """Hand the ticket to a colleague, or back to the unassigned ones."""

    form_class = AssignForm

    def said(self, ticket: Ticket) -> str:
        return f"Assigned to {ticket.technician.name}" if ticket.technician else "Unassigned"

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        technician: User | None = data["technician"]
        if technician is None:
            return services.unassign_ticket(
                ticket, actor=self.request.user, version=data["version"]
            )
        return services.assign_ticket(
            ticket, technician=technician, actor=self.request.user, version=data["version"]
        )


class TicketStatus(TicketVerb):
    """Start, wait for the customer, put on hold."""

    form_class = StatusForm

    def said(self, ticket: Ticket) -> str:
        return f"Status is {ticket.get_status_display()}"

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        return services.change_status(
            ticket, status=data["status"], actor=self.request.user, version=data["version"]
        )


class TicketReply(TicketVerb):
    """A public reply, and where the ticket goes after it."""

    form_class = ReplyForm
    part = "reply"
    done = "Reply sent"
    takes_files = True

    waiting: OutgoingReply | None = None
    again: int | None = None

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        self.again = data["again"]
        self.waiting = services.send_reply(
            ticket,
            actor=self.request.user,
            body=data["body"],
            then_status=data["then_status"],
            resolution_summary=data["resolution_summary"],
            next_update_by=data["next_update_by"],
            **guarded(data),
            submission_key=reply_key(ticket, data),
            again=self.again,
            attachments=self.files,
        )
        return ticket

    def said(self, ticket: Ticket) -> str:
        if self.waiting is None:
            return self.done
        return f"The reply goes out in {self.waiting.seconds_left} seconds"

    def draft(self, ticket: Ticket) -> str:
        return draft_name(ticket, self.request.user, self.again)


class TicketNote(TicketVerb):
    """An internal note."""

    form_class = NoteForm
    part = "note"
    done = "Note added"
    takes_files = True

    def said(self, ticket: Ticket) -> str:
        if ticket.answered_by_note:
            return f"{self.done}. The customer still waits for an answer."
        return self.done

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        # No version: a note is never wrong because something else happened meanwhile.
        return services.add_note(
            ticket, actor=self.request.user, body=data["note"], attachments=self.files
        )


class TicketResolve(TicketVerb):
    """Say what was done; the customer accepts or reopens."""

    form_class = ResolveForm
    part = "resolve"
    done = "Ticket resolved"

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        return services.resolve_ticket(
            ticket,
            actor=self.request.user,
            resolution_summary=data["resolution_summary"],
            **guarded(data),
        )


class TicketClose(TicketVerb):
    """End the ticket."""

    form_class = CloseForm
    part = "resolve"
    done = "Ticket closed"

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        return services.close_ticket(
            ticket,
            actor=self.request.user,
            resolution_summary=data["resolution_summary"],
            **guarded(data),
        )


class TicketReopen(TicketVerb):
    """Go on with a finished ticket."""

    done = "Ticket reopened"

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        return services.reopen_ticket(ticket, actor=self.request.user, version=data["version"])


class TicketDismiss(TicketVerb):
    """The customer's reply was only thanks: the ticket stays as it is."""

    done = "It stays as it is"

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        return services.dismiss_courtesy(ticket, actor=self.request.user, version=data["version"])


class TicketSet(TicketVerb):
    """Set one property: `priority`, `category` or `team`."""

    forms: dict[str, type[Form]] = {
        "priority": PriorityForm,
        "category": CategoryForm,
        "team": TeamForm,
    }

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        if kwargs["field"] not in self.forms:
            raise Http404
        self.form_class = self.forms[kwargs["field"]]
        return super().post(request, **kwargs)

    def said(self, ticket: Ticket) -> str:
        match self.kwargs["field"]:
            case "priority":
                return f"Priority is {ticket.priority_label}"
            case "category":
                return f"Category is {ticket.category_label}"
        return f"In the queue of {ticket.team.name}" if ticket.team else "In no team's queue"

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        user, version = self.request.user, data["version"]
        match self.kwargs["field"]:
            case "priority":
                return services.change_priority(
                    ticket, priority=Priority(data["priority"]), actor=user, version=version
                )
            case "category":
                return services.change_category(
                    ticket, category=data["category"], actor=user, version=version
                )
        return services.assign_team(ticket, team=data["team"], actor=user, version=version)

    def undo(self, before: Ticket, after: Ticket) -> dict[str, Any]:
        field = self.kwargs["field"]
        old = {"priority": before.priority, "category": before.category_id}.get(field)
        if old is None or before.version == after.version:
            return {}
        return {
            "undo_url": self.request.path,
            "undo_fields": {field: old, "version": after.version},
        }
