"""Customers and their organisations, and tickets that are raised for them."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from accounts.models import EMAIL_LENGTH, NAME_LENGTH
from accounts.numbers import number_of, public_id
from tickets.choices import Priority
from tickets.models import Category
from tickets.models.customer import CUSTOMER_NOTE_LENGTH
from tickets.models.ticket import SUBJECT_LENGTH, TEXT_LENGTH


class CustomerMergeForm(forms.Form):
    """As whom the customer goes on, and whose organisation counts."""

    into = forms.CharField(max_length=20, label="Number of the other customer")
    take_organization = forms.BooleanField(required=False)

    def clean_into(self) -> str:
        number = number_of("CUS", self.cleaned_data["into"].strip().upper())
        if number is None:
            raise ValidationError("A customer's number looks like CUS0042.")
        return public_id("CUS", number)


class OrganizationForm(forms.Form):
    name = forms.CharField(max_length=NAME_LENGTH, error_messages={"required": "Write a name"})


class CustomerNoteForm(forms.Form):
    body = forms.CharField(
        max_length=CUSTOMER_NOTE_LENGTH,
        strip=False,
        error_messages={"required": "Write a note"},
    )


class OnBehalfForm(forms.Form):
    """A ticket for somebody on the phone; `needs_person`: whose address is new to the desk."""

    needs_person = False

    name = forms.CharField(required=False, max_length=NAME_LENGTH)
    email = forms.CharField(required=False, max_length=EMAIL_LENGTH)
    subject = forms.CharField(
        max_length=SUBJECT_LENGTH, error_messages={"required": "Write a subject"}
    )
    description = forms.CharField(
        max_length=TEXT_LENGTH, strip=False, error_messages={"required": "Write what happened"}
    )
    category = forms.ModelChoiceField(
        queryset=Category.objects.active(),
        error_messages={
            "required": "Choose a category",
            "invalid_choice": "There is no such category.",
        },
    )
    priority = forms.TypedChoiceField(
        choices=Priority.choices, coerce=lambda value: Priority(int(value)), initial=Priority.NORMAL
    )
    take = forms.BooleanField(required=False)
    submission_key = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.needs_person and not data.get("email"):
            self.add_error("email", "Write the customer's e-mail address")
        return data
