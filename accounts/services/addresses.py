"""E-mail addresses: proving that one's own is, and moving to another one."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.choices import AccountEventType, LinkPurpose
from accounts.links import change_link_of, kill_links, make_change_links, make_link, use_link
from accounts.models import EmailLink, User
from accounts.rate_limits import hit
from accounts.services.devices import end_devices
from accounts.services.events import record
from accounts.services.passwords import LinkUsed, store_password
from accounts.services.people import Taken, check_free, clean_email, refusing_taken, tell_owner
from accounts.services.sign_in import confirm_password
from accounts.services.verification import LINKS_PER_ACCOUNT, mark_verified
from accounts.timing import taking_at_least


@transaction.atomic
def verify_email(link: EmailLink, *, address: str | None, same_browser: bool) -> EmailLink | None:
    """Use a verification link up: the address is its owner's.

    Whoever registered need not be the owner. Unless it was done in the `same_browser`, the
    password and everything signed in with it ends here, and the link to choose a new one is
    returned. Raises `LinkUsed`.
    """
    user = User.objects.select_for_update().get(pk=link.user_id)
    if not use_link(link):
        raise LinkUsed
    mark_verified(user, address=address)
    if same_browser:
        return None
    user.set_unusable_password()
    store_password(user)
    end_devices(user)
    return make_link(user, LinkPurpose.RESET_PASSWORD)


def request_email_change(
    user: User, email: str, *, current_password: str, address: str | None
) -> None:
    """Send a link to the new address and one to the present; nothing changes before both are used.

    Whether the new address belongs to somebody here already is told to that owner only. Raises
    `ValidationError` with `email` or `current_password`, or `TooManyTries`.
    """
    confirm_password(user, current_password, address=address)
    wanted = clean_email(email)
    if wanted == user.email:
        raise ValidationError({"email": "This is your present address."})
    with taking_at_least():
        try:
            check_free(User(pk=user.pk, email=wanted))
        except Taken:
            tell_owner(wanted, address=address)
            return
        if hit("email-change", str(user.pk), LINKS_PER_ACCOUNT):
            return
        with transaction.atomic():
            link = make_change_links(user, wanted)
            record(
                user,
                AccountEventType.EMAIL_CHANGE_REQUESTED,
                actor=user,
                changes={"email": [user.email, wanted]},
                address=address,
                link=link,
            )


@transaction.atomic
def confirm_email_change(link: EmailLink, *, address: str | None) -> LinkPurpose | None:
    """Count the consent of one address; with both of them move the account to the new one.

    Returns what the link is for that has still to be used, or None: the account has moved, and
    the old address gets a last mail. Raises `LinkUsed`, or `Taken` if somebody else has the new
    address by now.
    """
    user = User.objects.select_for_update().get(pk=link.user_id)
    if not use_link(link):
        raise LinkUsed
    change = change_link_of(link)
    check_free(User(pk=user.pk, email=change.email))
    changes = {"email": [user.email, change.email]}
    # Read after the lock: of two owners who agree at once, the second one sees the first.
    other = EmailLink.objects.filter(pk__in=[change.pk, change.partner_id], used_at=None).first()
    if other:
        kind = AccountEventType.EMAIL_CHANGE_AGREED
        record(user, kind, actor=user, changes=changes, address=address)
        return LinkPurpose(other.purpose)
    user.email, user.email_verified_at = change.email, timezone.now()
    with refusing_taken(user):
        user.save(update_fields=["email", "email_verified_at"])
    kill_links(user)
    record(user, AccountEventType.EMAIL_CHANGED, actor=user, changes=changes, address=address)
    return None
