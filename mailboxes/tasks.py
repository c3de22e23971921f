"""What the desk does by the clock with incoming mail."""

from mailboxes.services import fetch_all, forget_old_mail, process_due, tell_mail_of_the_day

__all__ = ["fetch_mail", "forget_old_mail", "process_mail", "tell_mail_of_the_day"]


def fetch_mail() -> int:
    """Read the mailboxes; return how many messages are new."""
    return fetch_all()


def process_mail() -> int:
    """Decide about the messages that wait; return how many."""
    return process_due()
