"""Starting in production: refused in one sentence with bad keys, no warning with good ones."""

import itertools
import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def production(tmp_path):
    return {
        "PATH": os.environ["PATH"],
        "DEBUG": "false",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "JWT_SECRET": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "help.example.com",
        "SITE_URL": "https://help.example.com",
        "TRUSTED_PROXY_COUNT": "1",
        "DATABASE_URL": f"sqlite:///{tmp_path}/desk.sqlite3",
    }


def start(environment, *arguments):
    """Run one line with the settings loaded, without the .env of whoever runs the tests."""
    program = (
        "import environ, sys; environ.Env.read_env = lambda *a, **k: None\n"
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'ticketing.settings'\n"
        "from django.core.management import execute_from_command_line\n"
        "execute_from_command_line(['manage.py', *sys.argv[1:]])"
    )
    return subprocess.run(  # noqa: S603
        [sys.executable, "-c", program, *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_shipped_configuration_passes_djangos_own_list(production):
    done = start(production, "check", "--deploy", "--fail-level", "WARNING", "--tag", "security")
    assert done.returncode == 0, done.stderr
    assert "no issues" in done.stdout


@pytest.mark.parametrize(
    ("key", "value", "word"),
    [
        ("SECRET_KEY", "", "is missing"),
        ("JWT_SECRET", "", "is missing"),
        ("SECRET_KEY", "short", "too short"),
        ("JWT_SECRET", "x" * 60, "too simple"),
        ("SECRET_KEY", "django-insecure-" + "abcdefgh" * 6, "published example"),
        (
            "SECRET_KEY",
            "development-only-secret-never-use-it-outside-your-own-machine",
            "published example",
        ),
        ("ALLOWED_HOSTS", "", "must name your hosts"),
        ("ALLOWED_HOSTS", "*", "must name your hosts"),
        ("ALLOWED_HOSTS", "help.example.com,*", "must name your hosts"),
        ("PORT", "eighty", "can't be read"),
        ("DATABASE_URL", "mysql://db/desk", "can't be read"),
        ("DATABASE_URL", "nonsense", "can't be read"),
        ("LOG_FORMAT", "xml", "can't be 'xml'"),
        ("PORT", "99999", "from 1 to 65535"),
        ("SITE_URL", "help.example.com", "https://help.example.com"),
        ("CORS_ALLOWED_ORIGINS", "https://app.example.com,app.example.com", "can't be"),
        ("EMAIL_URL", "pigeon://loft", "can't be read"),
        ("REDIS_URL", "127.0.0.1:6379", "can't be read"),
        ("TIME_ZONE", "Mars/Base", "like Europe/Berlin"),
        ("RATE_LIMIT_USER", "lots", "like 20/minute"),
    ],
)
def test_a_bad_key_is_refused_in_one_sentence(production, key, value, word):
    done = start(production | {key: value}, "check")
    assert done.returncode != 0
    assert word in done.stderr
    assert key in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    assert "Traceback" not in done.stderr


def test_two_keys_must_differ(production):
    done = start(production | {"JWT_SECRET": production["SECRET_KEY"]}, "check")
    assert done.returncode != 0
    assert "JWT_SECRET equals SECRET_KEY" in done.stderr


def test_without_a_word_about_debug_it_is_production():
    done = start({"PATH": os.environ["PATH"]}, "check")
    assert done.returncode != 0
    assert "SECRET_KEY is missing" in done.stderr


def test_every_key_that_is_read_is_in_the_example_with_a_line():
    code = "".join(
        (ROOT / "ticketing" / name).read_text() for name in ("settings.py", "configuration.py")
    )
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', code)) - {"DESK_DEVELOPMENT"}
    lines = (ROOT / ".env.example").read_text().splitlines()
    shown = {line[1:].split("=")[0] for line in lines if re.match(r"#[A-Z_]+=", line)}
    assert read == shown
    for before, line in itertools.pairwise(lines):
        if re.match(r"#[A-Z_]+=", line):
            assert before.startswith("#"), f"{line} has no line about it"
