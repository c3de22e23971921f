"""Replies on their way in real processes: killed at every step, many at once, undone meanwhile."""

import json
import signal

import pytest

from notifications.tests.test_worker_processes import desk, server  # noqa: F401

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SEED = """
from django.db import transaction
from accounts.tests.factories import AdminFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import Status
from tickets.tests.factories import TicketFactory
with transaction.atomic():
    technician = TechnicianFactory().user
    services.change_desk_settings(undo_seconds=120, actor=AdminFactory())
    for number in range(int(sys.argv[1])):
        ticket = TicketFactory(technician=technician, status=Status.ASSIGNED)
        services.send_reply(ticket, actor=technician, body=f"Reply {number}")
"""
RELEASE = """
import os, signal
from datetime import timedelta
from django.utils import timezone
from tickets.services import sending

def die(*args, **given):
    os.kill(os.getpid(), signal.SIGKILL)

def written_then_die(*args, add=sending.add_reply, **given):
    add(*args, **given)
    die()

def committed_then_die(*args, release=sending._release):
    release(*args)
    die()

match sys.argv[1]:
    case "taken":
        sending._go_out = die
    case "removed":
        sending.add_reply = die
    case "written":
        sending.add_reply = written_then_die
    case "committed":
        sending._release = committed_then_die
sending.release_due_replies(now=timezone.now() + timedelta(hours=1))
"""
TAKE_BACK = """
from django.core.exceptions import PermissionDenied
from tickets.models import OutgoingReply
from tickets.services import take_back_reply
for row in list(OutgoingReply.objects.order_by("-id").select_related("author")):
    try:
        take_back_reply(row.pk, actor=row.author)
    except PermissionDenied:
        pass
"""
STATE = """
import json
from notifications.models import Delivery
from tickets.models import Comment, OutgoingReply, TicketEvent
print(json.dumps({
    "said": sorted(Comment.objects.values_list("body", flat=True)),
    "unsaid": sorted(OutgoingReply.objects.values_list("body", flat=True)),
    "states": sorted(set(OutgoingReply.objects.values_list("state", flat=True))),
    "events": TicketEvent.objects.filter(type="reply_added").count(),
    "mails": Delivery.objects.filter(message="reply_from_desk").count(),
}))
"""
STEPS = ["taken", "removed", "written", "committed"]


def bodies(count):
    return sorted(f"Reply {number}" for number in range(count))


def state(desk):  # noqa: F811
    """Return what there is; of every reply there is exactly one trace, and mails go with it."""
    found = json.loads(desk.run(STATE))
    assert found["events"] == found["mails"] == len(found["said"])
    return found


def test_killed_at_any_step_no_reply_is_lost_or_sent_twice(desk):  # noqa: F811
    count = len(STEPS) + 2
    desk.run(SEED, count)
    for step in STEPS:
        worker = desk.start(RELEASE, step)
        worker.communicate(timeout=120)
        assert worker.returncode == -signal.SIGKILL
        found = state(desk)
        assert sorted(found["said"] + found["unsaid"]) == bodies(count)
    assert len(found["said"]) == 1  # only "committed" came through
    desk.run(RELEASE, "")
    found = state(desk)
    assert (found["said"], found["unsaid"]) == (bodies(count), [])


def test_many_workers_and_an_author_who_undoes_share_the_replies(desk):  # noqa: F811
    count = 40
    desk.run(SEED, count)
    processes = [desk.start(RELEASE, "") for _ in range(3)] + [desk.start(TAKE_BACK)]
    for process in processes:
        process.communicate(timeout=120)
        assert process.returncode == 0
    found = state(desk)
    assert sorted(found["said"] + found["unsaid"]) == bodies(count)
    assert set(found["states"]) <= {"taken_back"}
