"""Proof that somebody reads the mail of an address."""

from django.db import transaction
from django.utils import timezone

from accounts.choices import AccountEventType, LinkPurpose
from accounts.links import make_link
from accounts.models import User
from accounts.rate_limits import Rate, hit
from accounts.services.events import record

LINKS_PER_ACCOUNT = Rate(3, 3600)


def request_verification(user: User, *, address: str | None) -> None:
    """Send the link that verifies the address once more, at most three times an hour."""
    if user.is_email_verified or hit("verification", str(user.pk), LINKS_PER_ACCOUNT):
        return
    with transaction.atomic():
        link = make_link(user, LinkPurpose.VERIFY_EMAIL)
        record(user, AccountEventType.EMAIL_VERIFICATION_REQUESTED, address=address, link=link)


def mark_verified(user: User, *, address: str | None) -> None:
    """Note that a mail to the person's address was read."""
    user.email_verified_at = timezone.now()
    user.save(update_fields=["email_verified_at"])
    record(user, AccountEventType.EMAIL_VERIFIED, actor=user, address=address)
