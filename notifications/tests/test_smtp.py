"""The worker against a real SMTP conversation: what goes over the wire, and what faults do."""

import re
import time
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications import emails, tasks
from notifications.choices import DeliveryState
from notifications.models import Delivery
from notifications.tasks import deliver_due
from notifications.tests import smtp_server
from notifications.tests.smtp_server import DATA, DOT, MAIL, RCPT, SMTPServer
from technicians.tests.factories import TechnicianFactory
from tickets.choices import Status
from tickets.services import (
    add_reply,
    assign_ticket,
    change_status,
    close_ticket,
    create_ticket,
    reopen_ticket,
)
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db

SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
HEADERS = {
    "content-type",
    "date",
    "from",
    "in-reply-to",
    "message-id",
    "mime-version",
    "references",
    "reply-to",
    "subject",
    "to",
    "x-supportdesk-message",
}
NOTICE = {"auto-submitted", "x-auto-response-suppress"}


@pytest.fixture
def server(settings):
    with SMTPServer() as running:
        settings.EMAIL_BACKEND = SMTP_BACKEND
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", running.port
        yield running


def replies(count=1, **customer):
    """Write `count` replies of a technician, each to its own customer; return the addresses."""
    technician = TechnicianFactory(user__name="Priya Nair").user
    addresses = []
    for number in range(count):
        ticket = TicketFactory(
            technician=technician, status=Status.ASSIGNED, customer=CustomerFactory(**customer)
        )
        add_reply(ticket, actor=technician, body=f"Reply {number}")
        addresses.append(ticket.customer.email)
    return addresses


def parsed(raw):
    return message_from_bytes(raw, policy=policy.default)


def later(**time):
    return timezone.now() + timedelta(**time)


def test_a_reply_names_itself_threads_and_is_a_persons_letter(server, settings):
    settings.SITE_URL = "https://help.example.com"
    [address] = replies()
    deliver_due()
    [(recipient, raw)] = server.mails
    mail = parsed(raw)
    assert recipient == mail["To"] == address
    assert {name.lower() for name in mail} == HEADERS
    assert mail["X-SupportDesk-Message"] == "reply_from_desk"
    assert mail["References"] == mail["In-Reply-To"] == "<tkt0001@help.example.com>"
    assert re.fullmatch(r"<[0-9a-f]{20}\.r1-[0-9a-z-]+@help\.example\.com>", mail["Message-ID"])
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    for part in mail.iter_parts():
        assert "Reply 0" in part.get_content()
        assert "https://help.example.com/g/" in part.get_content()  # opens it without an account
        assert "127.0.0.1" not in part.get_content()


def test_notices_say_that_a_program_wrote_them_and_letters_do_not(server):
    technician, customer = TechnicianFactory().user, CustomerFactory()
    ticket = create_ticket(customer=customer, actor=customer, description="x", category_text="x")
    ticket = assign_ticket(ticket, technician=technician, actor=AdminFactory())
    ticket = add_reply(ticket, actor=technician, body="Is it plugged in?")
    change_status(ticket, status=Status.WAITING, actor=technician)
    resolved = {"then_status": Status.RESOLVED, "resolution_summary": "Plugged in."}
    ticket = add_reply(ticket, actor=technician, body="It is now.", **resolved)
    ticket = reopen_ticket(ticket, actor=technician, reason="It fell out again.")
    ticket = change_status(
        ticket, status=Status.RESOLVED, actor=technician, resolution_summary="A new socket."
    )
    close_ticket(ticket, actor=None)
    while deliver_due():
        pass
    told = [parsed(raw) for to, raw in server.mails if to == customer.email]
    marks = [
        (mail["X-SupportDesk-Message"], {name.lower() for name in mail} >= NOTICE) for mail in told
    ]
    assert marks == [
        ("ticket_created", True),
        ("technician_named", True),
        ("reply_from_desk", False),
        ("waiting_on_customer", True),
        ("ticket_resolved", False),
        ("work_resumed", False),
        ("ticket_resolved", False),
        ("ticket_closed", True),
    ]


def test_all_mails_of_a_ticket_to_everybody_have_one_root_and_ids_of_their_own(server):
    category = CategoryFactory()
    technician = TechnicianFactory(categories=[category]).user
    customer = CustomerFactory()
    ticket = create_ticket(customer=customer, actor=customer, description="x", category=category)
    assign_ticket(ticket, technician=technician, actor=AdminFactory())
    while deliver_due():
        pass
    mails = [parsed(raw) for _, raw in server.mails]
    assert len(mails) == 4
    assert len({mail["Message-ID"] for mail in mails}) == 4
    assert len({mail["References"] for mail in mails}) == 1


