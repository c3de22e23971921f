"""Technicians: who they are, what they serve, whether they are there."""

from collections.abc import Iterable

from django.db import transaction

from accounts.choices import AccountEventType, Role
from accounts.models import User
from accounts.permissions import require_admin
from accounts.services import (
    change_person,
    change_role,
    deactivate_user,
    delete_user,
    invite_staff,
    record,
)
from accounts.text import check_text
from technicians.models import AWAY_NOTE_LENGTH, Technician
from technicians.services.teams import leave_teams
from tickets.models import Category
from tickets.services import release_tickets_of, set_served_categories


@transaction.atomic
def add_technician(
    *,
    name: str,
    email: str,
    user_id: str,
    categories: Iterable[Category],
    actor: User,
    phone: str = "",
    password: str = "",
) -> Technician:
    """Make a technician with the next `TEC` number; the first category is the main one."""
    require_admin(actor)
    user = invite_staff(
        name=name,
        email=email,
        user_id=user_id,
        role=Role.TECHNICIAN,
        actor=actor,
        phone=phone,
        password=password,
    )
    set_served_categories(user, categories)
    return Technician.objects.create(user=user)


@transaction.atomic
def change_technician(
    technician: Technician,
    *,
    actor: User,
    name: str | None = None,
    email: str | None = None,
    phone: str | None = None,
    user_id: str | None = None,
    categories: Iterable[Category] | None = None,
) -> Technician:
    """Change what is given; None leaves a thing as it is."""
    require_admin(actor)
    user = User.objects.select_for_update(of=("self",)).get(pk=technician.user_id)
    user = change_person(
        user,
        actor=actor,
        name=user.name if name is None else name,
        email=user.email if email is None else email,
        phone=user.phone if phone is None else phone,
        time_zone=user.time_zone,
        user_id=user.user_id if user_id is None else user_id,
        organization=user.organization,
    )
    if categories is not None:
        _serve(user, list(categories), actor)
    technician.user = user
    return technician


def _serve(user: User, categories: list[Category], actor: User) -> None:
    before = [str(link.category) for link in user.category_links.select_related("category__parent")]
    set_served_categories(user, categories)
    after = [str(category) for category in dict.fromkeys(categories)]
    if before != after:
        changes = {"categories": [", ".join(before), ", ".join(after)]}
        record(user, AccountEventType.PROFILE_CHANGED, actor=actor, changes=changes)


@transaction.atomic
def delete_technician(technician: Technician, *, actor: User) -> bool:
    """Remove a technician: open tickets go back to Pending, finished ones keep the name.

    Returns False where they were deleted already.
    """
    require_admin(actor)
    user = User.objects.select_for_update().get(pk=technician.user_id)
    if user.deleted_at is not None:
        return False
    release_tickets_of(user, actor=actor)
    set_served_categories(user, [])
    leave_teams(user)
    delete_user(user, actor=actor)
    return True


@transaction.atomic
def deactivate_technician(technician: Technician, *, actor: User) -> bool:
    """Let a technician in no more; open tickets go back to Pending, categories stay.

    Returns False where they could not sign in already.
    """
    require_admin(actor)
    user = User.objects.present().get(pk=technician.user_id)
    if not user.is_active:
        return False
    release_tickets_of(user, actor=actor)
    deactivate_user(user, actor=actor)
    return True


@transaction.atomic
def make_admin(technician: Technician, *, actor: User) -> User:
    """Turn a technician into an admin: open tickets go back to Pending, categories are left."""
    require_admin(actor)
    user = User.objects.present().get(pk=technician.user_id)
    release_tickets_of(user, actor=actor)
    set_served_categories(user, [])
    leave_teams(user)
    return change_role(user, Role.ADMIN, actor=actor)


@transaction.atomic
def make_technician(admin: User, *, categories: Iterable[Category], actor: User) -> Technician:
    """Turn an admin into a technician of these categories. Raises for the last admin."""
    require_admin(actor)
    user = change_role(admin, Role.TECHNICIAN, actor=actor)
    set_served_categories(user, categories)
    return Technician.objects.get_or_create(user=user)[0]


@transaction.atomic
def set_availability(
    technician: Technician, *, available: bool, actor: User, away_note: str = ""
) -> Technician:
    """Say whether the technician takes new tickets; themselves or an admin.

    Raises `ValidationError({"away_note": ...})`, `PermissionDenied`.
    """
    if actor.pk != technician.user_id:
        require_admin(actor)
    check_text("away_note", away_note, max_length=AWAY_NOTE_LENGTH, required=False)
    technician = Technician.objects.select_for_update(of=("self",)).get(pk=technician.pk)
    after = {"is_available": available, "away_note": away_note}
    changes = {
        field: [getattr(technician, field), value]
        for field, value in after.items()
        if getattr(technician, field) != value
    }
    if changes:
        for field in changes:
            setattr(technician, field, after[field])
        technician.save(update_fields=[*changes])
        record(technician.user, AccountEventType.PROFILE_CHANGED, actor=actor, changes=changes)
    return technician
