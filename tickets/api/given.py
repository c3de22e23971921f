"""What bodies name that has to be looked up."""

from typing import Any

from rest_framework.exceptions import ValidationError

from accounts.models import User
from tickets.models import Attachment
from tickets.services import fresh_uploads


def given_files(given: dict[str, Any], actor: User) -> list[Attachment]:
    """Return the fresh uploads that a body names; raises 400 for one that is none."""
    ids = given.get("file_ids") or []
    files = fresh_uploads(ids, uploader=actor) if ids else []
    if len(files) != len(set(ids)):
        sentence = "Name files that you have uploaded within the last day and not sent yet."
        raise ValidationError({"file_ids": [sentence]})
    return files
