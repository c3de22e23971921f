"""What was merged in belongs to the ticket in its documents, its past, and before a reply goes out."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Comment, Ticket
from tickets.services.guard import newest_event
from tickets.tests.factories import CategoryFactory
from tickets.tests.files import uploaded

pytestmark = pytest.mark.django_db
NOTE = "between us the customer has never paid for any of the three printers"


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def customer():
    return CustomerFactory(name="Amara Okafor")


@pytest.fixture
def priya():
    return TechnicianFactory(user__name="Priya Nair").user


@pytest.fixture
def source(raised):
    return raised("The second one")


@pytest.fixture
def raised(customer, priya, admin):
    category = CategoryFactory()

    def raised(text):
        files = [uploaded(customer, "first.txt")]
        ticket = services.create_ticket(
            customer=customer, actor=customer, description=text, category=category,
            attachments=files,
        )  # fmt: skip
        return services.assign_ticket(ticket, technician=priya, actor=admin)

    return raised


@pytest.fixture
def target(raised, source, customer, priya):
    """Another ticket, into which the source with a message, a file and a note was merged."""
    services.add_reply(
        source, actor=customer, body="It is worse", attachments=[uploaded(customer, "photo.txt")]
    )
    services.add_note(source, actor=priya, body=NOTE)
    return services.merge_tickets(source, target=raised("The first one"), actor=priya)


@pytest.mark.parametrize("path", ["print/", "export/text/", "export/json/", "rest"])
def test_documents_hold_the_merged_story_and_the_names_of_files(
    client, source, target, customer, priya, path
):
    def read(person, query=""):
        if path == "rest":
            url = f"/api/tickets/{target.ticket_id}/export{query}"
            return client_of(person).get(url).content.decode()
        client.force_login(person)
        return client.get(f"/tickets/{target.ticket_id}/{path}{query}").content.decode()

    for words in ("The first one", "The second one", "It is worse", "photo.txt", "first.txt"):
        assert words in read(customer)
    assert source.ticket_id in read(customer)
    assert NOTE not in read(customer, "?notes=1")
    assert NOTE in read(priya, "?notes=1")


def test_a_removed_file_is_in_no_document(client, source, target, customer, admin):
    services.remove_attachment(source.attachments.get(name="photo.txt"), actor=admin)
    client.force_login(customer)
    url = f"/tickets/{target.ticket_id}/export/text/"
    assert "photo.txt" not in client.get(url).content.decode()


def test_as_it_was_shows_what_was_merged_at_the_moment(client, source, target, priya, admin):
    merged = target.events.get(type="merged_in").at
    with time_machine.travel(timezone.now() + timedelta(hours=1)):
        services.undo_merge(source, actor=priya)
        undone = source.merges_away.get().undone_at
    client.force_login(admin)

    def page(at):
        url = f"/desk/tickets/{target.ticket_id}/as-it-was/"
        return client.get(url, {"at": at.isoformat()}).content.decode()

    moment = timedelta(microseconds=1)
    for words in ("The second one", "It is worse"):
        assert words not in page(merged - moment)
        assert words in page(merged)
        assert words in page(undone - moment)
        assert words not in page(undone)
    assert "The first one" in page(undone)


def test_the_guard_sees_what_happens_to_a_merged_message(source, target, customer, priya):
    seen = newest_event(target)
    said = Comment.objects.get(body="It is worse")
    services.edit_message(source, comment=said, body="It is mended", actor=customer)
    with pytest.raises(services.UnseenNews):
        services.add_reply(target, actor=priya, body="A new one is coming", seen=seen)
    assert newest_event(target) > seen


def test_words_of_a_merged_note_are_asked_about(target, priya):
    with pytest.raises(services.Unconfirmed):
        services.send_reply(target, actor=priya, body=f"As it is: {NOTE.upper()}")
    services.send_reply(target, actor=priya, body="What the customer of the second one said")


def test_a_note_that_took_the_place_of_an_answer_still_does(raised, customer, priya):
    source, answered = raised("Who answers?"), raised("Who else?")
    services.add_note(source, actor=priya, body="Not me")
    services.add_reply(answered, actor=priya, body="I do")
    merged = services.merge_tickets(source, target=answered, actor=priya)
    assert (merged.awaits_reply, merged.answered_by_note) == (True, True)
    services.undo_merge(source, actor=priya)
    source.refresh_from_db()
    merged.refresh_from_db()
    assert (source.awaits_reply, source.answered_by_note) == (True, True)
    assert (merged.awaits_reply, merged.answered_by_note) == (False, False)


def test_a_redacted_name_of_a_file_is_gone_with_the_extension_left(target, admin, priya, customer):
    services.add_note(target, actor=priya, body="See", attachments=[uploaded(priya, "a-zebra.txt")])
    services.send_reply(
        target, actor=priya, body="Here", attachments=[uploaded(priya, "zebra-b.txt")]
    )
    version = Ticket.objects.get(pk=target.pk).version
    assert services.redact(target, text="zebra", actor=admin) == 2
    assert Ticket.objects.get(pk=target.pk).version == version  # no trace of the note's file
    names = set(priya.uploads.values_list("name", flat=True))
    assert names == {"a-(removed).txt", "(removed)-b.txt"}
    assert services.redact(target, text="photo", actor=admin) == 1
    assert customer.uploads.filter(name="(removed).txt").exists()
