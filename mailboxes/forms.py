"""Shapes of input about incoming mail."""

from typing import Any

from django import forms

from accounts.models import EMAIL_LENGTH, NAME_LENGTH


class WriteMailForm(forms.Form):
    """A mail as a customer's program would write it."""

    name = forms.CharField(label="Your name", max_length=NAME_LENGTH, required=False)
    sender = forms.EmailField(label="Your address", max_length=EMAIL_LENGTH)
    to = forms.EmailField(label="To", max_length=320)
    subject = forms.CharField(max_length=250, required=False)
    text = forms.CharField(widget=forms.Textarea(attrs={"rows": 8}))
    answers = forms.CharField(max_length=500, required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """One line each: anything else would be another header."""
        given = super().clean() or {}
        return {name: _header(text) if name != "text" else text for name, text in given.items()}


def _header(text: str) -> str:
    return " ".join(text.split())
