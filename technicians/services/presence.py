"""Who is on a ticket's page: told by the page every few seconds, forgotten soon after."""

from django.utils import timezone

from accounts.models import User
from technicians.models import Presence
from tickets.models import Ticket

MOST_SHOWN = 5


def note_presence(ticket: Ticket, *, user: User, writing: str = "") -> None:
    """Say that `user`, who may see the ticket, has its page open and writes a `Writing` or nothing.

    In the database, so that all processes and servers know; no event and no new version.
    """
    row = Presence(ticket=ticket, user=user, writing=writing, seen_at=timezone.now())
    Presence.objects.bulk_create(
        [row],
        update_conflicts=True,
        unique_fields=["ticket", "user"],
        update_fields=["writing", "seen_at"],
    )


def others_on(ticket: Ticket, user: User) -> list[Presence]:
    """Return the colleagues who are on the ticket's page now; who writes comes first."""
    rows = Presence.objects.now(timezone.now()).filter(ticket=ticket).exclude(user=user)
    return list(rows.select_related("user").order_by("-writing", "user__name")[:MOST_SHOWN])


def purge_presences() -> int:
    """Forget who was there; return how many rows went."""
    moment = timezone.now() - 10 * Presence.objects.all().LASTS
    return Presence.objects.filter(seen_at__lt=moment).delete()[0]
