"""The list of tickets: a view, filters, a search and an order, all of them in the URL."""

import uuid
from typing import Any

from django.core.exceptions import TooManyFieldsSent
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.models import Team, User
from accounts.numbers import row_key
from accounts.paging import InvalidCursor, Page, keyset_page
from technicians.bulk import can_be_undone
from technicians.context_processors import desk_counts, own_unsent
from technicians.listing import (
    COLUMNS,
    EXPLAINED,
    OPEN_ONLY,
    USUAL,
    Column,
    Listing,
    chosen_columns,
    turned,
)
from technicians.listing.saving import (
    audiences_of,
    choose_columns,
    may_change,
    preference_of,
    saved_url,
)
from technicians.models import BulkAction, ListPreference, SavedView
from technicians.queries import with_last_word
from technicians.views.panel import category_tree
from tickets.models import Tag, Ticket
from tickets.queries import say_where_found

PAGE_SIZE = 20
MOST_QUERY = 4_000
MOST_TAGS = 200
SUBJECT = Column("subject", "Subject", "", "subject")


class TicketList(StaffRequiredMixin, View):
    """GET: the tickets of a view that pass the filters, twenty at a time."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        own_unsent(request)
        preference = preference_of(request.user)
        if not request.GET and preference.default_view is not None:
            return redirect(saved_url(preference.default_view))
        listing = Listing(request.GET, reader=request.user)
        context: dict[str, Any] = {"nav": "tickets", "list_form": listing.form}
        context |= self._choices(request.user)
        if not listing.form.is_valid():
            return self._refuse(request, context)
        saved = request.GET.get("saved")
        request.desk_view = f"saved-{saved}" if saved else listing.view_key  # type: ignore[attr-defined]
        try:
            context["page"] = page_of(listing, request.GET.get("cursor", ""))
        except InvalidCursor as error:
            listing.form.add_error(None, str(error))
            return self._refuse(request, context)
        context |= list_context(request, listing, preference)
        return render(request, "technicians/ticket_list.html", context)

    def _refuse(self, request: AuthenticatedHttpRequest, context: dict[str, Any]) -> HttpResponse:
        return render(request, "technicians/ticket_list.html", context, status=400)

    def _choices(self, user: User) -> dict[str, Any]:
        people = User.objects.present().technicians().order_by("name") if user.is_admin else []
        return {
            "operators": EXPLAINED,
            "category_tree": category_tree(),
            "technicians": people,
            "teams": Team.objects.visible_to(user),
            "tags": Tag.objects.order_by("name")[:MOST_TAGS],
        }


def page_of(listing: Listing, cursor: str) -> Page[Ticket]:
    """Return the page of the list at the cursor; raises `InvalidCursor`."""
    parts, order = listing.paged()
    shown = [
        with_last_word(part.for_list().with_tags()).select_related("customer__organization")
        for part in parts
    ]
    page = keyset_page(shown, order=order, cursor=cursor, size=PAGE_SIZE)
    say_where_found(page.rows, listing.data["q"], reader=listing.reader)
    return page


def list_context(
    request: AuthenticatedHttpRequest, listing: Listing, preference: ListPreference
) -> dict[str, Any]:
    """Return what the page shows around the rows."""
    view, counts = listing.view, desk_counts(request)
    counted = view.count and not listing.is_filtered
    columns = chosen_columns(preference.columns)
    saved = shown_view(request)
    return {
        "saved": saved,
        "may_change_saved": saved is not None and may_change(saved, request.user),
        "audiences": audiences_of(request.user),
        **bulk_done(request),
        "heading": saved.name if saved else view.name,
        "subject_head": Head(SUBJECT, listing),
        "clear_url": f"?view={listing.view_key}",
        "listing": listing,
        "view": view,
        "view_key": listing.view_key,
        "views": listing.views.items(),
        "sort": listing.sort,
        "sorts": listing.sorts,
        "columns": columns,
        "column_keys": {column.key for column in columns},
        "heads": [Head(column, listing) for column in columns],
        "all_columns": COLUMNS.values(),
        "count": getattr(counts, view.count) if counted else None,
        "is_filtered": listing.is_filtered,
        "counts": counts,
        "list_query": request.GET.urlencode(),
    }


def shown_view(request: AuthenticatedHttpRequest) -> SavedView | None:
    """Return the saved view that the address names, if the reader sees it."""
    key = row_key(request.GET.get("saved", ""))
    return SavedView.objects.visible_to(request.user).filter(pk=key).first() if key else None


def bulk_done(request: AuthenticatedHttpRequest) -> dict[str, Any]:
    """Return the change of many tickets that has just led here, and whether it can be undone."""
    try:
        key = uuid.UUID(request.GET.get("bulk", ""))
    except ValueError:
        return {}
    action = BulkAction.objects.filter(pk=key, actor=request.user).first()
    return {"bulk_done": action, "bulk_undo": action and can_be_undone(action, request.user)}


class Head:
    """The head of a column: where its link leads, and how the list is sorted by it now."""

    def __init__(self, column: Column, listing: Listing) -> None:
        self.column = column
        sort, present = column.sort, listing.sort
        self.is_sorted = present in (sort, turned(sort))
        self.goes_up = (present in ("oldest", "urgent")) or (
            present != "newest" and not present.startswith("-")
        )
        self.sort = turned(present) if self.is_sorted else sort
        if self.sort in OPEN_ONLY and not listing.view.is_open:
            self.sort = ""

    @property
    def aria(self) -> str:
        if not self.is_sorted:
            return ""
        return "ascending" if self.goes_up else "descending"


class ListColumns(StaffRequiredMixin, View):
    """POST: which columns one wants to see; GET leads to the list."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        return redirect("technicians:ticket-list")

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        keys = [key for key in request.POST.getlist("column") if key in COLUMNS]
        choose_columns(request.user, keys if "usual" not in request.POST else USUAL)
        return redirect(list_url(request.POST.get("query", "")))


def list_url(query: str) -> str:
    """Return the address of the list with a query that came from a form."""
    kept = filters_of(query)
    kept.pop("cursor", None)
    return f"{reverse('technicians:ticket-list')}?{kept.urlencode()}"


def filters_of(query: str) -> QueryDict:
    """Return what a query from a form asks for; nothing for one that no list has.

    The form was taken by then: where it leads to must not turn it into a refusal.
    """
    try:
        return QueryDict(query[:MOST_QUERY]).copy()
    except TooManyFieldsSent:
        return QueryDict(mutable=True)
