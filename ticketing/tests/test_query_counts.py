"""No list asks the database more often for twenty rows than for one.

Each page and endpoint that lists something has a line: who reads it, and how many queries it may
make in all. The first request of each role warms what is cached per process.
"""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib import admin
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from accounts.api.tokens import open_device
from accounts.choices import DeviceKind
from accounts.models import Device, User
from accounts.tests.factories import AdminFactory, CustomerFactory, OrganizationFactory
from operations.models import PeriodicRun, Worker
from technicians.choices import BulkState, BulkVerb
from technicians.models import (
    Absence,
    AssignmentRequest,
    AssignmentRule,
    BulkAction,
    BulkRow,
    CannedResponse,
    Macro,
    SavedView,
)
from technicians.services import hand_over_tickets, plan_absence
from technicians.tests.factories import TeamFactory, TechnicianFactory
from tickets import services
from tickets.choices import OutgoingState, ParticipantRole
from tickets.models import Category, Tag, Ticket
from tickets.tests.factories import CategoryFactory, ParticipantFactory
from tickets.tests.files import png, uploaded

pytestmark = pytest.mark.django_db

# address (with the people's numbers), who reads it, most queries: what the database that asks
# more often takes (PostgreSQL, where it searches)
LISTS = """
/                                            customer     5
/tickets/                                    customer     5
/tickets/?q=kettle                           customer     9
/tickets/?show=followed                      customer     5
/tickets/{ticket}/                           customer    21
/tickets/{ticket}/print/                     customer     9
/tickets/{ticket}/export/json/               customer     7
/tickets/new/                                customer     5
/tickets/new/subcategories/?category={category} customer 5
/desk/tickets/{ticket}/history/              admin       14
/desk/tickets/{ticket}/targets/              admin       17
/desk/tickets/{ticket}/as-it-was/            admin       17
/api/tickets/{ticket}/export                 admin        7
/desk/                                       technician  18
/desk/                                       admin       21
/desk/tickets/?view=mine                     technician  14
/desk/tickets/?view=all                      admin       19
/desk/tickets/?view=all&q=kettle             admin       25
/desk/tickets/{ticket}/                      technician  48
/desk/unsent/                                technician   8
/desk/views/                                 technician   9
/desk/tickets/?view=all&sort=-updated        admin       19
/desk/tickets/?view=open&sort=customer       technician  14
/desk/tickets/?view=all&status=Closed&status_is=not&raised=7d technician 14
/api/views                                   technician   3
/api/tickets/find?view=all&priority=2        technician   3
/api/search?q=kettle                         customer     7
/api/search?q=kettle                         technician   9
/api/search?q=kettle                         admin        8
/desk/search/?q=kettle                       technician  12
/desk/search/?q=kettle                       admin       16
/desk/teams/                                 technician  10
/desk/teams/                                 admin       14
/desk/tickets/?view=teams                    technician  14
/api/teams                                   admin        4
/desk/answers/canned/                        technician   8
/desk/answers/macros/                        technician   8
/desk/answers/macros/new/                    technician   9
/desk/answers/macros/{macro}/                technician  10
/desk/bulk/{bulk}/                           technician   9
/desk/profile/                               technician   9
/desk/colleagues/                            technician   3
/desk/pulse/?at=2026-01-01T00:00:00Z         technician   6
/api/canned-responses                        technician   2
/api/macros                                  technician   2
/api/assignment-rules                        admin        2
/api/tickets/stuck                           technician   3
/desk/tickets/?view=stuck                    admin       19
/desk/tickets/{ticket}/merge/                technician   8
/desk/tickets/{ticket}/merge/?q=kettle       technician  10
/desk/tickets/{ticket}/merge/?into={other_ticket} technician 11
/desk/tickets/{ticket}/split/{message}/      technician  10
/desk/tickets/{ticket}/redact/               admin       11
/desk/tickets/{ticket}/canned/               technician   5
/desk/tickets/{ticket}/macro/{macro}/        technician   9
/desk/organizations/                         technician   9
/desk/organizations/?q=organisation          technician   9
/desk/organizations/{organization}/          technician  16
/desk/organizations/{organization}/          admin       20
/desk/organizations/                         admin       13
/api/organizations                           technician   3
/desk/absences/                              technician   8
/desk/absences/?technician={technician}      admin       12
/desk/absences/{absence}/                    technician  16
/desk/absences/{absence}/                    admin       20
/api/absences                                technician   2
/api/absences/{absence}/handover             technician   9
/api/absences/{absence}/tickets              technician   4
/desk/tickets/{ticket}/handover/             technician   9
/accounts/sessions/                          customer     3
/notifications/                              customer     3
/reports/                                    admin       21
/reports/targets/?days=30&by=technician      admin       17
/reports/targets/?days=30&by=category        technician  13
/reports/targets/csv/                        admin        2
/reports/targets/missed/csv/                 admin        2
/api/reports/targets?by=technician           admin        7
/api/reports/targets/missed                  technician   3
/reports/time/                               admin       14
/reports/time/?by=ticket                     technician  10
/reports/time/?by=organization               admin       14
/reports/time/?by=customer                   admin       14
/reports/time/csv/?by=ticket                 admin        3
/reports/time/entries/csv/                   admin        3
/api/reports/time?by=customer                admin        5
/api/reports/time/entries                    technician   4
/api/tickets                                 admin        2
/api/tickets?q=kettle                        admin        6
/api/tickets/customer/{customer}             customer     2
/api/tickets/technician/{technician}         technician   2
/api/tickets/available                       technician   3
/api/tickets/to-confirm                      technician   2
/api/tickets/{ticket}/rating                 customer     3
/desk/tickets/?view=confirm                  technician  14
/api/tickets/{ticket}                        admin        9
/api/tickets/{ticket}/participants           customer     4
/api/tickets/{ticket}/participants           technician   5
/desk/tickets/?view=watching                 technician  14
/api/tickets/{ticket}/timeline               admin        6
/api/tickets/{ticket}/links                  technician   4
/api/tickets/{ticket}/tags                   technician   4
/api/tickets/{ticket}/clocks                 technician   7
/api/tickets/{ticket}/checklist              technician   4
/api/tickets/{ticket}/time                   technician   4
/api/reminders                               technician   3
/desk/tickets/?view=resting                  technician  14
/desk/customers/                             technician   8
/desk/customers/                             admin       12
/desk/customers/?q=person                    technician   9
/desk/customers/?organization={organization} technician   8
/desk/customers/{customer}/                  technician  12
/desk/customers/{customer}/                  admin       16
/desk/customers/{customer}/merge/            admin       14
/desk/customers/{customer}/merge/?q=person   admin       13
/desk/customers/{customer}/merge/?into={other_customer} admin 18
/desk/tickets/new/?q=person                  technician   9
/desk/tickets/new/?customer={customer}       technician   9
/api/customers/{customer}/notes              technician   4
/api/tags                                    technician   2
/api/customers                               admin        2
/api/customers/known                         technician   3
/api/customers/search?q=customer             technician   4
/api/dashboard                               technician   9
/api/dashboard                               admin       13
/api/colleagues                              technician   3
/api/replies/unsent                          technician   6
/api/technicians                             admin        2
/api/categories                              customer     3
"""
ADMIN_MOST = 7


