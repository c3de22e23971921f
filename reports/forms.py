"""What a reader of figures asks for: a period, and how it is grouped."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db import models
from django.db.models import Q
from django.utils import timezone

from reports.choices import Dimension, TimeDimension
from reports.queries import PERIODS, Period
from reports.queries.groups import COLUMNS, TIME_COLUMNS, in_group
from sla.choices import ClockKind

DEFAULT_PERIOD = 30
MOST_DAYS = 366
MOST_LETTERS = 200
FIRST_YEAR, LAST_YEAR = 2000, 2100


class FiguresForm(forms.Form):
    """A number of days up to now, or the days from `since` to `until`, in the active zone."""

    dimensions: type[models.TextChoices] = Dimension
    usual: str = Dimension.WEEK

    days = forms.TypedChoiceField(
        choices=[(str(days), f"{days} days") for days in PERIODS],
        coerce=int,
        empty_value=None,
        required=False,
    )
    since = forms.DateField(label="From", required=False, widget=forms.DateInput({"type": "date"}))
    until = forms.DateField(label="To", required=False, widget=forms.DateInput({"type": "date"}))
    by = forms.ChoiceField(choices=Dimension.choices, required=False)

    def clean(self) -> dict[str, Any]:
        given: dict[str, Any] = super().clean() or {}
        since, until = given.get("since"), given.get("until")
        for name, day in (("since", since), ("until", until)):
            if day and not FIRST_YEAR <= day.year <= LAST_YEAR:
                self.add_error(name, f"Choose a year from {FIRST_YEAR} to {LAST_YEAR}.")
        if (since is None) != (until is None) and not self.errors:
            self.add_error("until" if since else "since", "Give both days, or neither.")
        if since and until and until < since:
            self.add_error("until", "The last day is before the first one.")
        if since and until and (until - since).days >= MOST_DAYS:
            self.add_error("until", f"Choose {MOST_DAYS} days or fewer.")
        return given

    @property
    def period(self) -> Period:
        """The period of valid data."""
        since, until = self.cleaned_data["since"], self.cleaned_data["until"]
        if since and until:
            length = (until - since).days + 1
            return Period(length, _midnight(since), _midnight(until + timedelta(days=1)))
        return Period.last(self.cleaned_data["days"] or DEFAULT_PERIOD)

    @property
    def dimension(self) -> str:
        return str(self.cleaned_data["by"] or self.usual)

    @property
    def preset(self) -> int | None:
        """The number of days that was chosen, None for two dates."""
        if self.cleaned_data["since"]:
            return None
        return int(self.cleaned_data["days"] or DEFAULT_PERIOD)


class GroupForm(FiguresForm):
    """The same, and of which group the single rows are."""

    columns = COLUMNS

    group = forms.CharField(required=False, max_length=MOST_LETTERS)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        name = given.get("group")
        given["in_group"] = None
        if name and not self.errors:
            given["in_group"] = in_group(self.dimension, name, self.columns)
            if given["in_group"] is None:
                label = self.dimensions(self.dimension).label.lower()
                self.add_error("group", f"There is no such {label}; start at the whole report.")
        return given

    @property
    def which(self) -> Q:
        """The condition on the single rows."""
        group: Q | None = self.cleaned_data["in_group"]
        return Q() if group is None else group


class MissedForm(GroupForm):
    """The same, and of which kind of target the missed ones are."""

    kind = forms.ChoiceField(choices=ClockKind.choices, required=False)

    @property
    def which(self) -> Q:
        """The condition on the missed clocks."""
        kind = self.cleaned_data["kind"]
        return (Q(kind=kind) if kind else Q()) & super().which


class TimeForm(GroupForm):
    """A period of time spent, how it is grouped, and of which group the entries are."""

    dimensions = TimeDimension
    usual = TimeDimension.TECHNICIAN
    columns = TIME_COLUMNS

    by = forms.ChoiceField(choices=TimeDimension.choices, required=False)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, datetime.min.time(), tzinfo=timezone.get_current_timezone())
