"""Opening one ticket by the link of a mail: what it allows, and everything that ends it."""

import re
import uuid
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.tests.outbox import deliver, mails
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import EventType, ParticipantRole, Status
from tickets.guests import SESSION_HOURS, read_link, read_session
from tickets.models import Attachment, DeskSettings, Ticket
from tickets.tests.factories import ParticipantFactory, TicketFactory
from tickets.tests.files import named, photo, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def ticket():
    return TicketFactory(
        technician=TechnicianFactory(user__name="Priya Nair").user,
        status=Status.IN_PROGRESS,
        customer__name="Amara Okafor",
    )


def link_to(ticket, person=None):
    """Return the path of the link in the newest mail to the person (the requester)."""
    services.add_reply(ticket, actor=ticket.technician, body="Try it now")
    deliver()
    address = (person or ticket.customer).email
    body = [sent for sent in mail.outbox if sent.to == [address]][-1].body
    return re.search(r"https?://[^/\s]+(/g/[^\s#]+)", body)[1]


@pytest.fixture
def link(ticket):
    return link_to(ticket)


@pytest.fixture
def guest(client, ticket, link):
    assert client.get(link)["Location"] == ticket.get_absolute_url()
    return client


def reads(client, ticket):
    return client.get(ticket.get_absolute_url()).status_code == 200


