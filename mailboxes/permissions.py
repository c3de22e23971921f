"""Who may look at a mail as it came."""

from accounts.models import User
from mailboxes.choices import Outcome
from mailboxes.models import InboundMail
from tickets.models import OutgoingReply
from tickets.permissions import can_view


def can_read_original(mail: InboundMail, user: User) -> bool:
    """Whether `user` may see the mail itself: admins, staff who read what it became, its writer."""
    if user.is_admin:
        return True
    if user.is_customer or mail.ticket is None:
        return False
    if mail.outcome == Outcome.HELD:
        return OutgoingReply.objects.of(user).filter(mail=mail.key).exists()
    return mail.outcome in (Outcome.TICKET, Outcome.REPLY) and can_view(mail.ticket, user)
