"""How was our help: five faces, once for each resolution, changeable for a week."""

import re
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from notifications.tests.outbox import mails, whole
from tickets import services
from tickets.choices import EventType, Status
from tickets.links import rating_path, rating_token, read_rating_token
from tickets.models import Rating
from tickets.tests.factories import TicketFactory

START = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture
def clock(db):
    with time_machine.travel(START, tick=False) as clock:
        yield clock


def make_ticket(**fields):
    return TicketFactory(status=Status.IN_PROGRESS, **fields)


def resolve(ticket, actor=None):
    return services.resolve_ticket(
        ticket, actor=actor or ticket.technician, resolution_summary="A new tunnel."
    )


@pytest.fixture
def ticket(clock):
    return resolve(
        make_ticket(
            technician=TechnicianUserFactory(name="Priya Nair"), customer__name="Amara Okafor"
        )
    )


def rate(ticket, score=4, comment="", **options):
    return services.rate_ticket(
        ticket, actor=ticket.customer, score=score, comment=comment, **options
    )


def faces(mail):
    return re.findall(r"https?://[^/\s]+(/rate/[^/\s]+/)", mail.body)


# The rule ------------------------------------------------------------------------------------


def test_a_customer_rates_and_thinks_again(ticket, clock):
    rate(ticket, 4, " Quick and clear. ")
    clock.shift(timedelta(days=6))
    rating = rate(ticket, 2)
    assert (rating.score, rating.comment, rating.technician) == (2, "", ticket.technician)
    assert rating.rated_at == START
    assert Rating.objects.count() == 1
    said = [event.changes for event in ticket.events.filter(type=EventType.RATED)]
    assert said == [{"rating": [None, "Good"]}, {"rating": ["Good", "Bad"]}]


def test_the_same_again_changes_nothing(ticket, clock):
    rate(ticket, 4, "Fine")
    clock.shift(timedelta(days=20))
    rate(ticket, 4, "Fine")
    assert ticket.events.filter(type=EventType.RATED).count() == 1


def test_after_a_week_it_stays(ticket, clock):
    rate(ticket)
    clock.shift(timedelta(days=7, seconds=1))
    with pytest.raises(PermissionDenied, match="7 days"):
        rate(ticket, 1)
    assert Rating.objects.get().score == 4


def test_a_second_resolution_is_rated_anew_and_the_first_rating_stays(ticket, clock):
    first = ticket.resolved_at
    rate(ticket, 1)
    ticket = services.reopen_ticket(ticket, actor=ticket.customer, reason="It is back")
    with pytest.raises(PermissionDenied):
        rate(ticket, 5)
    clock.shift(timedelta(hours=1))
    ticket = resolve(ticket)
    with pytest.raises(PermissionDenied, match="reopened"):
        rate(ticket, 5, resolved_at=first)
    rate(ticket, 5)
    assert sorted(Rating.objects.values_list("score", flat=True)) == [1, 5]


def test_a_closed_ticket_is_rated_and_closing_does_not_begin_anew(ticket):
    rate(ticket, 3)
    services.accept_solution(ticket, actor=ticket.customer)
    rate(ticket, 5)
    assert Rating.objects.get().score == 5


def test_an_old_ticket_is_not_rated_any_more(ticket, clock):
    clock.shift(timedelta(days=30))
    with pytest.raises(PermissionDenied, match="30 days"):
        rate(ticket)


def test_only_its_customer_rates_a_solved_ticket(ticket):
    for stranger in (CustomerFactory(), ticket.technician, AdminFactory()):
        with pytest.raises(PermissionDenied):
            services.rate_ticket(ticket, actor=stranger, score=5)
    open_one = make_ticket()
    with pytest.raises(PermissionDenied):
        rate(open_one)
    assert not Rating.objects.given().exists()


