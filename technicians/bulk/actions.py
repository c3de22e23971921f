"""Starting a change of many tickets, carrying it on, and taking it back.

Everything is checked for every ticket first: one that the actor may not change denies all. Few
tickets change in one transaction, all or none. Many are dealt with in pieces, by the worker or by
the page that shows how far it is; a ticket that can't be changed any more when its turn comes is
left out and named.
"""

import uuid
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from technicians.bulk.verbs import REFUSALS, VERBS, Arguments, Refused, sentence_of
from technicians.choices import BulkState, BulkVerb
from technicians.models import BulkAction, BulkRow
from technicians.models.bulk_action import REASON_LENGTH
from tickets.models import Ticket

MOST_TICKETS = 1_000
MOST_MERGED = 20
# So many change in one transaction.
MOST_AT_ONCE = 25
UNDO_FOR = timedelta(minutes=10)
KEEP_FOR = timedelta(days=30)
CHANGED_SINCE = "It was changed since."


def start(
    verb: str,
    numbers: Sequence[int],
    arguments: Arguments,
    *,
    actor: User,
    key: uuid.UUID | None = None,
) -> BulkAction:
    """Change the tickets, or begin to; the same `key` again begins nothing anew.

    Raises `Http404` if one of them is out of the actor's sight, `PermissionDenied` if the actor may
    not change one, `ValidationError` for what makes no sense: then none is changed.
    """
    if key and (known := BulkAction.objects.filter(pk=key, actor=actor).first()):
        return known
    tickets = _checked(verb, numbers, arguments, actor)
    with transaction.atomic():
        action = BulkAction.objects.create(
            id=key or uuid.uuid4(),
            actor=actor,
            verb=verb,
            arguments=dict(arguments),
            total=len(tickets),
        )
        BulkRow.objects.bulk_create([BulkRow(action=action, ticket=t) for t in tickets])
        if len(tickets) <= MOST_AT_ONCE:
            for row in action.rows.select_related("ticket"):
                _do(row, action, strict=True)
            _finish(action, BulkState.DONE)
    return action


def _checked(verb: str, numbers: Sequence[int], arguments: Arguments, actor: User) -> list[Ticket]:
    """Return the tickets, of all of which the actor may be sure."""
    wanted = set(numbers)
    most = MOST_MERGED if verb == BulkVerb.MERGE else MOST_TICKETS
    if not wanted:
        raise ValidationError({"tickets": "Choose some tickets first."})
    if len(wanted) > most:
        raise ValidationError({"tickets": f"At most {most} tickets at once: narrow the list down."})
    visible = Ticket.objects.visible_to(actor).filter(pk__in=wanted).order_by("number")
    tickets = list(visible.select_related("technician", "category__parent"))
    if len(tickets) != len(wanted):
        raise Http404
    for ticket in tickets:
        if not VERBS[verb].may(ticket, actor, arguments):
            raise PermissionDenied(f"You can't change {ticket.ticket_id} so. Nothing was changed.")
    return tickets


def _do(row: BulkRow, action: BulkAction, *, strict: bool) -> None:
    """Change one ticket; a refusal is raised (`strict`) or written down."""
    try:
        with transaction.atomic():
            row.before = VERBS[action.verb].do(row.ticket, action.actor, action.arguments)
    except REFUSALS as refusal:
        if strict:
            raise Refused(row.ticket, sentence_of(refusal)) from refusal
        row.reason = sentence_of(refusal)[:REASON_LENGTH]
    else:
        row.version = Ticket.objects.values_list("version", flat=True).get(pk=row.ticket_id)
    row.is_done = True
    row.save(update_fields=["before", "version", "is_done", "reason"])


