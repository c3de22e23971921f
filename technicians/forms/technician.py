"""What technicians say about themselves: availability and absences."""

from datetime import UTC, datetime, tzinfo
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from technicians.models import ABSENCE_NOTE_LENGTH, AWAY_NOTE_LENGTH, Absence


class AvailabilityForm(forms.Form):
    available = forms.TypedChoiceField(
        choices=[("1", "Available"), ("0", "Away")], coerce=lambda value: value == "1"
    )
    away_note = forms.CharField(max_length=AWAY_NOTE_LENGTH, required=False)


class AbsenceForm(forms.Form):
    """From when until when, on the clock of who will be away."""

    starts_at = forms.CharField(max_length=30, label="From")
    ends_at = forms.CharField(max_length=30, label="Until")
    note = forms.CharField(max_length=ABSENCE_NOTE_LENGTH, required=False)

    def __init__(
        self, zone: tzinfo, *args: Any, absence: Absence | None = None, **kwargs: Any
    ) -> None:
        """`absence`: the one that is changed, whose beginning is not asked for once it came."""
        super().__init__(*args, **kwargs)
        self.zone = zone
        if absence is None:
            return
        self.initial = {"note": absence.note}
        for name in ("starts_at", "ends_at"):
            self.initial[name] = f"{getattr(absence, name).astimezone(zone):%Y-%m-%dT%H:%M}"
        if absence.has_begun:
            del self.fields["starts_at"]

    def clean_starts_at(self) -> datetime:
        return self._moment("starts_at")

    def clean_ends_at(self) -> datetime:
        return self._moment("ends_at")

    def _moment(self, name: str) -> datetime:
        try:
            moment = datetime.fromisoformat(self.cleaned_data[name])
            return (moment if moment.tzinfo else moment.replace(tzinfo=self.zone)).astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError("Write a day and a time: 2026-02-09 08:00.") from error
