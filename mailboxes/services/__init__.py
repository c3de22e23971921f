"""What is done with incoming mail: taking it in, deciding, and what people decide.

`receive` commits a message before anything else. `process_due` gives each exactly one outcome.
Admins `release`, `dismiss` or let it be read again (`read_again`).
"""

from mailboxes.services.boxes import diagnose, save_mailbox
from mailboxes.services.care import (
    forget_mail_about,
    forget_old_mail,
    mail_of_the_day,
    note_end_of_held,
    tell_mail_of_the_day,
)
from mailboxes.services.curating import dismiss, read_again, release
from mailboxes.services.fetching import fetch, fetch_all
from mailboxes.services.processing import process_due, process_now
from mailboxes.services.reading import NotKept, raw_of, read
from mailboxes.services.storing import Place, receive
from mailboxes.services.webhooks import PostRefused, check_secret, is_open, receive_posted

__all__ = [
    "NotKept",
    "Place",
    "PostRefused",
    "check_secret",
    "diagnose",
    "dismiss",
    "fetch",
    "fetch_all",
    "forget_mail_about",
    "forget_old_mail",
    "is_open",
    "mail_of_the_day",
    "note_end_of_held",
    "process_due",
    "process_now",
    "raw_of",
    "read",
    "read_again",
    "receive",
    "receive_posted",
    "release",
    "save_mailbox",
    "tell_mail_of_the_day",
]
