"""What is set on a ticket: status, owner, team, priority, category, tags."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import Team, User
from accounts.numbers import row_key
from technicians.forms.base import EVENT_MAX, VerbForm
from tickets.choices import Priority, Status
from tickets.models import Category
from tickets.models.ticket import TEXT_LENGTH


class StatusForm(VerbForm):
    status = forms.ChoiceField(choices=Status.choices)


class AssignForm(VerbForm):
    """A technician's number, or nothing: the ticket goes back to the unassigned ones."""

    technician = forms.ModelChoiceField(
        label="Assignee",
        queryset=User.objects.none(),
        to_field_name="public_id",
        required=False,
        error_messages={"invalid_choice": "There is no such technician."},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["technician"]
        field.queryset = User.objects.active().technicians()  # type: ignore[attr-defined]


class HandoverForm(VerbForm):
    """To whom (`tec:TEC0001` or `team:3`), and what they should know."""

    to = forms.CharField(max_length=60, error_messages={"required": "Choose a person or a team"})
    note = forms.CharField(
        max_length=TEXT_LENGTH,
        strip=False,
        error_messages={"required": "Write what they should know"},
    )

    def clean_to(self) -> dict[str, Any]:
        kind, _, name = self.cleaned_data["to"].partition(":")
        found: Any = None
        if kind == "tec":
            found = User.objects.active().technicians().filter(public_id=name).first()
        elif kind == "team":
            found = Team.objects.active().filter(pk=row_key(name) or 0).first()
        if found is None:
            raise ValidationError("There is no such person or team.")
        return {"technician" if kind == "tec" else "team": found}


class TeamForm(VerbForm):
    """In whose queue the ticket goes; nothing: in nobody's."""

    team = forms.ModelChoiceField(
        Team.objects.active(),
        required=False,
        error_messages={"invalid_choice": "There is no such team."},
    )


class PriorityForm(VerbForm):
    priority = forms.TypedChoiceField(choices=Priority.choices, coerce=int)


class CategoryForm(VerbForm):
    category = forms.ModelChoiceField(
        queryset=Category.objects.active(),
        error_messages={"invalid_choice": "There is no such category."},
    )


class TagForm(VerbForm):
    """A word for the ticket; the service says what a tag may be."""

    tag = forms.CharField(label="Tag", max_length=60, error_messages={"required": "Write a tag"})


class UntagForm(VerbForm):
    tag = forms.IntegerField(min_value=1, max_value=EVENT_MAX)
