"""Correcting what was said: who may, for how long, and that the old text is nowhere any more."""

from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.models import Delivery
from notifications.tests.outbox import deliver, whole
from operations.audit import seal_everything, verify
from tickets import services
from tickets.choices import EventType, Status
from tickets.models import Comment, CommentVersion, Ticket
from tickets.search import search_tickets
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db
SECRET = "hunter2-zebra"


@pytest.fixture
def ticket(priya, category):
    return TicketFactory(technician=priya, status=Status.IN_PROGRESS, category=category)


def say(ticket, person, body, note=False):
    verb = services.add_note if note else services.add_reply
    verb(ticket, actor=person, body=body)
    return Comment.objects.latest("id")


def page(person, ticket):
    client = Client()
    client.force_login(person)
    url = ticket.get_absolute_url() if person.is_customer else ticket.get_desk_url()
    return client.get(url).content.decode()


def test_the_author_edits_a_message_and_everybody_reads_the_new_text(ticket, priya):
    comment = say(ticket, ticket.customer, f"My password is {SECRET}")
    services.edit_message(ticket, comment=comment, body="It hums", actor=ticket.customer)
    for person in (ticket.customer, priya, AdminFactory()):
        assert "It hums" in page(person, ticket)
        assert "edited" in page(person, ticket)
        assert SECRET not in page(person, ticket)
    assert ticket.events.latest("id").type == EventType.MESSAGE_EDITED
    assert comment.versions.get().body == f"My password is {SECRET}"


def test_a_mail_that_waits_says_the_new_text_and_of_a_withdrawn_message_none_goes(ticket, priya):
    edited = say(ticket, priya, f"Old {SECRET}")
    withdrawn = say(ticket, priya, "Never mind this")
    services.edit_message(ticket, comment=edited, body="A fresh start", actor=priya)
    services.withdraw_message(ticket, comment=withdrawn, actor=priya)
    deliver()
    sent = "".join(map(whole, mail.outbox))
    assert "A fresh start" in sent
    assert SECRET not in sent
    assert "Never mind this" not in sent
    assert "withdrawn" in Delivery.objects.get(state="dropped").last_error


def test_of_a_withdrawn_message_only_its_place_is_left(ticket, priya):
    comment = say(ticket, ticket.customer, SECRET)
    services.withdraw_message(ticket, comment=comment, actor=ticket.customer)
    for person in (ticket.customer, priya):
        assert SECRET not in page(person, ticket)
        assert "Withdrawn by its author" in page(person, ticket)
    with pytest.raises(PermissionDenied):
        services.edit_message(ticket, comment=comment, body="Again", actor=ticket.customer)


def test_a_withdrawn_answer_leaves_the_customer_unanswered(ticket, priya):
    say(ticket, ticket.customer, "Any news?")
    comment = say(ticket, priya, "Yes")
    assert not Ticket.objects.get(pk=ticket.pk).awaits_reply
    services.withdraw_message(ticket, comment=comment, actor=priya)
    assert Ticket.objects.get(pk=ticket.pk).awaits_reply


def test_a_corrected_note_leaves_no_trace_for_the_customer(ticket, priya):
    before = page(ticket.customer, ticket), Ticket.objects.get(pk=ticket.pk).version
    note = say(ticket, priya, SECRET, note=True)
    services.edit_message(ticket, comment=note, body="Otherwise", actor=priya)
    services.withdraw_message(ticket, comment=note, actor=priya)
    after = page(ticket.customer, ticket), Ticket.objects.get(pk=ticket.pk).version
    assert "Withdrawn" not in after[0]
    assert before[1] == after[1]
    assert SECRET not in page(priya, ticket)


@pytest.mark.parametrize("verb", ["edit", "withdraw"])
def test_others_and_the_late_may_not(ticket, priya, verb):
    comment = say(ticket, ticket.customer, "Hello")

    def correct(person):
        if verb == "edit":
            services.edit_message(ticket, comment=comment, body="Bye", actor=person)
        else:
            services.withdraw_message(ticket, comment=comment, actor=person)

    for person in (priya, AdminFactory(), CustomerFactory()):
        with pytest.raises(PermissionDenied):
            correct(person)
    with time_machine.travel(timezone.now() + timedelta(minutes=16)):
        with pytest.raises(PermissionDenied):
            correct(ticket.customer)
        assert "Edit or withdraw" not in page(ticket.customer, ticket)
        services.change_desk_settings(correction_minutes=60, actor=AdminFactory())
        assert "Edit or withdraw" in page(ticket.customer, ticket)
        correct(ticket.customer)


