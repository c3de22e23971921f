"""Teams: who is in them and which categories they serve."""

from collections.abc import Collection
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import AccountEventType
from accounts.models import NAME_LENGTH, Team, User
from accounts.permissions import require_admin
from accounts.services import record
from accounts.text import check_text
from tickets.models import Category, Ticket


@transaction.atomic
def add_team(
    *,
    name: str,
    actor: User,
    members: Collection[User] = (),
    lead: User | None = None,
    categories: Collection[Category] = (),
    is_active: bool = True,
) -> Team:
    """Make a team; its lead becomes a member."""
    require_admin(actor)
    team = Team()
    _store(team, name=name, lead=lead, is_active=is_active)
    _fill(team, members, categories)
    _record(AccountEventType.TEAM_ADDED, team, actor, {}, _settings_of(team))
    return team


@transaction.atomic
def change_team(
    team: Team,
    *,
    actor: User,
    name: str,
    members: Collection[User],
    lead: User | None,
    categories: Collection[Category],
    is_active: bool,
) -> Team:
    """Set what a team is; tickets in its queue stay there."""
    require_admin(actor)
    team = Team.objects.select_for_update(of=("self",)).get(pk=team.pk)
    before = _settings_of(team)
    _store(team, name=name, lead=lead, is_active=is_active)
    _fill(team, members, categories)
    _record(AccountEventType.TEAM_CHANGED, team, actor, before, _settings_of(team))
    return team


@transaction.atomic
def delete_team(team: Team, *, actor: User) -> None:
    """Delete a team that has never had a ticket; any other can only get none any more."""
    require_admin(actor)
    if is_team_used(team):
        raise ValidationError("Tickets are or were in its queue. Deactivate it instead.", "used")
    Team.objects.filter(pk=team.pk).delete()
    record(None, AccountEventType.TEAM_DELETED, actor=actor, changes={"team": team.name})


def is_team_used(team: Team) -> bool:
    """Return whether tickets, deleted ones included, are in the team's queue."""
    return Ticket.objects.filter(team=team).exists()


def leave_teams(user: User) -> None:
    """Take somebody out of all teams, who works here no more or as something else."""
    user.teams.clear()
    Team.objects.filter(lead=user).update(lead=None)


def _store(team: Team, *, name: str, lead: User | None, is_active: bool) -> None:
    team.name = check_text("name", name, max_length=NAME_LENGTH).strip()
    team.lead, team.is_active = lead, is_active
    same = Team.objects.filter(name__iexact=team.name).exclude(pk=team.pk)
    taken = ValidationError({"name": "There is such a team already."}, "taken")
    if same.exists():
        raise taken
    try:
        with transaction.atomic():
            team.save()
    except IntegrityError as error:
        raise taken from error


def _fill(team: Team, members: Collection[User], categories: Collection[Category]) -> None:
    people = {person.pk for person in members} | ({team.lead_id} if team.lead_id else set())
    known = User.objects.present().technicians().filter(pk__in=people)
    if known.count() != len(people):
        raise ValidationError({"members": "Only technicians can be in a team."}, "unknown")
    team.members.set(people)
    team.categories.set(categories)


def _settings_of(team: Team) -> dict[str, Any]:
    members = team.members.order_by("name").values_list("name", flat=True)
    categories = team.categories.in_tree_order()
    return {
        "name": team.name,
        "lead": team.lead.name if team.lead else None,
        "is_active": team.is_active,
        "members": ", ".join(members),
        "categories": ", ".join(str(category) for category in categories),
    }


def _record(
    kind: AccountEventType, team: Team, actor: User, before: dict[str, Any], after: dict[str, Any]
) -> None:
    changes = {key: [before.get(key), value] for key, value in after.items()}
    changes = {key: pair for key, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        record(None, kind, actor=actor, changes={"team": team.name, **changes})
