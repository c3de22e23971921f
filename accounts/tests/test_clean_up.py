"""What is forgotten about accounts, and when."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.choices import DeviceKind, LinkPurpose
from accounts.links import make_link
from accounts.models import EmailLink
from accounts.rate_limits import Rate, hit
from accounts.services import end_device, start_device
from accounts.tasks import clean_up
from accounts.tests.factories import PASSWORD, CustomerFactory


@pytest.mark.django_db
def test_clean_up_forgets_what_has_had_its_time_and_nothing_else():
    amara = CustomerFactory()
    client = Client()
    data = {"username": amara.email, "password": PASSWORD, "remember": "on"}
    client.post("/accounts/sign-in/", data)
    hit("test", "who", Rate(5, 60))
    make_link(amara, LinkPurpose.VERIFY_EMAIL)
    ended = start_device(amara, DeviceKind.API)
    end_device(ended, amara)
    assert set(clean_up().values()) == {0}
    now = timezone.now()
    with time_machine.travel(now + timedelta(days=2)):
        assert clean_up() == expected(**{"rate limits": 1})
    with time_machine.travel(now + timedelta(days=15)):
        assert clean_up() == expected(sessions=1, links=1, **{"devices ended": 1})
    with time_machine.travel(now + timedelta(days=91)):
        assert clean_up() == expected(devices=1)
    assert not EmailLink.objects.exists()


def expected(**counts):
    kinds = ("sessions", "rate limits", "answers", "links", "devices", "devices ended")
    return dict.fromkeys(kinds, 0) | counts
