"""Putting people into the demo desk."""

import random
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.contrib.auth.hashers import make_password

from accounts.choices import Role
from accounts.models import NUMBER_PREFIXES, Organization, Team, User
from accounts.numbers import public_id, raise_counter
from accounts.services.people import highest_number
from operations.demo.people import (
    ADMINS,
    FIRST_NAMES,
    LAST_NAMES,
    ORGANIZATIONS,
    PASSWORD,
    SIGN_INS,
    TEAMS,
    TECHNICIANS,
)
from operations.demo.story import Person, Roster, TeamOf
from technicians.models import Technician
from technicians.services import add_team
from tickets.models import Category, CategoryTechnician

SEVERAL_TECHNICIANS = 15_000
MOST_TECHNICIANS = 60
TICKETS_A_CUSTOMER = 25
FEWEST_CUSTOMERS = 40


class Staffing:
    """Makes the people that a desk of `tickets` tickets needs, keeping those who are there."""

    def __init__(self, *, tickets: int, since: datetime, seed: int) -> None:
        self.tickets, self.since = tickets, since
        self.rng = random.Random(seed)  # noqa: S311
        self.password = make_password(PASSWORD)
        self.taken = set(User.objects.present().values_list("email", flat=True))
        self.user_ids = {
            user_id.lower()
            for user_id in User.objects.present().values_list("user_id", flat=True)
            if user_id
        }

    def roster(self) -> Roster:
        """Store admins, technicians and customers; return who they are."""
        categories = {str(c): c for c in Category.objects.active().select_related("parent")}
        tops = {name: c for name, c in categories.items() if c.parent_id is None}
        return Roster(
            admins=self._admins(),
            technicians=self._technicians(tops),
            customers=self._customers(),
            categories={name: category.pk for name, category in categories.items()},
            teams=self._teams(tops),
        )

    def _admins(self) -> list[Person]:
        people = [
            self._person(name, f"{user_id}@example.com", Role.ADMIN, user_id=user_id)
            for name, user_id in ADMINS
            if user_id not in self.user_ids
        ]
        self._store(people)
        return _persons(User.objects.active().admins())

    def _technicians(self, tops: dict[str, Category]) -> dict[str, list[Person]]:
        wanted = [row for row in self._technician_rows(list(tops)) if row[1] not in self.user_ids]
        people = [
            self._person(
                name,
                f"{user_id}@example.com",
                Role.TECHNICIAN,
                user_id=user_id,
                phone=f"+44 20 7946 {index:04d}",
            )
            for index, (name, user_id, _, _) in enumerate(wanted)
        ]
        self._store(people)
        Technician.objects.bulk_create(
            Technician(user=user, is_available=not away, away_note=away)
            for user, (_, _, _, away) in zip(people, wanted, strict=True)
        )
        CategoryTechnician.objects.bulk_create(
            CategoryTechnician(category=tops[name], user=user, position=position)
            for user, (_, _, names, _) in zip(people, wanted, strict=True)
            for position, name in enumerate(names)
        )
        everybody = User.objects.active().technicians()
        return {
            name: _persons(everybody.filter(category_links__category=top)) or _persons(everybody)
            for name, top in tops.items()
        }

    def _teams(self, tops: dict[str, Category]) -> dict[str, TeamOf]:
        """Make the teams that are not there yet; return who has which category."""
        admin = User.objects.active().admins().order_by("pk")[0]
        everybody = User.objects.active().technicians()
        found: dict[str, TeamOf] = {}
        for name, lead, served in TEAMS:
            categories = [tops[top] for top in served if top in tops]
            if not Team.objects.filter(name__iexact=name).exists():
                members = everybody.filter(category_links__category__in=categories).distinct()
                leader = everybody.filter(user_id=lead).first()
                add_team(
                    name=name, actor=admin, members=members, lead=leader, categories=categories
                )
            team = Team.objects.get(name__iexact=name)
            members = frozenset(team.members.values_list("pk", flat=True))
            found |= {top: TeamOf(team.pk, team.name, members) for top in served}
        return found

    def _technician_rows(self, tops: list[str]) -> Iterator[tuple[str, str, tuple[str, ...], str]]:
        yield from TECHNICIANS
        wanted = min(self.tickets // SEVERAL_TECHNICIANS, MOST_TECHNICIANS)
        for index in range(len(TECHNICIANS), wanted):
            served = (tops[index % len(tops)], tops[(index * 3 + 1) % len(tops)])
            name = f"{self._pick(FIRST_NAMES)} {self._pick(LAST_NAMES)}"
            yield name, f"tech{index + 1}", tuple(dict.fromkeys(served)), ""

    def _customers(self) -> list[Person]:
        wanted = max(FEWEST_CUSTOMERS, self.tickets // TICKETS_A_CUSTOMER)
        count = 2 if wanted < 200 else len(ORGANIZATIONS)
        organizations = [
            Organization.objects.get_or_create(name=name)[0] for name in ORGANIZATIONS[:count]
        ]
        people = [] if SIGN_INS[-1].user_id_or_email in self.taken else [self._known_customer()]
        while len(people) < wanted:
            people.append(self._invented_customer())
        for person in people:
            person.organization = self._pick([*organizations, organizations[0]])
        self._store(people)
        return _persons(User.objects.active().customers())

    def _known_customer(self) -> User:
        sign_in = SIGN_INS[-1]
        return self._person(sign_in.name, sign_in.user_id_or_email, Role.CUSTOMER)

    def _invented_customer(self) -> User:
        first, last = self._pick(FIRST_NAMES), self._pick(LAST_NAMES)
        local = f"{first}.{last.replace(chr(39), '')}".lower()
        email, again = f"{local}@example.org", 1
        while email in self.taken:
            again += self.rng.randrange(1, 10)
            email = f"{local}{again}@example.org"
        phone = f"+44 1632 960{self.rng.randrange(1000):03d}" if self.rng.random() < 0.6 else ""
        return self._person(f"{first} {last}", email, Role.CUSTOMER, phone=phone)

    def _person(self, name: str, email: str, role: Role, **more: Any) -> User:
        self.taken.add(email)
        return User(
            name=name,
            email=email,
            role=role,
            password=self.password,
            created_at=self.since,
            email_verified_at=self.since,
            **more,
        )

    def _pick(self, choices: Any) -> Any:
        return choices[int(self.rng.random() * len(choices))]

    def _store(self, people: list[User]) -> None:
        if not people:
            return
        prefix = NUMBER_PREFIXES.get(Role(people[0].role))
        if prefix:
            highest = highest_number(prefix)()
            for number, person in enumerate(people, start=highest + 1):
                person.public_id = public_id(prefix, number)
            raise_counter(prefix, highest + len(people))
        User.objects.bulk_create(people, batch_size=500)


def _persons(users: Any) -> list[Person]:
    rows = users.order_by("pk").values_list("pk", "name")
    return [Person(pk, name) for pk, name in rows]
