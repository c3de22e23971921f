"""Merging a ticket into another one: choose it, read what will happen, do it; and undo that."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Count, Q
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect, render

from accounts.http import AuthenticatedHttpRequest
from accounts.text import clean_search
from technicians.forms.relations import MergeForm, UnmergeForm
from technicians.views.ticket_page import TicketView
from technicians.views.verb import TicketVerb
from tickets import services
from tickets.choices import Visibility
from tickets.forms import add_errors
from tickets.models import Ticket
from tickets.permissions import can_merge, can_take, can_work
from tickets.search import MAX_LENGTH, search_tickets

CHOICES = 10


class TicketMerge(TicketView):
    """GET: search (`q`), or what merging `into` another ticket will do. POST: do it."""

    def get(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        form = MergeForm(request.GET) if request.GET.get("into") else None
        return self.show(self.get_ticket(), form)

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        ticket, form = self.get_ticket(), MergeForm(request.POST)
        target = self.target(form)
        if target is None:
            return self.show(ticket, form, status=422)
        try:
            services.merge_tickets(
                ticket,
                target=target,
                actor=request.user,
                share=form.cleaned_data["share"],
                version=form.cleaned_data["version"],
            )
        except services.EditConflict as conflict:
            form.add_error(None, str(conflict))
            return self.show(self.get_ticket(), form, status=409)
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
            return self.show(ticket, form, status=403)
        except ValidationError as error:
            add_errors(form, error)
            return self.show(ticket, form, status=422)
        return redirect(f"{target.get_desk_url()}?merged={ticket.ticket_id}")

    def target(self, form: Form) -> Ticket | None:
        """Return the ticket that the form names, if the reader may see it."""
        if not form.is_valid():
            return None
        visible = Ticket.objects.visible_to(self.request.user).for_detail()
        found = visible.filter(pk=form.cleaned_data["into"]).first()
        if found is None:
            form.add_error("into", "You have no ticket with this number.")
        return found

    def show(self, ticket: Ticket, form: Form | None, *, status: int = 200) -> HttpResponse:
        user = self.request.user
        if not (can_work(ticket, user) or can_take(ticket, user)):
            raise PermissionDenied
        target = self.target(form) if form is not None else None
        context: dict[str, Any] = {"nav": "tickets", "ticket": ticket, "form": form}
        if target is not None and target.pk != ticket.pk:
            context |= self.consequences(ticket, target)
        else:
            context |= self.choices(ticket)
        return render(self.request, "technicians/merge.html", context, status=status)

    def consequences(self, ticket: Ticket, target: Ticket) -> dict[str, Any]:
        written = ticket.comments.aggregate(
            replies=Count("pk", filter=Q(visibility=Visibility.PUBLIC)),
            notes=Count("pk", filter=Q(visibility=Visibility.INTERNAL)),
        )
        return {
            "target": target,
            "plan": services.plan_merge(ticket, target),
            "messages_moving": written["replies"] + 1,
            "notes_moving": written["notes"],
            "allowed": can_merge(ticket, target, self.request.user),
            "turned": can_merge(target, ticket, self.request.user),
        }

    def choices(self, ticket: Ticket) -> dict[str, Any]:
        """Without words: the customer's other open tickets."""
        words = clean_search(self.request.GET.get("q", ""), max_length=MAX_LENGTH)
        visible = Ticket.objects.visible_to(self.request.user).for_list().newest_first()
        others = visible.filter(merged_into__isnull=True).exclude(pk=ticket.pk)
        theirs = others.open().filter(customer=ticket.customer)
        found = search_tickets(others, words) if words else theirs
        return {"q": words, "found": found[:CHOICES]}


class TicketUnmerge(TicketVerb):
    """Take out of the ticket what was merged into it."""

    form_class = UnmergeForm

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        merges = ticket.merges_in.standing().select_related("source")
        merge = merges.filter(source=data["source"]).first()
        if merge is None:
            raise ValidationError({"source": "There is no such merge to undo."})
        self.source = services.undo_merge(merge.source, actor=self.request.user)
        return ticket

    def said(self, ticket: Ticket) -> str:
        return f"{self.source.ticket_id} goes on by itself again"

    def answer(self, before: Ticket, ticket: Ticket) -> HttpResponse:
        messages.success(self.request, self.said(ticket))
        return redirect(ticket.get_desk_url())
