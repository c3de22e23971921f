"""Who sees which customers: admins all, technicians those of tickets that they see."""

from django.db.models import QuerySet

from accounts.models import Organization, User
from accounts.numbers import number_of
from accounts.querysets import UserQuerySet
from accounts.search import MAX_LENGTH, MAX_WORDS, find_people
from accounts.text import clean_search
from tickets.models import Ticket

MOST_OFFERED = 8
SHORTEST = 2


def customers_known_to(user: User) -> UserQuerySet:
    """Return the customers whose pages `user` may read."""
    customers: UserQuerySet = User.objects.present().customers().unmerged()
    if user.is_customer or not user.is_active or user.guest_of is not None:
        return customers.none()
    if user.is_admin:
        return customers
    seen = Ticket.objects.visible_to(user).order_by().values("customer")
    return customers.filter(pk__in=seen)


def offered_customers(user: User, text: str) -> list[User]:
    """Return whom the text may mean when `user` raises a ticket for a customer, likeliest first.

    Everybody at the desk may look for any active customer, by at least two letters or digits; at
    most eight are found.
    """
    if user.is_customer or not user.is_active or len(text) < SHORTEST:
        return []
    everybody = User.objects.active().customers().select_related("organization")
    return find_people(everybody, text, limit=MOST_OFFERED)


def organizations_known_to(user: User) -> QuerySet[Organization]:
    """Return the organisations whose pages `user` may read: admins all, else of known customers."""
    organizations = Organization.objects.all()
    if user.is_admin and user.is_active:
        return organizations
    known = customers_known_to(user).filter(organization__isnull=False)
    return organizations.filter(pk__in=known.order_by().values("organization"))


def named(organizations: QuerySet[Organization], text: str) -> QuerySet[Organization]:
    """Return those whose names have all the words, in any case."""
    for word in clean_search(text, max_length=MAX_LENGTH).split()[:MAX_WORDS]:
        organizations = organizations.filter(name__icontains=word)
    return organizations


def find_customer(user: User, public_id: str) -> User | None:
    """Return the customer of that number whom `user` knows; merged: as whom they go on."""
    if number_of("CUS", public_id) is None:
        return None
    known = customers_known_to(user).select_related("organization")
    found: User | None = known.filter(public_id=public_id).first()
    if found is None and (now := survivor_of(public_id)):
        found = known.filter(pk=now).first()
    return found


def survivor_of(public_id: str) -> int | None:
    """Return the key of the customer as whom a merged one of that number goes on."""
    if number_of("CUS", public_id) is None:
        return None
    merged = User.objects.present().customers().filter(public_id=public_id)
    return merged.values_list("merged_into", flat=True).first()
