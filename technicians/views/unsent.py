"""Replies of one's own that have not gone out: wait, taken back, or held for a reason."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.generic import TemplateView

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from technicians.context_processors import own_unsent
from technicians.forms.base import ticket_number
from technicians.forms.texts import SeenForm, draft_name
from technicians.timeline import entries_since, load_outgoing
from technicians.views.composer import still_seen
from technicians.views.ticket_page import TicketView, event_number, page_context
from tickets import services
from tickets.choices import DraftKind, EventType
from tickets.markup import ticket_links
from tickets.models import OutgoingReply, Ticket

MOST_ROWS = 100


class TicketSending(TicketView):
    """GET by htmx: the replies on their way, and what has happened since the event `since`."""

    def get(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        ticket = self.get_ticket()
        since = event_number(request.GET.get("since", ""))
        if since is None or not request.htmx:
            return redirect(ticket)
        if services.release_due_replies(ticket=ticket):
            ticket = self.get_ticket()
        entries = entries_since(ticket, request.user, since)
        if not entries:
            outgoing = load_outgoing(ticket, request.user)
            links = ticket_links([card.row.body for card in outgoing.cards], request.user)
            context = {"ticket": ticket, "outgoing": outgoing, "last_event": since}
            context["ticket_links"] = links
            return render(request, "technicians/_outgoing.html", context)
        context = page_context(request, ticket) | {"new_entries": entries}
        seen = event_number(request.GET.get("seen", ""))
        context["seen_mark"] = still_seen(ticket, request.user, seen)
        went = [e.event for e in entries if e.event and e.event.type == EventType.REPLY_ADDED]
        if any(event.actor_id == request.user.pk for event in went):
            context["said"] = "Reply sent"
        return render(request, "technicians/ticket_sent.html", context)


class Unsent(StaffRequiredMixin, TemplateView):
    """All own replies that have not gone out, also of tickets that one lost meanwhile."""

    request: AuthenticatedHttpRequest
    template_name = "technicians/unsent.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        own_unsent(self.request)
        own = OutgoingReply.objects.of(self.request.user).select_related("ticket", "author")
        rows = list(own.order_by("-changed_at", "-id")[:MOST_ROWS])
        numbers = [row.ticket_id for row in rows]
        seen = Ticket.objects.visible_to(self.request.user).filter(pk__in=numbers)
        return super().get_context_data(
            nav="unsent", rows=rows, within_reach=set(seen.values_list("pk", flat=True)), **kwargs
        )


class UnsentVerb(TicketView):
    """One change of an own reply that has not gone out; somebody else's is as if it were gone."""

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        """Lead to the list: after signing in again the browser asks for this address."""
        return redirect("technicians:unsent")

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str, pk: int) -> HttpResponse:
        number = ticket_number(ticket_id)
        own = OutgoingReply.objects.of(request.user)
        row = own.filter(pk=pk, ticket=number).first() if number else None
        if row is None:
            messages.warning(request, services.GONE)
            return redirect(f"{self.get_ticket().get_desk_url()}#latest")
        try:
            self.act(row)
        except PermissionDenied as refusal:
            messages.warning(request, str(refusal))
        tickets = Ticket.objects.visible_to(request.user)
        if not tickets.filter(pk=row.ticket_id).exists():
            return redirect("technicians:unsent")
        return redirect(f"{row.ticket.get_desk_url()}#{self.anchor}")

    anchor = "latest"

    def act(self, row: OutgoingReply) -> None:
        """Call the verb's service."""
        raise NotImplementedError


class TakeBack(UnsentVerb):
    """Undo: the text is in the composer again."""

    anchor = "composer"

    def act(self, row: OutgoingReply) -> None:
        services.take_back_reply(row.pk, actor=self.request.user)


class SendHeld(UnsentVerb):
    """Send a held reply across what was shown beside it."""

    def act(self, row: OutgoingReply) -> None:
        form = SeenForm(self.request.POST)
        shown = form.cleaned_data if form.is_valid() else {"seen": 0, "confirmed": []}
        if services.send_held_reply(row.pk, actor=self.request.user, **shown):
            messages.success(self.request, "Reply sent")
        else:
            messages.warning(self.request, "The reply was held again. Read why, then send.")


class Discard(UnsentVerb):
    """Throw an unsent reply away."""

    def act(self, row: OutgoingReply) -> None:
        services.discard_reply(row.pk, actor=self.request.user)
        services.discard_draft(row.ticket, kind=DraftKind.REPLY, actor=self.request.user)
        messages.success(
            self.request,
            "The unsent reply is thrown away",
            extra_tags=draft_name(row.ticket, self.request.user, row.pk),
        )
