"""What any stored text must be, whoever sends it."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.http import QueryDict


def check_text(field: str, value: str, *, max_length: int, required: bool = True) -> str:
    """Return `value` as it came; raise `ValidationError({field: ...})` if it can't be stored.

    Refused: nothing but blanks (if `required`), more than `max_length` characters, NUL characters
    (PostgreSQL can't hold them) and lone surrogates (no UTF-8 for them).
    """
    if required and not value.strip():
        raise ValidationError({field: "This field may not be blank."}, code="blank")
    if len(value) > max_length:
        raise ValidationError(
            {field: f"Use at most {max_length:,} characters; this has {len(value):,}."},
            code="max_length",
        )
    if not is_storable(value):
        raise ValidationError(
            {field: "This text has characters that are not allowed."}, code="characters"
        )
    return value


def is_storable(text: str) -> bool:
    """Whether databases and hash functions take the text: no NUL, no lone surrogates."""
    try:
        return b"\x00" not in text.encode("utf-8")
    except UnicodeEncodeError:
        return False


def clean_search(text: str, *, max_length: int) -> str:
    """Return the beginning of what somebody searches for, without what can't be stored anyway."""
    cut = text[:max_length].replace("\x00", " ")
    return cut.encode("utf-8", "ignore").decode().strip()


def typed_texts(posted: QueryDict) -> list[tuple[str, str]]:
    """Return (label, text) for what a person typed into a form, to give it back to them.

    Left out: secrets, and what the page itself put into the form (tokens, keys, choices).
    """
    return [
        (name.replace("_", " ").capitalize(), text)
        for name, texts in posted.lists()
        for text in texts
        if _is_typed(name, text)
    ]


def _is_typed(name: str, text: str) -> bool:
    secret_or_ours: Iterable[str] = ("password", "token", "key", "version", "next", "code")
    if any(word in name.lower() for word in secret_or_ours):
        return False
    return bool(text.strip()) and not text.isdigit()
