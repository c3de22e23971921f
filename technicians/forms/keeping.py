"""How the work on a ticket is kept in order: snoozes, reminders, checklist, time."""

from typing import Any

from django import forms

from technicians.forms.base import VerbForm
from technicians.moments import OFFERED, moment_of
from tickets.models.keeping import ITEM_LENGTH, REMINDER_LENGTH, TIME_NOTE_LENGTH


class MomentForm(VerbForm):
    """A moment: one that is offered, one that is typed, or none (`answer`)."""

    ANSWER, TYPED = "answer", "until"

    when = forms.ChoiceField(
        choices=[*OFFERED.items(), (ANSWER, "Until the customer answers"), (TYPED, "Until")]
    )
    until = forms.DateTimeField(
        required=False, error_messages={"invalid": "Write a date and a time."}
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        when = data.get("when")
        if when == self.TYPED and not data.get("until") and "until" not in self.errors:
            self.add_error("until", "Choose a moment.")
        data["moment"] = moment_of(when) if when in OFFERED else None
        if when == self.TYPED:
            data["moment"] = data.get("until")
        return data


class ReminderForm(MomentForm):
    note = forms.CharField(required=False, max_length=REMINDER_LENGTH)


class ItemForm(VerbForm):
    text = forms.CharField(max_length=ITEM_LENGTH, error_messages={"required": "Write what to do"})


class MinutesForm(VerbForm):
    minutes = forms.IntegerField(min_value=1, max_value=24 * 60)
    note = forms.CharField(required=False, max_length=TIME_NOTE_LENGTH)
