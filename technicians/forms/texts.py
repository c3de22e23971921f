"""What technicians write on a ticket: replies, notes, what was done."""

import uuid
from collections.abc import Sequence
from typing import Any

from django import forms

from accounts.models import User
from accounts.text import is_storable
from technicians.forms.base import EVENT_MAX, VerbForm
from tickets.choices import Status
from tickets.forms import content_key
from tickets.models import Attachment, Ticket
from tickets.models.ticket import TEXT_LENGTH

MOST_CONFIRMED = 50


class ConfirmedField(forms.MultipleChoiceField):
    """Any number of keys of doubts; one that nobody asked for confirms nothing."""

    widget = forms.MultipleHiddenInput

    def valid_value(self, value: str) -> bool:
        return True

    def clean(self, value: Any) -> list[str]:
        return [key for key in super().clean(value)[:MOST_CONFIRMED] if is_storable(key)]


class GuardedForm(VerbForm):
    """A text that the customer reads: it goes out across what its writer was shown."""

    # What had been seen when news were shown, which the writer has now chosen to send across.
    override = forms.IntegerField(required=False, min_value=0, max_value=EVENT_MAX)
    # The doubts about the text that were shown and are confirmed by sending it again.
    confirmed = ConfirmedField(required=False)


class ReplyForm(GuardedForm):
    """A public reply, and where the ticket goes after it."""

    attachments: Sequence[Attachment] = ()

    body = forms.CharField(
        label="Reply",
        max_length=TEXT_LENGTH,
        strip=False,
        error_messages={"required": "Write a reply"},
    )
    then_status = forms.ChoiceField(
        label="Then", required=False, choices=[("", "Stay"), *Status.choices]
    )
    resolution_summary = forms.CharField(
        label="What was done", max_length=TEXT_LENGTH, strip=False, required=False
    )
    next_update_by = forms.DateTimeField(
        label="Next update by",
        required=False,
        error_messages={"invalid": "Write the moment like 2026-12-24 15:30"},
    )
    # The row of a reply that was taken back and is sent again.
    again = forms.IntegerField(required=False, min_value=1, max_value=EVENT_MAX)
    submission_key = forms.UUIDField(required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("then_status") != Status.RESOLVED:
            data["resolution_summary"] = ""
        elif not data.get("resolution_summary", "").strip():
            self.add_error("resolution_summary", "Say in a sentence what was done")
        return data


class SeenForm(forms.Form):
    """The newest event that one saw."""

    seen = forms.IntegerField(min_value=0, max_value=EVENT_MAX)
    confirmed = ConfirmedField(required=False)


class NoteForm(VerbForm):
    """An internal note. It has a field of its own, so it can't leave as a reply."""

    note = forms.CharField(
        label="Internal note",
        max_length=TEXT_LENGTH,
        strip=False,
        error_messages={"required": "Write a note"},
    )


class ResolveForm(GuardedForm):
    """What was done; the customer reads it."""

    resolution_summary = forms.CharField(
        label="What was done",
        max_length=TEXT_LENGTH,
        strip=False,
        error_messages={"required": "Say in a sentence what was done"},
    )


class CloseForm(GuardedForm):
    """The end of a ticket; a resolved one has its summary already."""

    resolution_summary = forms.CharField(
        label="What was done", max_length=TEXT_LENGTH, strip=False, required=False
    )


class RedactForm(forms.Form):
    """What has to go."""

    text = forms.CharField(
        strip=False, max_length=TEXT_LENGTH, error_messages={"required": "Write the text"}
    )


def reply_key(ticket: Ticket, data: dict[str, Any]) -> uuid.UUID | None:
    """Return the key of a page with the reply that was written on it."""
    content = (ticket.pk, data["body"], data["then_status"], data["resolution_summary"])
    return content_key(data["submission_key"], *content)


def draft_name(ticket: Ticket, writer: User, again: object = None) -> str:
    """Return what the device calls the draft of a reply; one that was taken back has its own.
    Each writer's is another: colleagues may share the device.
    """
    name = f"reply-{ticket.ticket_id}-{writer.pk}"
    return f"{name}-{again}" if again else name
