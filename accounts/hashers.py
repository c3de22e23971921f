"""Password hashing: Argon2id for everyone, bcrypt only to let in whoever has an older hash."""

from typing import Any

import bcrypt
from django.contrib.auth.hashers import Argon2PasswordHasher, BCryptPasswordHasher

BCRYPT_BYTES = 72


class OwaspArgon2PasswordHasher(Argon2PasswordHasher):
    """Argon2id with the parameters of OWASP's Password Storage Cheat Sheet (19 MiB, t=2, p=1).

    Django's default takes 100 MiB for each sign-in, which lets a few parallel ones exhaust a
    small server.
    """

    time_cost = 2
    memory_cost = 19 * 1024
    parallelism = 1


class LegacyBcryptPasswordHasher(BCryptPasswordHasher):
    """bcrypt hashes (`$2a$`, `$2b$`) of the older system; renewed at the next sign-in.

    bcrypt never read more than 72 bytes; newer libraries refuse longer input instead.
    """

    def encode(self, password: str, salt: Any) -> str:
        cut = password.encode()[:BCRYPT_BYTES]
        data: bytes = bcrypt.hashpw(cut, salt if isinstance(salt, bytes) else salt.encode())
        return f"{self.algorithm}${data.decode('ascii')}"