@pytest.mark.parametrize("score", [0, 6, -1])
def test_there_are_five_faces(ticket, score):
    with pytest.raises(ValidationError):
        rate(ticket, score)


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_rating_comes_out():
    with transaction.atomic():
        ticket = resolve(make_ticket(technician=TechnicianUserFactory()))
    barrier = threading.Barrier(5)

    def give(score):
        try:
            barrier.wait()
            rate(ticket, score)
        finally:
            connection.close()

    threads = [threading.Thread(target=give, args=[score]) for score in range(1, 6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    last = ticket.events.filter(type=EventType.RATED).last()
    assert Rating.objects.get().word == last.changes["rating"][1]


# Asking by mail -------------------------------------------------------------------------------


def test_the_mail_about_the_end_has_five_faces_and_says_when_it_closes(ticket):
    mail = mails("ticket_resolved")[0]
    assert len(faces(mail)) == 5
    assert "Very good" in whole(mail)
    assert "closes by itself on Mon 9 Mar 2026" in whole(mail)


def test_a_customer_is_asked_once_in_thirty_days(ticket, clock):
    customer, technician = ticket.customer, ticket.technician
    clock.shift(timedelta(days=29))
    resolve(make_ticket(customer=customer, technician=technician))
    clock.shift(timedelta(days=2))
    resolve(make_ticket(customer=customer, technician=technician))
    resolve(make_ticket(technician=technician))
    sent = mails("ticket_resolved")
    assert [len(faces(mail)) for mail in sent] == [5, 0, 5, 5]


def test_an_admin_decides_how_often(ticket):
    services.change_desk_settings(actor=AdminFactory(), rating_ask_days=0)
    resolve(make_ticket(customer=ticket.customer, technician=ticket.technician))
    assert [len(faces(mail)) for mail in mails("ticket_resolved")] == [5, 5]


def test_an_end_that_came_by_itself_does_not_ask(clock):
    resolve(make_ticket(), actor=AdminFactory())
    services.resolve_ticket(make_ticket(), actor=None, resolution_summary="x")
    assert [len(faces(mail)) for mail in mails("ticket_resolved")] == [5, 0]


def test_closing_at_once_asks_and_closing_later_does_not_ask_twice(clock):
    technician = TechnicianUserFactory()
    services.close_ticket(
        make_ticket(technician=technician), actor=technician, resolution_summary="x"
    )
    services.close_ticket(resolve(make_ticket(technician=technician)), actor=technician)
    assert [len(faces(mail)) for mail in mails("ticket_closed")] == [5, 0]


@pytest.mark.django_db(transaction=True)
def test_two_tickets_that_end_at_once_ask_once():
    with transaction.atomic():
        technician, customer = TechnicianUserFactory(), CustomerFactory()
        tickets = [make_ticket(technician=technician, customer=customer) for _ in range(4)]
    barrier = threading.Barrier(4)

    def end(ticket):
        try:
            barrier.wait()
            resolve(ticket)
        finally:
            connection.close()

    threads = [threading.Thread(target=end, args=[ticket]) for ticket in tickets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Rating.objects.filter(asked_at__isnull=False).count() == 1


# The links ------------------------------------------------------------------------------------


def test_a_get_changes_nothing_and_a_post_without_a_sign_in_keeps_the_face(ticket):
    client = Client(enforce_csrf_checks=True)
    path = faces(mails("ticket_resolved")[0])[3]
    for _ in range(3):
        answer = client.get(path)
        client.head(path)
    page = answer.content.decode()
    assert answer["Referrer-Policy"] == "no-referrer"
    assert "no-store" in answer["Cache-Control"]
    assert 'value="4" required checked' in page
    assert ticket.subject not in page
    assert not Rating.objects.given().exists()
    thanks = client.post(path, {"score": 5, "comment": "Thanks"}, follow=True).content.decode()
    assert "Thank you" in thanks
    rating = Rating.objects.get()
    assert (rating.score, rating.comment) == (5, "Thanks")
    page = client.get(path).content.decode()
    assert "You rated it <b>very good</b>" in page


def test_a_link_is_worth_one_thing(ticket, clock, client):
    token = rating_token(ticket, 5)
    link = read_rating_token(token)
    assert (link.ticket, link.customer, link.score) == (ticket.pk, ticket.customer_id, 5)
    assert link.resolved_at == ticket.resolved_at
    assert token == rating_token(ticket, 5)
    for damaged in (token[:-1], token.replace(".", ":", 1), "x", "x" * 300, token.upper()):
        assert read_rating_token(damaged) is None
        assert client.get(reverse("tickets:rate", args=[damaged])).status_code == 404
    for purpose in ("notifications:unsubscribe", "accounts:email-verify"):
        assert client.get(reverse(purpose, args=[token])).status_code in (404, 410)
    ticket.refresh_from_db()
    assert ticket.customer.is_email_verified


def test_a_link_ends_with_the_resolution_the_time_and_the_person(ticket, clock, client):
    path = rating_path(ticket, 5)
    services.reopen_ticket(ticket, actor=ticket.customer, reason="It is back")
    answer = client.get(path)
    assert answer.status_code == 410
    assert "was reopened since then" in answer.content.decode()
    assert client.post(path, {"score": 5}).status_code == 409
    other = resolve(make_ticket(technician=ticket.technician))
    path = rating_path(other, 5)
    clock.shift(timedelta(days=31))
    assert client.get(path).status_code == 410
    assert client.post(path, {"score": 5}).status_code == 409
    third = resolve(make_ticket(technician=ticket.technician))
    path = rating_path(third, 5)
    third.customer.is_active = False
    third.customer.save()
    assert client.get(path).status_code == client.post(path, {"score": 5}).status_code == 404
    assert not Rating.objects.given().exists()


def test_after_a_week_the_link_shows_what_was_said(ticket, clock, client):
    rate(ticket, 2)
    clock.shift(timedelta(days=8))
    page = client.get(rating_path(ticket, 5)).content.decode()
    assert "<b>bad</b>" in page
    assert "<form" not in page.split("<main", 1)[1].split("</main>", 1)[0]


@pytest.mark.parametrize(
    "data", [{}, {"score": "9"}, {"score": "x"}, {"score": 5, "comment": "x" * 2001}]
)
def test_a_form_that_makes_no_sense_is_shown_again(ticket, client, data):
    assert client.post(rating_path(ticket, 5), data).status_code == 422
    client.force_login(ticket.customer)
    url = reverse("tickets:ticket-rate", args=[ticket.ticket_id])
    assert client.post(url, data).status_code == 422
    assert not Rating.objects.given().exists()


# The pages ------------------------------------------------------------------------------------


def test_the_ticket_asks_and_shows_what_was_said(ticket, client):
    client.force_login(ticket.customer)
    assert "How was our help?" in client.get(ticket.get_absolute_url()).content.decode()
    url = reverse("tickets:ticket-rate", args=[ticket.ticket_id])
    page = client.post(url, {"score": 4, "comment": "<b>Fine</b>"}, follow=True).content.decode()
    assert "Thank you for your rating" in page
    assert "You rated our help <b>good</b>" in page
    assert "&lt;b&gt;Fine" in page


def test_technician_and_admin_see_it_and_others_do_not(ticket, client):
    rate(ticket, 5, "Quick and clear")
    client.force_login(ticket.technician)
    for url in (ticket.get_desk_url(), reverse("technicians:dashboard")):
        page = client.get(url).content.decode()
        assert "Quick and clear" in page
        assert "Very good" in page
    assert "100% satisfied of 1" in page
    client.force_login(TechnicianUserFactory())
    assert "Quick and clear" not in client.get(reverse("technicians:dashboard")).content.decode()
    client.force_login(AdminFactory())
    assert "Quick and clear" in client.get("/admin/tickets/rating/").content.decode()
    assert "Quick and clear" in client.get("/admin/tickets/rating/?score=5").content.decode()
    assert "Quick and clear" not in client.get("/admin/tickets/rating/?score=1").content.decode()
    overview = client.get("/reports/?days=7").content.decode()
    assert "Satisfied" in overview


def test_the_technician_is_told_and_not_twice_of_what_was_changed_since(ticket):
    rate(ticket, 1, "Slow")
    rate(ticket, 5, "Sorry, wrong face")
    mail = mails("ticket_rated")
    assert [m.to for m in mail] == [[ticket.technician.email]]
    assert "rates your help very good now, very bad before" in whole(mail[0])
    assert "Sorry, wrong face" in whole(mail[0])


def test_deleting_a_ticket_hides_its_rating(ticket, client):
    rate(ticket, 5, "Quick and clear")
    services.delete_ticket(ticket, actor=AdminFactory())
    client.force_login(ticket.technician)
    assert "Quick and clear" not in client.get(reverse("technicians:dashboard")).content.decode()
    assert client.get(rating_path(ticket, 5)).status_code == 404


# REST -----------------------------------------------------------------------------------------


def test_the_same_by_rest(ticket):
    url = f"/api/tickets/{ticket.ticket_id}/rating"
    own = client_of(ticket.customer)
    assert own.get(url).json() == {
        "score": None,
        "word": None,
        "comment": None,
        "rated_date": None,
        "changeable_until": None,
        "can_rate": True,
    }
    given = own.put(url, {"score": 5, "comment": "Quick"}).json()
    assert (given["word"], given["can_rate"]) == ("Very good", True)
    assert given["changeable_until"] == (START + timedelta(days=7)).isoformat()
    assert own.put(url, {"score": 6}).status_code == 400
    assert client_of(ticket.technician).get(url).json()["comment"] == "Quick"
    assert client_of(ticket.technician).put(url, {"score": 1}).status_code == 403
    assert client_of(CustomerFactory()).get(url).status_code == 404
    assert client_of(CustomerFactory()).put(url, {"score": 1}).status_code == 404