def test_optional_mails_can_be_turned_off_with_one_click(server, client, settings):
    category = CategoryFactory()
    technician = TechnicianFactory(categories=[category]).user
    customer = CustomerFactory()
    create_ticket(customer=customer, actor=customer, description="x", category=category)
    deliver_due()
    mails = {recipient: parsed(raw) for recipient, raw in server.mails}
    assert "List-Unsubscribe" not in mails[customer.email]
    mail = mails[technician.email]
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    path = mail["List-Unsubscribe"].strip(" <>").removeprefix(settings.SITE_URL)
    assert client.get(path).status_code == 200
    assert not technician.muted_messages.exists()
    answer = client.post(path, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert [row.message for row in technician.muted_messages.all()] == ["new_ticket_in_category"]
    create_ticket(customer=customer, actor=customer, description="x", category=category)
    deliver_due()
    assert [recipient for recipient, _ in server.mails].count(technician.email) == 1


ENDINGS = ["\r\n", "\n", "\r", "%0d%0a", "\u2028", "\u2029", "\v", "\f", "\x85", "\x1c"]
HEADER_INJECTIONS = [
    f"Hello{ending}Bcc: evil@example.net{ending}{ending}<b>Body</b>" for ending in ENDINGS
] + ["=?utf-8?q?Hello=0d=0aBcc:_evil@example.net?=", "\u202eolleH", "é" * 180]


@pytest.mark.parametrize("text", HEADER_INJECTIONS)
def test_no_text_becomes_a_header_or_a_recipient(server, text):
    technician = TechnicianFactory(user__name=text).user
    ticket = TicketFactory(
        technician=technician,
        status=Status.ASSIGNED,
        subject=text,
        category=CategoryFactory(name=text),
        customer__name=text,
    )
    assign_ticket(ticket, technician=TechnicianFactory().user, actor=AdminFactory(name=text))
    add_reply(ticket, actor=AdminFactory(name=text), body=f"{text}\r\n.\r\nMAIL FROM:<x@y.z>")
    while deliver_due():
        pass
    assert len(server.mails) == 5
    for _, raw in server.mails:
        head = raw.partition(b"\r\n\r\n")[0]
        names = {line.partition(b":")[0].lower() for line in re.split(rb"\r\n(?![ \t])", head)}
        assert names <= {name.encode() for name in HEADERS | NOTICE} | {
            b"list-unsubscribe",
            b"list-unsubscribe-post",
        }
        assert max(map(len, raw.split(b"\r\n"))) <= 998
        mail = parsed(raw)
        assert "\n" not in mail["Subject"]
        assert mail["Bcc"] is None
        assert "<b>Body" not in mail.get_body(("html",)).get_content()
    recipients = [line for line in server.heard if line.startswith(b"RCPT")]
    assert not [line for line in recipients if b"evil" in line]
    assert len(recipients) == 5


def test_an_address_that_is_no_address_is_given_up_visibly(server):
    ticket = TicketFactory(technician=TechnicianFactory().user, status=Status.ASSIGNED)
    ticket.customer.email = '"a\vb"@example.com'
    ticket.customer.save()
    add_reply(ticket, actor=ticket.technician, body="x")
    deliver_due()
    row = Delivery.objects.get()
    assert (row.state, server.mails) == (DeliveryState.FAILED, [])
    assert "address" in row.last_error


@pytest.mark.parametrize("step", [MAIL, RCPT, DATA, DOT])
def test_a_temporary_refusal_is_tried_again_with_the_same_bytes(server, step):
    replies()
    refused, raw = [], []
    real = server.read_data
    server.read_data = lambda lines: raw.append(real(lines)) or raw[-1]
    server.on = lambda at: "451 try later" if at == step and not refused else None
    deliver_due()
    row = Delivery.objects.get()
    assert (row.state, row.attempts) == (DeliveryState.WAITING, 1)
    assert "451" in row.last_error
    assert 25 < (row.next_attempt_at - timezone.now()).total_seconds() <= 30
    assert deliver_due() == 0
    refused.append(True)
    deliver_due(now=later(seconds=31))
    row.refresh_from_db()
    assert (row.state, row.attempts, row.last_error) == (DeliveryState.SENT, 2, "")
    assert len(set(raw)) == 1
    assert len(server.mails) == 1


@pytest.mark.parametrize("step", [MAIL, RCPT, DOT])
def test_a_final_refusal_is_given_up_visibly_and_not_tried_again(server, step):
    replies()
    server.on = lambda at: "550 no such person" if at == step else None
    deliver_due()
    row = Delivery.objects.get()
    assert row.state == DeliveryState.FAILED
    assert "550" in row.last_error
    assert "no such person" in row.last_error
    assert deliver_due(now=later(days=1)) == 0


def test_a_refused_recipient_does_not_keep_the_others_waiting(server):
    first, second, third = replies(3)
    server.on = lambda at: (
        "550 unknown" if at == RCPT and second.encode() in server.heard[-1] else None
    )
    while deliver_due():
        pass
    assert [recipient for recipient, _ in server.mails] == [first, third]
    assert Delivery.objects.get(email=second).state == DeliveryState.FAILED


def test_pauses_grow_and_patience_ends(server):
    replies()
    server.on = lambda at: "452 full" if at == DOT else None
    pauses, now = [], timezone.now()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(timezone, "now", lambda: now)
        for _ in range(40):
            row = Delivery.objects.get()
            if row.state != DeliveryState.WAITING:
                break
            pauses.append((row.next_attempt_at - now).total_seconds())
            now = max(now, row.next_attempt_at)
            assert deliver_due() == 1
    assert row.state == DeliveryState.FAILED
    assert sorted(pauses) == pauses
    assert 10 <= len(pauses) <= 15
    assert 2 <= sum(pauses) / 86_400 < 3


def test_a_server_that_is_away_delays_everything_and_loses_nothing(server, settings):
    settings.EMAIL_PORT = 1
    replies(3)
    assert deliver_due() == 0
    row = Delivery.objects.order_by("next_attempt_at").last()
    assert (row.state, row.attempts) == (DeliveryState.WAITING, 0)
    assert "refused" in row.last_error.lower()
    for hours in range(1, 12):
        deliver_due(now=later(hours=hours))
    settings.EMAIL_PORT = server.port
    while deliver_due(now=later(minutes=1)):
        pass
    assert len(server.mails) == 3


def test_mails_of_a_ticket_to_a_person_keep_their_order(server):
    technician = TechnicianFactory().user
    ticket = TicketFactory(technician=technician, status=Status.ASSIGNED)
    for number in range(4):
        add_reply(ticket, actor=technician, body=f"Number {number}")
    other = TicketFactory(technician=technician, status=Status.ASSIGNED)
    add_reply(other, actor=technician, body="Other")
    server.on = lambda at: "451 later" if at == DOT and server.heard.count(b"DATA") == 1 else None
    while deliver_due():
        pass
    assert [recipient for recipient, _ in server.mails] == [other.customer.email]
    while deliver_due(now=later(seconds=31)):
        pass
    texts = [parsed(raw).get_body(("plain",)).get_content() for _, raw in server.mails[1:]]
    assert [re.search(r"Number (\d)", text)[1] for text in texts] == ["0", "1", "2", "3"]


def test_one_connection_carries_a_batch_and_a_server_that_hangs_up_gets_a_new_one(server):
    replies(4)
    deliver_due()
    assert (len(server.mails), server.connections) == (4, 1)
    replies(4)
    count = []
    server.on = lambda at: (
        "421 enough for one connection"
        if at == MAIL and (count.append(1) or len(count) == 3)
        else None
    )
    assert deliver_due() == 4
    assert (len(server.mails), server.connections) == (8, 3)
    assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.SENT}


