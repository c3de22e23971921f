"""Messages that a mail provider posts: read by django-anymail, stored as every other one.

Where the provider hands on the message as it came, those bytes are stored. Where it hands on
pieces, the message is put together from them, the same way each time, so that a delivery that is
repeated is known.
"""

import hashlib
import io
import json
from collections.abc import Mapping
from importlib import import_module
from typing import Any
from urllib.parse import unquote_to_bytes

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, QueryDict
from django.utils.crypto import constant_time_compare
from django.utils.datastructures import MultiValueDict
from django.utils.http import parse_header_parameters

from mailboxes.choices import Source
from mailboxes.models import InboundMail
from mailboxes.services.storing import receive

# A message of 40 MB, in base 64, and what stands around it.
MOST_BYTES = 60_000_000
MULTIPART = "multipart/form-data"
URLENCODED = "application/x-www-form-urlencoded"
# The view of each provider, and what it calls the key that it signs with.
PROVIDERS = {
    "mailgun": ("MailgunInboundWebhookView", "webhook_signing_key"),
    "mailjet": ("MailjetInboundWebhookView", ""),
    "mandrill": ("MandrillCombinedWebhookView", "webhook_key"),
    "postmark": ("PostmarkInboundWebhookView", ""),
}
# The field of a form that is the whole message.
WHOLE = "body-mime"
BROKEN = (ValueError, LookupError, TypeError, AttributeError, RecursionError)


class PostRefused(Exception):
    """This is no post of the provider; `status` is what HTTP calls it."""

    def __init__(self, sentence: str, status: int = 400) -> None:
        super().__init__(sentence)
        self.status = status


def is_open() -> bool:
    """Whether a provider may post messages at all."""
    return bool(settings.INBOUND_WEBHOOK_PROVIDER and settings.INBOUND_WEBHOOK_SECRET)


def check_secret(given: str) -> None:
    """Raise `PostRefused` unless it is the secret, as "user:password"."""
    if not constant_time_compare(given, settings.INBOUND_WEBHOOK_SECRET):
        raise PostRefused("The user or the password in the address is not the agreed one.", 401)


def receive_posted(request: HttpRequest) -> list[InboundMail]:
    """Store the messages of a provider's post; return their rows.

    A message that it has posted before is the row that is there. Raises `PostRefused`,
    `StorageAway`, `DatabaseError`; then the provider has to post it again.
    """
    try:
        whole = _read_body(request)
        found = _messages(request, _checked_by(request), whole)
    except BROKEN as error:
        sentence = f"This is no message as {settings.INBOUND_WEBHOOK_PROVIDER} posts them."
        raise PostRefused(sentence) from error
    return [
        receive(io.BytesIO(raw), source=Source.WEBHOOK, recipient=recipient)
        for raw, recipient in found
    ]


def _checked_by(request: HttpRequest) -> Any:
    """Return the view of django-anymail that has checked the post's signature."""
    from anymail.exceptions import AnymailWebhookValidationFailure

    name = settings.INBOUND_WEBHOOK_PROVIDER
    view, key = PROVIDERS[name]
    kind = getattr(import_module(f"anymail.webhooks.{name}"), view)
    options = {key: settings.INBOUND_WEBHOOK_KEY} if key else {}
    if name == "mandrill":
        # It signs the address as it stands there; a proxy in front of us may have changed ours.
        at = settings.SITE_URL.replace("://", f"://{settings.INBOUND_WEBHOOK_SECRET}@", 1)
        options["webhook_url"] = at + request.path
    reader = kind(webhook_secret=settings.INBOUND_WEBHOOK_SECRET, **options)
    try:
        reader.run_validators(request)
    except AnymailWebhookValidationFailure as error:
        raise PostRefused("The signature of the post is not good.", 403) from error
    return reader


