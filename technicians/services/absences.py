"""Planned absences: who is away when, who gets their tickets, and what comes back."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from accounts.choices import AccountEventType
from accounts.models import User
from accounts.services import record
from accounts.text import check_text
from technicians.models import ABSENCE_NOTE_LENGTH, Absence, HandedTicket, Technician
from technicians.permissions import can_plan_absence
from technicians.querysets import AbsenceQuerySet
from tickets.models import Ticket
from tickets.permissions import can_assign
from tickets.services import give_back, hand_over

LONGEST = timedelta(days=366)
MOST_PLANNED = 50


def _allow(technician: Technician, actor: User) -> None:
    if not can_plan_absence(technician, actor):
        raise PermissionDenied("You plan your own absence; leads that of their team's members.")


@transaction.atomic
def plan_absence(
    technician: Technician,
    *,
    actor: User,
    starts_at: datetime,
    ends_at: datetime,
    note: str = "",
) -> Absence:
    """Say that a technician will be away: no ticket is given to them then by itself.

    By themselves, by the lead of a team of theirs, or by an admin. Raises `ValidationError` for a
    time that is over, ends before it begins, lasts over a year or overlaps with another one.
    """
    _allow(technician, actor)
    check_text("note", note, max_length=ABSENCE_NOTE_LENGTH, required=False)
    technician = Technician.objects.select_for_update(of=("self",)).get(pk=technician.pk)
    coming = technician.absences.coming(timezone.now())
    _check_span(coming, starts_at, ends_at)
    if coming.count() >= MOST_PLANNED:
        raise ValidationError({"starts_at": f"At most {MOST_PLANNED} absences."}, "limit")
    absence = Absence.objects.create(
        technician=technician,
        starts_at=starts_at,
        ends_at=ends_at,
        note=note.strip(),
        planned_by=actor,
    )
    _record(absence, actor, [None, _words(absence)])
    return absence


@transaction.atomic
def change_absence(
    absence: Absence,
    *,
    actor: User,
    starts_at: datetime,
    ends_at: datetime,
    note: str,
) -> Absence:
    """Move an absence, or say something else of it; tickets that others have stay with them.

    Raises `ValidationError` for an absence that is over, for another beginning of one that has
    begun, and as `plan_absence` does.
    """
    technician = absence.technician
    _allow(technician, actor)
    check_text("note", note, max_length=ABSENCE_NOTE_LENGTH, required=False)
    Technician.objects.select_for_update(of=("self",)).get(pk=technician.pk)
    absence = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
    if absence.is_over:
        raise ValidationError({"ends_at": "This absence is over."}, "over")
    if absence.has_begun and starts_at != absence.starts_at:
        raise ValidationError({"starts_at": "It has begun: only its end can move."}, "begun")
    others = technician.absences.coming(timezone.now()).exclude(pk=absence.pk)
    _check_span(others, starts_at, ends_at)
    before, note = _words(absence), note.strip()
    if (absence.starts_at, absence.ends_at, absence.note) == (starts_at, ends_at, note):
        return absence
    absence.starts_at, absence.ends_at, absence.note = starts_at, ends_at, note
    absence.save(update_fields=["starts_at", "ends_at", "note"])
    _record(absence, actor, [before, _words(absence)])
    return absence


def _check_span(others: AbsenceQuerySet, starts_at: datetime, ends_at: datetime) -> None:
    """Raise `ValidationError` for a time that can't be planned beside the others that come."""
    if ends_at <= starts_at:
        raise ValidationError({"ends_at": "The end comes after the beginning."}, "order")
    if ends_at <= timezone.now():
        raise ValidationError({"ends_at": "This is over already."}, "past")
    if ends_at - starts_at > LONGEST:
        raise ValidationError({"ends_at": "Plan at most a year at once."}, "long")
    if others.filter(starts_at__lt=ends_at, ends_at__gt=starts_at).exists():
        raise ValidationError({"starts_at": "There is an absence at that time already."}, "twice")


