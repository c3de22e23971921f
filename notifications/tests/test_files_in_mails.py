"""Mails name files and link to them; they carry none, and nothing of a note."""

import re

import pytest

from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.tests.outbox import mails, whole
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.tests.factories import CategoryFactory
from tickets.tests.files import uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def technician():
    return TechnicianFactory().user


@pytest.fixture
def ticket(customer, technician):
    ticket = services.create_ticket(
        customer=customer,
        actor=customer,
        description="It hums",
        category=CategoryFactory(),
        attachments=[uploaded(customer, "raised <b>.txt")],
    )
    services.set_served_categories(technician, [ticket.category])
    return services.take_ticket(ticket, actor=technician)


def test_a_reply_names_its_files_and_links_to_them(ticket, customer, technician, settings):
    file = uploaded(technician, "steps.txt")
    services.add_reply(ticket, actor=technician, body="See the steps", attachments=[file])
    [mail] = mails("reply_from_desk")
    assert re.search(rf"steps.txt: {settings.SITE_URL}/g/[^/\s]+/\?file={file.pk}\n", mail.body)
    assert f'/?file={file.pk}"' in mail.alternatives[0].content
    assert mail.attachments == []


def test_where_guest_links_are_off_a_file_is_behind_the_sign_in(ticket, technician, settings):
    services.change_desk_settings(actor=AdminFactory(), guest_links=False)
    file = uploaded(technician, "steps.txt")
    services.add_reply(ticket, actor=technician, body="See the steps", attachments=[file])
    [mail] = mails("reply_from_desk")
    assert f"steps.txt: {settings.SITE_URL}{file.get_absolute_url()}" in mail.body
    assert f'href="{settings.SITE_URL}{file.get_absolute_url()}"' in mail.alternatives[0].content


def test_the_desk_gets_the_plain_address(ticket, customer, settings):
    file = uploaded(customer, "photo.txt")
    services.add_reply(ticket, actor=customer, body="Here", attachments=[file])
    [mail] = mails("reply_from_customer")
    assert f"photo.txt: {settings.SITE_URL}{file.get_absolute_url()}" in mail.body


def test_the_receipt_names_the_files_of_the_description(ticket):
    [mail] = mails("ticket_created")
    assert "raised <b>.txt: " in mail.body
    assert "raised &lt;b&gt;.txt" in mail.alternatives[0].content


def test_the_technician_is_told_of_the_customers_files(ticket, customer):
    file = uploaded(customer, "photo.txt")
    services.add_reply(ticket, actor=customer, body="Here", attachments=[file])
    [mail] = mails("reply_from_customer")
    assert "photo.txt" in whole(mail)


def test_no_mail_names_the_file_of_a_note_or_one_that_was_removed(ticket, technician, customer):
    note = uploaded(technician, "CANARY.txt")
    services.add_note(ticket, actor=technician, body="Odd", attachments=[note])
    gone = uploaded(technician, "REMOVED.txt")
    services.add_reply(ticket, actor=technician, body="See", attachments=[gone])
    services.remove_attachment(gone, actor=AdminFactory())
    for name in ("ticket_created", "reply_from_desk"):
        for mail in mails(name):
            assert "CANARY" not in whole(mail)
            assert "REMOVED" not in whole(mail)


def test_everybody_who_is_told_of_a_message_is_told_of_its_files(ticket, technician, customer):
    cc = CustomerFactory(name="Ben")
    services.add_participant(ticket, user=cc, actor=technician)
    watcher = TechnicianFactory().user
    services.add_watcher(ticket, user=watcher, actor=technician)
    reply, note = uploaded(technician, "steps.txt"), uploaded(technician, "trace.txt")
    services.add_reply(ticket, actor=technician, body="See", attachments=[reply])
    services.add_note(ticket, actor=technician, body="Odd", attachments=[note])
    end = uploaded(technician, "report.txt")
    services.add_reply(
        ticket,
        actor=technician,
        body="Done",
        then_status="Resolved",
        resolution_summary="Oiled",
        attachments=[end],
    )
    again = uploaded(customer, "again.txt")
    services.add_reply(ticket, actor=customer, body="Still", attachments=[again])
    for name, file in [
        ("followed_reply", "steps.txt"),
        ("reply_from_colleague", "steps.txt"),
        ("note_from_colleague", "trace.txt"),
        ("followed_ticket_ended", "report.txt"),
        ("ticket_ended", "report.txt"),
        ("followed_ticket_reopened", "again.txt"),
        ("ticket_reopened", "again.txt"),
    ]:
        sent = mails(name)
        assert sent, name
        for mail in sent:
            assert f"{file}: http" in mail.body, name
            assert f">{file}</bdi></a>" in mail.alternatives[0].content, name
            assert ("trace.txt" in whole(mail)) == (name == "note_from_colleague")
