"""Who is told what about a ticket, each message once, and nobody what is not theirs."""

import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.models import Delivery, Preference
from notifications.receivers import TICKET_FACTS
from notifications.tests.outbox import deliver, everything, mails, told, whole
from technicians.services import delete_technician, set_availability
from technicians.tests.factories import TechnicianFactory
from tickets import signals
from tickets.choices import Status
from tickets.models import Ticket
from tickets.services import (
    accept_solution,
    add_note,
    add_reply,
    assign_ticket,
    change_status,
    change_ticket,
    close_ticket,
    create_ticket,
    delete_ticket,
    discard_reply,
    release_due_replies,
    reopen_ticket,
    resolve_ticket,
    send_reply,
    take_back_reply,
    take_ticket,
    unassign_ticket,
)
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return AdminFactory(name="Ada Admin")


@pytest.fixture
def technician():
    return TechnicianFactory(user__name="Priya Nair").user


@pytest.fixture
def ticket(technician):
    return TicketFactory(
        technician=technician, status=Status.IN_PROGRESS, customer__name="Amara Okafor"
    )


def test_every_ticket_signal_has_a_receiver():
    facts = {name for name in vars(signals) if isinstance(getattr(signals, name), signals.Signal)}
    assert set(TICKET_FACTS) == facts - {
        "Signal",
        "text_redacted",
        "event_recorded",
        "customers_merged",  # whose mails are sent to the other one; nobody is told
        "ticket_category_changed",
        "mailed_reply_ended",  # the ledger of incoming mail hears of it
    }
    for fact in TICKET_FACTS:
        assert getattr(signals, fact).has_listeners(Ticket)


def test_a_new_ticket_gets_a_receipt_and_is_announced_in_its_category():
    category = CategoryFactory()
    near = TechnicianFactory(categories=[category])
    away = TechnicianFactory(categories=[category], is_available=False)
    TechnicianFactory(categories=[CategoryFactory()])
    muted = TechnicianFactory(categories=[category])
    Preference.objects.create(user=muted.user, message="new_ticket_in_category")
    customer = CustomerFactory()
    create_ticket(
        customer=customer,
        actor=customer,
        description="No light",
        category=CategoryFactory(parent=category),
    )
    assert not away.is_available
    assert everything() == sorted(
        [("new_ticket_in_category", near.user.email), ("ticket_created", customer.email)]
    )
    assert "No light" in mails("new_ticket_in_category")[0].body
    assert "No light" in mails("ticket_created")[0].body


def test_raising_a_ticket_costs_one_read_and_one_insert_for_the_mails(django_assert_num_queries):
    category = CategoryFactory()
    TechnicianFactory.create_batch(3, categories=[category])
    customer = CustomerFactory()
    ticket = TicketFactory(category=category, customer=customer)
    event = ticket.events.create(type="created", actor=customer)
    # The third asks whether the desk gives such a ticket to somebody by itself.
    with django_assert_num_queries(3):
        signals.ticket_created.send(sender=type(ticket), event=event)
    assert Delivery.objects.count() == 4


def test_an_unverified_customer_gets_a_receipt_without_any_text_of_the_sender():
    customer = CustomerFactory(email_verified_at=None, name="Buy at evil.example")
    create_ticket(
        customer=customer,
        actor=customer,
        subject="Cheap pills",
        description="Visit http://evil.example now",
        category_text="Bargain",
    )
    text = whole(mails("ticket_created")[0])
    assert not [word for word in ("pills", "evil.example", "Bargain") if word in text]
    assert "TKT0001" in text


def test_assigning_tells_the_technician_and_names_them_to_the_customer(admin, technician):
    ticket = assign_ticket(TicketFactory(), technician=technician, actor=admin)
    assert everything() == sorted(
        [("technician_named", ticket.customer.email), ("ticket_assigned", technician.email)]
    )
    told_customer = whole(mails("technician_named")[0])
    assert "Priya Nair" in told_customer
    assert technician.email not in told_customer


def test_taking_a_ticket_tells_the_customer_only():
    category = CategoryFactory()
    technician = TechnicianFactory(categories=[category]).user
    ticket = take_ticket(TicketFactory(category=category), actor=technician)
    assert everything() == [("technician_named", ticket.customer.email)]


def test_a_handover_tells_the_former_and_the_new_technician_each_once(admin, ticket, technician):
    successor = TechnicianFactory().user
    assign_ticket(ticket, technician=successor, actor=admin)
    assert everything() == sorted(
        [
            ("technician_named", ticket.customer.email),
            ("ticket_assigned", successor.email),
            ("ticket_unassigned", technician.email),
        ]
    )


def test_unassigning_tells_the_former_technician_only(admin, ticket, technician):
    unassign_ticket(ticket, actor=admin)
    assert everything() == [("ticket_unassigned", technician.email)]


