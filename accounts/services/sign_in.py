"""Who are you? One answer for every door: page, API, admin site."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.choices import AccountEventType, LinkPurpose
from accounts.links import kill_links
from accounts.models import EMAIL_LENGTH, Device, User
from accounts.rate_limits import Rate, hit, network_of, parse_rate
from accounts.services.events import record
from accounts.services.verification import request_verification
from accounts.text import is_storable

PASSWORD_LENGTH = 1024
# How much more than for one account from one address is allowed to one address with all its
# people, and to one account from all addresses together.
BY_BOTH, BY_ADDRESS, BY_ACCOUNT = "sign-in by both", "sign-in by address", "sign-in by account"
PER_ADDRESS = 5
PER_ACCOUNT = 10
ONCE_AN_HOUR = Rate(1, 3600)


class InvalidCredentials(Exception):
    """Unknown, wrong password, deactivated, not verified: which one is nobody's business."""


class TooManyTries(Exception):
    """Wait `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many tries; wait {retry_after} seconds.")
        self.retry_after = retry_after


class Limit(NamedTuple):
    """One of the counters that a try to sign in moves."""

    scope: str
    who: str
    rate: Rate


def check_credentials(
    user_id_or_email: str, password: str, *, address: str | None, verified_only: bool = False
) -> User:
    """Return the person with this user id or e-mail address (in any case) and this password.

    `address` is the network address that asks. With `verified_only` customers who have not
    confirmed their e-mail address are refused like everybody else, and sent the link once more;
    the pages ask so. Call it outside of a transaction: its counts must not be rolled back.

    Raises `InvalidCredentials` or `TooManyTries`, each after the same work for known and unknown
    names. Tries are counted before the password is hashed, so that many at once are limited too;
    a right password is no try.
    """
    user = find_person(user_id_or_email)
    limits = limits_for(user, user_id_or_email, address)
    count_try(user, limits, address)
    if not is_right(user, password) or not (user and user.is_active):
        note_failure(user, address)
        raise InvalidCredentials
    if verified_only and user.is_customer and not user.is_email_verified:
        request_verification(user, address=address)
        raise InvalidCredentials
    note_success(user, limits, address)
    return user


def confirm_password(user: User, password: str, *, address: str | None) -> None:
    """Check the password of a signed-in person once more before something that matters.

    Raises `ValidationError({"current_password": ...})` or `TooManyTries`.
    """
    limits = limits_for(user, "", address)
    count_try(user, limits, address)
    if not is_right(user, password):
        note_failure(user, address)
        raise ValidationError({"current_password": "This is not your present password."})
    give_back(limits)


def find_person(user_id_or_email: str) -> User | None:
    """Return who would sign in by this name, also somebody deactivated, or None."""
    if len(user_id_or_email) > EMAIL_LENGTH or not is_storable(user_id_or_email):
        return None
    return User.objects.matching_sign_in(user_id_or_email).order_by("pk").first()


def is_right(user: User | None, password: str) -> bool:
    """Whether it is the person's password; hashes also where there is no person to compare with.

    Endless passwords are not hashed at all.
    """
    if len(password) > PASSWORD_LENGTH:
        return False
    if user is None or not is_storable(password):
        make_password("nobody's password")
        return False
    return check_password(password, user.password, lambda raw: renew_hash(user, raw))


def renew_hash(user: User, password: str) -> None:
    """Store the password hashed as new ones are, unless it was changed in the meantime."""
    old, user.password = user.password, make_password(password)
    User.objects.filter(pk=user.pk, password=old).update(password=user.password)


def limits_for(user: User | None, typed: str, address: str | None) -> list[Limit]:
    """Return the counters of this try, the strictest first."""
    rate = parse_rate(settings.RATE_LIMIT_SIGN_IN)
    if rate is None:
        return []
    account = f"user {user.pk}" if user else f"name {typed.strip().lower()}"
    network = network_of(address)
    return [
        Limit(BY_BOTH, f"{account}|{network}", rate),
        Limit(BY_ADDRESS, network, Rate(rate.times * PER_ADDRESS, rate.seconds)),
        Limit(BY_ACCOUNT, account, Rate(rate.times * PER_ACCOUNT, rate.seconds)),
    ]


def count_try(user: User | None, limits: list[Limit], address: str | None) -> None:
    """Count one more try; raise `TooManyTries` if it is one too many.

    A try that is refused for its address does not count against the account: who knows only a
    name can't lock its owner out from one place. An attack from many places can, except from
    where the owner has signed in before; then the owner is told by mail.
    """
    with transaction.atomic():
        exceeded, wait = first_exceeded(limits)
    if exceeded == BY_ACCOUNT:
        note_attack(user, address)
        wait = 0 if user and knows_address(user, address) else wait
    if wait:
        raise TooManyTries(wait)


def first_exceeded(limits: list[Limit]) -> tuple[str, int]:
    """Count up to the first limit that is exceeded; return its scope and the seconds to wait."""
    for limit in limits:
        wait = hit(*limit)
        if wait:
            return limit.scope, wait
    return "", 0


def give_back(limits: list[Limit]) -> None:
    """Take the try back out of the counters: it was none."""
    for limit in limits:
        hit(*limit, cost=-1)


def knows_address(user: User, address: str | None) -> bool:
    """Whether the person has signed in from this address before."""
    return address is not None and Device.objects.filter(user=user, address=address).exists()


def note_failure(user: User | None, address: str | None) -> None:
    """Record the failed try of a known account; unknown ones cost one write as well."""
    if user is None:
        hit("sign-in unknown", network_of(address), ONCE_AN_HOUR)
        return
    with transaction.atomic():
        record(user, AccountEventType.SIGN_IN_FAILED, address=address)


def note_attack(user: User | None, address: str | None) -> None:
    """Tell the owner, at most once an hour, that the account is under attack from many places."""
    if user and user.is_active and not hit("sign-in blocked", str(user.pk), ONCE_AN_HOUR):
        with transaction.atomic():
            record(user, AccountEventType.SIGN_IN_BLOCKED, address=address)


@transaction.atomic
def note_success(user: User, limits: list[Limit], address: str | None) -> None:
    """Record the sign-in; links to choose a password that are on their way die."""
    give_back(limits)
    kill_links(user, LinkPurpose.RESET_PASSWORD, LinkPurpose.INVITATION)
    record(user, AccountEventType.SIGNED_IN, actor=user, address=address)