@pytest.mark.parametrize("step", ["banner", RCPT, DOT])
def test_a_server_that_trickles_does_not_hold_the_worker(server, step, monkeypatch):
    monkeypatch.setattr(emails, "deadline", lambda: 1)
    replies(1)

    def answer(client, at, real=server.answer):
        if at == step:
            smtp_server.trickle(client, 8)
        return real(client, at)

    server.answer = answer
    start = time.monotonic()
    deliver_due()
    assert time.monotonic() - start < 4
    row = Delivery.objects.get()
    assert row.state == DeliveryState.WAITING
    assert "longer than 1 seconds" in row.last_error


def test_two_workers_never_lease_the_same_row():
    replies(1)
    now = timezone.now()
    first = tasks.lease_next(now)
    assert first is not None
    assert tasks.lease_next(now) is None
    assert tasks.lease_next(later(minutes=5)).pk == first.pk


def test_a_worker_that_lost_its_lease_changes_nothing(server):
    replies(1)
    slow = tasks.lease_next(timezone.now())
    quick = tasks.lease_next(later(minutes=5))
    tasks.put_off(slow, emails.NotSent("451 later"))
    row = Delivery.objects.get()
    assert (row.leased_until, row.last_error) == (quick.leased_until, "")
    tasks.finish(slow, DeliveryState.SENT)
    tasks.put_off(quick, emails.NotSent("550 no", permanent=True))
    assert Delivery.objects.get().state == DeliveryState.SENT
