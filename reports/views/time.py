"""Time spent on tickets: a page for staff, and the same as files, where the desk writes it down."""

from collections.abc import Iterator
from itertools import islice
from typing import Any
from urllib.parse import quote

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone

from accounts.http import AuthenticatedHttpRequest
from accounts.paging import InvalidCursor
from reports.choices import TimeDimension
from reports.forms import TimeForm
from reports.queries import PERIODS
from reports.queries.time import (
    TimeGroup,
    all_entries,
    entries_page,
    is_tracked,
    time_by,
    time_spent,
)
from reports.views.files import Figures, File, last_day, query_of

# Groups that a page shows; a file has all of them.
MOST_GROUPS = 100


class TimePage(Figures):
    """404 where the desk does not write down time spent."""

    nav = "time"
    template = "reports/time.html"

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated and not is_tracked():
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class TimeSpent(TimePage):
    """GET: the time of a period, grouped, and the single entries, over the reader's tickets."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        form = TimeForm(request.GET)
        if not form.is_valid():
            return self.refused(request, form)
        reader, period, by = request.user, form.period, form.dimension
        cursor = request.GET.get("cursor", "")
        try:
            entries = entries_page(reader, period, which=form.which, cursor=cursor)
        except InvalidCursor:
            entries = entries_page(reader, period, which=form.which)
        groups = list(islice(time_by(reader, period, by), MOST_GROUPS + 1))
        query, group = query_of(form, by=by), form.cleaned_data["group"]
        context = {
            "nav": self.nav,
            "form": form,
            "periods": PERIODS,
            "period": period,
            "last_day": last_day(period),
            "query": query,
            "by_links": [
                (key, label, query_of(form, by=key)) for key, label in TimeDimension.choices
            ],
            "by": by,
            "by_label": TimeDimension(by).label,
            "spent": time_spent(reader, period),
            "groups": groups[:MOST_GROUPS],
            "more_groups": len(groups) > MOST_GROUPS,
            "entries": entries,
            "entries_query": f"{query}&group={quote(group, safe='')}" if group else query,
            "narrowed": group and name_of(group, groups),
        }
        return render(request, self.template, context)


def name_of(address: str, groups: list[TimeGroup]) -> str:
    """Return what the group of an address is called, where it is among the groups."""
    return next((group.name for group in groups if group.address == address), address)


class TimeFile(TimePage, File):
    """Each group."""

    form_class = TimeForm
    name = "time-spent"
    heads = ("Group", "Number", "Minutes", "Time (h:mm)", "Entries", "Tickets")

    def rows(self, request: AuthenticatedHttpRequest, form: Any) -> Iterator[list[Any]]:
        for group in time_by(request.user, form.period, form.dimension):
            number = "" if group.is_none else group.address
            time = hours(group.minutes)
            yield [group.name, number, group.minutes, time, group.entries, group.tickets]


class TimeEntriesFile(TimePage, File):
    """Each entry, the latest first."""

    form_class = TimeForm
    name = "time-entries"
    heads = (
        "Written",
        "Ticket",
        "Subject",
        "Category",
        "Customer",
        "Customer's number",
        "Organisation",
        "Technician",
        "Minutes",
        "Time (h:mm)",
        "Note",
    )

    def rows(self, request: AuthenticatedHttpRequest, form: Any) -> Iterator[list[Any]]:
        for entry in all_entries(request.user, form.period, form.which):
            ticket, customer = entry.ticket, entry.ticket.customer
            yield [
                timezone.localtime(entry.at).replace(tzinfo=None, microsecond=0),
                ticket.ticket_id,
                ticket.subject,
                ticket.category_label,
                customer.name,
                customer.desk_id,
                customer.organization.name if customer.organization else "",
                entry.user.name,
                entry.minutes,
                hours(entry.minutes),
                entry.note,
            ]


def hours(minutes: int) -> str:
    """Return minutes as a spreadsheet adds them up: "27:05"."""
    return f"{minutes // 60}:{minutes % 60:02d}"
