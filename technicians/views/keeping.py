"""Keeping order on a ticket: letting it rest, reminders, the checklist, time spent."""

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template.defaultfilters import date as in_words
from django.urls import reverse
from django.utils import timezone

from technicians.forms.base import RowIdForm, VerbForm
from technicians.forms.keeping import ItemForm, MinutesForm, MomentForm, ReminderForm
from technicians.views.verb import TicketVerbs
from tickets import services
from tickets.models import Ticket


def moment_words(moment: datetime) -> str:
    """Return a moment as a sentence says it: "Mon 30 Nov, 09:00"."""
    return in_words(timezone.localtime(moment), "D j M, H:i")


class TicketKeep(TicketVerbs):
    """One POST for each verb: `snooze`, `wake`, `remind`, `forget`, `item`, `tick`, ..."""

    forms: dict[str, type[Form]] = {
        "snooze": MomentForm,
        "wake": VerbForm,
        "remind": ReminderForm,
        "forget": RowIdForm,
        "item": ItemForm,
        "tick": RowIdForm,
        "untick": RowIdForm,
        "drop": RowIdForm,
        "time": MinutesForm,
        "untime": RowIdForm,
    }
    way_back: dict[str, Any] | None = None

    def undo(self, before: Ticket, after: Ticket) -> dict[str, Any]:
        if self.way_back is None:
            return {}
        what = self.way_back.pop("what")
        url = reverse("technicians:ticket-keep", args=[after.ticket_id, what])
        return {"undo_url": url, "undo_fields": self.way_back}

    def answer(self, before: Ticket, ticket: Ticket) -> HttpResponse:
        answer = super().answer(before, ticket)
        if self.request.POST.get("next") == "dashboard" and not self.request.htmx:
            return redirect("technicians:dashboard")
        return answer

    def act_snooze(self, ticket: Ticket, data: dict[str, Any]) -> None:
        services.snooze_ticket(ticket, until=data["moment"], actor=self.request.user)
        until = moment_words(data["moment"]) if data["moment"] else "the customer answers"
        self.sentence = f"Out of the queue until {until}"
        self.way_back = {"what": "wake"}

    def act_wake(self, ticket: Ticket, data: dict[str, Any]) -> None:
        services.wake_ticket(ticket, actor=self.request.user)
        self.sentence = "Back in the queue"

    def act_remind(self, ticket: Ticket, data: dict[str, Any]) -> None:
        if data["moment"] is None:
            raise ValidationError({"until": "Choose a moment."})
        try:
            row = services.set_reminder(
                ticket, at=data["moment"], note=data["note"], actor=self.request.user
            )
        except ValidationError as error:
            told = error.message_dict
            raise ValidationError({"until": told["at"]} if "at" in told else told) from error
        self.sentence = f"You will be reminded on {moment_words(row.at)}"
        self.way_back = {"what": "forget", "row": row.pk}

    def act_forget(self, ticket: Ticket, data: dict[str, Any]) -> None:
        row = ticket.reminders.filter(pk=data["row"], user=self.request.user).first()
        if row is not None:
            services.drop_reminder(row, actor=self.request.user)
        self.sentence = "Reminder done"

    def act_item(self, ticket: Ticket, data: dict[str, Any]) -> None:
        item = services.add_item(ticket, text=data["text"], actor=self.request.user)
        self.sentence = "Added to the checklist"
        self.way_back = {"what": "drop", "row": item.pk}

    def act_tick(self, ticket: Ticket, data: dict[str, Any]) -> None:
        self._tick(ticket, data, done=True)
        self.sentence = "Done"

    def act_untick(self, ticket: Ticket, data: dict[str, Any]) -> None:
        self._tick(ticket, data, done=False)
        self.sentence = "To do again"

    def _tick(self, ticket: Ticket, data: dict[str, Any], *, done: bool) -> None:
        item = ticket.checklist.filter(pk=data["row"]).first()
        if item is None:
            raise ValidationError("This line is not on the checklist any more.")
        services.set_item_done(item, done=done, actor=self.request.user)
        self.way_back = {"what": "untick" if done else "tick", "row": item.pk}

    def act_drop(self, ticket: Ticket, data: dict[str, Any]) -> None:
        item = ticket.checklist.filter(pk=data["row"]).first()
        if item is not None and services.remove_item(item, actor=self.request.user):
            self.way_back = {"what": "item", "text": item.text}
        self.sentence = "Removed from the checklist"

    def act_time(self, ticket: Ticket, data: dict[str, Any]) -> None:
        entry = services.log_time(
            ticket, minutes=data["minutes"], note=data["note"], actor=self.request.user
        )
        self.sentence = f"{entry.minutes} min written down"
        self.way_back = {"what": "untime", "row": entry.pk}

    def act_untime(self, ticket: Ticket, data: dict[str, Any]) -> None:
        entry = ticket.time_entries.filter(pk=data["row"]).first()
        if entry is not None and services.remove_time(entry, actor=self.request.user):
            self.way_back = {"what": "time", "minutes": entry.minutes, "note": entry.note}
        self.sentence = "Minutes removed"
