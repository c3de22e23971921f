"""What people and operators decide about mails."""

from collections.abc import Iterable
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.permissions import require_admin
from notifications.choices import DeliveryState
from notifications.messages import MESSAGES, TicketMessage, optional_for
from notifications.models import Delivery, Preference
from tickets.choices import Channel, EventType
from tickets.models import TicketParticipant
from tickets.permissions import can_be_told
from tickets.recipients import follower

# Anybody can be added to a ticket; who has not confirmed the address may never have asked for it.
UNCONFIRMED_HOURLY = 3
# Whose address stands in a mail has perhaps not written it.
RECEIPTS_HOURLY = 3


@transaction.atomic
def set_wanted(user: User, names: Iterable[str]) -> None:
    """Send `user` exactly these of the optional messages from now on."""
    wanted = set(names)
    own = {message.name for message in optional_for(user)}
    user.muted_messages.filter(message__in=own & wanted).delete()
    Preference.objects.bulk_create(
        [Preference(user=user, message=name) for name in sorted(own - wanted)],
        ignore_conflicts=True,
    )


def turn_off(user: User, name: str) -> None:
    """Stop sending `user` one optional message; raises `ValidationError` for any other."""
    message = MESSAGES.get(name)
    if message is None or not message.optional:
        raise ValidationError({"message": "This kind of mail can't be turned off."})
    Preference.objects.get_or_create(user=user, message=name)


def resend(delivery: Delivery, *, actor: User) -> bool:
    """Let the worker send a mail (again), with a full number of tries; False if it waits anyway.

    Its Message-ID stays, so whoever has it already is not shown a second one.
    """
    require_admin(actor)
    resent = Delivery.objects.filter(pk=delivery.pk).exclude(state=DeliveryState.WAITING)
    return resent.update(**AFRESH, next_attempt_at=timezone.now()) == 1


def drop_held(*, actor: User | None, deliveries: Iterable[int] | None = None) -> int:
    """Give up what is held (all of it, or these rows), unsent; return how many."""
    if actor is not None:
        require_admin(actor)
    reason = "Given up by an operator after a restore"
    return _held(deliveries).update(state=DeliveryState.DROPPED, last_error=reason)


def why_unwanted(delivery: Delivery) -> str:
    """Return why a mail must not be sent (any more), "" if it may.

    Asked by the worker just before sending: people leave, tickets change hands or are deleted,
    tastes change between the event and the mail.
    """
    person, message = delivery.recipient, MESSAGES.get(delivery.message)
    if message is None:
        return "This kind of mail does not exist any more"
    if not person.is_active or person.deleted_at is not None:
        return "The recipient has left"
    if message.optional and person.muted_messages.filter(message=message.name).exists():
        return "The recipient has turned it off"
    if message.hourly_limit and _sent_this_hour(delivery) >= message.hourly_limit:
        return f"The recipient got {message.hourly_limit} of these within an hour"
    if isinstance(message, TicketMessage):
        return _why_not_about_ticket(delivery, message)
    return ""


def _why_not_about_ticket(delivery: Delivery, message: TicketMessage) -> str:
    assert delivery.ticket_event is not None
    event, ticket = delivery.ticket_event, delivery.ticket_event.ticket
    if event.comment and event.comment.withdrawn_at and event.type != EventType.REOPENED:
        return "The message was withdrawn"
    if ticket.deleted_at is not None:
        return "The ticket was deleted"
    if message.needs_access and not can_be_told(ticket, delivery.recipient):
        return "The recipient can't read the ticket any more"
    by_mail = message.name == "ticket_created" and ticket.channel == Channel.EMAIL
    if by_mail and _sent_this_hour(delivery) >= RECEIPTS_HOURLY:
        return f"An address gets {RECEIPTS_HOURLY} receipts an hour for what comes by mail"
    following = follower(ticket, delivery.recipient)
    return _why_not_following(delivery, following) if following else ""


def _why_not_following(delivery: Delivery, following: TicketParticipant) -> str:
    if following.muted:
        return "The recipient wants no mails about this ticket"
    if not following.is_watcher and not delivery.recipient.is_email_verified:
        since = timezone.now() - timedelta(hours=1)
        sent = Delivery.objects.filter(recipient=delivery.recipient_id, sent_at__gt=since)
        if sent.filter(ticket_event__isnull=False).count() >= UNCONFIRMED_HOURLY:
            return f"An unconfirmed address gets {UNCONFIRMED_HOURLY} mails an hour"
    return ""


def _sent_this_hour(delivery: Delivery) -> int:
    since = timezone.now() - timedelta(hours=1)
    same = Delivery.objects.filter(recipient=delivery.recipient_id, message=delivery.message)
    return same.filter(state=DeliveryState.SENT, sent_at__gt=since).count()


def _held(deliveries: Iterable[int] | None) -> QuerySet[Delivery]:
    held = Delivery.objects.filter(state=DeliveryState.HELD)
    return held if deliveries is None else held.filter(pk__in=list(deliveries))


AFRESH = {
    "state": DeliveryState.WAITING,
    "attempts": 0,
    "leased_until": None,
    "give_up_at": None,
    "last_error": "",
}