@transaction.atomic
def end_absence(absence: Absence, *, actor: User) -> bool:
    """Call an absence off, or end it now; False where it is over already."""
    _allow(absence.technician, actor)
    absence = Absence.objects.select_for_update(of=("self",)).get(pk=absence.pk)
    if absence.is_over:
        return False
    absence.ended_at = timezone.now()
    absence.save(update_fields=["ended_at"])
    _record(absence, actor, [_words(absence), None])
    return True


def _words(absence: Absence) -> str:
    return f"{absence.starts_at:%Y-%m-%d %H:%M} to {absence.ends_at:%Y-%m-%d %H:%M} UTC"


def _record(absence: Absence, actor: User, pair: list[str | None]) -> None:
    user = absence.technician.user
    record(user, AccountEventType.PROFILE_CHANGED, actor=actor, changes={"absence": pair})


def hand_over_tickets(
    absence: Absence, *, actor: User, owners: Mapping[int, User], note: str = ""
) -> tuple[list[int], dict[int, str]]:
    """Give tickets of who will be away to others, by number; return what went and what did not.

    Each in a transaction of its own, so that one which has changed meanwhile holds up no other;
    repeated, it gives nothing twice. The new owners read when the other one is back, and `note`.
    """
    _allow(absence.technician, actor)
    check_text("note", note, max_length=ABSENCE_NOTE_LENGTH, required=False)
    done: list[int] = []
    failed: dict[int, str] = {}
    for number, owner in sorted(owners.items()):
        try:
            if _hand(absence, number, owner, actor=actor, note=note):
                done.append(number)
        except (PermissionDenied, ValidationError) as refusal:
            failed[number] = " ".join(getattr(refusal, "messages", [str(refusal)]))
    return done, failed


@transaction.atomic
def _hand(absence: Absence, number: int, owner: User, *, actor: User, note: str) -> bool:
    tickets = Ticket.objects.select_for_update(of=("self",)).select_related("team")
    ticket = tickets.filter(pk=number, technician=absence.technician_id).first()
    if ticket is None or not ticket.is_open or owner.pk == absence.technician_id:
        return False
    if not can_assign(ticket, actor):
        raise PermissionDenied("This one is not yours to hand over.")
    zone = timezone.get_current_timezone()
    until = f"{absence.ends_at.astimezone(zone):%a %d %b %Y, %H:%M %Z}"
    name = absence.technician.user.name
    text = f"{name} is away until {until}. {note or absence.note}".strip()
    hand_over(ticket, actor=actor, technician=owner, note=text)
    newest = ticket.events.aggregate(newest=Max("pk"))["newest"]
    HandedTicket.objects.update_or_create(
        absence=absence,
        ticket=ticket,
        defaults={"given_to": owner, "event": newest, "settled_at": None},
    )
    return True


def take_back_tickets(
    user: User, rows: Iterable[HandedTicket], *, keep: bool = False
) -> tuple[int, int]:
    """Give tickets back to who was away; return how many came, and how many stay elsewhere.

    With `keep` all stay where they are and are not offered any more. What somebody has worked on
    meanwhile stays with them.
    """
    back = 0
    rows = list(rows)
    for row in rows:
        with transaction.atomic():
            # The ticket first, as everywhere.
            list(Ticket.objects.select_for_update(of=("self",)).filter(pk=row.ticket_id))
            held = HandedTicket.objects.unsettled().select_for_update(of=("self",))
            held = held.select_related("ticket").filter(absence__technician=user.pk)
            fresh = held.filter(pk=row.pk).first()
            if fresh is None:
                continue
            if not keep:
                given = give_back(
                    fresh.ticket, to=user, given_to=fresh.given_to_id, since=fresh.event
                )
                back += given is not None
            fresh.settled_at = timezone.now()
            fresh.save(update_fields=["settled_at"])
    return back, len(rows) - back
