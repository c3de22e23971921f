"""The map from facts to messages, on one screen.

A receiver runs in the transaction of the change and only writes rows of the ledger: rows and
change together, or neither. The worker sends the mails (`notifications/tasks.py`).
"""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef

from accounts.choices import AccountEventType
from accounts.compiled import insert
from accounts.models import AccountEvent, User
from accounts.signals import account_event_recorded
from notifications import messages
from notifications.choices import DeliveryState
from notifications.dev_mail import forget_mails
from notifications.models import Delivery
from tickets import signals
from tickets.models import Ticket, TicketEvent

TICKET_FACTS = {
    "ticket_created": (messages.TicketCreated, messages.NewTicketInCategory),
    "ticket_assigned": (messages.TicketAssigned, messages.TechnicianNamed),
    "ticket_unassigned": (messages.TicketUnassigned,),
    "ticket_team_changed": (messages.TeamGotTicket,),
    "reply_added": (
        messages.ReplyFromDesk,
        messages.FollowedReply,
        messages.ReplyFromCustomer,
        messages.ReplyFromColleague,
    ),
    "note_added": (messages.MentionedInNote, messages.NoteFromColleague),
    "status_changed": (messages.WaitingOnCustomer,),
    "ticket_resolved": (
        messages.TicketResolved,
        messages.FollowedTicketEnded,
        messages.TicketEnded,
    ),
    "ticket_closed": (messages.TicketClosed, messages.FollowedTicketEnded, messages.TicketEnded),
    "ticket_reopened": (
        messages.TicketReopened,
        messages.WorkResumed,
        messages.FollowedTicketReopened,
    ),
    "participant_added": (messages.ParticipantAdded,),
    "watcher_added": (messages.WatcherAdded,),
    "reply_held": (messages.ReplyHeld,),
    "customer_reminded": (messages.WaitingReminder,),
    "ticket_rated": (messages.TicketRated,),
    "closing_announced": (messages.ClosingSoon,),
    "staff_reminded": (messages.FollowUpReminder,),
    "target_warned": (messages.SlaWarning,),
    "target_missed": (messages.SlaMissed,),
    "ticket_merged": (messages.TicketMerged,),
    "mail_bounced": (messages.MailCameBack,),
}
ACCOUNT_FACTS = {
    AccountEventType.REGISTERED: (messages.CustomerWelcome,),
    AccountEventType.REGISTRATION_REPEATED: (messages.AccountExists,),
    AccountEventType.INVITED: (messages.StaffWelcome,),
    AccountEventType.EMAIL_VERIFICATION_REQUESTED: (messages.VerifyEmail,),
    AccountEventType.PASSWORD_RESET_REQUESTED: (messages.PasswordReset,),
    AccountEventType.PASSWORD_CHANGED: (messages.PasswordChanged,),
    AccountEventType.EMAIL_CHANGE_REQUESTED: (
        messages.EmailChangeConfirm,
        messages.EmailChangeNotice,
    ),
    AccountEventType.EMAIL_CHANGED: (messages.EmailChanged, messages.EmailChangedAway),
    AccountEventType.TOKEN_REUSED: (messages.TokenReused,),
    AccountEventType.SIGN_IN_BLOCKED: (messages.SignInBlocked,),
    AccountEventType.MAIL_COUNTED: (messages.MailOfTheDay,),
}


def connect() -> None:
    """Listen to every fact; called once, when the app is ready."""
    for fact in TICKET_FACTS:
        getattr(signals, fact).connect(
            TicketReceiver(fact), sender=Ticket, dispatch_uid=f"notifications.{fact}", weak=False
        )
    account_event_recorded.connect(
        tell_about_account, sender=User, dispatch_uid="notifications.account_event_recorded"
    )

    signals.text_redacted.connect(
        forget_kept_mails, sender=Ticket, dispatch_uid="notifications.text_redacted"
    )

    signals.customers_merged.connect(
        send_to_survivor, sender=Ticket, dispatch_uid="notifications.customers_merged"
    )


def send_to_survivor(source: User, target: User, **kwargs: Any) -> None:
    """Let the target have the mails about tickets that are on their way to the source."""
    waiting = Delivery.objects.filter(
        recipient=source, state=DeliveryState.WAITING, ticket_event__isnull=False
    )
    same = Delivery.objects.filter(
        recipient=target, ticket_event=OuterRef("ticket_event"), message=OuterRef("message")
    )
    waiting.exclude(Exists(same)).update(recipient=target, email=target.email)


def forget_kept_mails(text: str, **kwargs: Any) -> None:
    """Remove the mails that development keeps and that say a text which was removed for good."""
    transaction.on_commit(lambda: forget_mails(text))


class TicketReceiver:
    """Writes the ledger's rows for one kind of fact."""

    def __init__(self, fact: str) -> None:
        self.messages = [kind() for kind in TICKET_FACTS[fact]]

    def __call__(self, event: TicketEvent, **kwargs: Any) -> None:
        thread = f"ticket-{event.ticket_id}"
        write(
            Delivery(
                message=message.name,
                ticket_event=event,
                recipient=person,
                email=person.email,
                thread=thread,
            )
            for message in self.messages
            for person in addressed(message, event)
        )


def tell_about_account(event: AccountEvent, **kwargs: Any) -> None:
    """Write the ledger's rows for what happened to an account."""
    kinds = ACCOUNT_FACTS.get(AccountEventType(event.type), ())
    write(
        Delivery(
            message=message.name,
            account_event=event,
            recipient=person,
            email=message.address(event) or person.email,
        )
        for message in (kind() for kind in kinds)
        for person in addressed(message, event)
    )


def addressed(message: Any, event: messages.Event) -> list[User]:
    """Return who gets the message: people who are there, and not the one who did it."""
    return [
        person
        for person in message.recipients(event)
        if person.is_active
        and person.deleted_at is None
        and (message.tells_actor or person.pk != event.actor_id)
    ]


def write(rows: Any) -> None:
    """Add the rows to the ledger; a row that is there already stays as it is."""
    found = list(rows)
    if found:
        insert(found, ignore_conflicts=True)
