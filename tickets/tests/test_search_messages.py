"""Messages, notes, names of files and people: who finds what, and that it stays true."""

import uuid

import pytest
from django.db import connection

from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from tickets import queries, services
from tickets.choices import Status, Visibility
from tickets.models import Attachment, Comment, Ticket
from tickets.search import search_tickets
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


def found(text, reader):
    visible = Ticket.objects.visible_to(reader)
    hits = search_tickets(visible, text, reader=reader)
    return sorted(hits.values_list("number", flat=True))


def say(ticket, body, *, author=None, visibility=Visibility.PUBLIC):
    return Comment.objects.create(
        ticket=ticket, author=author or ticket.customer, body=body, visibility=visibility
    )


def attach(ticket, name, comment=None):
    return Attachment.objects.create(
        ticket=ticket,
        comment=comment,
        uploader=ticket.customer,
        name=name,
        content_type="text/plain",
        size=1,
        sha256="0" * 64,
        stored_as=uuid.uuid4().hex,
    )


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def ticket():
    return TicketFactory(
        customer=CustomerFactory(name="Amara Okafor"), subject="Printer", description="It jams."
    )


def test_all_words_in_one_message_find_its_ticket(ticket, admin):
    say(ticket, "The fuser was replaced; see invoice.pdf")
    say(ticket, "Thank you")
    for reader in (admin, ticket.customer):
        assert found("FUSER replaced", reader) == [ticket.number]
        assert found("fus", reader) == [ticket.number]
        assert found("invoice", reader) == [ticket.number]
        assert found("fuser thank", reader) == []
        assert found("printer fuser", reader) == []


def test_nobody_finds_what_they_may_not_read(ticket, admin):
    other, technician = CustomerFactory(), TechnicianUserFactory()
    say(ticket, "The fuser was replaced")
    note = say(ticket, "Rather a grumpy person", author=admin, visibility=Visibility.INTERNAL)
    attach(ticket, "assessment.txt", note)
    attach(ticket, "screenshot.png")
    TicketFactory(customer=other, subject="Another")
    for words in ("fuser", "grumpy", "assessment", "screenshot", "amara"):
        assert found(words, admin) == [ticket.number]
        assert found(words, other) == []
        assert found(words, technician) == []
    assert found("fuser", ticket.customer) == [ticket.number]
    assert found("screenshot", ticket.customer) == [ticket.number]
    for words in ("grumpy", "assessment"):
        assert found(words, ticket.customer) == []
    Ticket.objects.filter(pk=ticket.pk).update(technician=technician, status=Status.IN_PROGRESS)
    assert found("grumpy", technician) == [ticket.number]


def test_a_deleted_ticket_is_not_found_by_its_messages(ticket, admin):
    say(ticket, "The fuser was replaced")
    services.delete_ticket(ticket, actor=admin)
    assert found("fuser", admin) == found("fuser", ticket.customer) == []


def test_what_was_edited_withdrawn_or_redacted_is_not_found_any_more(ticket, admin):
    services.add_reply(ticket, actor=ticket.customer, body="The fuser is broken")
    comment = ticket.comments.get()
    services.edit_message(ticket, comment=comment, body="The drum", actor=ticket.customer)
    assert found("fuser", admin) == []
    assert found("drum", admin) == [ticket.number]
    attach(ticket, "photo drum.png", comment)
    services.redact(ticket, text="drum", actor=admin)
    assert found("drum", admin) == []
    assert found("photo", admin) == [ticket.number]
    comment.refresh_from_db()
    services.withdraw_message(ticket, comment=comment, actor=ticket.customer)
    for reader in (admin, ticket.customer):
        assert found("photo", reader) == []


def test_the_database_itself_keeps_the_words(ticket, admin):
    comment = say(ticket, "The fuser")
    file = attach(ticket, "fuser manual.txt")
    Comment.objects.filter(pk=comment.pk).update(body="The belt")
    Attachment.objects.filter(pk=file.pk).update(name="belt.txt")
    assert found("fuser", admin) == []
    assert found("belt", admin) == [ticket.number]
    comment.delete()
    assert found("belt", admin) == [ticket.number]
    file.delete()
    assert found("belt", admin) == []


def test_a_file_is_found_once_a_message_has_taken_it(ticket, admin):
    file = attach(ticket, "ledger.ods")
    Attachment.objects.filter(pk=file.pk).update(ticket=None)
    assert found("ledger", admin) == []
    Attachment.objects.filter(pk=file.pk).update(ticket=ticket)
    assert found("ledger", admin) == [ticket.number]


def test_the_desks_list_and_the_own_list_show_what_was_found(client, ticket, admin):
    say(ticket, "The fuser was replaced")
    for person, url in ((admin, "/desk/tickets/?view=all&q=fuser"), (ticket.customer, "/tickets/")):
        client.force_login(person)
        response = client.get(url, {"q": "fuser"} if "?" not in url else None)
        assert ticket.ticket_id in response.content.decode()


@pytest.mark.parametrize(
    "text", ["NEAR(", '"', "a:*", "\\'", "%s", "x" * 1_000, "🖨", "日本語", "42"]
)
def test_no_text_makes_it_fail(ticket, admin, text):
    assert found(text, admin) in ([], [ticket.number])
    assert found(text, ticket.customer) in ([], [ticket.number])


@pytest.mark.skipif(connection.vendor != "sqlite", reason="triggers are SQLite's way")
def test_the_triggers_are_there_after_all_migrations():
    """A migration that rebuilds a table drops them: run `0039_search_messages.create` again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger'"
            " AND (name LIKE 'comment_search%' OR name LIKE 'file_search%')"
        )
        assert cursor.fetchone() == (8,)


def test_only_so_many_messages_of_a_page_are_looked_at_for_where(monkeypatch):
    """Many that have the words make no heavy page: the newest say where they are."""
    monkeypatch.setattr(queries, "MOST_TEXTS", 2)
    tickets = [TicketFactory(subject="-", description="-") for _ in range(3)]
    for ticket in tickets:
        say(ticket, "The walrus again.")
    numbers = [ticket.number for ticket in tickets]
    assert sorted(queries.where_found(numbers, "walrus", reader=AdminFactory())) == numbers[1:]
