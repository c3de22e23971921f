"""Who follows a ticket."""

from typing import Any

from django import forms

from accounts.choices import STAFF_ROLES
from accounts.models import EMAIL_LENGTH, NAME_LENGTH, User
from technicians.forms.base import EVENT_MAX, VerbForm


class ParticipantForm(VerbForm):
    """A customer who shall follow the ticket, and what other customers read as their name."""

    email = forms.CharField(
        max_length=EMAIL_LENGTH, error_messages={"required": "Write an e-mail address"}
    )
    name = forms.CharField(max_length=NAME_LENGTH, required=False)


class RowForm(VerbForm):
    """Somebody who follows the ticket; nobody: oneself."""

    person = forms.IntegerField(required=False, min_value=1, max_value=EVENT_MAX)


class RemovalForm(VerbForm):
    """What takes a removal back."""

    undo = forms.CharField(max_length=1000)


class WatcherForm(VerbForm):
    """A colleague who shall watch the ticket; nobody: oneself."""

    colleague = forms.ModelChoiceField(
        User.objects.none(),
        required=False,
        error_messages={"invalid_choice": "There is no such colleague"},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["colleague"].queryset = User.objects.active().filter(role__in=STAFF_ROLES)