def test_a_technician_who_left_is_told_nothing(admin, ticket, technician):
    delete_technician(technician.technician, actor=admin)
    assert everything() == []


def test_a_reply_goes_to_the_other_side(ticket, technician):
    add_reply(ticket, actor=technician, body="Which room?")
    assert everything() == [("reply_from_desk", ticket.customer.email)]
    assert "Which room?" in mails("reply_from_desk")[0].body
    add_reply(ticket, actor=ticket.customer, body="Room two")
    assert told("reply_from_customer") == [technician.email]
    assert len(everything()) == 2


def test_a_reply_after_which_the_ticket_waits_is_one_mail(ticket, technician):
    add_reply(ticket, actor=technician, body="Which room?", then_status=Status.WAITING)
    assert everything() == [("reply_from_desk", ticket.customer.email)]
    sent = mails("reply_from_desk")[0]
    assert "Which room?" in sent.body
    assert "waiting for you" in sent.body


@pytest.mark.parametrize(
    ("end", "name"), [(Status.RESOLVED, "ticket_resolved"), (Status.CLOSED, "ticket_closed")]
)
def test_a_reply_that_ends_the_ticket_is_one_mail_with_both_texts(ticket, technician, end, name):
    add_reply(
        ticket,
        actor=technician,
        body="Here you are",
        then_status=end,
        resolution_summary="Changed the lamp",
    )
    assert everything() == [(name, ticket.customer.email)]
    for text in ("Here you are", "Changed the lamp"):
        assert text in mails(name)[0].body
        assert text in mails(name)[0].alternatives[0].content


def test_waiting_for_the_customer_without_a_reply_is_told(ticket, technician):
    change_status(ticket, status=Status.WAITING, actor=technician)
    assert everything() == [("waiting_on_customer", ticket.customer.email)]


def test_a_ticket_that_waits_again_after_a_reply_is_told_again(ticket, technician):
    add_reply(ticket, actor=technician, body="Which room?", then_status=Status.WAITING)
    change_status(ticket, status=Status.ON_HOLD, actor=technician)
    change_status(ticket, status=Status.WAITING, actor=technician)
    assert len(everything()) == 2
    assert told("waiting_on_customer") == [ticket.customer.email]


def test_a_resolved_ticket_asks_with_the_summary_and_two_ways_on(ticket, technician):
    resolve_ticket(ticket, actor=technician, resolution_summary="New lamp & cable")
    assert everything() == [("ticket_resolved", ticket.customer.email)]
    sent = mails("ticket_resolved")[0]
    html = sent.alternatives[0].content
    assert "New lamp & cable" in sent.body
    assert "New lamp &amp; cable" in html
    for way in ("#now-title", "#id_reason"):
        assert re.search(rf"/g/[^\s#]+/{way}\n", sent.body)
        assert re.search(rf'/g/[^\s#"]+/{way}"', html)


def test_closing_from_in_progress_is_one_mail(ticket, technician):
    close_ticket(ticket, actor=technician, resolution_summary="New lamp")
    assert everything() == [("ticket_closed", ticket.customer.email)]


def test_an_accepted_solution_is_told_to_the_technician_only(ticket, technician):
    ticket = resolve_ticket(ticket, actor=technician, resolution_summary="New lamp")
    accept_solution(ticket, actor=ticket.customer)
    assert everything() == sorted(
        [("ticket_ended", technician.email), ("ticket_resolved", ticket.customer.email)]
    )


def test_a_reply_that_reopens_is_one_mail_with_the_text(ticket, technician):
    ticket = resolve_ticket(ticket, actor=technician, resolution_summary="New lamp")
    deliver()
    add_reply(ticket, actor=ticket.customer, body="It is dark again")
    assert told("ticket_reopened") == [technician.email]
    assert len(everything()) == 2
    assert "It is dark again" in mails("ticket_reopened")[0].body


def test_a_ticket_reopened_by_an_admin_is_told_to_both_sides(admin, ticket, technician):
    ticket = close_ticket(ticket, actor=technician, resolution_summary="New lamp")
    deliver()
    reopen_ticket(ticket, actor=admin, reason="The lamp was recalled")
    assert told("ticket_reopened") == [technician.email]
    assert "recalled" in mails("work_resumed")[0].body
    assert len(everything()) == 3


def test_a_reopened_ticket_whose_technician_left_goes_to_whoever_can_take_it(admin):
    category = CategoryFactory()
    former, other = TechnicianFactory.create_batch(2, categories=[category])
    ticket = TicketFactory(category=category, technician=former.user, status=Status.CLOSED)
    delete_technician(former, actor=admin)
    reopen_ticket(ticket, actor=ticket.customer, reason="Dark again")
    assert everything() == [("ticket_reopened", other.user.email)]


