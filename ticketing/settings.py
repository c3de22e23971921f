"""Settings of SupportDesk, all from the environment and `.env` (see `.env.example`).

Development (`DEBUG=true`) needs no key at all. Production refuses to start with a weak or
missing secret: `ticketing/configuration.py` says in one sentence which key and how to make it.
"""

import os
from datetime import timedelta
from pathlib import Path

import snowballstemmer
from csp.constants import NONE, SELF

from ticketing.configuration import (
    Env,
    cache_settings,
    database_settings,
    email_settings,
    file_storage,
    require_production_keys,
    webhook_settings,
)

BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = BASE_DIR / "var"

env = Env()
Env.read_env(BASE_DIR / ".env")

# Core ----------------------------------------------------------------------------------------

# `make` sets DESK_DEVELOPMENT, so that a fresh clone runs without a file to edit and an explicit
# DEBUG, in the environment or in .env, still wins.
DEVELOPMENT = env.bool("DEBUG", default=env.bool("DESK_DEVELOPMENT", default=False))
# Django's own traceback pages show settings and source; error pages stay ours unless asked for.
DEBUG = DEVELOPMENT and env.bool("DEBUG_PAGES", default=False)

DEVELOPMENT_SECRET = "development-only-secret-never-use-it-outside-your-own-machine"  # noqa: S105
SECRET_KEY = env.str("SECRET_KEY", default=DEVELOPMENT_SECRET if DEVELOPMENT else "")
JWT_SECRET = env.str("JWT_SECRET", default=DEVELOPMENT_SECRET + "-jwt" if DEVELOPMENT else "")
ALLOWED_HOSTS = env.list(
    "ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"] if DEVELOPMENT else []
)
if not DEVELOPMENT:
    require_production_keys(SECRET_KEY, JWT_SECRET, ALLOWED_HOSTS, BASE_DIR / ".env.example")

# Where the web process listens, and with how many processes and threads of each.
HOST = env.str("HOST", default="127.0.0.1")
PORT = env.port("PORT", default=8000)
WEB_PROCESSES = env.int("WEB_PROCESSES", default=1 if DEVELOPMENT else 2)
WEB_THREADS = env.int("WEB_THREADS", default=8)
SITE_NAME = env.str("SITE_NAME", default="SupportDesk")
# The address that mails and links carry; behind https, cookies are Secure.
SITE_URL = env.site(
    "SITE_URL",
    default=f"http://127.0.0.1:{PORT}" if DEVELOPMENT else f"https://{ALLOWED_HOSTS[0]}",
)
SECURE_SITE = SITE_URL.startswith("https://")

INSTALLED_APPS = [
    "ticketing",
    "operations",
    "reports",
    "mailboxes",
    "notifications",
    "technicians",
    "sla",
    "tickets",
    "accounts",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "corsheaders",
    "crispy_forms",
    "crispy_bootstrap5",
    "django_htmx",
    "csp",
    "ticketing.apps.DeskAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
]

