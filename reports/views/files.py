"""Figures as files, and what the pages of figures have in common."""

from collections.abc import Iterator
from datetime import date, timedelta, tzinfo
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.csv_files import csv_pieces
from accounts.http import AuthenticatedHttpRequest
from reports.forms import FiguresForm
from reports.queries import PERIODS, Period


class Figures(StaffRequiredMixin, View):
    """What a period asks for; 422 with the page's sentences if it makes no sense."""

    # Which page of the navigation, and its template.
    nav = ""
    template = ""

    def refused(self, request: AuthenticatedHttpRequest, form: FiguresForm) -> HttpResponse:
        context = {"nav": self.nav, "form": form, "periods": PERIODS}
        return render(request, self.template, context, status=422)


class File(Figures):
    """GET: rows as CSV, written while they are fetched."""

    name = ""
    heads: tuple[str, ...] = ()
    form_class: type[FiguresForm] = FiguresForm

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponseBase:
        form = self.form_class(request.GET)
        if not form.is_valid():
            return self.refused(request, form)
        rows = in_this_zone(self.rows(request, form))
        kind = "text/csv; charset=utf-8"
        answer = StreamingHttpResponse(csv_pieces(self.heads, rows), content_type=kind)
        name = f"{self.name}-{timezone.localdate():%Y-%m-%d}.csv"
        answer["Content-Disposition"] = f'attachment; filename="{name}"'
        return answer

    def rows(self, request: AuthenticatedHttpRequest, form: Any) -> Iterator[list[Any]]:
        raise NotImplementedError


def query_of(form: FiguresForm, *, by: str) -> str:
    """Return the period and the grouping as they stand in an address."""
    given = form.cleaned_data
    if given["since"]:
        return f"since={given['since']}&until={given['until']}&by={by}"
    return f"days={form.preset}&by={by}"


def last_day(period: Period) -> date:
    """Return the last day that the period has a part of."""
    return timezone.localtime(period.end - timedelta(microseconds=1)).date()


def in_this_zone(rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    """Return rows that are made in the zone that is active now, whenever they are asked for.

    An answer that is written bit by bit is written after the reader's zone has been left.
    """
    return _made_in(timezone.get_current_timezone(), rows)


def _made_in(zone: tzinfo, rows: Iterator[list[Any]]) -> Iterator[list[Any]]:
    while True:
        with timezone.override(zone):
            row = next(rows, None)
        if row is None:
            return
        yield row