class Desk:
    """One of everything that lists show, and more on demand."""

    def __init__(self) -> None:
        self.customer, self.admin = CustomerFactory(), AdminFactory()
        services.change_desk_settings(actor=self.admin, track_time=True)
        self.category = CategoryFactory()
        self.technician = TechnicianFactory(categories=[self.category])
        self.organization = OrganizationFactory()
        self.other_customer = CustomerFactory(organization=self.organization)
        self.other_ticket = self.raise_ticket(self.category, self.customer, self.technician.user)
        self.bulk = BulkAction.objects.create(
            actor=self.technician.user,
            verb=BulkVerb.PRIORITY,
            arguments={"priority": 1},
            state=BulkState.DONE,
            total=20,
            finished_at=timezone.now(),
        )
        self.absence = self.plan_absence(days=0)
        self.ticket: Ticket | None = None
        self.ticket = self.grow()
        self.merge_one_in(self.ticket)
        self.lengthen(2)

    @property
    def people(self) -> dict[str, User]:
        technician = self.technician.user
        return {"customer": self.customer, "technician": technician, "admin": self.admin}

    def grow(self) -> Ticket:
        """Add one row to every list; return the ticket among them."""
        category = CategoryFactory(parent=self.category)
        other = TechnicianFactory(categories=[category])
        self.raise_ticket(category, CustomerFactory(organization=OrganizationFactory()))
        self.raise_ticket(self.category, self.customer, other.user)
        ticket = self.raise_ticket(category, self.customer, self.technician.user)
        thanked = self.raise_ticket(category, self.customer, self.technician.user)
        services.resolve_ticket(thanked, actor=None, resolution_summary="A new kettle.")
        services.rate_ticket(thanked, actor=self.customer, score=5, comment="Quick")
        services.add_reply(thanked, actor=self.customer, body="Thanks!")
        at = timezone.now() + timedelta(hours=1)
        resting = self.raise_ticket(category, self.customer, self.technician.user)
        services.snooze_ticket(resting, until=at, actor=self.technician.user)
        for one in [self.ticket or ticket]:
            services.set_reminder(ticket, at=at, actor=self.technician.user)
            item = services.add_item(one, text="Ring back", actor=self.technician.user)
            services.set_item_done(item, done=True, actor=self.admin)
            services.log_time(one, minutes=5, actor=self.technician.user)
        services.add_customer_note(self.customer, body="Phones", actor=self.technician.user)
        services.add_tag(ticket, name=f"tag {ticket.pk}", actor=self.technician.user)
        if self.ticket:
            services.add_tag(self.ticket, name=f"tag {Tag.objects.count() % 9}", actor=self.admin)
        Device.objects.create(user=self.customer, kind=DeviceKind.BROWSER)
        team = TeamFactory(members=[self.technician.user, other.user], categories=[category])
        queued = self.raise_ticket(category, self.customer)
        self.grow_customers(category)
        self.grow_absences(category, other.user)
        self.grow_what_the_technician_keeps(ticket)
        if self.ticket:
            self.merge_one_in(self.ticket)
        AssignmentRule.objects.create(team=team)
        shared = {"owner": other.user, "audience": "team", "team": team, "title": "Hello"}
        CannedResponse.objects.create(body="Hello", **shared)
        Macro.objects.create(priority=3, category=category, to_team=team, **shared)
        AssignmentRequest.objects.create(ticket=queued, stuck_since=timezone.now(), reason="Hm")
        services.assign_team(queued, team=team, actor=None)
        ParticipantFactory(user=self.customer)
        ParticipantFactory(user=self.technician.user, role=ParticipantRole.WATCHER)
        number = Worker.objects.count()
        Worker.objects.create(name=f"worker {number}")
        PeriodicRun.objects.create(job=f"job {number}")
        for state in OutgoingState.values:
            due_at = timezone.now() + timedelta(hours=1)
            self.technician.user.outgoing.create(
                ticket=self.ticket or ticket, body="On its way", state=state, due_at=due_at
            )
        return ticket

    def merge_one_in(self, ticket: Ticket) -> None:
        merged = self.raise_ticket(self.category, self.customer, self.technician.user)
        services.merge_tickets(merged, target=ticket, actor=self.admin, share=True)

    def grow_customers(self, category: Category) -> None:
        """One more of the organisation, and one more who was somebody else before."""
        member = CustomerFactory(organization=self.organization)
        for customer in (member, self.other_customer):
            self.raise_ticket(category, customer, self.technician.user)
        told = self.technician.user
        services.add_organization_note(self.organization, body="Closed on Fridays", actor=told)
        twin = CustomerFactory(organization=self.organization)
        self.raise_ticket(category, twin, self.technician.user)
        services.merge_customers(twin, target=self.customer, actor=self.admin)

    def grow_absences(self, category: Category, other: User) -> None:
        """One more is planned, and of the first one somebody else has one more ticket."""
        self.plan_absence(days=2 * Absence.objects.count())
        ticket = self.raise_ticket(category, self.customer, self.technician.user)
        owners, actor = {ticket.pk: other}, self.technician.user
        assert hand_over_tickets(self.absence, actor=actor, owners=owners) == ([ticket.pk], {})

    def plan_absence(self, *, days: int) -> Absence:
        starts_at = timezone.now() + timedelta(days=days + 1)
        return plan_absence(
            self.technician,
            actor=self.technician.user,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(days=1),
        )

    def grow_what_the_technician_keeps(self, ticket: Ticket) -> None:
        user, number = self.technician.user, SavedView.objects.count()
        SavedView.objects.create(owner=user, name=f"View {number}", query="view=mine")
        BulkRow.objects.create(action=self.bulk, ticket=ticket, reason=f"Reason {number}")

    def raise_ticket(
        self, category: Category, customer: User, technician: User | None = None
    ) -> Ticket:
        ticket = services.create_ticket(
            customer=customer,
            actor=customer,
            description="The kettle hums, as in TKT0001",
            category=category,
        )
        if technician is not None:
            ticket = services.assign_ticket(ticket, technician=technician, actor=self.admin)
        return ticket

    def lengthen(self, replies: int) -> None:
        """Make the timeline of the one ticket longer, and more people follow it."""
        for number in range(replies):
            ticket = Ticket.objects.get(pk=self.ticket.pk)
            ParticipantFactory(ticket=ticket)
            watcher = TechnicianFactory().user
            ParticipantFactory(ticket=ticket, user=watcher, role=ParticipantRole.WATCHER)
            author = self.customer if number % 2 else self.technician.user
            files = [uploaded(author, f"{number}.png", png()), uploaded(author, f"{number}.txt")]
            services.add_reply(
                ticket, actor=author, body=f"Reply {number}, see TKT000{number}", attachments=files
            )

    def address(self, template: str) -> str:
        return template.format(
            ticket=self.ticket.ticket_id,
            other_ticket=self.other_ticket.pk,
            message=self.ticket.comments.earliest("pk").pk,
            absence=self.absence.pk,
            bulk=self.bulk.pk,
            category=self.category.pk,
            macro=Macro.objects.earliest("pk").pk,
            organization=self.organization.pk,
            other_customer=self.other_customer.desk_id,
            customer=self.customer.desk_id,
            technician=self.technician.user.desk_id,
        )


