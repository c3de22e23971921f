"""How environment keys become settings."""

import sys
import warnings
import zoneinfo
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from accounts.rate_limits import parse_rate

SQLITE_OPTIONS = {
    # Take the write lock at BEGIN: a transaction that reads first can then never deadlock.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
}
MINIMUM_SECRET_LENGTH = 32
MAKE_SECRET = "python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"  # noqa: S105


class Env(environ.Env):
    """The environment; a value that can't be read stops the process with one sentence."""

    def get_value(self, var: str, *args: Any, **kwargs: Any) -> Any:
        """Return the value of `var`, cast as asked; exits where the cast fails."""
        try:
            return super().get_value(var, *args, **kwargs)
        except ValueError as error:
            sys.exit(f"{var} can't be read ({error}): see .env.example.")

    def choice(self, var: str, choices: list[str], default: str) -> str:
        """Return the value of `var` if it is one of `choices`; exits otherwise."""
        value = self.str(var, default=default)
        if value not in choices:
            sys.exit(f"{var} can't be {value!r}: it is one of {', '.join(choices)}.")
        return value

    def port(self, var: str, default: int) -> int:
        """Return the number of a TCP port; exits for others."""
        value: int = self.int(var, default=default)
        if not 0 < value < 65_536:
            sys.exit(f"{var} can't be {value}: it is a number from 1 to 65535.")
        return value

    def rate(self, var: str, default: str) -> str:
        """Return how often something may happen, "" for no limit; exits for what is no rate."""
        value: str = self.str(var, default=default)
        try:
            parse_rate(value)
        except ValueError:
            sys.exit(f"{var} can't be {value!r}: write it like 20/minute, or leave it empty.")
        return value

    def zone(self, var: str, default: str) -> str:
        """Return the name of a time zone; exits for one that nobody knows."""
        value: str = self.str(var, default=default)
        try:
            zoneinfo.ZoneInfo(value)
        except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
            sys.exit(f"{var} can't be {value!r}: name a time zone like Europe/Berlin.")
        return value

    def site(self, var: str, default: str) -> str:
        """Return the address of a site without the last slash; exits for one that is none."""
        value: str = self.str(var, default=default).rstrip("/")
        self._check_origin(var, value)
        return value

    def origins(self, var: str) -> list[str]:
        """Return origins of pages, like https://app.example.com; exits if one is none."""
        values: list[str] = self.list(var, default=[])
        for value in values:
            self._check_origin(var, value)
        return values

    def _check_origin(self, var: str, value: str) -> None:
        try:
            parts = urlsplit(value)
            sane = parts.scheme in ("http", "https") and parts.hostname and not parts.path
            sane = sane and parts.port != 0
        except ValueError:
            sane = False
        if not sane:
            sys.exit(f"{var} can't be {value!r}: write it like https://help.example.com.")


def cache_settings(env: environ.Env) -> dict[str, Any]:
    """Return Django's CACHES: `default` is Redis when `REDIS_URL` is set, else as `process`.

    `process` is each process' own memory. Only the count of a person's API requests is kept in
    them; sessions, numbers and all other limits live in the database.
    """
    memory = {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}
    url = env.str("REDIS_URL", default="")
    if url and not url.startswith(("redis://", "rediss://", "unix://")):
        sys.exit("REDIS_URL can't be read: it looks like redis://127.0.0.1:6379/0.")
    redis = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
    return {"default": redis if url else memory, "process": memory}


def database_settings(env: environ.Env, *, default: str) -> dict[str, Any]:
    """Return Django's database dictionary for `DATABASE_URL`, `DATABASE_SSL`, `DATABASE_POOL_SIZE`.

    Without a pool size each web thread keeps one connection; with one, each process shares that
    many through psycopg's pool.
    """
    try:
        with warnings.catch_warnings(action="ignore"):
            config: dict[str, Any] = env.db("DATABASE_URL", default=default)
        engine = config["ENGINE"]
    except (ImproperlyConfigured, KeyError, ValueError):
        engine = ""
    if not engine.endswith((".sqlite3", ".postgresql")):
        sys.exit(
            "DATABASE_URL can't be read: it looks like postgres://user:password@host:5432/name"
            " or sqlite:////path/to/file."
        )
    options = config.setdefault("OPTIONS", {})
    if engine.endswith(".sqlite3"):
        Path(config["NAME"]).parent.mkdir(parents=True, exist_ok=True)
        options.update(SQLITE_OPTIONS)
        return config
    options.setdefault("connect_timeout", 5)
    # Notice within half a minute that the other side is gone without a word.
    for name, value in (("idle", 10), ("interval", 5), ("count", 3)):
        options.setdefault(f"keepalives_{name}", value)
    if env.bool("DATABASE_SSL", default=False):
        options.setdefault("sslmode", "require")
    pool_size = env.int("DATABASE_POOL_SIZE", default=0)
    if pool_size:
        options["pool"] = {"min_size": 1, "max_size": pool_size, "timeout": 5}
    else:
        config["CONN_MAX_AGE"] = 600
    config["CONN_HEALTH_CHECKS"] = True
    return config


