"""Setting up mailboxes, and saying what is wrong with one."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.choices import AccountEventType
from accounts.models import User
from accounts.permissions import require_admin
from accounts.services import record
from mailboxes.choices import Security, SignIn
from mailboxes.imap import ImapFault
from mailboxes.models import Mailbox
from mailboxes.secrets import SecretLost, encrypt
from mailboxes.services.tokens import opened_mailbox

HERE = ("localhost", "127.0.0.1", "::1")


@transaction.atomic
def save_mailbox(
    mailbox: Mailbox, *, actor: User, secret: str = "", client_secret: str = "", **given: Any
) -> Mailbox:
    """Store a new or changed mailbox; an empty `secret` or `client_secret` leaves the stored one.

    Another server, user or folder is read from its beginning on again. Raises `ValidationError` by
    field, `PermissionDenied`.
    """
    require_admin(actor)
    changed = [name for name, value in given.items() if getattr(mailbox, name) != value]
    for name in changed:
        setattr(mailbox, name, given[name])
    mailbox.address = User.objects.normalize_email(mailbox.address)
    mailbox.full_clean(exclude=["secret"])
    if mailbox.security == Security.NONE and mailbox.host not in HERE:
        sentence = "Without protection anybody on the way reads the password: use TLS or STARTTLS."
        raise ValidationError({"security": sentence})
    _check_token_server(mailbox)
    if secret:
        mailbox.secret = encrypt(secret)
    elif not mailbox.secret:
        raise ValidationError({"secret": "Type the password or the token."})
    if client_secret:
        mailbox.client_secret = encrypt(client_secret)
    if secret or client_secret or {"sign_in", "token_url", "client_id", "scope"} & set(changed):
        mailbox.access_token, mailbox.access_until = b"", None
    if mailbox.pk and {"host", "username", "folder"} & set(changed):
        mailbox.uidvalidity, mailbox.last_uid, mailbox.first_read_at = None, 0, None
    mailbox.save()
    typed = {"secret": secret, "client secret": client_secret}
    words = [*changed, *(name for name, text in typed.items() if text)]
    changes = {"mailbox": [mailbox.name, ", ".join(words)]}
    record(None, AccountEventType.MAILBOX_CHANGED, actor=actor, changes=changes)
    return mailbox


def _check_token_server(mailbox: Mailbox) -> None:
    """Raise `ValidationError` if a refresh token could not be used, or not safely."""
    if mailbox.sign_in != SignIn.RENEWED:
        return
    for name in ("token_url", "client_id"):
        if not getattr(mailbox, name):
            raise ValidationError({name: "A refresh token is used with it: the provider names it."})
    where = urlsplit(mailbox.token_url)
    if where.scheme != "https" and not (where.scheme == "http" and where.hostname in HERE):
        raise ValidationError({"token_url": "Use an address that begins with https://."})


def diagnose(mailbox: Mailbox, *, actor: User) -> tuple[bool, str]:
    """Try the mailbox; return whether it can be read, and a sentence."""
    require_admin(actor)
    try:
        with opened_mailbox(mailbox, renew=True) as folder:
            many = f"{folder.count} message{'' if folder.count == 1 else 's'}"
            return True, f"{mailbox.folder} opens and has {many}. Nothing in it was changed."
    except SecretLost:
        return False, "The password was stored under another SECRET_KEY: type it again."
    except ImapFault as fault:
        return False, str(fault)
