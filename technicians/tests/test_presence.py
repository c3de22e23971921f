"""Who else is on a ticket's page."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from technicians.models import Presence
from technicians.services import purge_presences
from tickets.models import TicketEvent

pytestmark = pytest.mark.django_db


def open_page(person):
    client = Client()
    client.force_login(person)
    return client


def here(client, ticket, **data):
    return client.post(f"{ticket.get_desk_url()}presence/", data)


def test_colleagues_learn_who_looks_and_who_writes_what(ticket, priya, admin):
    events = TicketEvent.objects.count()
    ours, theirs = open_page(priya), open_page(admin)
    here(ours, ticket)
    assert "Priya Nair</bdi></b> is looking at this ticket" in here(theirs, ticket).content.decode()
    here(ours, ticket, writing="note")
    assert "is writing a note on this ticket" in here(theirs, ticket).content.decode()
    here(ours, ticket, writing="reply")
    assert "is writing a reply" in theirs.get(ticket.get_desk_url()).content.decode()
    assert "is writing a reply" not in ours.get(ticket.get_desk_url()).content.decode()
    assert (TicketEvent.objects.count(), Presence.objects.count()) == (events, 2)


def test_a_page_that_knows_it_already_gets_nothing(ticket, priya, admin):
    here(open_page(priya), ticket, writing="note")
    client = open_page(admin)
    assert here(client, ticket, known="").status_code == 200
    assert here(client, ticket, known=f"{priya.pk}note").status_code == 204


def test_who_has_left_is_forgotten(ticket, priya, admin):
    here(open_page(priya), ticket)
    with time_machine.travel(timezone.now() + timedelta(seconds=36), tick=False):
        assert "Priya" not in here(open_page(admin), ticket).content.decode()
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=False):
        assert purge_presences() == 2


def test_an_unknown_kind_of_text_is_no_text(ticket, priya, admin):
    here(open_page(priya), ticket, writing="nonsense")
    assert "is looking" in here(open_page(admin), ticket).content.decode()