@pytest.fixture
def desk() -> Desk:
    return Desk()


def count(desk: Desk, url: str, role: str) -> int:
    """Return how many queries the page takes, once what is kept for a while is there."""
    # What an earlier page kept would be gone in the midst of this one, on a slow machine.
    for cache in (caches["default"], caches["process"]):
        cache.clear()
    client, person = Client(), desk.people[role]
    extra: dict[str, Any] = {}
    if url.startswith("/api/"):
        token = open_device(person, address=None, user_agent="")["token"]
        extra["headers"] = {"authorization": f"Bearer {token}"}
    else:
        client.force_login(person)
    client.get(url, **extra)
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = client.get(url, **extra)
    assert answer.status_code == 200, url
    Session.objects.all().delete()
    return len(queries)


def lines() -> list[tuple[str, str, int]]:
    rows = [line.split() for line in LISTS.strip().splitlines()]
    return [(address, role, int(most)) for address, role, most in rows]


def test_twenty_rows_take_as_many_queries_as_one(desk: Desk) -> None:
    before = {(a, role): count(desk, desk.address(a), role) for a, role, _ in lines()}
    for _ in range(19):
        desk.grow()
    desk.lengthen(19)
    after = {(a, role): count(desk, desk.address(a), role) for a, role, _ in lines()}
    grown = {key: (before[key], after[key]) for key in after if after[key] > before[key]}
    assert not grown, "more rows, more queries: (with one, with twenty)"
    most = {(a, role): most for a, role, most in lines()}
    over = [f"{key}: {n}, at most {most[key]}" for key, n in after.items() if n > most[key]]
    assert not over, "\n".join(over)


def test_lists_of_the_admin_site_take_as_many_queries_for_twenty_rows(desk: Desk) -> None:
    addresses = [
        reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        for model in admin.site._registry
        if model._meta.model_name != "desksettings"
    ]
    before = {url: count(desk, url, "admin") for url in addresses}
    for _ in range(19):
        desk.grow()
    after = {url: count(desk, url, "admin") for url in addresses}
    grown = {url: (before[url], after[url]) for url in after if after[url] > before[url]}
    assert not grown, "more rows, more queries: (with one, with twenty)"
    assert not {url: n for url, n in after.items() if n > ADMIN_MOST}
