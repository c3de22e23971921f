"""Colleagues whom a note mentions: by user id (`@maya`), or by number (`@TEC0001`)."""

import re
from dataclasses import dataclass, field

from django.db.models import Q

from accounts.choices import STAFF_ROLES
from accounts.models import User
from accounts.querysets import UserQuerySet
from tickets.markup import prose

MOST_MENTIONED = 20
MOST_OFFERED = 8
# Of what somebody has typed of a name, so much is looked for.
SEARCHED = 40
# Not in the middle of a word or an address. User ids may hold "@", names that one mentions don't.
MENTION = re.compile(r"(?<![\w@.+/-])@(\w[\w.+-]{0,149})")


@dataclass
class Mentioned:
    """Who is mentioned, and the names that no colleague has."""

    people: list[User] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


def colleagues() -> UserQuerySet:
    """Return everybody at the desk."""
    return User.objects.active().filter(role__in=STAFF_ROLES)


def mentioned_in(text: str) -> Mentioned:
    """Return whom a note mentions, outside of code and links; no query where it has no "@".

    Only the first 20 names are looked up. A full stop after a name ends the sentence, unless the
    user id has it.
    """
    if "@" not in text:
        return Mentioned()
    named = dict.fromkeys(name.lower() for part in prose(text) for name in MENTION.findall(part))
    names = list(named)[:MOST_MENTIONED]
    if not names:
        return Mentioned()
    found = _by_id({reading for name in names for reading in _readings(name)})
    people: dict[int, User] = {}
    unknown = []
    for name in names:
        person = next((found[known] for known in _readings(name) if known in found), None)
        if person is None:
            unknown.append(name.rstrip(".-+"))
        else:
            people[person.pk] = person
    return Mentioned(list(people.values()), unknown)


def _by_id(ids: set[str]) -> dict[str, User]:
    """Return the colleagues with these user ids or numbers, by both, in small letters."""
    numbers = {known.upper() for known in ids}
    found = {}
    for person in colleagues().filter(Q(user_id__lower__in=ids) | Q(public_id__in=numbers)):
        found[(person.public_id or "").lower()] = found[(person.user_id or "").lower()] = person
    return found


def offered(start: str, writer: User) -> list[User]:
    """Return colleagues of the writer whose user id, or a word of whose name, begins like this."""
    others = beginning(colleagues().exclude(pk=writer.pk), start)
    return list(others.order_by("name")[:MOST_OFFERED])


def beginning(people: UserQuerySet, start: str) -> UserQuerySet:
    """Return those whose user id, or a word of whose name, begins like this; all for nothing."""
    if not start:
        return people
    begins = Q(user_id__istartswith=start)
    return people.filter(begins | Q(name__istartswith=start) | Q(name__icontains=f" {start}"))


def mention_name(person: User) -> str:
    """Return what a note writes after "@" to mention a colleague; empty: nothing can."""
    if person.user_id and "@" not in person.user_id:
        return person.user_id
    return person.public_id or ""


def _readings(name: str) -> list[str]:
    """Return what a name may be: as it stands, or without the sentence's punctuation."""
    bare = name.rstrip(".-+")
    return [name] if bare == name else [name, bare]
