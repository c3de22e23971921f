"""The teams of the desk, for everybody who works here."""

from django.db.models import Count, OuterRef, Prefetch, Q, Subquery
from django.http import HttpResponse
from django.shortcuts import render
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.models import Team, User
from technicians.querysets import absences_now
from tickets.models import Category, Ticket


class Teams(StaffRequiredMixin, View):
    """GET: who is in which team, what it serves and how many open tickets are in its queue."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        until = Subquery(absences_now(OuterRef("pk")).values("ends_at")[:1])
        members = User.objects.present().select_related("technician").order_by("name")
        members = members.annotate(away_until=until)
        teams = (
            Team.objects.visible_to(request.user)
            .select_related("lead")
            .prefetch_related(
                Prefetch("members", members, to_attr="people"),
                Prefetch("categories", Category.objects.in_tree_order(), to_attr="served"),
            )
        )
        queues = Ticket.objects.present().open().filter(team__isnull=False).order_by()
        free = Count("pk", filter=Q(technician__isnull=True))
        counted = queues.values("team").annotate(open=Count("pk"), free=free)
        counts = {row["team"]: row for row in counted}
        none = {"open": 0, "free": 0}
        rows = [{**counts.get(team.pk, none), "team": team} for team in teams]
        return render(request, "technicians/teams.html", {"nav": "teams", "rows": rows})