def test_a_note_is_told_to_nobody_and_is_in_no_mail(ticket, technician):
    add_note(ticket, actor=technician, body="canary-note")
    add_reply(ticket, actor=technician, body="Hello")
    resolve_ticket(ticket, actor=technician, resolution_summary="Done")
    assert len(everything()) == 2
    for name in ("reply_from_desk", "ticket_resolved"):
        assert "canary-note" not in whole(mails(name)[0])


def test_nothing_is_told_of_what_was_rolled_back(admin, technician):
    ticket = TicketFactory()
    with transaction.atomic():
        assign_ticket(ticket, technician=technician, actor=admin)
        assert Delivery.objects.exists()
        transaction.set_rollback(True)
    assert everything() == []
    assert not Delivery.objects.exists()


def test_several_changes_tell_each_person_each_fact_once(admin, technician):
    ticket = change_ticket(
        TicketFactory(),
        actor=admin,
        changes={"technician": technician, "status": "Closed", "resolution_summary": "Done"},
    )
    assert everything() == sorted(
        [
            ("technician_named", ticket.customer.email),
            ("ticket_assigned", technician.email),
            ("ticket_closed", ticket.customer.email),
            ("ticket_ended", technician.email),
        ]
    )


def states():
    return [(row.message, row.state, row.last_error) for row in deliver()]


def test_mails_about_a_ticket_deleted_meanwhile_are_not_sent(admin, ticket, technician):
    add_reply(ticket, actor=technician, body="Hello")
    delete_ticket(ticket, actor=admin)
    assert states() == [("reply_from_desk", "dropped", "The ticket was deleted")]


def test_a_technician_who_cannot_read_the_ticket_any_more_gets_no_text(admin, ticket):
    add_reply(ticket, actor=ticket.customer, body="canary-text")
    assign_ticket(ticket, technician=TechnicianFactory().user, actor=admin)
    rows = states()
    assert rows[0] == (
        "reply_from_customer",
        "dropped",
        "The recipient can't read the ticket any more",
    )
    assert rows[1][:2] == ("ticket_unassigned", "sent")


def test_who_was_deactivated_or_has_turned_it_off_meanwhile_gets_nothing(admin, technician):
    ticket = assign_ticket(TicketFactory(), technician=technician, actor=admin)
    technician.is_active = False
    technician.save()
    Preference.objects.create(user=ticket.customer, message="technician_named")
    assert sorted(states()) == [
        ("technician_named", "dropped", "The recipient has turned it off"),
        ("ticket_assigned", "dropped", "The recipient has left"),
    ]


def test_a_technician_on_holiday_is_not_told_of_new_tickets():
    category = CategoryFactory()
    technician = TechnicianFactory(categories=[category])
    set_availability(technician, available=False, actor=technician.user)
    customer = CustomerFactory()
    create_ticket(customer=customer, actor=customer, description="x", category=category)
    assert everything() == [("ticket_created", customer.email)]


def test_a_mail_shows_markup_and_carries_the_source_as_text(ticket, technician):
    body = f"Try **this** [page](https://x.example/a), as in {ticket.ticket_id}\n\n- one"
    add_reply(ticket, actor=technician, body=body)
    [mail] = mails("reply_from_desk")
    assert "> Try **this** [page](https://x.example/a)" in mail.body
    html = mail.alternatives[0][0]
    assert "Try <strong>this</strong> page (https://x.example/a), as in <a href=" in html
    assert 'href="https://x.example' not in html
    assert re.search(rf'/g/[^"]+" rel="nofollow noopener">{ticket.ticket_id}</a>', html)


def held_reply(ticket, technician):
    """Send a reply that can't go out; return the row."""
    row = send_reply(ticket, actor=technician, body="Words-of-the-author")
    add_reply(ticket, actor=ticket.customer, body="Words-of-the-customer")
    release_due_replies(now=timezone.now() + timedelta(minutes=1))
    return row


def test_who_wrote_a_reply_that_was_held_is_told_with_their_own_words(ticket, technician):
    held_reply(ticket, technician)
    (mail,) = mails("reply_held")
    assert mail.to == [technician.email]
    assert "Words-of-the-author" in whole(mail)
    assert "Words-of-the-customer" not in whole(mail)
    assert "has not seen" in whole(mail)
    assert "/desk/unsent/" in whole(mail)


def test_who_has_dealt_with_it_already_is_not_told(ticket, technician):
    discard_reply(held_reply(ticket, technician).pk, actor=technician)
    assert ("reply_held", "dropped", "The author has dealt with it meanwhile") in states()


def test_a_reply_that_was_taken_back_tells_nobody(ticket, technician):
    row = send_reply(ticket, actor=technician, body="Oh no")
    take_back_reply(row.pk, actor=technician)
    release_due_replies(now=timezone.now() + timedelta(minutes=1))
    assert everything() == []
