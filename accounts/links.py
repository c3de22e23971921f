"""Links in mails that allow one thing once: made, checked, used up."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.core import signing
from django.db.models import F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from accounts.choices import LinkPurpose
from accounts.models import EmailLink, User

LIFETIMES = {
    LinkPurpose.VERIFY_EMAIL: timedelta(days=3),
    LinkPurpose.CHANGE_EMAIL: timedelta(days=1),
    LinkPurpose.LEAVE_EMAIL: timedelta(days=1),
    LinkPurpose.RESET_PASSWORD: timedelta(hours=1),
    LinkPurpose.INVITATION: timedelta(days=7),
}
PAGES = {
    LinkPurpose.VERIFY_EMAIL: "accounts:email-verify",
    LinkPurpose.CHANGE_EMAIL: "accounts:email-confirm",
    LinkPurpose.LEAVE_EMAIL: "accounts:email-confirm",
    LinkPurpose.RESET_PASSWORD: "accounts:password-set",
    LinkPurpose.INVITATION: "accounts:password-set",
}
TOKEN_LENGTH = 200


def make_link(user: User, purpose: LinkPurpose, *, email: str = "") -> EmailLink:
    """Allow `user` one `purpose`; older links for the same purpose die."""
    now = timezone.now()
    kill_links(user, purpose)
    return EmailLink.objects.create(
        user=user, purpose=purpose, email=email or user.email, expires_at=now + LIFETIMES[purpose]
    )


def make_change_links(user: User, email: str) -> EmailLink:
    """Allow `user` to move to `email`, and return the link for that address.

    Its partner goes to the present address, whose owner has to agree too. An address that nobody
    ever proved has no owner to ask. Older links of both kinds die.
    """
    kill_links(user, LinkPurpose.CHANGE_EMAIL, LinkPurpose.LEAVE_EMAIL)
    link = make_link(user, LinkPurpose.CHANGE_EMAIL, email=email)
    if user.is_email_verified:
        link.partner = make_link(user, LinkPurpose.LEAVE_EMAIL)
        link.save(update_fields=["partner"])
    return link


def change_link_of(link: EmailLink) -> EmailLink:
    """Return the link to the new address, given either of the two of a change."""
    if link.purpose == LinkPurpose.CHANGE_EMAIL:
        return link
    return EmailLink.objects.get(partner=link)


def change_links(user: User) -> EmailLink | None:
    """Return the link to the new address of a change that still waits for an owner, or None."""
    asked = Q(purpose=LinkPurpose.CHANGE_EMAIL) & (
        Q(used_at__isnull=True) | Q(partner__used_at__isnull=True, partner__isnull=False)
    )
    newest = EmailLink.objects.filter(
        asked, user=user, expires_at__gt=timezone.now()
    ).select_related("partner")
    return newest.order_by("-created_at").first()


def kill_links(user: User, *purposes: LinkPurpose) -> None:
    """Make the person's unused links for these purposes (without any: for all) useless."""
    links = EmailLink.objects.filter(user=user, used_at__isnull=True)
    if purposes:
        links = links.filter(purpose__in=purposes)
    links.update(used_at=timezone.now())


def url_for(link: EmailLink) -> str:
    """Return the address of the page behind the link, always on the desk's own `SITE_URL`."""
    path = reverse(PAGES[LinkPurpose(link.purpose)], args=[token_for(link)])
    return f"{settings.SITE_URL}{path}"


def token_for(link: EmailLink) -> str:
    """Return the token of the link, the same at each call."""
    return signing.Signer(salt=f"accounts.{link.purpose}").sign(link.pk.hex)


def find_link(token: str, *purposes: LinkPurpose) -> EmailLink | None:
    """Return the link behind a token that is genuine, unused and not expired, or None."""
    if len(token) > TOKEN_LENGTH:
        return None
    for purpose in purposes:
        try:
            pk = signing.Signer(salt=f"accounts.{purpose}").unsign(token)
        except signing.BadSignature:
            continue
        return _alive(purpose).filter(pk=uuid.UUID(pk)).select_related("user").first()
    return None


def use_link(link: EmailLink) -> bool:
    """Use the link up; of two requests that try, one is told True."""
    alive = _alive(LinkPurpose(link.purpose)).filter(pk=link.pk)
    return alive.update(used_at=timezone.now()) == 1


def _alive(purpose: LinkPurpose) -> QuerySet[EmailLink]:
    """Links that work: of people who may sign in, sent to the address they have now."""
    to_present_address = Q(purpose=LinkPurpose.CHANGE_EMAIL) | Q(email=F("user__email"))
    return EmailLink.objects.filter(
        to_present_address,
        user__is_active=True,
        user__deleted_at__isnull=True,
        purpose=purpose,
        used_at__isnull=True,
        expires_at__gt=timezone.now(),
    )
