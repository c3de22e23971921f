"""The figures of the dashboard."""

from typing import Any

from django.utils import timezone
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.lists import check_parameters
from accounts.choices import STAFF_ROLES
from accounts.models import User
from sla.queries import Deadlines, deadlines
from technicians.context_processors import desk_counts, own_unsent
from technicians.queries import (
    CAP,
    Day,
    DeskCounts,
    day_so_far,
    latest_rating,
    own_tickets,
    satisfaction,
)
from tickets.api.rows import moment
from tickets.api.serializers import TICKET_ID
from tickets.choices import Score
from tickets.models import Rating

COUNTERS = (
    "open",
    "urgent",
    "unanswered",
    "noted",
    "waiting",
    "on_hold",
    "to_confirm",
    "stuck",
    "unassigned",
    "unassigned_urgent",
)


class Counters(serializers.Serializer):
    """Tickets: a technician's own, for an admin the whole desk's. Counting stops at 1,000."""

    open = serializers.IntegerField(max_value=CAP)
    urgent = serializers.IntegerField(max_value=CAP, help_text="Of the open ones.")
    unanswered = serializers.IntegerField(
        max_value=CAP, help_text="Open, and the customer had the last word."
    )
    noted = serializers.IntegerField(
        max_value=CAP, help_text="Open, and only notes since the customer wrote."
    )
    waiting = serializers.IntegerField(max_value=CAP, help_text="For the customer's answer.")
    on_hold = serializers.IntegerField(max_value=CAP)
    to_confirm = serializers.IntegerField(
        max_value=CAP, help_text="Finished, and the customer wrote what reads like mere thanks."
    )
    stuck = serializers.IntegerField(
        max_value=CAP, help_text="The desk can give them to nobody now."
    )
    unassigned = serializers.IntegerField(
        max_value=CAP, help_text="Nobody has them: in one's own categories, for an admin in all."
    )
    unassigned_urgent = serializers.IntegerField(max_value=CAP)


class HourDue(serializers.Serializer):
    hour = serializers.IntegerField(min_value=0, max_value=23)
    due = serializers.IntegerField()


class DueToday(serializers.Serializer):
    """Targets of one's open tickets by the hour of today; an admin's are all."""

    earlier = serializers.IntegerField(help_text="Due before today, and still open.")
    hours = HourDue(many=True)


class DaySoFar(serializers.Serializer):
    """What one has done since midnight, in one's own time zone."""

    resolved = serializers.IntegerField(max_value=CAP)
    replies = serializers.IntegerField(max_value=CAP)
    median_first_answer_seconds = serializers.IntegerField(
        allow_null=True, help_text="From the raising of a ticket; null without a first answer."
    )


class Satisfaction(serializers.Serializer):
    """The ratings of 30 days."""

    ratings = serializers.IntegerField()
    percent = serializers.IntegerField(
        allow_null=True, help_text="How many in a hundred are good; null without a rating."
    )


class LatestRating(serializers.Serializer):
    ticket_id = serializers.RegexField(TICKET_ID)
    customer_name = serializers.CharField()
    score = serializers.ChoiceField(Score.choices)
    comment = serializers.CharField(allow_blank=True)
    date = serializers.DateTimeField()


class DashboardFigures(serializers.Serializer):
    counters = Counters()
    unsent = serializers.IntegerField(
        help_text="Replies of one's own that were held or taken back."
    )
    deadlines = DueToday()
    day = DaySoFar(allow_null=True, help_text="Null for an admin.")
    satisfaction = Satisfaction(allow_null=True, help_text="Null for an admin.")
    latest_rating = LatestRating(allow_null=True)


class Dashboard(DeskView):
    """Where one stands: counters, today's deadlines, the day so far, the latest rating."""

    operations = {
        "GET": Operation(
            "getDashboard", "Figures of the dashboard", DashboardFigures, roles=STAFF_ROLES
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        check_parameters(request)
        with timezone.override(request.user.zone):
            return Response(figures(request))


def figures(request: Any) -> dict[str, Any]:
    """Return the figures of who asks; what is due of their replies goes out first."""
    user = request.user
    unsent = own_unsent(request)
    counts: DeskCounts = desk_counts(request)
    due = deadlines(own_tickets(user).open().awake(), timezone.localtime())
    return {
        "counters": {name: getattr(counts, name) for name in COUNTERS},
        "unsent": unsent,
        "deadlines": due_row(due),
        "day": None if user.is_admin else day_row(day_so_far(user)),
        "satisfaction": None if user.is_admin else satisfaction_row(user),
        "latest_rating": rating_row(latest_rating(user)),
    }


def due_row(due: Deadlines) -> dict[str, Any]:
    hours = [{"hour": hour.hour, "due": hour.count} for hour in due.hours]
    return {"earlier": due.earlier, "hours": hours}


def day_row(day: Day) -> dict[str, Any]:
    median = day.median_answer
    return {
        "resolved": day.resolved,
        "replies": day.replies,
        "median_first_answer_seconds": None if median is None else round(median.total_seconds()),
    }


def satisfaction_row(user: User) -> dict[str, Any]:
    found = satisfaction(user)
    return {
        "ratings": found["count"],
        "percent": found["percent"] if found["count"] else None,
    }


def rating_row(rating: Rating | None) -> dict[str, Any] | None:
    if rating is None:
        return None
    return {
        "ticket_id": rating.ticket.ticket_id,
        "customer_name": rating.customer.name,
        "score": rating.score,
        "comment": rating.comment,
        "date": moment(rating.rated_at),
    }
