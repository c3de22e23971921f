from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.db.models import Count, F, Q
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Team, User
from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.models import Delivery
from operations.demo import SIGN_INS
from technicians.choices import Audience
from technicians.listing import Listing
from technicians.models import CannedResponse, Macro, SavedView
from tickets.choices import DONE_STATUSES, OPEN_STATUSES, EventType, Status
from tickets.courtesy import is_courtesy
from tickets.models import (
    Category,
    ChecklistItem,
    Comment,
    CustomerNote,
    Rating,
    Ticket,
    TicketEvent,
    TicketReminder,
    TicketSnooze,
    TicketTag,
    TimeEntry,
)
from tickets.services import create_ticket, take_due_steps
from tickets.workflow import check_transition

pytestmark = pytest.mark.django_db


def load(*arguments):
    out = StringIO()
    call_command("demo_data", *arguments, stdout=out)
    return out.getvalue()


def test_the_small_desk_looks_like_a_desk():
    load("--tickets", "220")
    tickets = Ticket.objects.all()
    assert tickets.count() == 220
    assert {t.status for t in tickets} == set(Status.values)
    assert 10 < tickets.filter(status__in=OPEN_STATUSES).count() < 110
    assert tickets.values("subject", "description").distinct().count() > 200
    assert User.objects.technicians().count() == 6
    assert not Category.objects.top_level().exclude(servers__isnull=False).exists()
    assert not Delivery.objects.exists()


def test_each_ticket_agrees_with_its_events():
    load("--tickets", "300")
    for ticket in Ticket.objects.prefetch_related("events__comment"):
        events = list(ticket.events.all())
        assert events[0].type == EventType.CREATED
        assert [e.at for e in events] == sorted(e.at for e in events)
        assert ticket.updated_at == events[-1].at
        assert all(
            event.comment_id is None or event.comment.created_at == event.at for event in events
        )
        status = Status.PENDING
        for event in events:
            if "status" in event.changes:
                before, after = event.changes["status"]
                assert before == status
                if event.type not in (EventType.ASSIGNED, EventType.UNASSIGNED):
                    check_transition(before, after, event.actor.role)
                status = after
        assert status == ticket.status


def test_some_customers_have_rated_the_help_and_thanked_for_it():
    load("--tickets", "400")
    ratings = Rating.objects.select_related("ticket")
    assert ratings.count() > 20
    assert {rating.score for rating in ratings} >= {4, 5}
    assert all(rating.resolved_at == rating.ticket.resolved_at for rating in ratings)
    events = TicketEvent.objects.filter(comment__isnull=False).select_related("comment", "detail")
    thanks = [event for event in events if event.changes.get("courtesy")]
    assert all(is_courtesy(event.comment.body) for event in thanks)
    assert take_due_steps() == 0
    assert not Ticket.objects.filter(status=Status.WAITING, waiting_since=None).exists()


def test_the_technician_knows_customers_and_has_reminders():
    load("--tickets", "220")
    assert CustomerNote.objects.exists()
    assert TicketReminder.objects.exists()
    assert TicketTag.objects.exists()


def test_the_desk_has_teams_and_what_they_have_ready():
    load("--tickets", "220")
    maya = User.objects.get(user_id="maya")
    for team in Team.objects.all():
        assert team.members.filter(pk=team.lead_id).exists()
        assert team.categories.exists()
    for model in (CannedResponse, Macro, SavedView):
        assert {row.audience for row in model.objects.all()} == set(Audience.values)
        assert model.objects.visible_to(maya).filter(owner=maya).exists()
    assert CannedResponse.objects.exclude(folder="").exists()
    for view in SavedView.objects.visible_to(maya):
        assert Listing(view.query, reader=maya).form.is_valid()
    for team in Ticket.objects.exclude(team=None).exclude(technician=None):
        assert team.team.members.filter(pk=team.technician_id).exists()


def test_the_customer_whose_sign_in_is_published_has_open_and_done_tickets():
    load("--tickets", "220")
    own = Ticket.objects.filter(customer__email=SIGN_INS[-1].user_id_or_email)
    assert own.filter(status__in=OPEN_STATUSES).count() >= 2
    assert own.filter(status__in=DONE_STATUSES).exists()
    assert not any(
        ticket.description.endswith("\nSam") for ticket in Ticket.objects.exclude(pk__in=own)
    )


