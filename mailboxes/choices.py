"""Closed sets of words about incoming mail."""

from django.db import models


class Source(models.TextChoices):
    """Which door a message came in by."""

    IMAP = "imap", "Mailbox"
    PIPE = "pipe", "Mail server"
    WEBHOOK = "webhook", "Webhook"
    PAGE = "page", "Development page"


class Outcome(models.TextChoices):
    """What became of a message: exactly one of these, `RECEIVED` until it is decided."""

    RECEIVED = "received", "Waiting to be read"
    TICKET = "ticket", "New ticket"
    REPLY = "reply", "Reply"
    HELD = "held", "Reply, held for its writer"
    BOUNCE = "bounce", "Delivery report"
    IGNORED = "ignored", "Kept, nothing done"
    SUSPENDED = "suspended", "Suspended: somebody has to look"
    FAILED = "failed", "Failed"


# Which ones a person can still turn into something.
OPEN_OUTCOMES = (Outcome.SUSPENDED, Outcome.FAILED)


class Security(models.TextChoices):
    """How a connection to a mailbox is protected."""

    TLS = "tls", "TLS (port 993)"
    STARTTLS = "starttls", "STARTTLS (port 143)"
    NONE = "none", "None: only for a server on this machine"


class SignIn(models.TextChoices):
    PASSWORD = "password", "Password"
    OAUTH2 = "oauth2", "OAuth 2 access token, used as it is"
    RENEWED = "renewed", "OAuth 2 refresh token, renewed by itself"


# Those that show the server an access token.
TOKEN_SIGN_INS = (SignIn.OAUTH2, SignIn.RENEWED)
