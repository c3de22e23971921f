"""Counting a person's requests, also while the shared cache is away."""

import socket

import pytest
from django.core.cache import caches

from accounts.api import throttling
from accounts.models import User


@pytest.fixture
def redis_is_away(settings, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    away = {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": f"redis://127.0.0.1:{port}/0",
    }
    settings.CACHES = {**settings.CACHES, "default": away}
    monkeypatch.setattr(throttling, "counter", throttling.SharedCounter())
    caches["process"].clear()


@pytest.mark.usefixtures("redis_is_away")
def test_without_the_shared_cache_each_process_counts_by_itself(settings, caplog):
    settings.RATE_LIMIT_USER = "2/day"
    person = User(pk=1)
    assert [throttling.wait_for_user(person) > 0 for _ in range(3)] == [False, False, True]
    assert [record.levelname for record in caplog.records] == ["WARNING"]
