"""A ticket with everything that one needs to work on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from technicians.forms.base import EVENT_MAX, ticket_number
from technicians.listing import NEGATABLE, TicketListForm
from technicians.services import others_on
from technicians.timeline import load_outgoing, load_thread
from technicians.views.composer import composer_context
from technicians.views.panel import (
    choices_context,
    customer_context,
    keeping_of,
    other_tickets_context,
    people_context,
    presence_context,
    tag_context,
)
from tickets import permissions, services
from tickets.choices import Status
from tickets.markup import preview_of, texts_of, ticket_links
from tickets.models import DeskSettings, Ticket
from tickets.queries import find_or_follow, mail_origins, merged_words
from tickets.schedule import ends_at
from tickets.workflow import allowed_transitions

# What describes a list in its address: its filters, each turned round or not, and the view's name.
LIST_KEYS = (*TicketListForm.base_fields, *(f"{name}_is" for name in NEGATABLE), "saved")


class TicketView(StaffRequiredMixin, View):
    """Finds the ticket of the URL among those that the reader may see; 404 for all others."""

    request: AuthenticatedHttpRequest
    kwargs: dict[str, Any]

    def get_ticket(self) -> Ticket:
        number = ticket_number(self.kwargs["ticket_id"])
        if number is None:
            raise Http404
        return get_object_or_404(self.tickets(), pk=number)

    def tickets(self) -> QuerySet[Ticket]:
        """Return what the reader may see, with what a ticket's page shows."""
        return Ticket.objects.visible_to(self.request.user).for_detail()


class TicketDetail(TicketView):
    """GET: the ticket. `before` (an event) asks for earlier messages, a fragment for htmx."""

    def get(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        number = ticket_number(ticket_id)
        ticket = find_or_follow(self.tickets(), number, request.user) if number else None
        if ticket is None:
            raise Http404
        if ticket.pk != number:
            messages.info(request, merged_words(ticket_id))
            return redirect(ticket.get_desk_url())
        before = event_number(request.GET.get("before", ""))
        if before is not None and request.htmx:
            thread = load_thread(ticket, request.user, before=before)
            links = ticket_links(texts_of(thread.events), request.user)
            piece = {"ticket": ticket, "thread": thread, "ticket_links": links}
            piece["mail_origins"] = mail_origins(ticket, thread.events, request.user)
            return render(request, "technicians/_thread_part.html", piece)
        context = page_context(request, ticket, before=before)
        if context["outgoing"].is_due and services.release_due_replies(ticket=ticket):
            context = page_context(request, self.get_ticket(), before=before)
        return render(request, "technicians/ticket_detail.html", context)


def event_number(text: str) -> int | None:
    """Return the number of an event, None for no text; raises `BadRequest` for anything else."""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text[:20]) <= EVENT_MAX):
        raise BadRequest("That is no place in this conversation.")
    return int(text[:20])


def page_context(
    request: AuthenticatedHttpRequest,
    ticket: Ticket,
    *,
    before: int | None = None,
    forms: Mapping[str, Form] | None = None,
) -> dict[str, Any]:
    """Return what the ticket's page shows.

    `forms` holds forms that were refused, by their part of the page ("reply", "note", "resolve"),
    so that nothing typed is lost.
    """
    user, can = request.user, what_may_be_done(ticket, request.user)
    thread = load_thread(ticket, user, before=before)
    outgoing = load_outgoing(ticket, user)
    composer = composer_context(ticket, user, outgoing=outgoing, forms=forms or {}, can=can)
    texts = [ticket.description, ticket.resolution_summary, *texts_of(thread.events)]
    texts += [card.row.body for card in outgoing.cards]
    links = ticket_links([*texts, *composer["texts"].values()], user)
    return {
        "nav": "tickets",
        "ticket": ticket,
        "can": can,
        "thread": thread,
        "mail_origins": mail_origins(ticket, thread.events, user),
        "outgoing": outgoing,
        "correct_since": permissions.correctable_since(),
        "ticket_links": links,
        **composer,
        "previews": {kind: preview_of(text, links) for kind, text in composer["texts"].items()},
        **choices_context(ticket, can=can),
        **tag_context(ticket, can=can),
        **other_tickets_context(request, ticket),
        **customer_context(ticket, user),
        **people_context(request, ticket, can=can),
        **presence_context(others_on(ticket, user)),
        "keeping": keeping_of(ticket, user),
        "rating": ticket.ratings.given().first() if ticket.is_done else None,
        "ends_at": end_of(ticket),
        "back_query": back_query(request.GET),
    }


def what_may_be_done(ticket: Ticket, user: User) -> dict[str, bool]:
    """Return the verbs that the page offers: the predicates of the services, asked beforehand."""
    works = permissions.can_work(ticket, user)
    allowed = allowed_transitions(ticket.status, user.role) if works else []
    return {
        "work": works,
        "take": permissions.can_take(ticket, user),
        "assign": permissions.can_assign(ticket, user) and not ticket.is_done,
        "route": permissions.can_route(ticket, user) and not ticket.is_done,
        "reply": permissions.can_reply(ticket, user),
        "note": permissions.can_note(ticket, user),
        "tag": permissions.can_tag(ticket, user),
        "remind": ticket.merged_into_id is None,
        "resolve": Status.RESOLVED in allowed,
        "close": Status.CLOSED in allowed,
        "reopen": permissions.can_reopen(ticket, user),
        "merge": works or permissions.can_take(ticket, user),
    }


def back_query(query: QueryDict) -> str:
    """Return the list's part of a ticket's URL: where "back" leads."""
    kept = QueryDict(mutable=True)
    for key in LIST_KEYS:
        if key in query:
            kept.setlist(key, query.getlist(key))
    return kept.urlencode()


def end_of(ticket: Ticket) -> datetime | None:
    """Return when something happens to the ticket by itself, None where nothing does."""
    if ticket.next_step_at is None:
        return None
    return ends_at(ticket, DeskSettings.load(), timezone.now())
