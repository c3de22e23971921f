"""The admin site's pages about incoming mail."""

from mailboxes.admin.ledger import InboundMailAdmin
from mailboxes.admin.mailbox import MailboxAdmin

__all__ = ["InboundMailAdmin", "MailboxAdmin"]
