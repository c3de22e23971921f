"""What waits for an admin can be let in, read again or dismissed; the mail itself harms nobody."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse

from accounts.choices import AccountEventType
from accounts.models import AccountEvent, AddressFault
from accounts.services import note_address_fault
from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from mailboxes.choices import Outcome
from mailboxes.models import InboundMail
from mailboxes.services import dismiss, forget_old_mail, mail_of_the_day, process_due, read_again
from mailboxes.services import release as release_mail
from mailboxes.tests.letters import bring, letter
from technicians.tests.factories import TechnicianFactory
from tickets.models import Comment, MailOrigin, Ticket
from tickets.services import add_participant, assign_ticket, redact

pytestmark = pytest.mark.django_db


@pytest.fixture
def suspended():
    """A reply without proof to the ticket of the mail before it."""
    bring(letter())
    return bring(letter("ann@example.org", "Re: [TKT0001]", "No token."))


def test_a_suspended_reply_is_released_onto_its_ticket(suspended):
    admin = AdminFactory()
    row = release_mail(suspended, actor=admin, as_reply=True)
    assert (row.outcome, row.decided_by) == (Outcome.REPLY, admin)
    assert row.comment.body == "No token."
    assert row.comment.author.email == "ann@example.org"
    event = AccountEvent.objects.get(type=AccountEventType.MAIL_RELEASED)
    assert (event.actor, event.changes["mail"]) == (admin, [f"Mail {row.pk}", "TKT0001"])
    with pytest.raises(ValidationError):
        release_mail(row, actor=admin, as_reply=True)
    assert Comment.objects.count() == 1


def test_a_strangers_mail_is_released_as_a_ticket_or_after_they_take_part():
    bring(letter())
    row = bring(letter("bob@example.org", "Re: [TKT0001]", "Me too."))
    admin = AdminFactory()
    with pytest.raises(ValidationError, match="no part"):
        release_mail(row, actor=admin, as_reply=True)
    row.refresh_from_db()
    assert row.outcome == Outcome.SUSPENDED
    add_participant(Ticket.objects.get(), email="bob@example.org", actor=admin)
    assert release_mail(row, actor=admin, as_reply=True).outcome == Outcome.REPLY
    other = bring(letter("carl@example.org", "Re: [TKT0001]", "And I."))
    assert release_mail(other, actor=admin).outcome == Outcome.TICKET
    assert Ticket.objects.count() == 2


def test_a_technicians_mail_becomes_no_ticket():
    row = bring(letter(TechnicianFactory().user.email))
    with pytest.raises(ValidationError, match="works at the desk"):
        release_mail(row, actor=AdminFactory())


def test_dismissed_is_settled_and_can_still_be_released(suspended):
    admin = AdminFactory()
    assert dismiss(suspended, actor=admin).outcome == Outcome.IGNORED
    dismiss(suspended, actor=admin)
    assert AccountEvent.objects.filter(type=AccountEventType.MAIL_DISMISSED).count() == 1
    assert release_mail(suspended, actor=admin, as_reply=True).outcome == Outcome.REPLY


def test_read_again_decides_by_what_holds_now(suspended):
    read_again(suspended, actor=AdminFactory())
    process_due()
    suspended.refresh_from_db()
    assert suspended.outcome == Outcome.SUSPENDED


@pytest.mark.parametrize("verb", [release_mail, dismiss, read_again])
def test_only_admins_decide(suspended, verb):
    for person in (CustomerFactory(), TechnicianFactory().user):
        with pytest.raises(PermissionDenied):
            verb(suspended, actor=person)


def test_the_ledger_in_the_admin_site(client, suspended):
    client.force_login(AdminFactory())
    address = reverse("admin:mailboxes_inboundmail_changelist")
    page = client.get(address, {"outcome": "suspended"}).content.decode()
    assert "brings no token" in page
    assert client.get(address, {"q": "TKT0001"}).content.decode().count("ann@example.org") >= 2
    page = client.get(reverse("admin:mailboxes_inboundmail_change", args=[suspended.pk]))
    assert "by its number in the subject" in page.content.decode()
    posted = {"action": "release_reply", "_selected_action": [suspended.pk]}
    assert "as if the desk" in client.post(address, posted).content.decode()
    client.post(address, posted | {"confirmed": "yes"})
    suspended.refresh_from_db()
    assert suspended.outcome == Outcome.REPLY


def test_the_mail_itself_is_shown_in_a_sandbox(client):
    html = "<p>Hi</p><script>alert(1)</script><img src='https://evil.example/x.png'>"
    raw = letter().replace(b"text/plain", b"text/html").replace(b"It burns.", html.encode())
    row = bring(raw)
    client.force_login(AdminFactory())
    page = client.get(reverse("mailboxes:original", args=[row.key]))
    policy = page["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "allow-scripts" not in policy
    assert "https:" not in policy
    kept = client.get(reverse("mailboxes:raw", args=[row.key]))
    assert kept.content == raw
    assert kept["Content-Disposition"].startswith("attachment")
    assert kept["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in kept["Content-Security-Policy"]


def test_old_mail_is_forgotten_and_its_outcome_kept(suspended, client):
    InboundMail.objects.update(received_at="2026-01-01T00:00:00Z")
    assert forget_old_mail() == 1
    [kept] = InboundMail.objects.filter(stored_as__isnull=False)
    assert kept == suspended  # somebody has to look at it first
    forgotten = InboundMail.objects.get(stored_as=None)
    assert (forgotten.subject, forgotten.outcome) == ("", Outcome.TICKET)
    client.force_login(AdminFactory())
    assert client.get(reverse("mailboxes:raw", args=[forgotten.key])).status_code == 404


def test_the_day_is_counted(suspended):
    assert mail_of_the_day() == {"ticket": 1, "suspended": 1, "late": 0, "to_look_at": 1}


def test_the_development_page_takes_the_road_of_every_mail(client):
    posted = {"sender": "ann@example.org", "to": "support@localhost", "text": "It burns."}
    client.post(reverse("mailboxes:write"), posted | {"subject": "Printer"})
    assert Ticket.objects.get().subject == "Printer"
    page = client.get(reverse("mailboxes:write")).content.decode()
    assert "A new request." in page


def test_a_text_that_is_removed_for_good_goes_from_the_kept_mails(client):
    row = bring(letter(text="My password is kangaroo."))
    assert MailOrigin.objects.get().mail == row.key
    redact(row.ticket, text="kangaroo", actor=AdminFactory())
    row.refresh_from_db()
    assert (row.stored_as, row.subject) == (None, "")
    assert MailOrigin.objects.get().mail is None


def test_the_desk_sees_what_mail_did_on_a_ticket_and_the_customer_does_not(client, suspended):
    ticket, technician = Ticket.objects.get(), TechnicianFactory().user
    admin = AdminFactory()
    assign_ticket(ticket, technician=technician, actor=admin)
    note_address_fault(ticket.customer, reason="failed 5.1.1 no such user")
    client.force_login(technician)
    page = client.get(ticket.get_desk_url()).content.decode()
    assert "waits for an admin" in page
    assert "Mails to this address come back" in page
    assert "5.1.1" in page
    client.force_login(ticket.customer)
    ticket.customer.email_verified_at = ticket.raised_at
    ticket.customer.save()
    page = client.get(ticket.get_absolute_url()).content.decode()
    assert "waits for an admin" not in page
    bring(letter("ann@example.org", "Another", "I am here."))
    assert not AddressFault.objects.exists()


def test_admins_read_and_decide_by_rest(suspended):
    admin = client_of(AdminFactory())
    [row] = admin.get("/api/mails?outcome=suspended").json()
    assert (row["id"], row["ticket_id"]) == (suspended.pk, "TKT0001")
    assert admin.get("/api/mails?outcome=lost").status_code == 400
    assert "Names a ticket" in "".join(admin.get(f"/api/mails/{row['id']}").json()["trace"])
    stranger = bring(letter("bob@example.org", "Re: [TKT0001]", "Me too."))
    refused = admin.post(f"/api/mails/{stranger.pk}/release", {"as_reply": True})
    assert refused.status_code == 400
    assert "no part" in refused.content.decode()
    done = admin.post(f"/api/mails/{row['id']}/release", {"as_reply": True})
    assert (done.status_code, done.json()["outcome"]) == (200, "reply")
    dismissed = admin.post(f"/api/mails/{stranger.pk}/dismiss").json()
    assert dismissed["outcome"] == "ignored"


def test_twenty_mails_take_as_many_queries_as_one(suspended, django_assert_max_num_queries):
    admin = client_of(AdminFactory())
    for number in range(20):
        bring(letter(f"p{number}@example.org"))
    with django_assert_max_num_queries(6):
        assert len(admin.get("/api/mails").json()) == 22
