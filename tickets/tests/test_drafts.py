"""Drafts of staff: kept, given back to their author alone, gone once sent or old."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets import services
from tickets.models import TicketDraft
from tickets.services import drafts_of, save_draft

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def ticket():
    customer = CustomerFactory()
    return services.create_ticket(
        customer=customer, actor=customer, description="It hums", category_text="Kettles"
    )


def bodies(ticket, author):
    return {kind: draft.body for kind, draft in drafts_of(ticket, author).items()}


def test_reply_and_note_are_two_drafts_kept_to_the_byte(ticket, admin):
    save_draft(ticket, kind="reply", body="  Hello \n\n", actor=admin)
    save_draft(ticket, kind="note", body="Secret", actor=admin)
    save_draft(ticket, kind="note", body="Secret 2", actor=admin)
    assert bodies(ticket, admin) == {"reply": "  Hello \n\n", "note": "Secret 2"}


def test_nobody_else_reads_them(ticket, admin):
    save_draft(ticket, kind="note", body="Mine", actor=admin)
    assert bodies(ticket, AdminFactory()) == {}


def test_an_empty_text_is_no_draft(ticket, admin):
    save_draft(ticket, kind="note", body="Mine", actor=admin)
    assert save_draft(ticket, kind="note", body=" \n", actor=admin) is None
    assert bodies(ticket, admin) == {}


def test_only_who_may_write_here_keeps_drafts(ticket):
    with pytest.raises(PermissionDenied):
        save_draft(ticket, kind="reply", body="x", actor=ticket.customer)


@pytest.mark.parametrize("values", [{"kind": "letter"}, {"body": "x" * 50_001}, {"body": "\x00"}])
def test_what_makes_no_sense_is_refused(ticket, admin, values):
    with pytest.raises(ValidationError):
        save_draft(ticket, actor=admin, **{"kind": "note", "body": "x"} | values)


def test_a_text_that_arrives_after_it_was_sent_is_no_draft(ticket, admin):
    services.add_note(ticket, actor=admin, body="Sent at last")
    assert save_draft(ticket, kind="note", body="Sent at", actor=admin) is None
    assert save_draft(ticket, kind="reply", body="Sent at", actor=admin)


def test_discarded_ones_can_be_had_back_for_ten_minutes(ticket, admin, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    save_draft(ticket, kind="note", body="Mine", actor=admin)
    services.discard_draft(ticket, kind="note", actor=admin)
    assert drafts_of(ticket, admin)["note"].discarded_at
    services.restore_draft(ticket, kind="note", actor=admin)
    assert not drafts_of(ticket, admin)["note"].discarded_at
    services.discard_draft(ticket, kind="note", actor=admin)
    time_machine.shift(timedelta(minutes=11))
    assert bodies(ticket, admin) == {}


def test_the_job_removes_what_nobody_touches_any_more(ticket, admin, time_machine):
    now = timezone.now()
    time_machine.move_to(now, tick=False)
    save_draft(ticket, kind="reply", body="Discarded", actor=admin)
    services.discard_draft(ticket, kind="reply", actor=admin)
    save_draft(ticket, kind="note", body="Forgotten", actor=admin)
    assert services.purge_old_drafts() == 0
    time_machine.move_to(now + timedelta(days=2), tick=False)
    assert services.purge_old_drafts() == 1
    assert TicketDraft.objects.get().body == "Forgotten"
    time_machine.move_to(now + timedelta(days=31), tick=False)
    assert services.purge_old_drafts() == 1


def test_what_an_admin_removes_for_good_is_gone_from_drafts_too(ticket, admin):
    services.add_note(ticket, actor=admin, body="The password is hunter22")
    save_draft(ticket, kind="reply", body="Your password hunter22 works", actor=admin)
    services.redact(ticket, text="hunter22", actor=admin)
    assert "hunter22" not in drafts_of(ticket, admin)["reply"].body
