"""Reads of what was said and done on tickets, and of the files."""

from typing import Any, Self

from django.apps import apps
from django.db import models
from django.db.models import Prefetch, Q

from accounts.choices import STAFF_ROLES, Role
from accounts.facts import FactQuerySet
from tickets.choices import (
    OF_MERGED_ITSELF,
    STAFF_ONLY_EVENTS,
    FileState,
    OutgoingState,
    Visibility,
)


class CommentQuerySet(models.QuerySet[Any]):
    """Messages and notes."""

    def visible_to(self, user: Any) -> Self:
        """Messages that `user` may read of a ticket that `user` may read."""
        if getattr(user, "role", None) in STAFF_ROLES:
            return self
        return self.filter(visibility=Visibility.PUBLIC)


class TicketEventQuerySet(FactQuerySet):
    """The timeline."""

    def of(self, ticket: Any) -> Self:
        """Events of the ticket and of those that were merged into it."""
        if not ticket.has_merged:
            return self.filter(ticket=ticket)
        theirs = Q(ticket__in=ticket.family()[1:]) & ~Q(type__in=OF_MERGED_ITSELF)
        rows = self.filter(Q(ticket=ticket) | theirs).select_related("ticket__customer")
        files = apps.get_model("tickets", "Attachment").objects.filter(comment__isnull=True)
        return rows.prefetch_related(
            Prefetch("ticket__attachments", queryset=files, to_attr="description_files")
        )

    def visible_to(self, user: Any) -> Self:
        """Events that `user` may read of a ticket that `user` may read."""
        if getattr(user, "role", None) in STAFF_ROLES:
            return self
        return self.exclude(type__in=STAFF_ONLY_EVENTS)

    def for_timeline(self) -> Self:
        """Oldest first, with the people and texts that the timeline shows."""
        rows = self.select_related("actor", "technician", "comment", "detail").order_by("id")
        return rows.prefetch_related("comment__attachments")


class OutgoingQuerySet(models.QuerySet[Any]):
    """Replies on their way."""

    def of(self, author: Any) -> Self:
        """What `author` has written and not sent yet."""
        return self.filter(author=author)

    def due(self, now: Any) -> Self:
        """What goes out now, oldest first."""
        return self.filter(state=OutgoingState.WAITING, due_at__lte=now).order_by("due_at", "id")

    def for_card(self) -> Self:
        """With the people that a card shows, in the order in which they go out."""
        rows = self.select_related("author").order_by("due_at", "id")
        return rows.prefetch_related("attachments")


class AttachmentQuerySet(models.QuerySet[Any]):
    """Files, removed ones included until `stored()` leaves them out."""

    def visible_to(self, user: Any) -> Self:
        """Files whose message `user` may read, and their own fresh uploads."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        tickets = apps.get_model("tickets", "Ticket").objects.visible_to(user).order_by()
        shown = tickets.values("pk")
        of_message = Q(ticket__in=shown) | Q(
            ticket__merged_into__in=shown, ticket__deleted_at__isnull=True
        )
        if user.role not in STAFF_ROLES:
            of_message &= Q(comment__isnull=True) | Q(comment__visibility=Visibility.PUBLIC)
        if user.role != Role.ADMIN:  # what its author withdrew, only the history keeps
            of_message &= Q(comment__isnull=True) | Q(comment__withdrawn_at__isnull=True)
        if user.guest_of is not None:  # the link is to one ticket, not to what waits elsewhere
            return self.filter(of_message)
        return self.filter(of_message | Q(ticket__isnull=True, uploader=user))

    def fresh(self) -> Self:
        """Uploads that nothing has taken yet, nor a reply on its way."""
        return self.filter(ticket__isnull=True, outgoing__isnull=True)

    def sendable(self) -> Self:
        """Uploads that a message can take: fresh, or of a reply that was taken back or held."""
        free = Q(outgoing__isnull=True) | ~Q(outgoing__state=OutgoingState.WAITING)
        return self.filter(free, ticket__isnull=True)

    def stored(self) -> Self:
        """Files whose content is still there."""
        return self.filter(removed_at__isnull=True)

    def waiting(self) -> Self:
        """Files that the virus scanner has not looked at, oldest first."""
        return self.stored().filter(state=FileState.PENDING).order_by("created_at")
