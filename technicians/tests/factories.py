"""Technicians for tests."""

import factory

from accounts.models import Team
from accounts.tests.factories import TechnicianUserFactory
from technicians.models import Technician
from tickets.services import set_served_categories


class TechnicianFactory(factory.django.DjangoModelFactory):
    """A technician; `categories=[...]` are those they serve."""

    class Meta:
        model = Technician
        skip_postgeneration_save = True

    user = factory.SubFactory(TechnicianUserFactory)

    @factory.post_generation
    def categories(self, create, extracted, **kwargs):
        if extracted:
            set_served_categories(self.user, extracted)


class TeamFactory(factory.django.DjangoModelFactory):
    """A team; `members=[users]`, `categories=[...]`."""

    class Meta:
        model = Team
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Team {n}")

    @factory.post_generation
    def members(self, create, extracted, **kwargs):
        if extracted:
            self.members.set(extracted)

    @factory.post_generation
    def categories(self, create, extracted, **kwargs):
        if extracted:
            self.categories.set(extracted)
