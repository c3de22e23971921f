"""Changing many tickets of the list: choose what, see how far it is, take it back."""

import uuid
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import OuterRef, Subquery
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.models import Team, User
from accounts.numbers import row_key
from accounts.querysets import UserQuerySet
from technicians import bulk
from technicians.choices import BulkVerb
from technicians.forms.base import ticket_number
from technicians.listing import Listing
from technicians.models import BulkAction
from technicians.querysets import absences_now
from technicians.views.panel import category_tree
from technicians.views.ticket_list import filters_of, list_url
from tickets.choices import Priority, Status
from tickets.models import Tag, Ticket

SHOWN = 20
# Buttons of the list that are a verb and its argument in one.
TAKE, RESOLVE = "take", "resolve"


class Bulk(StaffRequiredMixin, View):
    """POST: with `confirm` change the chosen tickets, else ask what exactly; GET: the list."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        return redirect("technicians:ticket-list")

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        verb, given = asked(request)
        try:
            numbers = chosen(request)
            if verb not in BulkVerb.values:
                raise ValidationError({"do": "Choose what to do with the tickets."})
            if not numbers:
                raise ValidationError({"tickets": "Choose some tickets first."})
            if "confirm" not in given:
                return self.ask(request, verb, numbers, given)
            arguments = bulk.clean_arguments(verb, given, actor=request.user)
            action = bulk.start(
                verb, numbers, arguments, actor=request.user, key=key_of(given.get("key", ""))
            )
        except (PermissionDenied, ValidationError) as error:
            refused = isinstance(error, PermissionDenied)
            words = [str(error)] if refused else error.messages  # type: ignore[union-attr]
            shown = numbers if "numbers" in locals() else []
            status = 403 if refused else 422
            return self.ask(request, verb, shown, given, errors=words, status=status)
        if action.is_running:
            return redirect("technicians:bulk-action", action.pk)
        return redirect(done_url(request.POST.get("query", ""), action))

    def ask(
        self,
        request: AuthenticatedHttpRequest,
        verb: str,
        numbers: list[int],
        given: dict[str, Any],
        *,
        errors: list[str] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        visible = Ticket.objects.visible_to(request.user).filter(
            pk__in=numbers[: bulk.MOST_TICKETS]
        )
        tickets = list(visible.order_by("number").for_list()[:SHOWN])
        context: dict[str, Any] = {
            "verb": verb if verb in BulkVerb.values else "",
            "verb_name": dict(BulkVerb.choices).get(verb, ""),
            "tickets": tickets,
            "numbers": ",".join(map(str, numbers[: bulk.MOST_TICKETS + 1])),
            "count": len(numbers),
            "more": len(numbers) - len(tickets),
            "errors": errors,
            "typed": given,
            "query": given.get("query", ""),
            "back": list_url(given.get("query", "")),
            "key": given.get("key") or uuid.uuid4(),
            "nav": "tickets",
        }
        context |= choices_for(verb, request.user)
        return render(request, "technicians/bulk.html", context, status=status)


def asked(request: AuthenticatedHttpRequest) -> tuple[str, dict[str, Any]]:
    """Return the verb and what was sent along, buttons that stand for both told apart."""
    verb, given = request.POST.get("do", ""), typed(request.POST)
    if verb == TAKE and request.user.is_technician:
        return BulkVerb.ASSIGN.value, given | {"technician": request.user.public_id, "confirm": "1"}
    if verb == RESOLVE:
        return BulkVerb.STATUS.value, given | {"status": Status.RESOLVED.value}
    return verb, given


def chosen(request: AuthenticatedHttpRequest) -> list[int]:
    """Return the numbers of the chosen tickets: those ticked, named, or all of the list."""
    if request.POST.get("all"):
        listing = Listing(request.POST.get("query", ""), reader=request.user)
        listing.check()
        rows = listing.tickets.order_by().values_list("number", flat=True)
        return sorted(rows[: bulk.MOST_TICKETS + 1])
    named = [*request.POST.getlist("ticket"), *request.POST.get("tickets", "").split(",")]
    found = set()
    for text in filter(None, named[: 2 * bulk.MOST_TICKETS]):
        key = row_key(text)
        number = ticket_number(text) if key is None else key
        if number is None:
            raise Http404
        found.add(number)
    return sorted(found)


def typed(posted: QueryDict) -> dict[str, Any]:
    """Return what was typed, with line breaks as they are stored."""
    return {name: str(value).replace("\r\n", "\n") for name, value in posted.items()}


def key_of(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None


def done_url(query: str, action: BulkAction) -> str:
    """Return the address of the list, which offers the way back."""
    kept = filters_of(query)
    kept["bulk"] = str(action.pk)
    return list_url(kept.urlencode())


def choices_for(verb: str, user: User) -> dict[str, Any]:
    """Return what the form of the verb offers."""
    if verb == BulkVerb.ASSIGN:
        people: UserQuerySet = User.objects.active().technicians()
        until = Subquery(absences_now(OuterRef("pk")).values("ends_at")[:1])
        people = people.select_related("technician").annotate(away_until=until)
        return {"people": people.order_by("name")}
    if verb == BulkVerb.CATEGORY:
        return {"category_tree": category_tree()}
    if verb == BulkVerb.TEAM:
        return {"teams": Team.objects.active()}
    if verb == BulkVerb.TAG:
        return {"known_tags": Tag.objects.order_by("name").values_list("name", flat=True)[:200]}
    if verb == BulkVerb.STATUS:
        return {"statuses": Status.choices}
    return {"priorities": Priority.choices} if verb == BulkVerb.PRIORITY else {}


class BulkProgress(StaffRequiredMixin, View):
    """GET: how far a change of one's own is; a page carries it on where no worker does."""

    def get(self, request: AuthenticatedHttpRequest, pk: uuid.UUID) -> HttpResponse:
        action = get_object_or_404(BulkAction, pk=pk, actor=request.user)
        if action.is_running and bulk.advance(action):
            action.refresh_from_db()
        context = {
            "action": action,
            "report": bulk.report(action),
            "can_undo": bulk.can_be_undone(action, request.user),
            "nav": "tickets",
        }
        template = "_bulk_progress.html" if request.htmx else "bulk_action.html"
        return render(request, f"technicians/{template}", context)


class BulkUndo(StaffRequiredMixin, View):
    """POST: take a change of one's own back."""

    def get(self, request: AuthenticatedHttpRequest, pk: uuid.UUID) -> HttpResponse:
        return redirect("technicians:bulk-action", pk)

    def post(self, request: AuthenticatedHttpRequest, pk: uuid.UUID) -> HttpResponse:
        action = get_object_or_404(BulkAction, pk=pk, actor=request.user)
        try:
            action = bulk.undo(action, actor=request.user)
        except PermissionDenied:
            return redirect("technicians:bulk-action", pk)
        if action.is_running or bulk.report(action)["left_out"]:
            return redirect("technicians:bulk-action", pk)
        return redirect(done_url(request.POST.get("query", ""), action))
