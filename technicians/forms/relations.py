"""Tickets with other tickets: links, merges, splits."""

from django import forms

from technicians.forms.base import EVENT_MAX, TicketNumberField, VerbForm
from tickets.choices import SAID_CHOICES
from tickets.models.ticket import SUBJECT_LENGTH


class LinkForm(VerbForm):
    """What the ticket is to another one, which is named by its number."""

    link = forms.ChoiceField(label="What it is", choices=SAID_CHOICES)
    number = TicketNumberField(label="Number of the other ticket")


class UnlinkForm(VerbForm):
    relation = forms.IntegerField(min_value=1, max_value=EVENT_MAX)


class MergeForm(VerbForm):
    """Where the ticket goes on; `share`: all people of both may read both."""

    into = TicketNumberField(label="Number of the other ticket")
    share = forms.BooleanField(required=False)


class UnmergeForm(VerbForm):
    source = TicketNumberField(label="Number of the merged ticket")


class SplitForm(forms.Form):
    """What the new ticket is called; empty: the first words of the message."""

    subject = forms.CharField(required=False, max_length=SUBJECT_LENGTH)