def test_the_link_is_exchanged_for_a_cookie_of_this_ticket_only(client, ticket, link):
    answer = client.get(link)
    assert answer.status_code == 302
    assert answer["Location"] == ticket.get_absolute_url()
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["Cache-Control"] == "no-store"
    cookie = answer.cookies["guest"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (
        ticket.get_absolute_url(),
        True,
        "Lax",
    )
    assert cookie["max-age"] == SESSION_HOURS * 3600
    assert set(answer.cookies) == {"guest"}


def test_a_guest_reads_and_replies(guest, ticket):
    html = guest.get(ticket.get_absolute_url()).content.decode()
    assert "Try it now" in html
    assert "by the link in your e-mail" in html
    assert "My tickets" not in html
    assert "Add a colleague" not in html
    answer = guest.post(f"{ticket.get_absolute_url()}reply/", {"body": "It works"})
    assert answer.status_code == 302
    newest = ticket.events.last()
    assert (newest.comment.body, newest.actor) == ("It works", ticket.customer)
    assert newest.changes["guest"]
    assert "It works" in guest.get(ticket.get_absolute_url()).content.decode()


def test_a_cc_without_an_account_is_a_guest(client, ticket):
    services.add_participant(ticket, actor=ticket.customer, email="ben@example.org", name="Ben")
    ben = User.objects.get(email="ben@example.org")
    assert client.get(link_to(ticket, ben)).status_code == 302
    assert reads(client, ticket)
    services.add_note(ticket, actor=ticket.technician, body="Between us")
    assert "Between us" not in client.get(ticket.get_absolute_url()).content.decode()
    client.post(f"{ticket.get_absolute_url()}reply/", {"body": "Hello from Ben"})
    assert ticket.comments.last().author == ben
    assert not User.objects.get(pk=ben.pk).is_email_verified


def test_nothing_else_is_open_to_a_guest(guest, ticket):
    other = TicketFactory(customer=ticket.customer)
    # The browser sends the cookie to this ticket's addresses only; here it goes everywhere.
    guest.cookies["guest"]["path"] = "/"
    for path in ("/tickets/", "/accounts/profile/", "/notifications/", other.get_absolute_url()):
        answer = guest.get(path)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/accounts/sign-in/")
    services.resolve_ticket(ticket, actor=ticket.technician, resolution_summary="Done")
    for verb in ("accept/", "reopen/", "people/add/", "people/remove/"):
        answer = guest.post(f"{ticket.get_absolute_url()}{verb}", {"email": "x@example.org"})
        assert answer.status_code in (302, 401)
        assert "sign-in" in answer.get("Location", "sign-in")
    assert guest.get(f"/desk/tickets/{ticket.ticket_id}/").status_code == 302
    assert guest.get(f"/api/tickets/{ticket.ticket_id}").status_code == 401
    assert Ticket.objects.get(pk=ticket.pk).status == Status.RESOLVED
    assert not ticket.participants.exists()


def test_a_guests_reply_reopens_what_is_resolved(guest, ticket):
    services.resolve_ticket(ticket, actor=ticket.technician, resolution_summary="Done")
    html = guest.get(ticket.get_absolute_url()).content.decode()
    assert "If it is not solved for you" in html
    assert "Yes, it is solved" not in html
    guest.post(f"{ticket.get_absolute_url()}reply/", {"body": "Not yet"})
    assert Ticket.objects.get(pk=ticket.pk).is_open


def test_a_guest_is_one_ticket_wide_wherever_one_asks(ticket):
    person = ticket.customer
    TicketFactory(customer=person)
    ParticipantFactory(user=person)
    person.guest_of = ticket.pk
    for found in (Ticket.objects.visible_to(person), Ticket.objects.own(person)):
        assert set(found) == {ticket}
    assert not Ticket.objects.followed_by(person).exists()


# What ends it ------------------------------------------------------------------------------------


def ends(way):
    ways = {
        "time": lambda ticket: None,
        "deleted": lambda ticket: services.delete_ticket(ticket, actor=AdminFactory()),
        "address": lambda ticket: change(ticket.customer, email="moved@example.org"),
        "deactivated": lambda ticket: change(ticket.customer, is_active=False),
        "links ended": lambda ticket: services.end_guest_links(ticket, actor=ticket.technician),
        "switched off": lambda ticket: services.change_desk_settings(
            actor=AdminFactory(), guest_links=False
        ),
    }
    return ways[way]


def change(user, **fields):
    User.objects.filter(pk=user.pk).update(**fields)


@pytest.mark.parametrize(
    "way", ["deleted", "address", "deactivated", "links ended", "switched off"]
)
def test_link_and_visit_end_at_once(guest, ticket, link, way):
    assert reads(guest, ticket)
    ends(way)(ticket)
    assert not reads(guest, ticket)
    gone = Client().get(link)
    assert gone.status_code == 410
    assert "guest" not in gone.cookies
    posted = guest.post(f"{ticket.get_absolute_url()}reply/", {"body": "Still there?"})
    assert posted.status_code == 401
    assert "Still there?" in posted.content.decode()


def test_removing_somebody_ends_their_links_for_good(client, ticket):
    ben = ParticipantFactory(ticket=ticket).user
    link = link_to(ticket, ben)
    client.get(link)
    assert reads(client, ticket)
    services.remove_participant(ticket, user=ben, actor=ticket.customer)
    assert not reads(client, ticket)
    services.add_participant(ticket, actor=ticket.customer, email=ben.email)
    assert not reads(client, ticket)
    assert Client().get(link).status_code == 410
    assert Client().get(link_to(ticket, ben)).status_code == 302


def test_ending_the_links_is_told_to_staff_only(ticket, link):
    assert services.end_guest_links(ticket, actor=ticket.technician) == 1
    assert ticket.events.last().type == EventType.GUEST_LINKS_ENDED
    assert EventType.GUEST_LINKS_ENDED not in [
        event.type for event in ticket.events.visible_to(ticket.customer)
    ]


def test_a_link_ends_after_the_desks_days_and_a_visit_after_hours(client, ticket, link):
    days = DeskSettings.load().guest_link_days
    client.get(link)
    with time_machine.travel(timezone.now() + timedelta(hours=SESSION_HOURS, minutes=1)):
        assert not reads(client, ticket)
    with time_machine.travel(timezone.now() + timedelta(days=days, minutes=-5)):
        late = Client()
        assert late.get(link).status_code == 302
        assert reads(late, ticket)
    with time_machine.travel(timezone.now() + timedelta(days=days, minutes=1)):
        assert Client().get(link).status_code == 410
        assert not reads(late, ticket)


def test_no_token_stands_for_another(client, ticket, link):
    token = link.split("/")[2]
    client.get(link)
    cookie = client.cookies["guest"].value
    assert read_session(token) is None
    assert read_link(cookie) is None
    other = TicketFactory(customer=ticket.customer)
    forged = [token[:-1], token.replace(f"{ticket.pk}.", f"{other.pk}.", 1), "x", "x" * 400, cookie]
    for wrong in forged:
        assert Client().get(reverse("tickets:guest-open", args=[wrong])).status_code == 410
        stranger = Client()
        stranger.cookies["guest"] = wrong if wrong != cookie else token
        assert not reads(stranger, ticket)


# Who needs none ----------------------------------------------------------------------------------


def test_whoever_is_signed_in_comes_as_themselves(client, ticket, link):
    client.force_login(ticket.customer)
    answer = client.get(link)
    assert answer["Location"] == ticket.get_absolute_url()
    assert "guest" not in answer.cookies
    html = client.get(ticket.get_absolute_url()).content.decode()
    assert "by the link in your e-mail" not in html
    stranger = Client()
    stranger.force_login(CustomerFactory())
    assert stranger.get(link, follow=True).status_code == 404


def test_staff_get_no_guest_links(ticket):
    watcher = TechnicianFactory().user
    ParticipantFactory(ticket=ticket, user=watcher, role=ParticipantRole.WATCHER)
    services.add_reply(ticket, actor=ticket.customer, body="Hello?")
    sent = mails("reply_from_customer")
    assert len(sent) == 2
    assert not [m for m in sent if "/g/" in m.body + m.alternatives[0].content]


def test_without_guest_links_a_mail_leads_to_the_page(ticket):
    services.change_desk_settings(actor=AdminFactory(), guest_links=False)
    services.add_reply(ticket, actor=ticket.technician, body="Try it now")
    [sent] = mails("reply_from_desk")
    assert "/g/" not in sent.body
    assert ticket.get_absolute_url() in sent.body


def test_a_guest_gets_an_account_by_mail_and_ends_the_visit(guest, ticket):
    answer = guest.post(f"{ticket.get_absolute_url()}guest/account/")
    assert answer.status_code == 302
    assert [sent.to for sent in mails("password_reset")] == [[ticket.customer.email]]
    assert guest.post(f"{ticket.get_absolute_url()}guest/steal/").status_code == 404
    guest.post(f"{ticket.get_absolute_url()}guest/end/")
    assert not reads(guest, ticket)


# Files -----------------------------------------------------------------------------------------


def with_file(ticket, actor, name="steps.png", verb=services.add_reply):
    file = uploaded(actor, name, photo() if name.endswith(("png", "jpg")) else b"some text")
    verb(ticket, actor=actor, body="See the file", attachments=[file])
    file.refresh_from_db()
    return file


def paths_of(file, ticket):
    below = f"{ticket.get_absolute_url()}files/{file.pk}/"
    return [below, f"{below}shown/", f"{below}thumbnail/"]


def statuses(client, paths):
    found = []
    for path in paths:
        answer = client.get(path)
        found.append(answer.status_code)
        if answer.streaming:
            b"".join(answer)
    return found


def test_a_guest_opens_the_files_of_what_they_read_below_the_path_of_their_cookie(guest, ticket):
    file = with_file(ticket, ticket.technician, "steps.jpg")
    html = guest.get(ticket.get_absolute_url()).content.decode()
    shown = re.findall(r'(?:href|src)="([^"]*files/[^"]*)"', html)
    assert sorted(set(shown)) == sorted(paths_of(file, ticket))
    assert all(path.startswith(guest.cookies["guest"]["path"]) for path in shown)
    assert statuses(guest, shown) == [200, 200, 200]
    # Nobody knows who reads the mail: an image without what the camera wrote, the own ones too.
    own = with_file(ticket, ticket.customer, "own.jpg")
    assert b"SecretCamera" not in b"".join(guest.get(paths_of(own, ticket)[0]))


def test_a_guest_opens_no_other_file(guest, ticket):
    other = TicketFactory(
        customer=ticket.customer, technician=ticket.technician, status=Status.ASSIGNED
    )
    elsewhere = with_file(other, ticket.technician, "other.jpg")
    note = with_file(ticket, ticket.technician, "note.jpg", services.add_note)
    fresh = uploaded(ticket.customer, "fresh.jpg", photo())
    guest.cookies["guest"]["path"] = "/"
    unknown = uuid.uuid4()
    for file in (elsewhere, note, fresh):
        for path in paths_of(file, ticket):
            refused = guest.get(path)
            absent = guest.get(path.replace(str(file.pk), str(unknown)))
            assert (refused.status_code, absent.status_code) == (404, 404)
            assert refused.content == absent.content.replace(
                str(unknown).encode(), str(file.pk).encode()
            )
    # Neither below the other ticket, nor where only people who signed in are let in.
    assert statuses(guest, paths_of(elsewhere, other)) == [302, 302, 302]
    sent = with_file(ticket, ticket.technician, "sent.jpg")
    assert statuses(guest, [sent.get_absolute_url(), f"{sent.get_absolute_url()}shown/"]) == [
        302,
        302,
    ]


def test_the_files_end_with_the_visit(guest, ticket):
    file = with_file(ticket, ticket.technician, "steps.jpg")
    paths = paths_of(file, ticket)
    assert statuses(guest, paths) == [200, 200, 200]
    services.change_desk_settings(actor=AdminFactory(), guest_links=False)
    assert statuses(guest, paths) == [302, 302, 302]


def test_a_guest_reads_the_files_of_what_was_merged_in(client, ticket):
    source = TicketFactory(
        customer=ticket.customer, technician=ticket.technician, status=Status.ASSIGNED
    )
    file = with_file(source, ticket.customer, "merged.jpg")
    services.merge_tickets(source, target=ticket, actor=ticket.technician)
    client.get(link_to(ticket))
    assert "merged.jpg" in client.get(ticket.get_absolute_url()).content.decode()
    assert statuses(client, paths_of(file, ticket)) == [200, 200, 200]
    services.undo_merge(source, actor=ticket.technician)
    assert statuses(client, paths_of(file, ticket)) == [404, 404, 404]


def test_a_guest_replies_with_files(guest, ticket):
    page = f"{ticket.get_absolute_url()}"
    html = guest.get(page).content.decode()
    [upload] = re.findall(r'data-upload="([^"]+)"', html)
    assert upload == f"{page}files/"
    [row] = guest.post(upload, {"files": named("early.txt")}).json()["files"]
    gone = guest.post(upload, {"files": named("gone.txt")}).json()["files"][0]
    assert guest.post(gone["discard"]).status_code == 204
    data = {"body": "See", "attached": row["id"], "files": [named("late.txt", b"x" * 2_000_000)]}
    assert guest.post(f"{page}reply/", data).status_code == 302
    said = ticket.comments.latest("id")
    assert sorted(file.name for file in said.attachments.all()) == ["early.txt", "late.txt"]
    assert not Attachment.objects.fresh().exists()


def test_whose_link_has_ended_sends_no_file(guest, ticket, settings):
    services.change_desk_settings(actor=AdminFactory(), guest_links=False)
    page = ticket.get_absolute_url()
    for path in (f"{page}reply/", f"{page}files/"):
        assert guest.post(path, {"body": "x", "files": named("a.txt")}).status_code in (302, 401)
    assert not Attachment.objects.exists()
    assert not (settings.MEDIA_ROOT / "incoming").exists()


def test_the_mail_leads_a_guest_to_the_file_itself(client, ticket):
    file = uploaded(ticket.technician, "steps.txt")
    services.add_reply(ticket, actor=ticket.technician, body="See", attachments=[file])
    [mail] = mails("reply_from_desk")
    path = re.search(r"steps.txt: https?://[^/]+(/g/\S+)", mail.body)[1]
    answer = client.get(path)
    assert answer["Location"] == paths_of(file, ticket)[0]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert b"".join(client.get(answer["Location"])) == b"some text"
    # Nothing but a file's number leads anywhere.
    for odd in ("?file=//evil.example", "?file=", "?file=..%2f.."):
        assert client.get(path.split("?")[0] + odd)["Location"] == ticket.get_absolute_url()
