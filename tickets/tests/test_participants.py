"""Who may add whom to a ticket, and what that opens."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.choices import AccountEventType
from accounts.models import AccountEvent, User
from accounts.services import TooManyTries
from accounts.tests.factories import AdminFactory, CustomerFactory, OrganizationFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import EventType, ParticipantRole, Status
from tickets.models import Ticket, TicketEvent
from tickets.permissions import can_note, can_reopen, can_reply
from tickets.services import participants
from tickets.tests.factories import ParticipantFactory, TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def technician():
    return TechnicianFactory().user


@pytest.fixture
def ticket(technician):
    return TicketFactory(technician=technician, status=Status.ASSIGNED)


def events(ticket):
    return [event.type for event in ticket.events.all()]


def test_the_requester_adds_a_colleague_who_reads_and_replies(ticket):
    ben = CustomerFactory()
    added = services.add_participant(ticket, actor=ticket.customer, email=f" {ben.email.upper()} ")
    assert (added.user, added.role, added.added_by) == (ben, ParticipantRole.CC, ticket.customer)
    assert Ticket.objects.visible_to(ben).get() == ticket
    services.add_reply(ticket, actor=ben, body="It happens to me, too")
    assert events(ticket) == [EventType.PARTICIPANT_ADDED, EventType.REPLY_ADDED]


def test_who_is_added_changes_what_a_writer_must_have_seen(ticket):
    """Who gets the next reply is part of what the writer looked at."""
    services.add_participant(ticket, actor=ticket.customer, email="ben@example.org")
    with pytest.raises(services.EditConflict):
        services.add_reply(ticket, actor=ticket.technician, body="Hi", version=ticket.version)


def test_an_unknown_address_becomes_a_customer_who_can_do_nothing_yet(ticket):
    added = services.add_participant(ticket, actor=ticket.customer, email="Ben.Okafor@example.org")
    ben = User.objects.get(email="ben.okafor@example.org")
    assert (added.user, ben.name, ben.role) == (ben, "Ben Okafor", "customer")
    assert not ben.is_email_verified
    assert not ben.has_usable_password()
    assert [event.type for event in AccountEvent.objects.filter(user=ben)] == [
        AccountEventType.ADDED
    ]
    assert not Ticket.objects.visible_to(ben).exists()


def test_twice_is_once(ticket):
    for _ in range(2):
        services.add_participant(ticket, actor=ticket.customer, email="ben@example.org")
    assert ticket.participants.count() == 1
    assert events(ticket) == [EventType.PARTICIPANT_ADDED]
    ben = User.objects.get(email="ben@example.org")
    assert services.remove_participant(ticket, user=ben, actor=ticket.customer)
    assert not services.remove_participant(ticket, user=ben, actor=ticket.customer)
    assert events(ticket) == [EventType.PARTICIPANT_ADDED, EventType.PARTICIPANT_REMOVED]


def test_the_name_behind_an_address_is_told_to_staff_and_colleagues_only(ticket):
    known = CustomerFactory(name="Ben Okafor")
    stranger = services.add_participant(ticket, actor=ticket.customer, email=known.email)
    assert (stranger.name, stranger.shown_name) == ("", "Somebody else")
    services.remove_participant(ticket, user=known, actor=ticket.customer)
    given = services.add_participant(
        ticket, actor=ticket.customer, email=known.email, name="Ben from next door"
    )
    assert given.shown_name == "Ben from next door"
    services.remove_participant(ticket, user=known, actor=ticket.customer)
    organization = OrganizationFactory()
    User.objects.filter(pk__in=[known.pk, ticket.customer_id]).update(organization=organization)
    requester = User.objects.get(pk=ticket.customer_id)
    assert services.add_participant(ticket, actor=requester, email=known.email).name == known.name
    services.remove_participant(ticket, user=known, actor=requester)
    by_staff = services.add_participant(ticket, actor=ticket.technician, email=known.email)
    assert by_staff.name == known.name


def test_no_event_tells_an_address(ticket):
    services.add_participant(ticket, actor=ticket.customer, email="ben@example.org")
    services.remove_participant(
        ticket, user=User.objects.get(email="ben@example.org"), actor=ticket.customer
    )
    assert not [e for e in TicketEvent.objects.all() if "example.org" in str(e.changes)]


@pytest.mark.parametrize("who", ["stranger", "cc", "other technician", "watcher", "unverified"])
def test_who_may_not_add(ticket, who):
    actors = {
        "stranger": CustomerFactory,
        "cc": lambda: ParticipantFactory(ticket=ticket).user,
        "other technician": lambda: TechnicianFactory().user,
        "watcher": lambda: watcher(ticket),
        "unverified": lambda: unverified(ticket.customer),
    }
    with pytest.raises(PermissionDenied):
        services.add_participant(ticket, actor=actors[who](), email="ben@example.org")
    assert not User.objects.filter(email="ben@example.org").exists()


def watcher(ticket):
    user = TechnicianFactory().user
    ParticipantFactory(ticket=ticket, user=user, role=ParticipantRole.WATCHER)
    return user


def unverified(user):
    User.objects.filter(pk=user.pk).update(email_verified_at=None)
    return User.objects.get(pk=user.pk)


def test_staff_and_the_requester_are_no_participants(ticket, technician):
    for email in (technician.email, AdminFactory().email, ticket.customer.email, "nobody"):
        with pytest.raises(ValidationError):
            services.add_participant(ticket, actor=ticket.customer, email=email)
    assert not ticket.participants.exists()


def test_twenty_people_are_enough(ticket, monkeypatch):
    for _ in range(services.MOST_PARTICIPANTS):
        ParticipantFactory(ticket=ticket)
    with pytest.raises(ValidationError, match="At most 20"):
        services.add_participant(ticket, actor=ticket.technician, email="ben@example.org")
    assert not User.objects.filter(email="ben@example.org").exists()


def test_a_customer_adds_so_many_an_hour(ticket):
    for _ in range(participants.ADDED_BY_CUSTOMER.times):
        services.add_participant(ticket, actor=ticket.customer, email="ben@example.org")
    with pytest.raises(TooManyTries):
        services.add_participant(ticket, actor=ticket.customer, email="ben@example.org")


def test_everybody_leaves_and_the_requester_removes_anybody(ticket):
    ben, cleo = (ParticipantFactory(ticket=ticket).user for _ in range(2))
    with pytest.raises(PermissionDenied):
        services.remove_participant(ticket, user=cleo, actor=ben)
    assert services.remove_participant(ticket, user=ben, actor=ben)
    assert services.remove_participant(ticket, user=cleo, actor=ticket.customer)
    assert not Ticket.objects.visible_to(ben).exists()


def test_a_cc_reopens_by_a_reply_but_does_not_accept(ticket):
    ben = ParticipantFactory(ticket=ticket).user
    services.resolve_ticket(ticket, actor=ticket.technician, resolution_summary="Done")
    done = Ticket.objects.get(pk=ticket.pk)
    assert can_reply(done, ben)
    assert can_reopen(done, ben)
    with pytest.raises(PermissionDenied):
        services.accept_solution(ticket, actor=ben)
    assert services.add_reply(ticket, actor=ben, body="Not solved here").is_open


def test_a_watcher_reads_everything_and_writes_notes_only(ticket):
    colleague = TechnicianFactory().user
    services.add_watcher(ticket, user=colleague, actor=ticket.technician)
    assert Ticket.objects.visible_to(colleague).get() == ticket
    assert can_note(ticket, colleague)
    assert not can_reply(ticket, colleague)
    services.add_note(ticket, actor=colleague, body="Have you tried the other cable?")
    with pytest.raises(PermissionDenied):
        services.add_reply(ticket, actor=colleague, body="Hello")


def test_customers_learn_nothing_of_watchers(ticket):
    before = Ticket.objects.get(pk=ticket.pk)
    colleague = TechnicianFactory().user
    services.add_watcher(ticket, user=colleague, actor=ticket.technician)
    services.remove_watcher(ticket, user=colleague, actor=ticket.technician)
    after = Ticket.objects.get(pk=ticket.pk)
    assert (after.version, after.updated_at) == (before.version, before.updated_at)
    assert not ticket.events.visible_to(ticket.customer).exists()


def test_one_watches_what_one_can_read(ticket):
    admin, stranger = AdminFactory(), TechnicianFactory().user
    assert services.add_watcher(ticket, user=admin, actor=admin).user == admin
    assert services.remove_watcher(ticket, user=admin, actor=admin)
    with pytest.raises(PermissionDenied):
        services.add_watcher(ticket, user=stranger, actor=stranger)
    with pytest.raises(PermissionDenied):
        services.add_watcher(ticket, user=ticket.customer, actor=ticket.customer)
    with pytest.raises(ValidationError):
        services.add_watcher(ticket, user=ticket.customer, actor=admin)


def test_watching_again_ends_the_silence(ticket):
    admin = AdminFactory()
    services.add_watcher(ticket, user=admin, actor=admin)
    assert services.mute_ticket(ticket, user=admin)
    assert ticket.participants.get().muted
    services.add_watcher(ticket, user=admin, actor=admin)
    assert not ticket.participants.get().muted
    assert not services.mute_ticket(ticket, user=CustomerFactory())