def test_the_page_of_a_message(ticket, priya, client):
    comment = say(ticket, ticket.customer, "Hello")
    client.force_login(ticket.customer)
    url = f"/tickets/{ticket.ticket_id}/messages/{comment.pk}/"
    assert "Hello" in client.get(url).content.decode()
    assert client.post(url, {"body": " "}).status_code == 422
    assert client.post(url, {"body": "Bye"}).url == f"{ticket.get_absolute_url()}#m-{comment.pk}"
    assert client.post(url + "withdraw/").status_code == 302
    assert client.get(url).status_code == 403
    late = client.post(url, {"body": "Once more"})
    assert late.status_code == 403
    assert "Once more" in late.content.decode()
    note = say(ticket, priya, "Between us", note=True)
    assert client.get(f"/tickets/{ticket.ticket_id}/messages/{note.pk}/").status_code == 404
    client.force_login(priya)
    assert "note" in client.get(f"/tickets/{ticket.ticket_id}/messages/{note.pk}/").content.decode()


def test_a_redacted_text_is_nowhere_any_more(priya, category, django_capture_on_commit_callbacks):
    admin, customer = AdminFactory(name="Ada Osei"), CustomerFactory()
    ticket = services.create_ticket(
        customer=customer,
        actor=customer,
        subject=f"Login {SECRET}",
        description=f"My password:\r\n{SECRET} works",
        category=category,
    )
    services.assign_ticket(ticket, technician=priya, actor=admin)
    edited = say(ticket, customer, f"Again: {SECRET}")
    services.edit_message(ticket, comment=edited, body="Forget it", actor=customer)
    say(ticket, priya, f"He wrote {SECRET}", note=True)
    services.resolve_ticket(ticket, actor=priya, resolution_summary=f"Reset {SECRET}")
    seal_everything()
    version = Ticket.objects.get(pk=ticket.pk).version
    with django_capture_on_commit_callbacks(execute=True):
        assert services.redact(ticket, text=SECRET, actor=admin) == 6
    ticket = Ticket.objects.get(pk=ticket.pk)
    assert ticket.version == version + 1
    for person in (customer, priya, admin):
        assert SECRET not in page(person, ticket)
        assert "[removed by Ada Osei, " in page(person, ticket)
        assert SECRET not in Client().get(ticket.get_absolute_url()).content.decode()
    everything_stored = [
        *ticket.events.values_list("detail__changes", flat=True),
        *CommentVersion.objects.values_list("body", flat=True),
        *Comment.objects.values_list("body", flat=True),
    ]
    assert SECRET not in str(everything_stored)
    assert not search_tickets(Ticket.objects.all(), SECRET).exists()
    deliver()
    assert SECRET not in "".join(map(whole, mail.outbox))
    event = ticket.events.latest("id")
    assert (event.type, event.actor, event.changes) == (EventType.REDACTED, admin, {"places": 6})
    seal_everything()
    assert verify().problem == ""


def test_a_long_tombstone_keeps_the_subject_short_enough(ticket):
    ticket.subject = "ab1 " * 50
    ticket.save()
    services.redact(ticket, text="ab1", actor=AdminFactory(name="N" * 200))
    assert len(Ticket.objects.get(pk=ticket.pk).subject) <= 200


def test_words_of_our_own_are_not_touched(ticket, priya):
    say(ticket, ticket.customer, "In Progress")
    services.change_status(ticket, status="Waiting on Customer", actor=priya)
    services.redact(ticket, text="In Progress", actor=AdminFactory())
    assert ticket.events.get(type=EventType.STATUS_CHANGED).changes["status"][0] == "In Progress"


@pytest.mark.parametrize("text", ["", "ab", "not there at all"])
def test_nothing_to_redact(ticket, text):
    with pytest.raises(ValidationError):
        services.redact(ticket, text=text, actor=AdminFactory())
    assert not ticket.events.exists()


def test_the_page_for_redacting(ticket, priya, client):
    say(ticket, ticket.customer, SECRET)
    url = f"{ticket.get_desk_url()}redact/"
    client.force_login(AdminFactory())
    assert client.get(url).status_code == 200
    assert client.post(url, {"text": "not there"}).status_code == 422
    assert client.post(url, {"text": SECRET}).url == ticket.get_desk_url()
    assert SECRET not in page(priya, ticket)
    client.force_login(priya)
    assert client.get(url).status_code == client.post(url, {"text": SECRET}).status_code == 404


def test_mails_that_development_keeps_lose_the_text_as_well(ticket, settings, tmp_path, priya):
    from notifications.dev_mail import forget_mails, kept_mails

    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = str(tmp_path)
    say(ticket, priya, f"Use {SECRET}")
    say(ticket, priya, "Or do not")
    deliver()
    before = len(kept_mails(10))
    assert forget_mails(SECRET) == 1
    assert len(kept_mails(10)) == before - 1


def test_a_reply_on_its_way_and_a_rating_lose_the_text_as_well(ticket, priya):
    services.send_reply(ticket, actor=priya, body=f"Use {SECRET}")
    said = {"score": 1, "comment": f"You sent me {SECRET}", "rated_at": timezone.now()}
    ticket.ratings.create(customer=ticket.customer, resolved_at=timezone.now(), **said)
    assert services.redact(ticket, text=SECRET, actor=AdminFactory()) == 2
    assert SECRET not in ticket.outgoing.get().body
    assert SECRET not in ticket.ratings.get().comment
