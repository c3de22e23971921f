"""The mail to a colleague whom a note mentions."""

import pytest

from accounts.tests.factories import AdminFactory
from notifications.models import Preference
from notifications.tests.outbox import everything, mails, told
from technicians.tests.factories import TechnicianFactory
from tickets.choices import Status
from tickets.services import add_note, add_watcher
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def priya():
    return TechnicianFactory(user__user_id="priya", user__name="Priya Nair").user


@pytest.fixture
def pavel():
    return TechnicianFactory(user__user_id="pavel").user


@pytest.fixture
def ticket(priya):
    return TicketFactory(technician=priya, status=Status.IN_PROGRESS)


def test_the_mentioned_one_gets_one_mail_with_the_note(ticket, priya, pavel):
    add_note(ticket, actor=priya, body="Look at **this**, @pavel")
    assert everything() == [("mentioned", pavel.email)]
    [mail] = mails("mentioned")
    assert mail.subject.startswith("Priya Nair mentioned you")
    assert "> Look at **this**, @pavel" in mail.body
    assert "Look at <strong>this</strong>, @pavel" in mail.alternatives[0][0]
    assert ticket.get_desk_url() in mail.body


def test_watchers_and_technician_get_the_usual_mail_or_this_one_never_both(ticket, priya, pavel):
    admin = AdminFactory()
    add_watcher(ticket, user=pavel, actor=priya)
    add_note(ticket, actor=admin, body="@priya, see above")
    assert told("mentioned") == [priya.email]
    assert told("note_from_colleague") == [pavel.email]


def test_who_turned_it_off_gets_what_watchers_get(ticket, priya, pavel):
    Preference.objects.create(user=pavel, message="mentioned")
    add_note(ticket, actor=priya, body="@pavel")
    assert everything() == [("note_from_colleague", pavel.email)]


def test_nobody_tells_themselves(ticket, priya):
    add_note(ticket, actor=priya, body="@priya must not forget")
    assert everything() == []
