"""The preferences, the way out of a mail, and the kept mails of development."""

import re

import pytest
from django.core import mail
from django.urls import reverse

from accounts.tests.factories import CustomerFactory
from notifications.links import unsubscribe_path
from notifications.tests.outbox import deliver
from technicians.tests.factories import TechnicianFactory
from tickets.services import create_ticket
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db

PREFERENCES = "/notifications/"


def boxes(client):
    """Return the boxes on the page and whether they are ticked."""
    found = re.findall(r'<input[^>]*name="wanted"[^>]*>', client.get(PREFERENCES).content.decode())
    return {re.search('value="([^"]+)"', box)[1]: " checked" in box for box in found}


def test_each_person_turns_the_optional_mails_of_their_role_off_and_on(client):
    technician = TechnicianFactory().user
    client.force_login(technician)
    names = {
        "new_ticket_in_category",
        "team_got_ticket",
        "ticket_ended",
        "reply_from_colleague",
        "note_from_colleague",
        "mentioned",
        "ticket_rated",
        "follow_up_reminder",
        "sla_warning",
        "sla_missed",
        "mail_came_back",
    }
    assert boxes(client) == dict.fromkeys(names, True)
    client.post(PREFERENCES, {"wanted": [*names - {"new_ticket_in_category"}]})
    assert [row.message for row in technician.muted_messages.all()] == ["new_ticket_in_category"]
    assert boxes(client) == dict.fromkeys(names, True) | {"new_ticket_in_category": False}
    client.post(PREFERENCES, {"wanted": [*names]})
    assert not technician.muted_messages.exists()


def test_needed_mails_cannot_be_turned_off(client):
    customer = CustomerFactory()
    client.force_login(customer)
    answer = client.post(PREFERENCES, {"wanted": ["ticket_resolved"]})
    assert answer.status_code == 200
    assert "not one of the available choices" in answer.content.decode()
    assert not customer.muted_messages.exists()


def test_strangers_are_sent_to_sign_in(client):
    answer = client.get(PREFERENCES)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/sign-in")


@pytest.mark.parametrize(
    "change", [lambda t: t[:-1], lambda t: t.replace("new_", "old_"), lambda t: "x" * 300]
)
def test_a_forged_way_out_is_no_page(client, change):
    technician = TechnicianFactory().user
    path = unsubscribe_path(technician.pk, "new_ticket_in_category")
    token = path.removeprefix("/notifications/unsubscribe/").rstrip("/")
    assert client.get(path).status_code == 200
    forged = reverse("notifications:unsubscribe", args=[change(token)])
    for answer in (client.get(forged), client.post(forged)):
        assert answer.status_code == 404
    assert not technician.muted_messages.exists()


def test_a_needed_mail_has_no_way_out(client):
    path = unsubscribe_path(CustomerFactory().pk, "ticket_resolved")
    assert client.post(path).status_code == 404


@pytest.fixture
def kept(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "mail")
    settings.DEVELOPMENT = True
    category = CategoryFactory()
    technician = TechnicianFactory(categories=[category]).user
    customer = CustomerFactory()
    create_ticket(
        customer=customer,
        actor=customer,
        subject="<script>alert(1)</script>",
        description="-" * 79 + "\n<img src=x onerror=alert(2)>\n" + "-" * 79,
        category=category,
    )
    deliver()
    assert not mail.outbox
    return customer, technician


def test_kept_mails_are_listed_newest_first_and_shown_whole(client, kept):
    customer, technician = kept
    page = client.get("/dev/mail/").content.decode()
    assert 0 < page.index(technician.email) < page.index(customer.email)
    assert "<script>alert(1)" not in page
    paths = [part.split('"')[0] for part in page.split('href="/dev/mail/')[1:]]
    details = [client.get(f"/dev/mail/{path}") for path in paths if path not in ("", "write/")]
    assert len(details) == 2
    for answer in details:
        text = answer.content.decode()
        assert "&lt;img src=x onerror=alert(2)&gt;" in text
        assert "X-SupportDesk-Message" in text
        assert "unsafe-inline" not in answer["Content-Security-Policy"]


def test_the_html_part_stands_in_a_frame_that_runs_nothing(client, kept):
    page = client.get("/dev/mail/").content.decode()
    path = next(p.split('"')[0] for p in page.split('href="/dev/mail/')[1:] if "log" in p)
    answer = client.get(f"/dev/mail/{path}html/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox allow-popups" in policy
    assert "script" not in policy
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert "&lt;img src=x onerror=alert(2)&gt;" in answer.content.decode()


@pytest.mark.parametrize(
    "path", ["/dev/mail/..%2f..%2fetc.log/1/", "/dev/mail/none.log/1/", "/dev/mail/x/0/"]
)
def test_other_files_are_out_of_reach(client, kept, path):
    assert client.get(path).status_code == 404


def test_without_kept_mails_the_page_says_so(client, settings, tmp_path):
    settings.DEVELOPMENT = True
    assert "mail server" in client.get("/dev/mail/").content.decode()
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path / "none yet")
    assert "No mails yet" in client.get("/dev/mail/").content.decode()


def test_there_is_no_such_page_in_production(client, kept, settings):
    settings.DEVELOPMENT = False
    for path in ("/dev/mail/", "/dev/mail/a.log/1/", "/dev/mail/a.log/1/html/"):
        assert client.get(path).status_code == 404
