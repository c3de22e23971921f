"""What can happen to an account, as facts; sent by `accounts.services` only, in its transaction."""

from django.dispatch import Signal

# Arguments of each: event (AccountEvent). `event.link` is the EmailLink where the fact brings one.
account_event_recorded = Signal()
