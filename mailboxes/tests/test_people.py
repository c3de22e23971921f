"""Whom a mail goes to as well takes part by the desk's rule only, and never by accident."""

import pytest
from django.db import transaction

from accounts.models import Organization, User
from accounts.tests.factories import AdminFactory, CustomerFactory
from mailboxes.choices import Outcome
from mailboxes.models import InboundMail, Mailbox
from mailboxes.tests.letters import bring, letter, sent
from mailboxes.tests.test_filing import AUTH, answer
from technicians.tests.factories import TechnicianFactory
from tickets.choices import EventType, MailPeople
from tickets.models import Ticket
from tickets.services import change_desk_settings, merge_customers
from tickets.tests.test_customer_merging_locks import while_merging

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def trusted(settings):
    settings.INBOUND_TRUSTED_SERVERS = ["mx.example.com"]


def rule(name):
    change_desk_settings(actor=AdminFactory(), mail_people=name)


def first(cc, *, proven=True, **headers):
    if proven:
        headers["Authentication_Results"] = AUTH
    return bring(letter(Cc=cc, **headers))


def taking_part():
    return set(Ticket.objects.get().participants.cc().values_list("user__email", flat=True))


def test_nobody_does_unless_an_admin_says_so():
    row = first("ben@example.org")
    assert taking_part() == set()
    assert not User.objects.filter(email="ben@example.org").exists()
    assert "ben@example.org" not in row.trace


def test_people_at_the_senders_domain_do():
    rule(MailPeople.SAME)
    row = first("Ben <ben@example.org>, cfo@elsewhere.example, x@sub.example.org")
    assert taking_part() == {"ben@example.org"}
    assert "ben@example.org takes part" in row.trace
    assert "cfo@elsewhere.example was not added: neither" in row.trace
    assert "x@sub.example.org was not added" in row.trace
    ticket = Ticket.objects.get()
    added = ticket.events.get(type=EventType.PARTICIPANT_ADDED)
    assert added.actor == ticket.customer
    # They see the public conversation and get its mails from now on.
    assert sent("ben@example.org")


def test_people_of_the_senders_organisation_do():
    rule(MailPeople.SAME)
    group = Organization.objects.create(name="Bells")
    CustomerFactory(email="ann@example.org", organization=group)
    CustomerFactory(email="boss@holding.example", organization=group)
    first("boss@holding.example, other@holding.example")
    assert taking_part() == {"boss@holding.example"}


def test_a_provider_of_addresses_is_no_common_domain():
    rule(MailPeople.SAME)
    auth = AUTH.replace("example.org", "gmail.com")
    row = bring(letter("ann@gmail.com", Cc="bob@gmail.com", Authentication_Results=auth))
    assert taking_part() == set()
    assert "anybody gets an address at this domain" in row.trace


def test_known_customers_do_whatever_their_domain():
    rule(MailPeople.KNOWN)
    CustomerFactory(email="cfo@elsewhere.example")
    CustomerFactory(email="gone@elsewhere.example", is_active=False)
    row = first("cfo@elsewhere.example, ben@example.org, gone@elsewhere.example")
    assert taking_part() == {"cfo@elsewhere.example"}
    assert not User.objects.filter(email="ben@example.org").exists()
    assert "gone@elsewhere.example was not added: their account" in row.trace


@pytest.mark.parametrize("name", [MailPeople.SAME, MailPeople.KNOWN])
def test_never_the_desk_itself_nor_who_works_there(name):
    rule(name)
    technician = TechnicianFactory(user__email="maya@example.org").user
    Mailbox.objects.create(name="Help", address="help@example.org", host="x", username="x")
    row = first(f"HELP@example.org, SUPPORT@localhost, {technician.email}, ann@example.org")
    ticket = Ticket.objects.get()
    assert not ticket.participants.exists()
    assert "people of the desk are added by hand" in row.trace
    assert "help@example.org" not in row.trace.lower()
    assert row.outcome == Outcome.TICKET


@pytest.mark.parametrize("name", [MailPeople.SAME, MailPeople.KNOWN])
def test_not_by_a_mail_that_anybody_may_have_written(name):
    rule(name)
    CustomerFactory(email="ben@example.org")
    row = first("ben@example.org", proven=False)
    assert taking_part() == set()
    assert "nothing proves who sent the mail" in row.trace
    assert not sent("ben@example.org")


def test_an_answer_with_its_token_adds_people_and_only_the_requesters():
    rule(MailPeople.SAME)
    first("")
    bring(answer("ann@example.org", Cc="ben@example.org"))
    assert taking_part() == {"ben@example.org"}
    row = bring(answer("ben@example.org", text="Me too.", Cc="carl@example.org"))
    assert row.outcome == Outcome.REPLY
    assert taking_part() == {"ben@example.org"}
    assert "the ticket is not the sender's" in row.trace


def test_their_number_is_limited():
    rule(MailPeople.SAME)
    row = first(", ".join(f"p{n}@example.org" for n in range(50)))
    assert len(taking_part()) == 10
    assert "40 more in To and Cc were not added" in row.trace
    for number in range(3):
        bring(
            answer(
                "ann@example.org",
                text=f"Number {number}.",
                Cc=", ".join(f"q{number}{n}@example.org" for n in range(10)),
            )
        )
    assert len(taking_part()) == 20


def test_one_who_was_merged_takes_part_as_who_they_are_now():
    rule(MailPeople.KNOWN)
    ben, amara = CustomerFactory(email="ben@example.org"), CustomerFactory()
    merge_customers(ben, target=amara, actor=AdminFactory())
    row = first("Ben <ben@example.org>")
    assert taking_part() == {amara.email}
    assert "ben@example.org takes part" in row.trace


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_one_who_is_merged_at_that_moment_takes_part_as_who_they_are_now(monkeypatch):
    with transaction.atomic():
        rule(MailPeople.KNOWN)
        first("")
        ticket, admin = Ticket.objects.get(), AdminFactory()
        ben, amara = CustomerFactory(email="ben@example.org"), CustomerFactory()
        # So that the merge wants the ticket.
        ticket.participants.create(user=ben, role="cc", added_by=admin)
    raw = answer("ann@example.org", Cc="ben@example.org")
    while_merging(
        monkeypatch,
        lambda: merge_customers(ben, target=amara, actor=admin),
        lambda: bring(raw),
        seconds=3,
    )
    assert InboundMail.objects.latest("id").outcome == Outcome.REPLY
    assert taking_part() == {amara.email}
