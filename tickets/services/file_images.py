"""Images to look at, made when somebody first asks for them."""

import logging
import threading

from django.db import transaction

from tickets import storage
from tickets.images import SHOWN, THUMBNAIL, NotAnImage, make_anew
from tickets.models import Attachment

logger = logging.getLogger("desk.files")
BOXES = {storage.SHOWN: SHOWN, storage.THUMBNAIL: THUMBNAIL}
# One image at a time in a process: a large one takes much memory while it is decoded.
one_at_a_time = threading.Lock()


def make_image(attachment: Attachment, ending: str) -> str:
    """Return the stored name of the image made anew, empty where it can't be shown.

    `ending` is `storage.SHOWN` or `storage.THUMBNAIL`. Raises `StorageAway`.
    """
    if not attachment.stored_as or not attachment.is_image:
        return ""
    name = attachment.stored_as + ending
    if storage.exists(name):
        return name
    with one_at_a_time:
        if storage.exists(name):
            return name
        try:
            with storage.open_file(attachment.stored_as) as file:
                content = make_anew(file, BOXES[ending])
        except FileNotFoundError:
            return ""
        except NotAnImage as problem:
            logger.info("an image can't be shown", extra={"error": str(problem)})
            Attachment.objects.filter(pk=attachment.pk).update(width=None, height=None)
            return ""
        return _keep(attachment, name, content)


@transaction.atomic
def _keep(attachment: Attachment, name: str, content: bytes) -> str:
    """Store it unless the file was removed meanwhile; whoever removes it now waits for us."""
    row = Attachment.objects.select_for_update(of=("self",)).filter(pk=attachment.pk).first()
    if row is None or row.stored_as is None:
        return ""
    storage.store_bytes(name, content)
    return name
