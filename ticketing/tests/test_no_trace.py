"""No internal note, no watcher and no trace of either reaches a customer or a guest.

Random conversations are written with marked words; then everything that the requester, somebody
in Cc and a guest can open is read, and compared with the same desk without the internal part.
"""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.api.tokens import open_device
from accounts.tests.factories import AdminFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import ParticipantRole, Status
from tickets.guests import link_path
from tickets.models import Ticket
from tickets.tests.factories import ParticipantFactory, TicketFactory

pytestmark = pytest.mark.django_db

INTERNAL = ("note", "watch", "unwatch", "mention", "end links")
STEP = st.tuples(
    st.sampled_from(["requester", "cc", "technician", "watcher", "admin"]),
    st.sampled_from(["reply", "wait", "resolve", "reopen", *INTERNAL]),
)
PAGES = ("/tickets/{id}/", "/tickets/", "/tickets/?show=followed", "/tickets/?q=secretn", "/")
ENDPOINTS = (
    "/api/tickets/{id}",
    "/api/tickets/{id}/timeline?count=true",
    "/api/tickets/{id}/participants",
)
SECRETS = re.compile(r"secretnote|Xylo|watch", re.IGNORECASE)
# Numbers of rows, of versions and random values differ from one conversation to the next.
VARIES = re.compile(
    r'"id":\d+|id="m-\d+"|"etag":"\\"\d+|TKT\d+|[A-Za-z0-9]{32,}|CUS\d+|TEC\d+'
    r'|datetime="[^"]*"|"(?:at|raised_date|resolved_date)":"[^"]*"|value="\d+"|Person \d+'
    r"|title=\"[^\"]*\"|\d\d:\d\d|person\d+@example.com|[?&]before=[^\"&]*"
    r'|value="[0-9a-f-]{36}"|data-draft="[^"]*"|"message_id":\d+|messages/\d+/'
)


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEP, min_size=2, max_size=6))
def test_customers_and_guests_receive_the_same_without_the_internal_part(steps):
    whole = received(play(steps))
    assert not [(where, SECRETS.search(text)[0]) for where, text in whole if SECRETS.search(text)]
    public = received(play([step for step in steps if step[1] not in INTERNAL]))
    assert [(where, VARIES.sub("", text)) for where, text in whole] == [
        (where, VARIES.sub("", text)) for where, text in public
    ]


def play(steps):
    """Return the ticket of a conversation made of the steps that are allowed when they come."""
    technician = TechnicianFactory(user__name="Priya").user
    ticket = TicketFactory(
        technician=technician, status=Status.IN_PROGRESS, customer__name="Amara", category=None
    )
    cc = ParticipantFactory(ticket=ticket, user__name="Ben").user
    watcher = TechnicianFactory(user__name="Xylowatcher").user
    people = {
        "requester": ticket.customer,
        "cc": cc,
        "technician": technician,
        "watcher": watcher,
        "admin": AdminFactory(name="Ada"),
    }
    ParticipantFactory(ticket=ticket, user=watcher, role=ParticipantRole.WATCHER)
    for who, what in steps:
        try:
            act(Ticket.objects.get(pk=ticket.pk), people[who], what, watcher)
        except (PermissionDenied, ValidationError):
            continue
    return Ticket.objects.get(pk=ticket.pk)


def act(ticket, actor, what, watcher):
    verbs = {
        "reply": lambda: services.add_reply(ticket, actor=actor, body="A public word"),
        "wait": lambda: services.change_status(ticket, status=Status.WAITING, actor=actor),
        "resolve": lambda: services.resolve_ticket(ticket, actor=actor, resolution_summary="Done"),
        "reopen": lambda: services.reopen_ticket(ticket, actor=actor, reason="Again"),
        "note": lambda: services.add_note(ticket, actor=actor, body="secretnote"),
        "watch": lambda: services.add_watcher(ticket, user=actor, actor=actor),
        "mention": lambda: services.add_watcher(ticket, user=watcher, actor=actor, mentioned=True),
        "unwatch": lambda: services.remove_watcher(ticket, user=watcher, actor=actor),
        "end links": lambda: services.end_guest_links(ticket, actor=actor),
    }
    verbs[what]()


def received(ticket):
    """Return (where, text) of all that the customers of the ticket and a guest can open."""
    found = []
    cc = ticket.participants.cc().get().user
    for name, person in (("requester", ticket.customer), ("cc", cc)):
        client = Client()
        client.force_login(person)
        token = open_device(person, address=None, user_agent="")["token"]
        headers = {"authorization": f"Bearer {token}"}
        for address in PAGES:
            answer = client.get(address.format(id=ticket.ticket_id))
            found.append((f"{name} {address}", answer.content.decode()))
        for address in ENDPOINTS:
            answer = Client().get(address.format(id=ticket.ticket_id), headers=headers)
            kept = {k: v for k, v in answer.headers.items() if k in ("Link", "X-Total-Count")}
            found.append((f"{name} {address}", f"{answer.content.decode()}{kept}"))
        guest = Client()
        guest.get(link_path(ticket, person, issued_at=ticket.updated_at))
        answer = guest.get(ticket.get_absolute_url())
        assert answer.status_code == 200
        found.append((f"guest {name}", answer.content.decode()))
    return found