MIDDLEWARE = [
    "operations.middleware.ProxyMiddleware",
    "operations.middleware.RequestLogMiddleware",
    "operations.middleware.SecurityHeadersMiddleware",
    "ticketing.middleware.Policy",
    "ticketing.error_pages.ErrorPageMiddleware",
    "operations.middleware.DoorMiddleware",
    "ticketing.middleware.WholeBodies",
    "ticketing.api.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "corsheaders.middleware.CorsMiddleware",
    "ticketing.middleware.Sessions",
    "django.middleware.common.CommonMiddleware",
    # Before the check for forgery, which reads the body.
    "tickets.middleware.UploadMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.middleware.CrossSiteMiddleware",
    "ticketing.middleware.Authentication",
    "ticketing.middleware.Messages",
    "ticketing.middleware.Htmx",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "accounts.middleware.ReadingMiddleware",
    "accounts.middleware.PersonMiddleware",
    "accounts.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "ticketing.urls"
WSGI_APPLICATION = "ticketing.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "ticketing.context_processors.site",
                "technicians.context_processors.sidebar",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"

# The audit log is signed with the first of these; the others are former ones. Empty: SECRET_KEY.
AUDIT_KEYS = env.list("AUDIT_KEYS", default=[])
AUDIT_HEAD_FILE = env.str("AUDIT_HEAD_FILE", default="")

# Database and cache --------------------------------------------------------------------------

DATABASES = {
    "default": database_settings(
        env,
        default=f"sqlite:///{VAR_DIR / 'supportdesk.sqlite3'}",
    )
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = cache_settings(env)

# People and sessions -------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["accounts.backends.SignInBackend"]
LOGIN_URL = "accounts:sign-in"
PASSWORD_HASHERS = [
    "accounts.hashers.OwaspArgon2PasswordHasher",
    "accounts.hashers.LegacyBcryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}", "OPTIONS": options}
    for name, options in [
        ("UserAttributeSimilarityValidator", {"user_attributes": ["name", "email", "user_id"]}),
        ("MinimumLengthValidator", {"min_length": 8}),
        ("CommonPasswordValidator", {}),
        ("NumericPasswordValidator", {}),
    ]
]
# auth.W004: `email` is unique among people who are not deleted, which the system check can't see.
SILENCED_SYSTEM_CHECKS = ["auth.W004"]

SESSION_COOKIE_AGE = 60 * 60 * 24 * 14
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = SECURE_SITE
SESSION_COOKIE_NAME = "__Host-session" if SECURE_SITE else "session"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SECURE = SECURE_SITE
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if SECURE_SITE else "csrf"
CSRF_TRUSTED_ORIGINS = [SITE_URL]
CSRF_FAILURE_VIEW = "ticketing.error_pages.csrf_failure"

# Rate limits: "20/minute" form; an empty value switches one off.
RATE_LIMIT_SIGN_IN = env.rate("RATE_LIMIT_SIGN_IN", default="8/minute")
RATE_LIMIT_ANONYMOUS = env.rate("RATE_LIMIT_ANONYMOUS", default="60/minute")
RATE_LIMIT_USER = env.rate("RATE_LIMIT_USER", default="600/minute")

# Language and time ---------------------------------------------------------------------------

LANGUAGE_CODE = "en-gb"
FORMAT_MODULE_PATH = ["ticketing.formats"]
TIME_ZONE = env.zone("TIME_ZONE", default="UTC")
# What texts are written in, or "simple": see docs/search.md.
SEARCH_LANGUAGE = env.choice(
    "SEARCH_LANGUAGE", ["simple", *snowballstemmer.algorithms()], "english"
)
USE_I18N = True
USE_TZ = True

# Files ---------------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = env.path("STATIC_ROOT", default=str(BASE_DIR / "staticfiles"))
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_URL = "/media/"
MEDIA_ROOT = env.path("MEDIA_ROOT", default=str(VAR_DIR / "media"))
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
# No route takes files unless its view says `takes_files`: see tickets/middleware.py.
FILE_UPLOAD_HANDLERS = ["tickets.middleware.NoFiles"]
# The virus scanner, where there is one: tcp://127.0.0.1:3310 or unix:///run/clamav/clamd.ctl
CLAMAV_URL = env.str("CLAMAV_URL", default="")
STORAGES = {
    "default": file_storage(env.str("FILE_STORAGE_URL", default="")),
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEVELOPMENT
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = DEVELOPMENT
WHITENOISE_AUTOREFRESH = DEVELOPMENT
WHITENOISE_ALLOW_ALL_ORIGINS = False
DATA_UPLOAD_MAX_MEMORY_SIZE = env.int("DATA_UPLOAD_MAX_MEMORY_SIZE", default=2_621_440)

# Mail ----------------------------------------------------------------------------------------

vars().update(email_settings(env, development=DEVELOPMENT, var_dir=VAR_DIR))
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default=f"{SITE_NAME} <support@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# Where answers to mails go, if the desk reads them; else to DEFAULT_FROM_EMAIL.
INBOUND_ADDRESS = env.str(
    "INBOUND_ADDRESS", default="support@localhost" if DEVELOPMENT else ""
).strip()
# Whose Authentication-Results are believed in mail that a mail server hands over.
INBOUND_TRUSTED_SERVERS = env.list("INBOUND_TRUSTED_SERVERS", default=[])
# A mail provider that posts incoming mail to /mail/webhook/.
INBOUND_WEBHOOK_PROVIDER, INBOUND_WEBHOOK_SECRET, INBOUND_WEBHOOK_KEY = webhook_settings(env)
# Incoming mails are kept for so many days beside the tickets that they became.
MAIL_RETENTION_DAYS = env.int("MAIL_RETENTION_DAYS", default=90)
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)

# REST ----------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["accounts.api.authentication.SessionBoundJWTAuthentication"],
    # `accounts.api.base.DeskView` asks for a person and the role by itself.
    "DEFAULT_PERMISSION_CLASSES": [],
    "DEFAULT_RENDERER_CLASSES": ["accounts.api.json_format.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["accounts.api.json_format.StrictJSONParser"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "ticketing.api.schema.DeskSchema",
    "EXCEPTION_HANDLER": "ticketing.api.errors.exception_handler",
    "UNAUTHENTICATED_USER": None,
    "URL_FORMAT_OVERRIDE": None,
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SIMPLE_JWT = {
    "SIGNING_KEY": JWT_SECRET,
    "ALGORITHM": "HS256",
    "AUDIENCE": "supportdesk",
    "ISSUER": "supportdesk",
    "ACCESS_TOKEN_LIFETIME": timedelta(hours=24),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=30),
}
SPECTACULAR_SETTINGS = {
    "TITLE": "SupportDesk",
    "DESCRIPTION": "The REST interface of SupportDesk: JSON both ways, UTF-8, keyset pages.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.0",
    "SERVE_INCLUDE_SCHEMA": False,
    "COMPONENT_SPLIT_PATCH": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "POSTPROCESSING_HOOKS": [],
    "PREPROCESSING_HOOKS": [],
    "SCHEMA_PATH_PREFIX": "/api/",
}
CORS_ALLOWED_ORIGINS = env.origins("CORS_ALLOWED_ORIGINS")
CORS_URLS_REGEX = r"^/api/.*$"
CORS_EXPOSE_HEADERS = [
    "ETag",
    "Link",
    "X-Total-Count",
    "X-Partial-Result",
    "Retry-After",
    "X-Request-ID",
]
CORS_ALLOW_HEADERS = ["accept", "authorization", "content-type", "idempotency-key", "if-match"]

# Security headers ----------------------------------------------------------------------------

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# Proxies: how many reverse proxies of our own stand in front (0: none; X-Forwarded-* is ignored).
TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY_COUNT else None
SECURE_SSL_REDIRECT = env.bool("SECURE_SSL_REDIRECT", default=SECURE_SITE and not DEVELOPMENT)
SECURE_REDIRECT_EXEMPT = [r"^health/"]

# Operation -----------------------------------------------------------------------------------

BACKUP_DIR = env.path("BACKUP_DIR", default=str(VAR_DIR / "backups"))
# Who may read /metrics; without a token nobody, but this machine itself in development.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
# A folder that the web processes of this machine share their counters in; emptied at each start.
METRICS_DIR = env.str("METRICS_DIR", default="")
if METRICS_DIR:
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = METRICS_DIR
LOG_FORMAT = env.choice("LOG_FORMAT", ["text", "json"], "text" if DEVELOPMENT else "json")
LOG_LEVEL = env.choice("LOG_LEVEL", ["DEBUG", "INFO", "WARNING", "ERROR"], "INFO")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"route": {"()": "operations.logs.RouteFilter"}},
    "formatters": {
        "text": {"()": "operations.logs.TextFormatter"},
        "json": {"()": "operations.logs.JsonFormatter"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT},
        "nowhere": {"class": "logging.NullHandler"},
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    "loggers": {
        # No mails to ADMINS from here; everything goes to the console.
        "django": {"level": "INFO", "handlers": []},
        "django.request": {"level": "ERROR", "filters": ["route"]},
        "django.security.csrf": {"filters": ["route"]},
        # Anybody can ask with a made-up Host; the request's own line says 400 already.
        "django.security.DisallowedHost": {"handlers": ["nowhere"], "propagate": False},
    },
}
