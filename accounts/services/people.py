"""Who is at the desk: sign-up, invitation, profile."""

import zoneinfo
from collections.abc import Callable
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.core.validators import RegexValidator, validate_email
from django.db import IntegrityError, transaction

from accounts.choices import AccountEventType, LinkPurpose, Role
from accounts.links import make_link
from accounts.models import NAME_LENGTH, NUMBER_PREFIXES, PHONE_LENGTH, USER_ID_LENGTH, User
from accounts.numbers import next_number, public_id
from accounts.permissions import require_admin
from accounts.rate_limits import Rate, hit
from accounts.services.events import record
from accounts.services.passwords import set_checked_password
from accounts.text import check_text
from accounts.timing import taking_at_least

ONCE_AN_HOUR = Rate(1, 3600)
_user_id_shape = RegexValidator(
    rf"^[\w.@+-]{{1,{USER_ID_LENGTH}}}\Z",
    f"Use letters, digits and . @ + - _ only, at most {USER_ID_LENGTH} of them.",
)


class Taken(ValidationError):
    """Somebody else has this address or user id."""


def register_customer(
    *, name: str, email: str, password: str, address: str | None = None, verified: bool = False
) -> User:
    """Make a customer account, send the link that verifies the address, return the customer.

    Raises `Taken` for a known address, `ValidationError` for an impossible one, a weak password,
    no name. This is the REST contract's answer; pages call `sign_up`, which doesn't tell.
    """
    user = User(name=name.strip(), role=Role.CUSTOMER, email=User.objects.normalize_email(email))
    check_all(
        lambda: check_text("name", name, max_length=NAME_LENGTH),
        lambda: clean_email(email),
        lambda: set_checked_password(user, password),
    )
    with transaction.atomic():
        store_new_person(user)
        link = None if verified else make_link(user, LinkPurpose.VERIFY_EMAIL)
        record(user, AccountEventType.REGISTERED, actor=user, address=address, link=link)
    return user


def sign_up(*, name: str, email: str, password: str, address: str | None) -> User | None:
    """Register like `register_customer`, but a known address gets the same answer, None.

    Its owner is told by mail, at most once an hour.
    """
    with taking_at_least():
        try:
            return register_customer(name=name, email=email, password=password, address=address)
        except Taken:
            tell_owner(email, address=address)
            return None


def tell_owner(email: str, *, address: str | None) -> None:
    """Write to the owner of a known address that somebody wanted it for an account."""
    owner = User.objects.present().filter(email=User.objects.normalize_email(email)).first()
    if owner and not hit("registration-repeated", str(owner.pk), ONCE_AN_HOUR):
        with transaction.atomic():
            record(owner, AccountEventType.REGISTRATION_REPEATED, address=address)


def invite_staff(
    *,
    name: str,
    email: str,
    user_id: str,
    role: Role,
    actor: User | None,
    phone: str = "",
    password: str = "",
) -> User:
    """Make a technician or an admin; a mail brings the link to set the password, never a password.

    With `password` (the REST contract's way) it counts already, and the link is there all the same.
    `actor` is an admin, or None for a command. Raises `Taken`, `ValidationError`,
    `PermissionDenied`.
    """
    if actor is not None:
        require_admin(actor)
    check_user_id(user_id)
    user = User(role=role, user_id=user_id, **clean_profile(name=name, phone=phone))
    user.email = clean_email(email)
    if password:
        set_checked_password(user, password)
    else:
        user.set_unusable_password()
    with transaction.atomic():
        store_new_person(user)
        link = make_link(user, LinkPurpose.INVITATION)
        record(user, AccountEventType.INVITED, actor=actor, link=link)
    return user


@transaction.atomic
def change_profile(
    user: User,
    *,
    actor: User,
    name: str | None = None,
    phone: str | None = None,
    time_zone: str | None = None,
    address: str | None = None,
) -> User:
    """Change what is given of the own profile (an admin: of anybody's); None leaves a thing as is.

    `time_zone` is an IANA name, or empty for the desk's. Raises `ValidationError`,
    `PermissionDenied`.
    """
    if not (actor.pk == user.pk or actor.is_admin):
        raise PermissionDenied("You can change your own profile only.")
    user = User.objects.select_for_update().get(pk=user.pk)
    given = {"name": name, "phone": phone, "time_zone": time_zone}
    after = clean_profile(**{key: value for key, value in given.items() if value is not None})
    changes = {
        field: [getattr(user, field), value]
        for field, value in after.items()
        if getattr(user, field) != value
    }
    if changes:
        for field in changes:
            setattr(user, field, after[field])
        user.save(update_fields=[*changes])
        record(
            user, AccountEventType.PROFILE_CHANGED, actor=actor, changes=changes, address=address
        )
    return user


