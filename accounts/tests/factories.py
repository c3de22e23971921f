"""People for tests: rows as they would be after sign-up, without its mails."""

import factory
from django.utils import timezone

from accounts.choices import Role
from accounts.models import Organization, User
from accounts.numbers import next_number, public_id

PASSWORD = "correct horse battery"


class OrganizationFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Organization

    name = factory.Sequence(lambda n: f"Organisation {n}")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Person {n}")
    email = factory.Sequence(lambda n: f"person{n}@example.com")
    email_verified_at = factory.LazyFunction(timezone.now)
    password = factory.django.Password(PASSWORD)


class CustomerFactory(UserFactory):
    role = Role.CUSTOMER
    public_id = factory.LazyFunction(
        lambda: public_id("CUS", next_number("CUS", highest_in_use=lambda: 0))
    )


class AdminFactory(UserFactory):
    role = Role.ADMIN
    user_id = factory.Sequence(lambda n: f"admin{n}")


class TechnicianUserFactory(UserFactory):
    """The account only; `technicians.tests.factories.TechnicianFactory` makes the whole one."""

    role = Role.TECHNICIAN
    user_id = factory.Sequence(lambda n: f"tech{n}")
    public_id = factory.LazyFunction(
        lambda: public_id("TEC", next_number("TEC", highest_in_use=lambda: 0))
    )
