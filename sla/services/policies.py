"""Policies: an edit makes a new version, which open tickets take over if they are told to."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.choices import AccountEventType
from accounts.models import User
from accounts.permissions import require_admin
from accounts.services.events import record
from accounts.text import check_text
from sla.choices import POLICY_KINDS, LevelUnit
from sla.models import BusinessCalendar, EscalationLevel, Policy, PolicyVersion
from sla.models.calendar import NAME_LENGTH
from sla.services.retargeting import ask
from tickets.choices import DONE_STATUSES

MOST_MINUTES = 366 * 1440
MOST_POSITION = 1_000_000


@transaction.atomic
def save_policy(
    policy: Policy | None,
    *,
    actor: User,
    name: str,
    position: int,
    is_active: bool,
    calendar: BusinessCalendar,
    targets: Mapping[str, int | None],
    pauses: Sequence[str],
    conditions: Mapping[str, Sequence[Any]],
    take_over: bool = False,
) -> Policy:
    """Add a policy (None), or make a new version of it; `targets` are working minutes by kind.

    `take_over` lets open tickets choose anew and go by the new targets.
    """
    if not 0 <= position <= MOST_POSITION:
        raise ValidationError({"position": f"Use a whole number from 0 to {MOST_POSITION:,}."})
    version = draft_policy(
        policy,
        actor=actor,
        name=name,
        calendar=calendar,
        targets=targets,
        pauses=pauses,
        conditions=conditions,
    )
    if policy is None:
        policy, before = Policy.objects.create(name=name), None
    else:
        policy = Policy.objects.select_for_update().get(pk=policy.pk)
        before = policy.current
    if before is None or not _same(before, version):
        highest = policy.versions.aggregate(highest=Max("number"))["highest"] or 0
        version.policy, version.number, version.made_by = policy, highest + 1, actor
        version.save()
        policy.current = version
    policy.name, policy.position, policy.is_active = name, position, is_active
    policy.save()
    if take_over:
        ask(policy_version=policy.current)
    changes = {"policy": [str(before) if before else None, str(policy.current)]}
    record(None, AccountEventType.SETTINGS_CHANGED, actor=actor, changes=changes)
    return policy


def draft_policy(policy: Policy | None, *, actor: User, name: str, **given: Any) -> PolicyVersion:
    """Return the version that saving this policy would make; nothing is stored.

    `given` is what `build_policy` takes. Refuses what `save_policy` refuses.
    """
    require_admin(actor)
    check_text("name", name, max_length=NAME_LENGTH)
    version = build_policy(**given)
    if Policy.objects.filter(name=name).exclude(pk=policy.pk if policy else -1).exists():
        raise ValidationError({"name": "There is a policy of this name."})
    return version


def build_policy(
    *,
    calendar: BusinessCalendar,
    targets: Mapping[str, int | None],
    pauses: Sequence[str],
    conditions: Mapping[str, Sequence[Any]],
) -> PolicyVersion:
    """Return a checked version that is not stored."""
    given = {kind: targets.get(kind) for kind in POLICY_KINDS}
    for kind, minutes in given.items():
        if minutes is not None and not 0 < minutes <= MOST_MINUTES:
            raise ValidationError(
                {kind: "A target is at least a minute and at most a year; empty: no target."}
            )
    if not any(given.values()):
        raise ValidationError({"first_response": "A policy needs a target at least."})
    if set(pauses) & set(DONE_STATUSES):
        raise ValidationError({"pauses": "A finished ticket ends its clocks; they can't pause."})
    kept = {key: sorted(values) for key, values in conditions.items() if values}
    return PolicyVersion(
        calendar=calendar,
        pauses=sorted(pauses),
        conditions=kept,
        made_at=timezone.now(),
        **{str(kind): minutes for kind, minutes in given.items()},
    )


def _same(one: PolicyVersion, other: PolicyVersion) -> bool:
    names = ("calendar_id", "conditions", *(str(kind) for kind in POLICY_KINDS))
    return sorted(one.pauses) == sorted(other.pauses) and all(
        getattr(one, name) == getattr(other, name) for name in names
    )


@transaction.atomic
def save_level(level: EscalationLevel, *, actor: User, others: Sequence[User]) -> EscalationLevel:
    """Store a level and whom else it tells; the open tickets of its policy go by it."""
    require_admin(actor)
    if level.unit == LevelUnit.PERCENT and not 0 < level.amount <= 1000:
        raise ValidationError({"amount": "A percentage is between 1 and 1000."})
    acts = level.tell_technician or level.tell_lead or others
    if not (acts or level.raise_priority_to or level.reassign_to_id):
        raise ValidationError("A level tells somebody or does something.")
    level.full_clean()
    level.save()
    level.tell_others.set(others)
    _announce(level, actor, f"{level.policy}: {level}")
    return level


@transaction.atomic
def delete_level(level: EscalationLevel, *, actor: User) -> None:
    """Remove a level; what it did stays written down."""
    require_admin(actor)
    policy = level.policy
    _announce(level, actor, f"{policy}: {level} removed")
    level.delete()


def _announce(level: EscalationLevel, actor: User, words: str) -> None:
    if level.policy.current is not None:
        ask(policy_version=level.policy.current)
    changes = {"escalation_level": [None, words]}
    record(None, AccountEventType.SETTINGS_CHANGED, actor=actor, changes=changes)