def clean_profile(**given: str) -> dict[str, str]:
    """Return name, phone or time zone as they are stored; raise `ValidationError` by field."""
    return {field: _checked(field, value).strip() for field, value in given.items()}


def _checked(field: str, value: str) -> str:
    if field == "name":
        return check_text("name", value, max_length=NAME_LENGTH)
    if field == "phone":
        return check_text("phone", value, max_length=PHONE_LENGTH, required=False)
    if value and value not in zoneinfo.available_timezones():
        raise ValidationError({"time_zone": "Choose a time zone from the list."})
    return value


def check_user_id(user_id: str) -> None:
    """Raise `ValidationError({"user_id": ...})` unless somebody can sign in by this."""
    try:
        _user_id_shape(user_id)
    except ValidationError as error:
        raise ValidationError({"user_id": error.messages}) from error


def check_all(*checks: Callable[[], object]) -> None:
    """Run every check; raise one `ValidationError` with what all of them found, by field."""
    found: dict[str, list[ValidationError]] = {}
    for check in checks:
        try:
            check()
        except ValidationError as error:
            found = error.update_error_dict(found)
    if found:
        raise ValidationError(found)


def clean_email(email: str) -> str:
    """Return the address as it is stored; raise `ValidationError({"email": ...})` if it is none."""
    cleaned = User.objects.normalize_email(email)
    try:
        validate_email(cleaned)
    except ValidationError as error:
        sentence = "Use your full e-mail address, for example name@example.com."
        raise ValidationError({"email": sentence}, code="invalid") from error
    return cleaned


def store_new_person(user: User) -> None:
    """Insert `user` with the next `CUS` or `TEC` number; a taken address or user id is refused."""
    check_free(user)
    with refusing_taken(user):
        give_number(user)
        user.save(force_insert=True)


def give_number(user: User) -> None:
    """Give `user` the next number of the role, where the role has numbers."""
    prefix = NUMBER_PREFIXES.get(Role(user.role))
    if prefix:
        number = next_number(prefix, highest_in_use=highest_number(prefix))
        user.public_id = public_id(prefix, number)


def check_free(user: User) -> None:
    """Raise `Taken` if somebody else has the address or the user id."""
    others = User.objects.present().exclude(pk=user.pk)
    if others.filter(email=user.email).exists():
        raise Taken({"email": "There is an account with this address already."})
    typed = (user.user_id or "").lower()
    if typed and (
        others.filter(user_id__lower=typed).exists() or others.filter(email=typed).exists()
    ):
        raise Taken({"user_id": "This user id is taken."})


class refusing_taken:
    """Turns the database's own refusal (two at once) into the sentence of `check_free`."""

    def __init__(self, user: User) -> None:
        self.user = user
        self.savepoint = transaction.atomic()

    def __enter__(self) -> None:
        self.savepoint.__enter__()

    def __exit__(self, kind: Any, error: Any, traceback: Any) -> None:
        self.savepoint.__exit__(kind, error, traceback)
        if isinstance(error, IntegrityError):
            field = "user_id" if "user_id" in str(error) else "email"
            raise Taken({field: "There is an account with this one already."})


def highest_number(prefix: str) -> Callable[[], int]:
    """Return a function that finds the highest number in use behind `prefix`."""

    def highest() -> int:
        ids = User.objects.filter(public_id__startswith=prefix).values_list("public_id", flat=True)
        return max((int(i[len(prefix) :]) for i in ids if i[len(prefix) :].isdigit()), default=0)

    return highest


def set_single_keys(user: User, *, on: bool) -> None:
    """Let single keys do something on the desk's pages, or not (WCAG 2.2, 2.1.4)."""
    User.objects.filter(pk=user.pk).update(single_keys=on)
