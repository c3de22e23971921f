"""Passwords of mailboxes: encrypted with a key made from SECRET_KEY, never shown again."""

import base64

from cryptography.fernet import Fernet, InvalidToken
from django.utils.crypto import salted_hmac


class SecretLost(Exception):
    """It was encrypted under another SECRET_KEY: somebody has to type it again."""


def encrypt(text: str) -> bytes:
    return _cipher().encrypt(text.encode())


def decrypt(secret: bytes) -> str:
    """Return what was encrypted; raises `SecretLost`."""
    try:
        return _cipher().decrypt(bytes(secret)).decode()
    except InvalidToken as error:
        raise SecretLost("The password was stored under another SECRET_KEY.") from error


def _cipher() -> Fernet:
    key = salted_hmac("mailboxes.secret", "mailbox", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(key))
