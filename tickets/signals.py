"""The lifecycle of a ticket as facts. Sent by `tickets.services` only, inside its transaction.

Arguments of each: `event`, the TicketEvent row that says who, when, what, before and after.
"""

from django.dispatch import Signal

# An admin removed a text for good: `text` is what must be nowhere any more.
text_redacted = Signal()
# Any event at all, before the signal of its own that it may have.
event_recorded = Signal()
ticket_created = Signal()
ticket_assigned = Signal()  # event.technician: who has it now
ticket_unassigned = Signal()  # event.technician: who had it
# The ticket went to another queue; event.ticket.team: whose it is in now, None for nobody's.
ticket_team_changed = Signal()
ticket_category_changed = Signal()
reply_added = Signal()  # event.comment: the public reply
note_added = Signal()  # event.comment: the internal note
participant_added = Signal()  # the newest Cc of the ticket
watcher_added = Signal()  # event.technician: who watches; event.changes["mentioned"]: by a note
# Between open statuses, event.changes["status"]: [before, after]. An end has a signal of its own.
status_changed = Signal()
ticket_resolved = Signal()
ticket_closed = Signal()
ticket_reopened = Signal()
reply_held = Signal()  # event.technician: the author; event.changes: "reason" and "outgoing"
# A reply that came by mail and was held has its end. Not `event` but `mail`, the key of its row in
# the ledger; `sentence`, what became of it; `comment`, the reply that it is now, or None.
mailed_reply_ended = Signal()
# By the desk itself; event.changes["until"]: the moment (ISO 8601) at which it acts, if it will.
customer_reminded = Signal()
closing_announced = Signal()
ticket_rated = Signal()  # event.changes["rating"]: [before or None, after]
staff_reminded = Signal()  # event.technician: who wanted it; event.changes: the row
# event.changes: "run", the row that says whom to tell
target_warned = Signal()
target_missed = Signal()
# A customer goes on as another one, `source` as `target`.
customers_merged = Signal()
# event.changes: "mail", the address and the reason; "for_good": it takes no mail at all
mail_bounced = Signal()
ticket_merged = Signal()  # event.ticket: the source; event.changes["merge"][1]: the target's number
