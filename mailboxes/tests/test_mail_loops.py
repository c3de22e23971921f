"""Two desks that answer each other: the conversation ends, whatever the other one leaves out."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.utils import timezone

from mailboxes.models import InboundMail
from mailboxes.tests.letters import bring, letter
from notifications.tests.outbox import deliver

pytestmark = pytest.mark.django_db
OTHER = "help@other-desk.example"


def rally(answer, *, hours):
    """Let the other desk answer each of our mails at once; return when ours went out."""
    moments = []
    with time_machine.travel(timezone.now(), tick=False) as clock:
        bring(letter(OTHER, "We got your message", "Thank you, it is number 1."))
        for _ in range(hours * 12):
            seen = len(mail.outbox)
            deliver()
            ours = [sent for sent in mail.outbox[seen:] if sent.to == [OTHER]]
            moments += [timezone.now()] * len(ours)
            for number, sent in enumerate(ours):
                bring(answer(sent, len(moments) + number))
            clock.shift(timedelta(minutes=5))
    return moments


def most_in_an_hour(moments):
    hour = timedelta(hours=1)
    return max((sum(m <= other < m + hour for other in moments) for m in moments), default=0)


def as_a_new_message(sent, number):
    return letter(OTHER, f"Our number {number}", f"We opened number {number} for you.")


def as_a_reply(sent, number):
    return letter(
        OTHER,
        f"Re: {sent.subject}",
        f"We opened number {number} for you.",
        to=sent.extra_headers["Reply-To"],
        In_Reply_To=sent.extra_headers["Message-ID"],
    )


@pytest.mark.parametrize("answer", [as_a_new_message, as_a_reply])
def test_e12_at_most_three_mails_an_hour_go_to_another_desk_and_nothing_is_lost(answer):
    moments = rally(answer, hours=24)
    assert moments, "a first mail is acknowledged"
    assert most_in_an_hour(moments) <= 3
    assert InboundMail.objects.count() == len(moments) + 1
    assert not InboundMail.objects.filter(outcome="").exists()
