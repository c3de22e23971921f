"""Files that come with a message: by the form alone, and uploaded before it is sent."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Attachment, Comment, Ticket
from tickets.tests.factories import CategoryFactory
from tickets.tests.files import PDF, named, png, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def category():
    return CategoryFactory(name="Network")


@pytest.fixture
def technician(category):
    return TechnicianFactory(categories=[category]).user


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def ticket(customer, category, technician):
    ticket = services.create_ticket(
        customer=customer, actor=customer, description="It hums", category=category
    )
    return services.take_ticket(ticket, actor=technician)


def names(files):
    return sorted(file.name for file in files)


def post(client, name, ticket, **data):
    url = reverse(name, args=[ticket.ticket_id])
    return client.post(url, data)


def upload(client, *files):
    return client.post(reverse("tickets:file-upload"), {"files": list(files)})


def test_a_ticket_is_raised_with_files(client, customer, category):
    client.force_login(customer)
    page = client.get(reverse("tickets:ticket-create")).content.decode()
    assert "Up to 10 files of 10 MB each: images, PDF, text, Office and ZIP." in page
    form = {"category": category.pk, "subject": "Help", "description": "It hums", "priority": 2}
    files = [named("error.png", png()), named("log.txt")]
    client.post(reverse("tickets:ticket-create"), {**form, "files": files})
    ticket = Ticket.objects.get()
    assert names(ticket.attachments.filter(comment=None)) == ["error.png", "log.txt"]
    shown = client.get(ticket.get_absolute_url()).content.decode()
    assert 'alt="error.png"' in shown
    assert 'width="40" height="30"' in shown
    assert "log.txt" in shown


def test_a_reply_and_a_note_bring_files(client, customer, technician, ticket):
    client.force_login(customer)
    post(client, "tickets:ticket-reply", ticket, body="See", files=[named("a.pdf", PDF)])
    client.force_login(technician)
    services.change_desk_settings(actor=AdminFactory(), undo_seconds=0)
    post(client, "technicians:ticket-reply", ticket, body="Thanks", files=[named("b.txt")])
    post(client, "technicians:ticket-note", ticket, note="Odd", files=[named("c.txt")])
    told = {comment.body: names(comment.attachments.all()) for comment in Comment.objects.all()}
    assert told == {"See": ["a.pdf"], "Thanks": ["b.txt"], "Odd": ["c.txt"]}
    desk = client.get(ticket.get_desk_url()).content.decode()
    assert all(name in desk for name in ("a.pdf", "b.txt", "c.txt"))
    client.force_login(customer)
    portal = client.get(ticket.get_absolute_url()).content.decode()
    assert "b.txt" in portal
    assert "c.txt" not in portal


def test_a_reply_with_a_file_reopens_a_closed_ticket(client, customer, technician, ticket):
    services.resolve_ticket(ticket, actor=technician, resolution_summary="Done")
    client.force_login(customer)
    post(client, "tickets:ticket-reply", ticket, body="Still", files=[named("a.txt")])
    ticket.refresh_from_db()
    assert ticket.is_open
    assert names(Comment.objects.get().attachments.all()) == ["a.txt"]


@pytest.mark.parametrize(
    ("name", "field", "who"),
    [
        ("tickets:ticket-reply", "body", "customer"),
        ("technicians:ticket-reply", "body", "technician"),
        ("technicians:ticket-note", "note", "technician"),
    ],
)
def test_a_form_that_fails_keeps_its_files(client, customer, technician, ticket, name, field, who):
    services.change_desk_settings(actor=AdminFactory(), undo_seconds=0)
    client.force_login({"customer": customer, "technician": technician}[who])
    refused = post(client, name, ticket, **{field: "", "files": [named("kept.txt")]})
    assert refused.status_code == 422
    file = Attachment.objects.get()
    assert file.ticket is None
    page = refused.content.decode()
    assert re.search(rf'name="attached" value="{file.pk}" checked', page)
    post(client, name, ticket, **{field: "Here", "attached": str(file.pk)})
    assert Comment.objects.get().attachments.get() == file


def test_a_refused_file_says_why_and_the_others_are_kept(client, customer, ticket):
    client.force_login(customer)
    files = [named("good.txt"), named("bad.exe", b"MZ")]
    refused = post(client, "tickets:ticket-reply", ticket, body="My long text", files=files)
    page = refused.content.decode()
    assert refused.status_code == 422
    assert "bad.exe was not added. Up to 10 files" in page
    assert "My long text" in page
    assert "good.txt" in page
    assert not Comment.objects.exists()


def test_d01_a_file_above_the_limit_is_read_past_and_the_text_comes_back(
    client, customer, ticket, settings
):
    services.change_desk_settings(actor=AdminFactory(), file_mb=1)
    client.force_login(customer)
    files = [named("big.txt", b"x" * 1_000_001), named("small.txt")]
    refused = post(client, "tickets:ticket-reply", ticket, body="My text", files=files)
    page = refused.content.decode()
    assert "big.txt was not added: a file may have up to 1 MB." in page
    assert "My text" in page
    assert [file.name for file in Attachment.objects.all()] == ["small.txt"]
    assert list((settings.MEDIA_ROOT / "incoming").iterdir()) == []


def test_more_files_than_a_message_may_bring(client, customer, ticket):
    services.change_desk_settings(actor=AdminFactory(), files_per_message=2)
    client.force_login(customer)
    files = [named(f"{number}.txt") for number in range(3)]
    refused = post(client, "tickets:ticket-reply", ticket, body="Text", files=files)
    assert "A message may bring up to 2 files." in refused.content.decode()
    kept = [str(file.pk) for file in Attachment.objects.all()]
    assert len(kept) == 2
    more = post(
        client, "tickets:ticket-reply", ticket, body="Text", attached=kept, files=[named("3.txt")]
    )
    assert "A message may bring up to 2 files." in more.content.decode()
    assert not Comment.objects.exists()


def test_an_upload_in_advance_is_attached_when_the_form_is_sent(client, customer, ticket):
    client.force_login(customer)
    answer = upload(client, named("early.txt"))
    assert answer.status_code == 201
    [row] = answer.json()["files"]
    assert (row["name"], row["size"]) == ("early.txt", 9)
    post(client, "tickets:ticket-reply", ticket, body="See", attached=row["id"])
    assert names(Comment.objects.get().attachments.all()) == ["early.txt"]
    again = post(client, "tickets:ticket-reply", ticket, body="Again", attached=row["id"])
    assert again.status_code == 409
    assert "no longer there" in again.content.decode()


def test_an_upload_can_be_thrown_away_until_it_is_sent(client, customer, settings):
    client.force_login(customer)
    file = uploaded(customer)
    other = uploaded(CustomerFactory())
    assert client.post(reverse("tickets:file-discard", args=[file.pk])).status_code == 204
    assert client.post(reverse("tickets:file-discard", args=[other.pk])).status_code == 404
    assert Attachment.objects.get() == other


def test_nobody_sends_what_another_has_uploaded(client, customer, technician, ticket):
    file = uploaded(technician)
    client.force_login(customer)
    refused = post(client, "tickets:ticket-reply", ticket, body="Mine", attached=str(file.pk))
    assert refused.status_code == 422
    with pytest.raises(services.FileRefused):
        services.add_reply(ticket, actor=customer, body="Mine", attachments=[file])
    file.refresh_from_db()
    assert file.ticket is None
    assert not Comment.objects.exists()


@pytest.mark.parametrize("value", ["", "x", "1", "../..", "0" * 5000])
def test_what_is_no_upload_is_refused(client, customer, ticket, value):
    client.force_login(customer)
    refused = post(client, "tickets:ticket-reply", ticket, body="Text", attached=value)
    assert refused.status_code == 422


@pytest.mark.parametrize(
    ("file", "status", "words"),
    [
        (("a.exe", b"MZ"), 400, "was not added"),
        (("a.png", b"GIF89a"), 400, "not what its name says"),
        (("a.txt", b"x" * 1_000_001), 413, "up to 1 MB"),
    ],
)
def test_an_upload_that_is_refused_says_why(client, customer, file, status, words):
    services.change_desk_settings(actor=AdminFactory(), file_mb=1)
    client.force_login(customer)
    answer = upload(client, named(*file))
    assert answer.status_code == status
    assert words in answer.json()["message"]


def test_an_upload_without_a_file(client, customer):
    client.force_login(customer)
    answer = upload(client)
    assert (answer.status_code, answer.json()["message"]) == (400, "Choose a file.")


def test_g10_a_reply_to_a_deleted_ticket_leaves_its_file_to_the_uploader(client, customer, ticket):
    file = uploaded(customer)
    services.delete_ticket(ticket, actor=AdminFactory())
    client.force_login(customer)
    answer = post(client, "tickets:ticket-reply", ticket, body="Late", attached=str(file.pk))
    assert answer.status_code == 404
    file.refresh_from_db()
    assert file.ticket is None


def test_a_stranger_uploads_nothing(client, settings):
    answer = upload(client, named("a.txt"))
    assert answer.status_code in (302, 401)
    assert not Attachment.objects.exists()
    assert not (settings.MEDIA_ROOT / "incoming").exists()


def test_only_forms_with_files_take_them(client, customer, settings):
    client.force_login(customer)
    data = {"name": "New", "phone": "", "time_zone": "", "files": named("a.txt")}
    client.post(reverse("accounts:profile"), data)
    assert not (settings.MEDIA_ROOT / "incoming").exists()


def test_a_reply_on_its_way_takes_its_files_along_when_it_goes_out(
    client, customer, technician, ticket
):
    services.change_desk_settings(actor=AdminFactory(), undo_seconds=10)
    client.force_login(technician)
    post(client, "technicians:ticket-reply", ticket, body="See", files=[named("steps.txt")])
    file = Attachment.objects.get()
    assert (file.ticket, file.outgoing.body) == (None, "See")
    assert "steps.txt" in client.get(ticket.get_desk_url()).content.decode()
    # While it waits nobody else reads it, nothing else takes it, and no sweep removes it.
    client.force_login(customer)
    assert client.get(file.get_absolute_url()).status_code == 404
    Attachment.objects.update(created_at=timezone.now() - timedelta(days=2))
    services.tidy_files()
    with pytest.raises(services.FileRefused):
        services.add_note(ticket, actor=technician, body="Mine", attachments=[file])
    services.release_due_replies(now=timezone.now() + timedelta(seconds=11))
    assert Comment.objects.get().attachments.get() == file
    assert b"".join(client.get(file.get_absolute_url())) == b"some text"


def test_a_reply_that_is_taken_back_keeps_its_files_for_the_next_try(client, technician, ticket):
    services.change_desk_settings(actor=AdminFactory(), undo_seconds=10)
    client.force_login(technician)
    files = [named("one.txt"), named("two.txt")]
    post(client, "technicians:ticket-reply", ticket, body="See", files=files)
    row = ticket.outgoing.get()
    services.take_back_reply(row.pk, actor=technician)
    page = client.get(ticket.get_desk_url()).content.decode()
    one, two = Attachment.objects.order_by("name")
    assert f'name="attached" value="{one.pk}" checked' in page
    again = {"body": "See now", "again": row.pk, "attached": [str(two.pk)]}
    post(client, "technicians:ticket-reply", ticket, **again)
    services.release_due_replies(now=timezone.now() + timedelta(seconds=11))
    assert names(Comment.objects.get().attachments.all()) == ["two.txt"]
    assert list(Attachment.objects.fresh()) == [one]


def test_a_reply_thrown_away_leaves_its_files_to_the_sweep(technician, ticket):
    file = uploaded(technician)
    services.change_desk_settings(actor=AdminFactory(), undo_seconds=10)
    row = services.send_reply(ticket, actor=technician, body="See", attachments=[file])
    services.take_back_reply(row.pk, actor=technician)
    services.discard_reply(row.pk, actor=technician)
    assert list(Attachment.objects.fresh()) == [file]


# Looking at it before it is sent, without scripts ------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kind", "field", "who", "sends"),
    [
        ("tickets:ticket-preview", "reply", "body", "customer", "tickets:ticket-reply"),
        ("technicians:ticket-preview", "reply", "body", "technician", "technicians:ticket-reply"),
        ("technicians:ticket-preview", "note", "note", "technician", "technicians:ticket-note"),
    ],
)
def test_a_preview_keeps_the_files(
    client, customer, technician, ticket, name, kind, field, who, sends
):
    services.change_desk_settings(actor=AdminFactory(), undo_seconds=0)
    client.force_login({"customer": customer, "technician": technician}[who])
    url = reverse(name, args=[ticket.ticket_id, kind])
    files = [named("one.txt"), named("two.txt"), named("bad.exe", b"MZ")]
    page = client.post(url, {field: "**Look**", "files": files}).content.decode()
    assert "<strong>Look</strong>" in page
    assert "bad.exe was not added" in page
    one, two = Attachment.objects.order_by("name")
    for file in (one, two):
        assert re.search(rf'name="attached" value="{file.pk}" checked', page)
    # Looking once more, without one of them and with another one.
    data = {field: "Look", "attached": str(two.pk), "files": named("three.txt")}
    page = client.post(url, data).content.decode()
    three = Attachment.objects.get(name="three.txt")
    assert f'value="{one.pk}"' not in page
    post(client, sends, ticket, **{field: "Look", "attached": [str(two.pk), str(three.pk)]})
    assert names(Comment.objects.get().attachments.all()) == ["three.txt", "two.txt"]


def test_a_preview_of_a_new_ticket_keeps_the_files(client, customer):
    client.force_login(customer)
    data = {"description": "**Look**", "files": named("one.txt")}
    page = client.post(reverse("tickets:create-preview"), data).content.decode()
    assert "<strong>Look</strong>" in page
    assert f'name="attached" value="{Attachment.objects.get().pk}" checked' in page
    assert "Choose a category" in page
    assert "One thing needs another look" not in page


def test_a_preview_by_htmx_takes_no_file(client, customer, ticket):
    client.force_login(customer)
    url = reverse("tickets:ticket-preview", args=[ticket.ticket_id, "reply"])
    client.post(url, {"body": "x", "files": named("a.txt")}, headers={"hx-request": "true"})
    assert not Attachment.objects.exists()
