"""Reading what was sent: by the message's name, never by the number of mails."""

from django.core import mail

from notifications.models import Delivery
from notifications.tasks import deliver_due


def deliver():
    """Run the worker until nothing is due; return the ledger's rows in order."""
    while deliver_due():
        pass
    return list(Delivery.objects.order_by("id"))


def mails(name):
    """Deliver, then return the mails of one message."""
    deliver()
    return [m for m in mail.outbox if m.extra_headers["X-SupportDesk-Message"] == name]


def told(name):
    """Deliver, then return the addresses that got the message."""
    return sorted(address for m in mails(name) for address in m.to)


def everything():
    """Deliver, then return (message, address) of each mail, sorted."""
    deliver()
    return sorted((m.extra_headers["X-SupportDesk-Message"], m.to[0]) for m in mail.outbox)


def whole(sent):
    """Return all that the recipient can read of a mail: subject, text and HTML."""
    return "\n".join([sent.subject, sent.body, sent.alternatives[0].content])
