"""What every change of a ticket carries, and a ticket's number as people write it."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.numbers import number_of
from tickets.models.ticket import TICKET_PREFIX
from tickets.search import TICKET_NUMBER

VERSION_MAX = 2**31 - 1
EVENT_MAX = 2**63 - 1


class TicketNumberField(forms.CharField):
    """A ticket's number as people write it: TKT0042, tkt42, #42, 42."""

    widget = forms.TextInput

    def __init__(self, **options: Any) -> None:
        words = {"required": "Write the number of a ticket"}
        super().__init__(max_length=30, error_messages=words, **options)

    def clean(self, value: Any) -> int | None:
        text = super().clean(value)
        if not text:
            return None
        written = TICKET_NUMBER.fullmatch(text)
        if written is None:
            raise ValidationError("A ticket's number looks like TKT0042.")
        return int(written[1])


class VerbForm(forms.Form):
    """What every change of a ticket carries: the version and the newest event that one saw."""

    version = forms.IntegerField(required=False, min_value=1, max_value=VERSION_MAX)
    seen = forms.IntegerField(required=False, min_value=0, max_value=EVENT_MAX)


class RowIdForm(VerbForm):
    row = forms.IntegerField(min_value=1, max_value=EVENT_MAX)


def ticket_number(ticket_id: str) -> int | None:
    """Return 42 for `TKT0042`, None for what is no ticket's number."""
    return number_of(TICKET_PREFIX, ticket_id)