def email_settings(env: environ.Env, *, development: bool, var_dir: Path) -> dict[str, Any]:
    """Return the EMAIL_* settings for `EMAIL_URL`, or for the older `EMAIL_SERVICE/USER/PASS`.

    Development without either keeps mail in `var/mail`, where `/dev/mail/` shows it.
    """
    if env.str("EMAIL_URL", default=""):
        try:
            return dict(env.email("EMAIL_URL"))
        except (ImproperlyConfigured, ValueError):
            sys.exit("EMAIL_URL can't be read: it looks like smtp+tls://user:password@host:587.")
    if env.str("EMAIL_SERVICE", default=""):
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": service_host(env.str("EMAIL_SERVICE")),
            "EMAIL_PORT": 587,
            "EMAIL_USE_TLS": True,
            "EMAIL_HOST_USER": env.str("EMAIL_USER", default=""),
            "EMAIL_HOST_PASSWORD": env.str("EMAIL_PASS", default=""),
        }
    if development:
        return {
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "EMAIL_FILE_PATH": str(var_dir / "mail"),
        }
    return {"EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend"}


WEBHOOK_PROVIDERS = ["", "mailgun", "mailjet", "mandrill", "postmark"]
SIGNING_PROVIDERS = ("mailgun", "mandrill")
WEBHOOK_SECRET_LENGTH = 24


def webhook_settings(env: Env) -> tuple[str, str, str]:
    """Return provider, secret and key of INBOUND_WEBHOOK_*; exits where one is missing."""
    provider = env.choice("INBOUND_WEBHOOK_PROVIDER", WEBHOOK_PROVIDERS, default="")
    secret = env.str("INBOUND_WEBHOOK_SECRET", default="")
    key = env.str("INBOUND_WEBHOOK_KEY", default="")
    if provider and (":" not in secret or len(secret) < WEBHOOK_SECRET_LENGTH):
        sys.exit(
            f"INBOUND_WEBHOOK_SECRET has to be user:password, of {WEBHOOK_SECRET_LENGTH} characters"
            f" or more: {MAKE_SECRET}"
        )
    if provider in SIGNING_PROVIDERS and not key:
        sys.exit(f"INBOUND_WEBHOOK_KEY is missing: the key that {provider} signs its posts with.")
    return provider, secret, key


def file_storage(url: str) -> dict[str, Any]:
    """Return Django's storage for `FILE_STORAGE_URL`: MEDIA_ROOT, or an S3-compatible bucket.

    `s3://KEY:SECRET@bucket/folder?endpoint_url=https://...&region_name=...`; without key and secret
    those of the machine are used. Every other option of django-storages' S3 can be named.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    if parts.scheme != "s3" or not parts.hostname:
        sys.exit(
            "FILE_STORAGE_URL can't be read: it looks like s3://KEY:SECRET@bucket?region_name=x"
        )
    options: dict[str, Any] = {
        "bucket_name": parts.hostname,
        "location": parts.path.strip("/"),
        "default_acl": "private",
        "file_overwrite": False,
    }
    if parts.username and parts.password:
        options["access_key"] = unquote(parts.username)
        options["secret_key"] = unquote(parts.password)
    options |= dict(parse_qsl(parts.query))
    return {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}


def service_host(service: str) -> str:
    """Return the SMTP host for a provider's short name, or the name itself if it is a host."""
    known = {"gmail": "smtp.gmail.com", "outlook": "smtp-mail.outlook.com"}
    return known.get(service.lower(), service)


def require_production_keys(
    secret_key: str, jwt_secret: str, allowed_hosts: list[str], example: Path
) -> None:
    """Stop the process, in one sentence, where a production key is missing, short or well known."""
    examples = example.read_text(encoding="utf-8") if example.exists() else ""
    for name, value in (("SECRET_KEY", secret_key), ("JWT_SECRET", jwt_secret)):
        problem = secret_problem(value, examples)
        if problem:
            sys.exit(f"{name} {problem}: put the output of {MAKE_SECRET} into {name}.")
    if secret_key == jwt_secret:
        sys.exit(f"JWT_SECRET equals SECRET_KEY: put the output of {MAKE_SECRET} into JWT_SECRET.")
    if not allowed_hosts or "*" in allowed_hosts:
        sys.exit("ALLOWED_HOSTS must name your hosts: for example ALLOWED_HOSTS=help.example.com.")


def secret_problem(value: str, examples: str) -> str:
    """Return why `value` can't be a production secret, or an empty string."""
    if not value:
        return "is missing"
    if len(value) < MINIMUM_SECRET_LENGTH or len(set(value)) < 8:
        return f"is too short or too simple (at least {MINIMUM_SECRET_LENGTH} characters)"
    if value.startswith(("development-only", "django-insecure")) or value in examples:
        return "is a published example"
    return ""
