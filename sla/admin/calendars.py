"""Working hours, written as people write them."""

from typing import Any

import holidays
from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.http import signed_in
from sla import services
from sla.admin.drafts import DraftAdmin, DraftForm
from sla.models import BusinessCalendar
from sla.week import WEEKDAYS, days_in_words, in_words, known_zones, parse_days, parse_intervals

EXAMPLE = "Like 9:00-12:30, 13:30-17:00, or 22:00-6:00 for a night; empty: closed."


class CalendarForm(DraftForm):
    time_zone = forms.CharField(max_length=64, initial="Europe/Berlin")
    country = forms.ChoiceField(required=False, label="Public holidays of")
    region = forms.CharField(
        required=False,
        max_length=10,
        help_text="The region's letters, like BY for Bavaria; empty: those of the whole country.",
    )
    days = forms.CharField(
        required=False,
        label="Odd days",
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text="One a line, they replace the weekday and any holiday: "
        '"2026-12-24 9:00-12:00" or "2026-12-31 closed".',
    )
    take_over = forms.BooleanField(
        required=False,
        label="Open tickets take it over",
        help_text="From now on they count by the new hours. Otherwise they keep the old ones.",
    )

    class Meta:
        model = BusinessCalendar
        fields = ["name"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        codes = sorted(holidays.list_supported_countries(include_aliases=False))
        if "country" not in fields:
            return
        fields["country"].choices = [("", "No country"), *((code, code) for code in codes)]
        version = self.instance.current if self.instance.pk else None
        for number, day in enumerate(WEEKDAYS):
            initial = in_words(version.week[number]) if version else ""
            self.initial.setdefault(day.lower(), initial)
        if version:
            self.initial.update(
                {
                    "time_zone": version.time_zone,
                    "country": version.country,
                    "region": version.region,
                    "days": days_in_words(version.days),
                }
            )

    def clean_days(self) -> dict[str, Any]:
        return parse_days(self.cleaned_data["days"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        week = []
        for day in WEEKDAYS:
            try:
                week.append(parse_intervals(data.get(day.lower(), "")))
            except ValidationError as error:
                self.add_error(day.lower(), error)
        if "time_zone" in data and data["time_zone"] not in known_zones():
            self.add_error("time_zone", f'There is no time zone "{data["time_zone"]}".')
        data["week"] = week
        return data


# One field a day, so that an error stands at its day.
for _day in WEEKDAYS:
    CalendarForm.base_fields[_day.lower()] = CalendarForm.declared_fields[_day.lower()] = (
        forms.CharField(required=False, max_length=200, label=_day, help_text=EXAMPLE)
    )


@admin.register(BusinessCalendar)
class BusinessCalendarAdmin(DraftAdmin):
    """When the desk works; each save that changes something makes a version."""

    form = CalendarForm
    keeps_log = True
    list_display = ["name", "zone", "week", "version"]
    fieldsets = [
        (None, {"fields": ["name", "time_zone"]}),
        ("Hours", {"fields": [day.lower() for day in WEEKDAYS]}),
        ("Holidays and odd days", {"fields": ["country", "region", "days"]}),
        ("Tickets that are open", {"fields": ["take_over"]}),
    ]

    def get_queryset(self, request: HttpRequest) -> QuerySet[BusinessCalendar]:
        return BusinessCalendar.objects.select_related("current__calendar")

    @admin.display(description="time zone")
    def zone(self, calendar: BusinessCalendar) -> str:
        return calendar.current.time_zone if calendar.current else ""

    @admin.display(description="hours")
    def week(self, calendar: BusinessCalendar) -> str:
        week = calendar.current.week if calendar.current else []
        days = [f"{day[:2]} {in_words(w)}" for day, w in zip(WEEKDAYS, week, strict=False) if w]
        return " · ".join(days)

    @admin.display(description="version")
    def version(self, calendar: BusinessCalendar) -> int | str:
        return calendar.current.number if calendar.current else ""

    def store_new(self, request: HttpRequest, form: Any) -> BusinessCalendar:
        return self._store(request, None, form)

    def store_changes(
        self, request: HttpRequest, obj: BusinessCalendar, form: Any
    ) -> BusinessCalendar:
        return self._store(request, obj, form)

    def _store(
        self, request: HttpRequest, obj: BusinessCalendar | None, form: Any
    ) -> BusinessCalendar:
        take_over = form.cleaned_data["take_over"]
        given = self._given(form)
        return services.save_calendar(obj, actor=signed_in(request), take_over=take_over, **given)

    def what_if(self, request: HttpRequest, obj: BusinessCalendar, form: Any) -> services.WhatIf:
        actor = signed_in(request)
        draft = services.draft_calendar(obj, actor=actor, **self._given(form))
        return services.what_if_calendar(obj, draft, actor=actor)

    def _given(self, form: Any) -> dict[str, Any]:
        names = ("name", "time_zone", "week", "days", "country", "region")
        return {name: form.cleaned_data[name] for name in names}
