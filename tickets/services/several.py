"""Changes that concern several tickets at once."""

from collections.abc import Iterable

from django.core.exceptions import PermissionDenied

from accounts.models import User
from tickets.models import Ticket
from tickets.services.changes import Merged, check_actor, check_version, lock


def lock_all(numbers: Iterable[int], *, actor: User | None) -> dict[int, Ticket]:
    """Return the tickets as they are now, by number, held until the transaction ends.

    They are locked in the order of their numbers: of two who want the same ones, neither waits for
    the other while holding what the other wants. Raises `PermissionDenied` where the actor may do
    nothing any more.
    """
    check_actor(actor)
    held = Ticket.objects.select_for_update(of=("self",)).order_by("number")
    related = held.select_related("customer", "technician", "category__parent")
    return {ticket.pk: ticket for ticket in related.filter(pk__in=set(numbers))}


def refuse_deleted(*tickets: Ticket) -> None:
    """Raise `PermissionDenied` if one of the locked tickets was deleted."""
    if any(ticket.deleted_at for ticket in tickets):
        raise PermissionDenied("This ticket was deleted.")


def refuse_merged(*tickets: Ticket) -> None:
    """Raise `Merged` if one of the locked tickets goes on as another one."""
    for ticket in tickets:
        if ticket.merged_into_id is not None:
            raise Merged(ticket)


def lock_followed(ticket: Ticket, *, actor: User | None, version: int | None = None) -> Ticket:
    """Return the ticket, or where it was merged the one that it goes on as, as `lock` does.

    `version` is that of `ticket` itself.
    """
    number = ticket.merged_into_id or ticket.pk
    while True:
        try:
            held = lock(Ticket(pk=number), actor=actor)
        except Merged as merged:
            number = merged.number
            continue
        # What the caller knew may be old: the merge may have been undone meanwhile.
        if number == ticket.pk or Ticket.objects.filter(pk=ticket.pk, merged_into=number).exists():
            check_followed_version(ticket, held, version)
            return held
        number = ticket.pk


def check_followed_version(given: Ticket, held: Ticket, version: int | None) -> None:
    """Raise `EditConflict` if `version` (None: any) is not the present one of the given ticket."""
    if version is not None:
        check_version(held if held.pk == given.pk else Ticket.objects.get(pk=given.pk), version)