def _undo(row: BulkRow, action: BulkAction) -> None:
    verb = VERBS[action.verb]
    try:
        with transaction.atomic():
            ticket = Ticket.objects.select_for_update().get(pk=row.ticket_id)
            if verb.versioned and ticket.version != row.version:
                raise ValidationError(CHANGED_SINCE)
            verb.undo(ticket, action.actor, action.arguments, row.before)
    except (*REFUSALS, User.DoesNotExist) as refusal:
        row.reason = sentence_of(refusal)[:REASON_LENGTH]
    row.is_undone = True
    row.save(update_fields=["is_undone", "reason"])


def _finish(action: BulkAction, state: BulkState) -> None:
    action.state, action.finished_at = state, timezone.now()
    action.save(update_fields=["state", "finished_at"])


def undo(action: BulkAction, *, actor: User) -> BulkAction:
    """Take the change back, or begin to: for ten minutes, by who made it.

    What somebody has changed since stays as it is and is named.
    """
    with transaction.atomic():
        held = BulkAction.objects.select_for_update().get(pk=action.pk)
        if held.state in (BulkState.UNDOING, BulkState.UNDONE):
            return held
        if not can_be_undone(held, actor):
            raise PermissionDenied("This can't be undone any more.")
        held.state = BulkState.UNDOING
        held.save(update_fields=["state"])
    if held.total <= MOST_AT_ONCE:
        advance(held)
    return BulkAction.objects.get(pk=held.pk)


def can_be_undone(action: BulkAction, user: User) -> bool:
    """Whether the person can take the finished change back now."""
    if action.state != BulkState.DONE or action.actor_id != user.pk:
        return False
    return action.finished_at is not None and action.finished_at + UNDO_FOR > timezone.now()


def advance(action: BulkAction) -> bool:
    """Deal with the next tickets of a running change; False where somebody else does, or none is.

    Any number of workers and pages may ask: one at a time gets the row of the action.
    """
    skips = connection.features.has_select_for_update_skip_locked
    with transaction.atomic():
        rows = BulkAction.objects.select_for_update(of=("self",), skip_locked=skips)
        held = rows.select_related("actor").filter(pk=action.pk).first()
        if held is None or not held.is_running:
            return False
        undoing = held.state == BulkState.UNDOING
        left = held.rows.select_related("ticket__technician")
        left = _undoable(left) if undoing else left.filter(is_done=False)
        piece = list(left.order_by("-id" if undoing else "id")[:MOST_AT_ONCE])
        for row in piece:
            if undoing:
                _undo(row, held)
            else:
                _do(row, held, strict=False)
        if len(piece) < MOST_AT_ONCE:
            _finish(held, BulkState.UNDONE if undoing else BulkState.DONE)
    return True


def _undoable(rows: Any) -> Any:
    return rows.filter(is_done=True, is_undone=False, version__isnull=False)


def advance_running(stop: Callable[[], bool] = lambda: False) -> int:
    """Carry on every running change until it is done; return in how many pieces."""
    count = 0
    running = BulkAction.objects.filter(state__in=[BulkState.RUNNING, BulkState.UNDOING])
    for action in running.order_by("created_at")[:100]:
        while not stop() and advance(action):
            count += 1
    return count


def report(action: BulkAction) -> dict[str, Any]:
    """Return how far it is: `total`, `done`, `left_out` (ticket and reason of the first ones)."""
    rows = action.rows.all()
    done = (
        rows.count() - _undoable(rows).count()
        if action.state in (BulkState.UNDOING, BulkState.UNDONE)
        else rows.filter(is_done=True).count()
    )
    left_out = rows.exclude(reason="").select_related("ticket").order_by("id")[:MOST_AT_ONCE]
    return {
        "total": action.total,
        "done": done,
        "left_out": [(row.ticket, row.reason) for row in left_out],
    }


def purge_old_actions() -> int:
    """Forget what was asked a month ago; the tickets' events stay. Return how many."""
    old = BulkAction.objects.filter(created_at__lt=timezone.now() - KEEP_FOR)
    return old.exclude(state__in=[BulkState.RUNNING, BulkState.UNDOING]).delete()[0]
