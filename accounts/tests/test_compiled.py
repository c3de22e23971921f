"""What is put together once says the same as the ORM."""

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.compiled import CompiledRows, insert, objects_of
from accounts.models import User
from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets.api.rows import OWN_COLUMNS, own_tickets
from tickets.choices import Channel
from tickets.models import Category, Ticket
from tickets.querysets import NEWEST
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db


def test_a_customers_newest_tickets_are_those_of_the_queryset():
    verified, other = CustomerFactory(), CustomerFactory()
    unverified = CustomerFactory(email_verified_at=None)
    for person in (verified, other, unverified):
        TicketFactory.create_batch(3, customer=person, channel=Channel.API)
        TicketFactory(customer=person, channel=Channel.STAFF, resolved_at=timezone.now())
    TicketFactory(customer=verified, deleted_at=timezone.now())
    lengths = []
    for person in (verified, unverified, other, verified):
        expected = list(Ticket.objects.own(person).order_by(*NEWEST).values(*OWN_COLUMNS))
        assert own_tickets(person, 10) == expected
        assert own_tickets(person, 2) == expected[:2]
        lengths.append(len(expected))
    assert lengths == [4, 3, 4, 4]


def test_each_shape_is_put_together_once():
    built = []

    def of(key, name):
        built.append(name)
        return User.objects.filter(pk=key, name=name).values("name", "created_at")

    ann, bob = CustomerFactory(name="Ann"), CustomerFactory(name="Bob")
    rows = CompiledRows(of)
    assert rows.rows(ann.pk, "Ann") == [{"name": "Ann", "created_at": ann.created_at}]
    assert rows.rows(bob.pk, "Ann") == []
    assert rows.rows(bob.pk, "Bob")[0]["created_at"] == bob.created_at
    assert built == ["Ann", "Bob"]


def test_objects_are_as_the_manager_reads_them():
    admin = AdminFactory()
    (found,) = objects_of(
        User, "SELECT accounts_user.*, 1 + 1 AS sum FROM accounts_user WHERE id = %s", [admin.pk]
    )
    known = User.objects.get(pk=admin.pk)
    assert [getattr(found, field.attname) for field in User._meta.concrete_fields] == [
        getattr(known, field.attname) for field in User._meta.concrete_fields
    ]
    assert found.sum == 2
    assert not found._state.adding
    assert objects_of(User, "SELECT * FROM accounts_user WHERE id = %s", [-1]) == []


def test_new_objects_get_their_keys_and_refusals_are_told():
    first, second = Category(name="One"), Category(name="Two")
    insert([first, second])
    assert [Category.objects.get(pk=one.pk).name for one in (first, second)] == ["One", "Two"]
    CategoryFactory(name="Three")
    with pytest.raises(IntegrityError), transaction.atomic():
        insert([Category(name="Three")])
    insert([Category(name="Three"), Category(name="Four")], ignore_conflicts=True)
    assert Category.objects.filter(name__in=["Three", "Four"]).count() == 2
