"""Who may do what here at all: roles, and letting people in or not."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.choices import STAFF_ROLES, AccountEventType, Role
from accounts.links import kill_links
from accounts.models import User
from accounts.permissions import require_admin
from accounts.services.devices import end_devices
from accounts.services.events import record
from accounts.services.people import give_number


@transaction.atomic
def change_role(user: User, role: Role, *, actor: User | None) -> User:
    """Make a technician an admin or the other way round; whatever was signed in is out.

    The account only: what hangs on being a technician is `technicians.services`' business. A
    customer stays one, because tickets go by the number. `actor` is an admin, or None for a
    command. Raises `PermissionDenied`, `ValidationError`.
    """
    user = _locked_for_admin(user, actor)
    if user.role == role:
        return user
    if user.role not in STAFF_ROLES or role not in STAFF_ROLES:
        raise ValidationError({"role": "Only technicians and admins can change places."})
    before, user.role = user.role, role
    if before == Role.ADMIN:
        _keep_one_admin()
    if not user.public_id:
        give_number(user)
    user.credentials_version += 1
    user.save(update_fields=["role", "public_id", "credentials_version"])
    end_devices(user)
    record(user, AccountEventType.ROLE_CHANGED, actor=actor, changes={"role": [before, role]})
    return user


@transaction.atomic
def deactivate_user(user: User, *, actor: User | None) -> User:
    """Let a person in no more; everything they are signed in with ends now.

    Raises `PermissionDenied`, or `ValidationError` for the last admin.
    """
    user = _locked_for_admin(user, actor)
    if not user.is_active:
        return user
    if user.is_admin:
        _keep_one_admin()
    _shut_out(user)
    record(user, AccountEventType.DEACTIVATED, actor=actor)
    return user


@transaction.atomic
def delete_user(user: User, *, actor: User | None) -> User:
    """Take a person off every list for good; the row stays for the history, without a sign-in.

    What hangs on being a technician is `technicians.services`' business. Raises
    `PermissionDenied`, or `ValidationError` for an admin. Who was merged into them goes with them.
    """
    user = _locked_for_admin(user, actor)
    if user.is_admin:
        raise ValidationError({"role": "Make this admin a technician first, or deactivate them."})
    for person in (user, *user.merged_accounts.present()):
        person.deleted_at = timezone.now()
        _shut_out(person, "deleted_at")
        record(person, AccountEventType.DELETED, actor=actor)
    return user


def shut_merged(user: User, *, into: User) -> None:
    """Let a locked customer go on as another one; whatever is signed in is out."""
    User.objects.filter(merged_into=user).update(merged_into=into)
    user.merged_into = into
    _shut_out(user, "merged_into")


def part_merged(user: User, *, is_active: bool) -> None:
    """Let a locked customer be somebody of their own again; nobody is signed in as them."""
    user.merged_into, user.is_active = None, is_active
    user.credentials_version += 1
    user.save(update_fields=["merged_into", "is_active", "credentials_version"])


def _shut_out(user: User, *more_fields: str) -> None:
    """Store that the person may not sign in, and end whatever they are signed in with."""
    user.is_active = False
    user.credentials_version += 1
    user.save(update_fields=["is_active", "credentials_version", *more_fields])
    end_devices(user)
    kill_links(user)


@transaction.atomic
def reactivate_user(user: User, *, actor: User | None) -> User:
    """Let a deactivated person in again, with the password they had. Raises `PermissionDenied`."""
    user = _locked_for_admin(user, actor)
    if user.is_active:
        return user
    if user.merged_into is not None:
        sentence = f"{user.desk_id} was merged into {user.merged_into.desk_id}: undo that instead."
        raise ValidationError({"role": sentence}, "merged")
    user.is_active = True
    user.credentials_version += 1
    user.save(update_fields=["is_active", "credentials_version"])
    record(user, AccountEventType.REACTIVATED, actor=actor)
    return user


def _locked_for_admin(user: User, actor: User | None) -> User:
    """Return the person from the database, locked behind the admins; check that `actor` is one.

    All admins are locked, in one order, so that two who remove each other can't both succeed.
    """
    list(User.objects.active().admins().order_by("pk").select_for_update())
    if actor is not None:
        require_admin(actor)
    return User.objects.present().select_for_update().get(pk=user.pk)


def _keep_one_admin() -> None:
    if User.objects.active().admins().count() < 2:
        raise ValidationError({"role": "This is the last admin; make another one first."})