def _messages(request: HttpRequest, reader: Any, whole: bytes | None) -> list[tuple[bytes, str]]:
    """Return the post's messages, and whom each was handed to.

    Those that came whole are not read here: that is done from the ledger, where a message that
    nobody can read waits for a person.
    """
    if whole is not None and settings.INBOUND_WEBHOOK_PROVIDER == "mailgun":
        return [(whole, request.POST.get("recipient", ""))]
    if settings.INBOUND_WEBHOOK_PROVIDER == "mandrill":
        told = [event["msg"] for event in json.loads(request.POST["mandrill_events"])
                if event["event"] == "inbound"]  # fmt: skip
        return [(_bytes(message["raw_msg"]), str(message.get("email") or "")) for message in told]
    if settings.INBOUND_WEBHOOK_PROVIDER == "postmark":
        said = json.loads(request.body)
        if said.get("RawEmail") and said.get("RecordType", "Inbound") == "Inbound":
            return [(_bytes(said["RawEmail"]), str(said.get("OriginalRecipient") or ""))]
    return _in_pieces(request, reader)


def _in_pieces(request: HttpRequest, reader: Any) -> list[tuple[bytes, str]]:
    """Return the messages that django-anymail reads out of the post, put together."""
    from anymail.exceptions import AnymailConfigurationError

    try:
        events = reader.parse_events(request)
    except AnymailConfigurationError as error:
        raise PostRefused(f"The provider posts something else to this address: {error}") from error
    return [
        (_put_together(event.message), str(event.message.envelope_recipient or ""))
        for event in events
    ]


def _bytes(text: Any) -> bytes:
    """Return a message that came as text within JSON, byte by byte where it has any."""
    if not isinstance(text, str):
        raise TypeError
    try:
        return text.encode(errors="surrogateescape")
    except UnicodeEncodeError:
        return text.encode(errors="replace")


def _read_body(request: HttpRequest) -> bytes | None:
    """Read the post, up to its limit; return the message if it is a field of a form."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    too_large = f"A post may have {MOST_BYTES // 1_000_000} MB."
    if length.isdigit() and int(length) > MOST_BYTES:
        raise PostRefused(too_large, 413)
    body = request.read(MOST_BYTES + 1)
    if len(body) > MOST_BYTES:
        raise PostRefused(too_large, 413)
    request._body = body
    if request.content_type == URLENCODED:
        pairs = (pair.partition(b"=") for pair in body.split(b"&"))
        coded = next((value for name, _, value in pairs if name == WHOLE.encode()), None)
        return None if coded is None else unquote_to_bytes(coded.replace(b"+", b" "))
    if request.content_type != MULTIPART:
        return None
    fields, files = _parts(body, (request.content_params or {}).get("boundary", ""))
    request._post, request._files = _form(fields), files  # type: ignore[attr-defined]
    return fields.get(WHOLE)


def _parts(body: bytes, boundary: str) -> tuple[dict[str, bytes], MultiValueDict[str, Any]]:
    """Return the fields and files of a form: Django's parser refuses large fields."""
    if not boundary:
        raise PostRefused("The form has no boundary.")
    fields: dict[str, bytes] = {}
    files: MultiValueDict[str, Any] = MultiValueDict()
    for piece in (b"\r\n" + body).split(b"\r\n--" + boundary.encode())[1:]:
        head, found, content = piece.partition(b"\r\n\r\n")
        if not found:
            continue  # the end
        header = dict(_header(line) for line in head.decode(errors="replace").splitlines() if line)
        _, said = parse_header_parameters(header.get("content-disposition", ""))
        name, kind = said.get("name", ""), header.get("content-type", "")
        if "filename" in said:
            # The mail's own name for it is cleaned where mails are read; Django refuses these.
            file = said["filename"].strip("./\\ ") or "file"
            files.appendlist(name, SimpleUploadedFile(file, content, kind))
        else:
            fields[name] = content
    return fields, files


def _header(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip().lower(), value.strip()


def _form(fields: Mapping[str, bytes]) -> QueryDict:
    form = QueryDict(mutable=True)
    for name, value in fields.items():
        form[name] = value.decode(errors="replace")
    return form


def _put_together(message: Any) -> bytes:
    """Return the message's bytes, with boundaries that follow from what it says."""
    # How the original was coded, of which these are the decoded pieces.
    del message["Content-Transfer-Encoding"]
    said = "\n".join(f"{name}:{value}" for name, value in message.items())
    mark = hashlib.sha256(said.encode(errors="replace")).hexdigest()[:32]
    for number, part in enumerate(message.walk()):
        if part.is_multipart() and part.get_content_maintype() == "multipart":
            part.set_boundary(f"=_{number}_{mark}")
    return bytes(message.as_bytes())
