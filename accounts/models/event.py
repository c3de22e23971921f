"""What happened to an account."""

from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone

from accounts.choices import AccountEventType, FactKind
from accounts.facts import Fact, FactDetail, FactQuerySet
from accounts.models.mail import EmailLink
from accounts.models.person import User


class AccountEvent(Fact):
    """What happened to an account, or to the desk itself (no `user`): append-only.

    Who did it, when (UTC) and what; before, after, address and link stand in the detail.
    """

    user = models.ForeignKey(
        User, null=True, blank=True, on_delete=models.PROTECT, related_name="account_events"
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    type = models.CharField(max_length=40, choices=AccountEventType.choices)
    at = models.DateTimeField(default=timezone.now)

    objects = FactQuerySet.as_manager()

    KIND = FactKind.ACCOUNT
    SEALED = ("user_id", "type", "actor_id", "at", "request_id", "digest")

    _link: EmailLink | None = None

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["user", "-id"], name="account_event_user")]

    def __str__(self) -> str:
        return f"{self.get_type_display()} {self.at:%Y-%m-%d %H:%M}"

    @property
    def link(self) -> EmailLink | None:
        """The link that the fact brings, as long as it is kept."""
        if self._link is not None:
            return self._link
        return self.detail.link if self.digest else None

    @link.setter
    def link(self, value: EmailLink | None) -> None:
        self._link = value

    def more_details(self) -> dict[str, Any]:
        return {"link": self._link} if self._link else {}


class AccountEventDetail(FactDetail):
    """What can be erased of an `AccountEvent`."""

    event = models.OneToOneField(
        AccountEvent, primary_key=True, on_delete=models.PROTECT, related_name="detail"
    )
    link = models.ForeignKey(
        EmailLink, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    def __str__(self) -> str:
        return f"Detail of {self.event_id}"
