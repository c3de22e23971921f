"""What happens to rows of the ledger when something happens to what they became."""

import uuid
from typing import Any

from mailboxes.services import forget_mail_about, note_end_of_held
from tickets import signals
from tickets.models import Comment, OutgoingReply, Ticket, TicketEvent


def connect() -> None:
    """Listen to what ends a held reply or removes texts for good; called once, at the start."""
    signals.text_redacted.connect(
        forget_raw_mails, sender=Ticket, dispatch_uid="mailboxes.text_redacted"
    )
    signals.mailed_reply_ended.connect(
        end_held, sender=OutgoingReply, dispatch_uid="mailboxes.mailed_reply_ended"
    )


def forget_raw_mails(event: TicketEvent, **kwargs: Any) -> None:
    """A text is gone from the ticket: the mails that it came in go, too."""
    forget_mail_about(event.ticket)


def end_held(mail: uuid.UUID, sentence: str, comment: Comment | None, **kwargs: Any) -> None:
    """A reply that came by mail and was held is out, or gone."""
    note_end_of_held(mail, sentence=sentence, comment=comment)
