"""Where a technician begins the day."""

from datetime import datetime
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View
from django.views.generic import TemplateView

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from sla.queries import deadlines, due_group
from technicians.context_processors import desk_counts, own_unsent
from technicians.queries import (
    day_so_far,
    for_dashboard,
    latest_rating,
    news_since,
    next_reminders,
    own_tickets,
    satisfaction,
    with_absences,
    with_last_word,
)

QUEUE_ROWS = 10
UNASSIGNED_ROWS = 5


class Dashboard(StaffRequiredMixin, TemplateView):
    """Counters, the own queue, what nobody has taken yet, the day; for an admin: all tickets."""

    request: AuthenticatedHttpRequest
    template_name = "technicians/dashboard.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user = self.request.user
        own_unsent(self.request)
        counts = desk_counts(self.request)
        queue = own_tickets(user).open().awake()
        unassigned = counts.unassigned_tickets
        now = timezone.localtime()
        technician = None if user.is_admin else for_dashboard(user, now)
        absences = with_absences(technician, now)
        rows = list(with_last_word(queue.for_list()).most_urgent_first()[:QUEUE_ROWS])
        for ticket in rows:
            ticket.due_group = due_group(ticket, now)
        return super().get_context_data(
            nav="dashboard",
            counts=counts,
            queue=rows,
            deadlines=deadlines(queue, now),
            unassigned=with_last_word(unassigned.for_list()).most_urgent_first()[:UNASSIGNED_ROWS],
            day=None if user.is_admin else day_so_far(user),
            technician=technician,
            rating=latest_rating(user),
            satisfied=None if user.is_admin else satisfaction(user),
            now=now,
            stamp=now.isoformat(),
            reminders=next_reminders(user, now),
            absences=absences,
            away=next((one for one in absences if one.has_begun and not one.is_over), None),
            **kwargs,
        )


class Pulse(StaffRequiredMixin, View):
    """GET `?at=`: the counters now, and how many tickets came since then (ISO 8601)."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        stamp = request.GET.get("at", "").replace(" ", "+")
        try:
            since = datetime.fromisoformat(stamp)
        except ValueError as error:
            raise BadRequest("That is no moment.") from error
        if since.tzinfo is None:
            raise BadRequest("That is no moment.")
        own_unsent(request)
        context = {
            "counts": desk_counts(request),
            "stamp": stamp,
            "news": news_since(request.user, since),
        }
        return render(request, "technicians/_pulse.html", context)
