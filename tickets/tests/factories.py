"""Tickets and categories for tests: rows in a given state, without events."""

import factory

from accounts.numbers import next_number
from accounts.tests.factories import CustomerFactory
from tickets.choices import ParticipantRole
from tickets.models import Category, Ticket, TicketParticipant


class CategoryFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Category

    name = factory.Sequence(lambda n: f"Category {n}")


class TicketFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Ticket

    number = factory.LazyFunction(lambda: next_number("TKT", highest_in_use=lambda: 0))
    customer = factory.SubFactory(CustomerFactory)
    category = factory.SubFactory(CategoryFactory)
    subject = "The printer is on fire"
    description = "There are flames."


class ParticipantFactory(factory.django.DjangoModelFactory):
    """A customer who follows a ticket; with a `role` and a `user` of the desk, a watcher."""

    class Meta:
        model = TicketParticipant

    ticket = factory.SubFactory(TicketFactory)
    user = factory.SubFactory(CustomerFactory)
    role = ParticipantRole.CC
    name = factory.SelfAttribute("user.name")
