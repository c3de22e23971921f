"""What an admin decides about the desk."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from accounts.choices import AccountEventType
from accounts.models import User
from accounts.permissions import require_admin
from accounts.services.events import record
from tickets.choices import SCHEDULED_STATUSES
from tickets.models import DeskSettings, Ticket

# What decides when a ticket is reminded of, resolved, closed or reopened by itself.
SCHEDULE = frozenset(
    {
        "close_after_days",
        "close_reminder_days",
        "courtesy_hours",
        "waiting_first_days",
        "waiting_second_days",
        "waiting_resolve_days",
    }
)


@transaction.atomic
def change_desk_settings(*, actor: User, **values: Any) -> DeskSettings:
    """Store the one row of settings; `values` are its fields, those left out stay as they are.

    A new schedule holds for the tickets that wait or are resolved already, too.
    Raises `ValidationError({"field": ...})` for a value out of its bounds.
    """
    require_admin(actor)
    settings = DeskSettings.load()
    settings.pk = settings.pk or 1
    before = {name: getattr(settings, name) for name in values}
    for name, value in values.items():
        setattr(settings, name, value)
    settings.clean_fields()
    check_order(settings)
    settings.save()
    changes = {name: [old, values[name]] for name, old in before.items() if old != values[name]}
    if changes:
        record(None, AccountEventType.SETTINGS_CHANGED, actor=actor, changes=changes)
    if SCHEDULE & changes.keys():
        concerned = Q(status__in=SCHEDULED_STATUSES) | Q(confirm_since__isnull=False)
        waiting = Ticket.objects.present().filter(concerned)
        waiting.update(next_step_at=timezone.now())
    return settings


def check_order(settings: DeskSettings) -> None:
    """Raise `ValidationError` where a reminder would come after what it announces."""
    closing, waiting = settings.close_after_days, settings.waiting_resolve_days
    first, second = settings.waiting_first_days, settings.waiting_second_days
    errors = {}
    if closing and settings.close_reminder_days >= closing:
        errors["close_reminder_days"] = "It must be shorter than the time until the ticket closes."
    if first and second and second <= first:
        errors["waiting_second_days"] = "It must come after the first reminder."
    if waiting and max(first, second) >= waiting:
        errors["waiting_resolve_days"] = "It must come after the reminders."
    if errors:
        raise ValidationError(errors)
