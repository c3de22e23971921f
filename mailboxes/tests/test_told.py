"""What the desk tells its own people about mail: the sum of a day, and what came back for good."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection, connections

from accounts.choices import AccountEventType, Role
from accounts.models import AccountEvent, AddressFault
from accounts.services import deactivate_user
from accounts.tests.factories import AdminFactory, CustomerFactory
from mailboxes.models import InboundMail, MailDay
from mailboxes.services import tell_mail_of_the_day
from mailboxes.tests.letters import bring, letter, sent
from mailboxes.tests.test_hostile_mail import report
from notifications.models import Delivery
from notifications.services import set_wanted
from notifications.tests.outbox import deliver, mails
from technicians.tests.factories import TechnicianFactory
from tickets.choices import EventType
from tickets.models import Ticket
from tickets.services import add_note, assign_ticket

pytestmark = pytest.mark.django_db


def at(hour, day=28):
    """Return a moment of the desk's own day."""
    from django.utils import timezone

    return timezone.make_aware(datetime(2026, 11, day, hour))  # noqa: DTZ001


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def some_mail():
    bring(letter())
    bring(letter("x@example.org", "Re: it [TKT0001]"))
    InboundMail.objects.update(received_at=at(3))


def test_admins_get_the_sum_of_a_day_once(admin, some_mail):
    other = AdminFactory()
    CustomerFactory()
    TechnicianFactory()
    assert not tell_mail_of_the_day(at(5))  # too early
    assert tell_mail_of_the_day(at(6))
    assert not tell_mail_of_the_day(at(7))
    deliver()
    told = mails("mail_of_the_day")
    assert sorted(mail.to[0] for mail in told) == sorted([admin.email, other.email])
    mail = told[0]
    assert mail.subject == "1 mail waits for you"
    for said in (mail.body, mail.alternatives[0].content):
        assert "New tickets" in said
        assert "1 mail is suspended or has failed" in said
        assert "/admin/mailboxes/inboundmail/" in said
        assert "ann@example.org" not in said
    assert "Turn mails like this off" in mail.body
    # What still waits is said on the next day as well.
    assert tell_mail_of_the_day(at(6, day=29))
    deliver()
    assert len(mails("mail_of_the_day")) == 4


def test_nothing_is_sent_when_nothing_happened_and_nothing_waits(admin):
    assert tell_mail_of_the_day(at(8))
    deliver()
    assert not mails("mail_of_the_day")
    assert not AccountEvent.objects.filter(type=AccountEventType.MAIL_COUNTED).exists()


def test_an_admin_turns_it_off_and_whoever_has_left_gets_none(admin, some_mail):
    left = AdminFactory()
    set_wanted(admin, [])
    tell_mail_of_the_day(at(8))
    deactivate_user(left, actor=admin)
    deliver()
    assert not mails("mail_of_the_day")


def test_old_days_are_forgotten(admin):
    MailDay.objects.create(day=at(0).date() - timedelta(days=100))
    tell_mail_of_the_day(at(8))
    assert MailDay.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_many_workers_one_tells(some_mail):
    AdminFactory()

    def ask(number):
        try:
            return tell_mail_of_the_day(at(8))
        finally:
            connections.close_all()

    workers = 4 if connection.vendor == "postgresql" else 2
    with ThreadPoolExecutor(workers) as pool:
        done = list(pool.map(ask, range(workers)))
    assert done.count(True) == 1
    assert Delivery.objects.filter(message="mail_of_the_day").count() == 1


@pytest.fixture
def technician():
    return TechnicianFactory().user


@pytest.fixture
def ticket(technician):
    bring(letter())
    ticket = Ticket.objects.get()
    return assign_ticket(ticket, technician=technician, actor=AdminFactory())


def came_back(address, status="5.1.1", action="failed"):
    message_id = sent(address)[-1].extra_headers["Message-ID"]
    return bring(report(message_id, action, status).replace(b"ann@example.org", address.encode()))


def test_the_technician_is_told_of_a_mail_that_came_back_for_good(ticket, technician):
    came_back("ann@example.org")
    deliver()
    [mail] = mails("mail_came_back")
    assert mail.to == [technician.email]
    assert "ann@example.org" in mail.body
    assert "5.1.1" in mail.body
    assert ticket.ticket_id in mail.subject
    assert ticket.events.filter(type=EventType.MAIL_BOUNCED).count() == 1


@pytest.mark.parametrize(("action", "status"), [("delayed", "4.4.1"), ("delivered", "2.1.5")])
def test_not_of_one_that_may_still_arrive(ticket, action, status):
    came_back("ann@example.org", status, action)
    deliver()
    assert not mails("mail_came_back")


def test_nor_when_it_is_off(ticket, technician):
    set_wanted(technician, [])
    came_back("ann@example.org")
    deliver()
    assert not mails("mail_came_back")


def test_a_report_on_a_mail_to_the_desk_leads_to_no_mail(ticket, technician):
    came_back("ann@example.org")
    came_back(technician.email)  # the very mail that told of it
    assert AddressFault.objects.filter(email=technician.email).exists()
    deliver()
    assert len(mails("mail_came_back")) == 1
    # Whose own address takes no mail is not written to about others.
    add_note(ticket, actor=AdminFactory(), body="Hm.")
    came_back("ann@example.org")
    deliver()
    assert len(mails("mail_came_back")) == 1
    assert technician.role == Role.TECHNICIAN
