"""How targets were kept: a page for staff, and the same as files."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.http import AuthenticatedHttpRequest
from accounts.paging import InvalidCursor
from reports.choices import Dimension
from reports.forms import MissedForm
from reports.queries import PERIODS
from reports.queries.targets import (
    MOST_GROUPS,
    Group,
    all_missed,
    attainment,
    missed_page,
    overall,
    overdue_now,
)
from reports.views.files import Figures, File, last_day, query_of
from sla.choices import ClockKind
from sla.templatetags.sla_tags import to_the_second


class TargetsPage(Figures):
    nav = "targets"
    template = "reports/targets.html"


class Targets(TargetsPage):
    """GET: the figures of a period, grouped, and what was missed, over the reader's tickets."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        form = MissedForm(request.GET)
        if not form.is_valid():
            return self.refused(request, form)
        period, by, which = form.period, form.dimension, form.which
        cursor = request.GET.get("cursor", "")
        try:
            missed = missed_page(request.user, period, which=which, cursor=cursor)
        except InvalidCursor:
            missed = missed_page(request.user, period, which=which)
        groups = attainment(request.user, period, by)
        context = {
            "nav": self.nav,
            "form": form,
            "periods": PERIODS,
            "period": period,
            "last_day": last_day(period),
            "query": query_of(form, by=by),
            "by_links": [(key, label, query_of(form, by=key)) for key, label in Dimension.choices],
            "by": by,
            "by_label": Dimension(by).label,
            "kinds": overall(request.user, period),
            "groups": groups[:MOST_GROUPS],
            "left_out": max(0, len(groups) - MOST_GROUPS),
            "missed": missed,
            "missed_query": query_of(form, by=by) + narrowing_of(form),
            "narrowed": narrowed(form, groups),
            "overdue": overdue_now(request.user),
        }
        return render(request, self.template, context)


def narrowing_of(form: MissedForm) -> str:
    """Return the kind and the group of the missed ones as they stand in an address."""
    given = {name: form.cleaned_data[name] for name in ("kind", "group")}
    return "".join(f"&{name}={quote(value, safe='')}" for name, value in given.items() if value)


def narrowed(form: MissedForm, groups: list[Group]) -> str:
    """Return in words which of the missed ones are shown; empty: all of them."""
    kind, name = form.cleaned_data["kind"], form.cleaned_data["group"]
    known = {group.address: group.name for group in groups}
    return ", ".join(filter(None, [kind and ClockKind(kind).label, name and known.get(name, name)]))


class TargetsFile(TargetsPage, File):
    """Each group and target."""

    name = "targets"
    heads = ("Group", "Target", "Ended", "Kept", "Missed", "Kept %", "Median s", "Nine in ten s")

    def rows(self, request: AuthenticatedHttpRequest, form: Any) -> Iterator[list[Any]]:
        for group in attainment(request.user, form.period, form.dimension):
            for kept in group.kinds:
                lengths = [
                    "" if length is None else round(length.total_seconds())
                    for length in (kept.median, kept.ninety)
                ]
                counts = [kept.count, kept.met, kept.missed, kept.percent]
                yield [group.name, kept.label, *counts, *lengths]


class MissedFile(TargetsPage, File):
    """Each target that was missed, with its reasons."""

    form_class = MissedForm
    name = "missed-targets"
    heads = (
        "Ticket",
        "Subject",
        "Target",
        "Policy",
        "Ended",
        "Late (h:mm:ss of working time)",
        "Held by",
        "Paused (h:mm:ss)",
        "Paused why",
    )

    def rows(self, request: AuthenticatedHttpRequest, form: Any) -> Iterator[list[Any]]:
        for one in all_missed(request.user, form.period, form.which):
            clock = one.clock
            yield [
                clock.ticket.ticket_id,
                clock.ticket.subject,
                clock.get_kind_display(),
                clock.policy_version or "",
                timezone.localtime(clock.ended_at).replace(tzinfo=None, microsecond=0),
                to_the_second(one.late),
                clock.technician.name if clock.technician else "",
                to_the_second(one.paused),
                one.reasons,
            ]
