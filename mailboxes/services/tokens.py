"""Access tokens of mailboxes: renewed by a refresh token (RFC 6749, section 6) when they end."""

import http.client
import json
import logging
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.utils import timezone

from mailboxes.choices import SignIn
from mailboxes.imap import Folder, ImapFault, opened
from mailboxes.models import Mailbox
from mailboxes.secrets import decrypt, encrypt

logger = logging.getLogger("desk.mail")
TIMEOUT = 20  # seconds
MOST_BYTES = 100_000
# Where the server doesn't say how long a token is good.
USUAL_SECONDS = 600
MARGIN = timedelta(minutes=1)
SIGN_IN_ANEW = "Sign in there anew, and type the new refresh token here."


class RenewalFault(ImapFault):
    """No new access token; the sentence is for an operator."""


@contextmanager
def opened_mailbox(mailbox: Mailbox, *, renew: bool = False) -> Iterator[Folder]:
    """Open the mailbox's folder, with a token that is good; `renew` asks for a new one anyway.

    Raises `ImapFault`, `SecretLost`.
    """
    try:
        with opened(mailbox, secret_of(mailbox, renew=renew)) as folder:
            yield folder
    except ImapFault as fault:
        if fault.is_refusal and mailbox.sign_in == SignIn.RENEWED:
            # It was ended before its time: the next look asks for a new one.
            Mailbox.objects.filter(pk=mailbox.pk).update(access_until=None)
        raise


def secret_of(mailbox: Mailbox, *, renew: bool = False) -> str:
    """Return what the mail server asks for: the password, or an access token."""
    if mailbox.sign_in != SignIn.RENEWED:
        return decrypt(bytes(mailbox.secret))
    until = mailbox.access_until
    if not renew and until is not None and until > timezone.now() + MARGIN:
        return decrypt(bytes(mailbox.access_token))
    return _renewed(mailbox)


def _renewed(mailbox: Mailbox) -> str:
    """Ask for a new access token and keep it, and the refresh token that replaces the old one."""
    used = bytes(mailbox.secret)
    given = {
        "grant_type": "refresh_token",
        "refresh_token": decrypt(used),
        "client_id": mailbox.client_id,
    }
    if mailbox.client_secret:
        given["client_secret"] = decrypt(bytes(mailbox.client_secret))
    if mailbox.scope:
        given["scope"] = mailbox.scope
    try:
        said = _ask(mailbox.token_url, given)
    except RenewalFault:
        # Some servers take a refresh token once: another worker may have been quicker.
        newer = Mailbox.objects.filter(pk=mailbox.pk, access_until__gt=timezone.now()).first()
        if newer is None or bytes(newer.secret) == used:
            raise
        return decrypt(bytes(newer.access_token))
    token, seconds = said["access_token"], said.get("expires_in")
    if not isinstance(seconds, int) or seconds <= 0:
        seconds = USUAL_SECONDS
    mailbox.access_token = encrypt(token)
    mailbox.access_until = timezone.now() + timedelta(seconds=min(seconds, 86_400))
    if isinstance(said.get("refresh_token"), str) and said["refresh_token"]:
        mailbox.secret = encrypt(said["refresh_token"])
    # Not over what an admin typed meanwhile.
    Mailbox.objects.filter(pk=mailbox.pk, secret=used).update(
        access_token=mailbox.access_token, access_until=mailbox.access_until, secret=mailbox.secret
    )
    logger.info("token renewed", extra={"mailbox": mailbox.pk})
    return str(token)


def _ask(address: str, given: Mapping[str, str]) -> dict[str, Any]:
    """Post the form to the token server; return its answer, which has an access token."""
    where = urlsplit(address)
    name = where.netloc
    try:
        status, body = _post(address, urlencode(given))
    except ssl.SSLError as error:
        raise RenewalFault(f"The token server {name} has no good certificate.") from error
    except (OSError, http.client.HTTPException) as error:
        kind = type(error).__name__
        sentence = f"The token server {name} doesn't answer ({kind}): check its address."
        raise RenewalFault(sentence) from error
    try:
        said = json.loads(body)
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise RenewalFault(f"The token server {name} answered {status} with something else.")
    if status != HTTPStatus.OK or not isinstance(said.get("access_token"), str):
        raise RenewalFault(_refusal(name, status, said, given))
    return said


def _refusal(name: str, status: int, said: dict[str, Any], given: Mapping[str, str]) -> str:
    """Return why there is no token, in the server's words, and what to do."""
    error, more = str(said.get("error", "")), str(said.get("error_description", ""))
    words = " ".join(f"{error} {more}".split())
    for key in ("refresh_token", "client_secret"):
        if given.get(key):
            words = words.replace(given[key], "...")
    advice = {
        "invalid_grant": SIGN_IN_ANEW,
        "invalid_client": "Check the client id and the client secret.",
        "unauthorized_client": "Check the client id and the client secret.",
        "invalid_scope": "Check the scope.",
    }.get(error, "Check what is set up there and here.")
    return f"The token server {name} refused to renew the token ({status} {words[:120]}). {advice}"


def _post(address: str, form: str) -> tuple[int, bytes]:
    """Post a form; no redirect is followed, and no more than 100 kB are read."""
    where = urlsplit(address)
    host = where.hostname or ""
    connection: http.client.HTTPConnection
    if where.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, where.port, timeout=TIMEOUT, context=context)
    else:
        connection = http.client.HTTPConnection(host, where.port, timeout=TIMEOUT)
    path = f"{where.path or '/'}?{where.query}" if where.query else where.path or "/"
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    try:
        connection.request("POST", path, form, headers)
        answer = connection.getresponse()
        return answer.status, answer.read(MOST_BYTES)
    finally:
        connection.close()