def test_tickets_rest_have_checklists_and_minutes_as_their_events_say():
    load("--tickets", "300")
    snoozes = TicketSnooze.objects.select_related("ticket")
    assert snoozes
    assert all(row.ticket.status in OPEN_STATUSES for row in snoozes)
    assert not TicketSnooze.objects.filter(until__lt=timezone.now()).exists()
    assert ChecklistItem.objects.filter(done_at=None).exists()
    done = ChecklistItem.objects.exclude(done_at=None)
    assert not done.filter(done_at__lt=F("created_at")).exists()
    assert not ChecklistItem.objects.filter(ticket__status__in=DONE_STATUSES, done_at=None).exists()
    logged = TicketEvent.objects.filter(type=EventType.TIME_LOGGED)
    assert TimeEntry.objects.count() == logged.count() > 50


def test_moments_are_in_order_and_in_the_past():
    load("--tickets", "300")
    tickets = Ticket.objects.all()
    assert list(tickets.order_by("number").values_list("number", flat=True)) == list(
        tickets.order_by("raised_at", "number").values_list("number", flat=True)
    )
    wrong = Q(first_answered_at__lt=F("raised_at")) | Q(resolved_at__lt=F("raised_at"))
    wrong |= Q(closed_at__lt=F("resolved_at")) | Q(resolved_at__lt=F("first_answered_at"))
    assert not tickets.filter(wrong).exists()
    assert not tickets.filter(status__in=DONE_STATUSES, resolved_at=None).exists()
    assert not tickets.filter(status=Status.CLOSED, closed_at=None).exists()
    assert not tickets.filter(status__in=OPEN_STATUSES, resolved_at__isnull=False).exists()
    assert not TicketEvent.objects.filter(at__lt=F("ticket__raised_at")).exists()


def test_texts_fit_their_category_and_technician():
    load("--tickets", "200")
    printing = Ticket.objects.filter(category__parent__name="Printing")
    assert printing.exists()
    words = ("print", "scan", "toner", "jam", "magenta")
    assert all(any(w in t.description.lower() for w in words) for t in printing)
    served = Ticket.objects.exclude(technician=None).select_related("technician", "category")
    for ticket in served:
        top = ticket.category.parent or ticket.category
        assert ticket.technician.category_links.filter(category=top).exists()
    assert not Comment.objects.filter(Q(body__contains="{") | Q(body="")).exists()
    assert not Ticket.objects.filter(
        Q(subject__contains="{") | Q(description__contains="{")
    ).exists()


def test_the_same_seed_gives_the_same_texts():
    def texts():
        return list(
            Ticket.objects.order_by("number").values_list(
                "subject", "customer__email", "description"
            )
        )

    with transaction.atomic():
        load("--tickets", "50", "--seed", "7")
        first = texts()
        transaction.set_rollback(True)
    load("--tickets", "50", "--seed", "7")
    assert texts() == first


def test_everyone_printed_can_sign_in(client):
    out = load("--tickets", "10")
    for sign_in in SIGN_INS:
        assert f"{sign_in.user_id_or_email} / {sign_in.password}" in out
        user = User.objects.matching_sign_in(sign_in.user_id_or_email).get()
        assert user.role == sign_in.role
        assert user.check_password(sign_in.password)


def test_addresses_and_numbers_belong_to_nobody():
    load("--tickets", "100")
    for user in User.objects.all():
        assert user.email.endswith(("@example.com", "@example.org"))
        assert user.phone.startswith(("+44 20 7946 0", "+44 1632 960")) or not user.phone


def test_numbers_go_on_behind_the_demo_desk():
    load("--tickets", "30")
    customer = User.objects.customers().order_by("pk").last()
    ticket = create_ticket(
        customer=customer, actor=customer, description="x", category_text="Other"
    )
    assert ticket.ticket_id == "TKT0031"


def test_a_desk_with_data_is_left_alone():
    CustomerFactory()
    with pytest.raises(CommandError, match="--add"):
        load()
    load("--if-empty")
    assert not Ticket.objects.exists()


def test_an_admin_alone_is_an_empty_desk():
    AdminFactory(user_id="admin")
    load("--if-empty", "--tickets", "10")
    assert Ticket.objects.count() == 10
    assert User.objects.filter(user_id="admin").count() == 1


def test_adding_twice_goes_on_counting():
    load("--tickets", "20")
    load("--tickets", "20", "--add", "--seed", "2")
    assert sorted(Ticket.objects.values_list("number", flat=True)) == list(range(1, 41))
    twice = User.objects.values("email").annotate(times=Count("pk")).filter(times__gt=1)
    assert not twice.exists()


def test_production_wants_to_be_asked(settings):
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError, match="--yes"):
        load("--tickets", "5")
    load("--tickets", "5", "--yes")
    assert Ticket.objects.count() == 5


def test_roles_are_all_there():
    load("--tickets", "0")
    assert set(User.objects.values_list("role", flat=True)) == set(Role.values)
