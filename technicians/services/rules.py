"""How tickets are given by themselves: the rules, and what each technician can bear."""

from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import AccountEventType
from accounts.models import Team, User
from accounts.permissions import require_admin
from accounts.services import record
from accounts.text import check_text
from technicians.choices import AssignmentMethod
from technicians.models import WORK_HOURS_LENGTH, AssignmentRequest, AssignmentRule, Technician
from technicians.schedule import parse_hours
from tickets.models import Category, Ticket

MOST_OPEN = 10_000
BACKLOG = 1_000


@transaction.atomic
def save_rule(
    rule: AssignmentRule | None,
    *,
    actor: User,
    category: Category | None,
    team: Team | None,
    method: str,
    is_on: bool,
) -> AssignmentRule:
    """Make a rule (None) or change one. Switched on, it also takes what nobody has already.

    Raises `ValidationError` unless it is about a category or a team, which have one rule at most.
    """
    require_admin(actor)
    rule = rule or AssignmentRule()
    before = _settings_of(rule) if rule.pk else {}
    if (category is None) == (team is None):
        raise ValidationError({"category": "Choose a category or a team."}, "one")
    if method not in AssignmentMethod.values:
        raise ValidationError({"method": "There is no such way."}, "unknown")
    rule.category, rule.team, rule.method, rule.is_on = category, team, method, is_on
    try:
        with transaction.atomic():
            rule.save()
    except IntegrityError as error:
        field = "team" if team else "category"
        raise ValidationError({field: "It has a rule already."}, "taken") from error
    after = _settings_of(rule)
    changes = {key: [before.get(key), value] for key, value in after.items()}
    changes = {key: pair for key, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        record(None, AccountEventType.ASSIGNMENT_CHANGED, actor=actor, changes=changes)
    if is_on and not before.get("is_on"):
        _ask_for_backlog(rule)
    return rule


@transaction.atomic
def delete_rule(rule: AssignmentRule, *, actor: User) -> None:
    """Delete a rule: its tickets wait for somebody who takes them."""
    require_admin(actor)
    AssignmentRule.objects.filter(pk=rule.pk).delete()
    changes = {"rule": [str(rule), None]}
    record(None, AccountEventType.ASSIGNMENT_CHANGED, actor=actor, changes=changes)


def _ask_for_backlog(rule: AssignmentRule) -> None:
    """Let the tickets be given that wait already, the most urgent ones, not the whole past."""
    tickets = Ticket.objects.present().open().unassigned()
    if rule.team_id:
        tickets = tickets.filter(team=rule.team_id)
    else:
        family = Category.objects.family_of(rule.category_id)
        tickets = tickets.filter(category__in=list(family.values_list("pk", flat=True)))
    rows = tickets.most_urgent_first().values_list("pk", flat=True)[:BACKLOG]
    requests = [AssignmentRequest(ticket_id=pk) for pk in rows]
    AssignmentRequest.objects.bulk_create(requests, ignore_conflicts=True)


def _settings_of(rule: AssignmentRule) -> dict[str, Any]:
    return {
        "rule": str(rule.team or rule.category),
        "method": rule.get_method_display(),
        "is_on": rule.is_on,
    }


@transaction.atomic
def set_working_time(
    technician: Technician, *, actor: User, most_open: int | None, work_hours: str
) -> Technician:
    """Say how many open tickets the desk gives a technician at most, and when they work.

    Raises `ValidationError` for hours that nobody understands.
    """
    require_admin(actor)
    technician = Technician.objects.select_for_update(of=("self",)).get(pk=technician.pk)
    hours = check_text(
        "work_hours", work_hours, max_length=WORK_HOURS_LENGTH, required=False
    ).strip()
    try:
        parse_hours(hours)
    except ValidationError as error:
        raise ValidationError({"work_hours": error.messages}) from error
    if most_open is not None and not 0 <= most_open <= MOST_OPEN:
        raise ValidationError({"most_open": f"Use a number from 0 to {MOST_OPEN}, or nothing."})
    after = {"most_open": most_open, "work_hours": hours}
    changes = {
        field: [getattr(technician, field), value]
        for field, value in after.items()
        if getattr(technician, field) != value
    }
    if changes:
        technician.most_open, technician.work_hours = most_open, hours
        technician.save(update_fields=["most_open", "work_hours"])
        record(technician.user, AccountEventType.PROFILE_CHANGED, actor=actor, changes=changes)
    return technician
