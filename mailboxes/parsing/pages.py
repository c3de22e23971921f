"""A message as its sender's program shows it, made harmless."""

from base64 import b64encode
from html import escape

from mailboxes.parsing import hypertext
from mailboxes.parsing.parsed import ParsedMail
from tickets.file_types import RASTER_TYPES

IMAGES_BYTES = 8_000_000  # of all images in a page together


def shown_page(mail: ParsedMail) -> str:
    """Return the message as a page for a sandboxed view: its HTML made harmless, or its text.

    Images of the message itself stand within it; nothing else is loaded and no link leads away.
    """
    images: dict[str, str] = {}
    room = IMAGES_BYTES
    for file in mail.attachments:
        if file.inline and file.content_type in RASTER_TYPES and len(file.content) <= room:
            data = b64encode(file.content).decode()
            images[f"cid:{file.content_id}"] = f"data:{file.content_type};base64,{data}"
            room -= len(file.content)
    if mail.html:
        body = hypertext.to_page(mail.html.decode("utf-8", "replace"), images)
    else:
        body = (
            f'<pre style="white-space:pre-wrap">{escape(mail.text)}\n\n{escape(mail.quoted)}</pre>'
        )
    return f"<!doctype html><meta charset=utf-8><title>{escape(mail.subject)}</title>{body}"
