"""What admins do with other people's accounts and with organisations."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import AccountEventType, LinkPurpose, Role
from accounts.links import kill_links, make_link
from accounts.models import NAME_LENGTH, EmailLink, Organization, User
from accounts.permissions import require_admin
from accounts.services.events import record
from accounts.services.people import (
    Taken,
    check_free,
    check_user_id,
    clean_email,
    clean_profile,
    refusing_taken,
    store_new_person,
)
from accounts.text import check_text

ORGANIZATION_LENGTH = 200


def invite_customer(
    *,
    name: str,
    email: str,
    actor: User,
    phone: str = "",
    organization: Organization | None = None,
) -> User:
    """Make a customer account; a mail brings the link to choose the password.

    Raises `Taken` for a known address, `ValidationError`, `PermissionDenied`.
    """
    require_admin(actor)
    profile = clean_profile(name=name, phone=phone)
    user = User(role=Role.CUSTOMER, organization=organization, **profile)
    user.email = clean_email(email)
    user.set_unusable_password()
    with transaction.atomic():
        store_new_person(user)
        link = make_link(user, LinkPurpose.INVITATION)
        record(user, AccountEventType.INVITED, actor=actor, link=link)
    return user


@transaction.atomic
def customer_at(email: str, *, name: str, actor: User | None) -> User:
    """Return whoever has the address; nobody: a new, unverified customer without a password.

    Whoever was merged is who they go on as. No mail goes out, and no link: whoever reads the mail
    of the address can have one sent. Of two at once both get the same person. `actor`: None for
    the desk itself, which got a mail from the address. Raises `ValidationError` for what is no
    address.
    """
    user = User(role=Role.CUSTOMER, email=clean_email(email))
    known = User.objects.present().filter(email=user.email).select_related("merged_into").first()
    if known is not None:
        return known.merged_into or known
    user.name = check_text("name", name.strip() or name_from(user.email), max_length=NAME_LENGTH)
    user.set_unusable_password()
    try:
        store_new_person(user)
    except Taken:
        return User.objects.present().get(email=user.email)
    record(user, AccountEventType.ADDED, actor=actor)
    return user


def name_from(email: str) -> str:
    """Return a name made of an address: "Ben Okafor" of ben.okafor@example.org."""
    words = email.partition("@")[0].replace(".", " ").replace("_", " ").split()
    return " ".join(word.capitalize() for word in words)[:NAME_LENGTH] or email


@transaction.atomic
def invite_again(user: User, *, actor: User) -> EmailLink:
    """Send a new invitation to somebody who has not chosen a password yet; the old link dies.

    Raises `ValidationError` where a password exists or the person may not sign in.
    """
    require_admin(actor)
    user = User.objects.select_for_update().get(pk=user.pk)
    if not user.is_active or user.deleted_at is not None:
        raise ValidationError("This person may not sign in.", "inactive")
    if user.has_usable_password():
        raise ValidationError("This person has a password already.", "has_password")
    link = make_link(user, LinkPurpose.INVITATION)
    record(user, AccountEventType.INVITED, actor=actor, link=link)
    return link


@transaction.atomic
def change_person(
    user: User,
    *,
    actor: User,
    name: str,
    email: str,
    phone: str,
    time_zone: str,
    user_id: str | None,
    organization: Organization | None,
) -> User:
    """Correct somebody's data. A new address counts as unverified, and the old one is told.

    Raises `Taken`, `ValidationError`, `PermissionDenied`.
    """
    require_admin(actor)
    user = User.objects.select_for_update(of=("self",)).get(pk=user.pk)
    fields = ["name", "phone", "time_zone", "email", "user_id", "organization"]
    before = {field: getattr(user, field) for field in fields}
    after = {
        **clean_profile(name=name, phone=phone, time_zone=time_zone),
        "email": clean_email(email),
        "user_id": user_id or None,
        "organization": organization,
    }
    changed = [field for field in fields if before[field] != after[field]]
    if not changed:
        return user
    _check_user_id(user, user_id)
    for field in changed:
        setattr(user, field, after[field])
    check_free(user)
    if "email" in changed:
        user.email_verified_at = None
        kill_links(user)
    with refusing_taken(user):
        user.save(update_fields=[*changed, "email_verified_at"])
    changes = {field: [_words(before[field]), _words(after[field])] for field in changed}
    _record_changes(user, actor, changes)
    return user


def _check_user_id(user: User, user_id: str | None) -> None:
    if user_id:
        check_user_id(user_id)
    elif not user.is_customer:
        raise ValidationError({"user_id": "Technicians and admins have a user id."})


def _record_changes(user: User, actor: User, changes: dict[str, list[str]]) -> None:
    email = changes.pop("email", None)
    if email:
        change = {"email": email}
        record(user, AccountEventType.EMAIL_CHANGED, actor=actor, changes=change)
        link = make_link(user, LinkPurpose.VERIFY_EMAIL)
        record(user, AccountEventType.EMAIL_VERIFICATION_REQUESTED, actor=actor, link=link)
    if changes:
        record(user, AccountEventType.PROFILE_CHANGED, actor=actor, changes=changes)


def _words(value: object) -> str:
    return "" if value is None else str(value)


@transaction.atomic
def save_organization(organization: Organization | None, *, name: str, actor: User) -> Organization:
    """Make an organisation (None) or rename one.

    Raises `ValidationError` for a known name, and for one that was deleted meanwhile.
    """
    require_admin(actor)
    if organization is not None:
        organization = Organization.objects.select_for_update().filter(pk=organization.pk).first()
        if organization is None:
            raise ValidationError({"name": "This organisation was deleted."}, code="deleted")
    organization = organization or Organization()
    before = organization.name or None
    organization.name = check_text("name", name, max_length=ORGANIZATION_LENGTH).strip()
    same = Organization.objects.filter(name__iexact=organization.name)
    if same.exclude(pk=organization.pk).exists():
        raise ValidationError({"name": "There is such an organisation already."}, "taken")
    try:
        with transaction.atomic():
            organization.save()
    except IntegrityError as error:
        raise ValidationError({"name": "There is such an organisation already."}) from error
    if before != organization.name:
        changes = {"organization": [before, organization.name]}
        record(None, AccountEventType.ORGANIZATION_CHANGED, actor=actor, changes=changes)
    return organization


@transaction.atomic
def delete_organization(organization: Organization, *, actor: User) -> None:
    """Delete an organisation; its people stay, without one."""
    require_admin(actor)
    User.objects.filter(organization=organization).update(organization=None)
    changes = {"organization": [organization.name, None]}
    record(None, AccountEventType.ORGANIZATION_CHANGED, actor=actor, changes=changes)
    organization.delete()
