"""Customers, technicians and admins, and the organisations that customers belong to."""

import zoneinfo
from datetime import tzinfo
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac

from accounts.choices import Role
from accounts.querysets import UserManager

# Lets queries say `user_id__lower`, as the unique index does.
models.CharField.register_lookup(Lower)

NAME_LENGTH = 200
EMAIL_LENGTH = 254
USER_ID_LENGTH = 150
PHONE_LENGTH = 50
TIME_ZONE_LENGTH = 60
NUMBER_PREFIXES = {Role.CUSTOMER: "CUS", Role.TECHNICIAN: "TEC"}


class Organization(models.Model):
    """A company or department that customers belong to."""

    name = models.CharField(max_length=NAME_LENGTH, unique=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class User(AbstractBaseUser):
    """A person: customer, technician or admin.

    `public_id` is `CUS0001` or `TEC0001`; an admin has none and is known by `user_id`.
    `credentials_version` grows when rights or secrets change: whatever was signed in with an
    older one is out at its next request.
    """

    public_id = models.CharField("number", max_length=40, null=True, blank=True, unique=True)
    user_id = models.CharField(
        "user id",
        max_length=USER_ID_LENGTH,
        null=True,
        blank=True,
        help_text="Technicians and admins sign in by it.",
    )
    email = models.EmailField("e-mail", max_length=EMAIL_LENGTH)
    name = models.CharField(max_length=NAME_LENGTH)
    phone = models.CharField(max_length=PHONE_LENGTH, blank=True)
    role = models.CharField(max_length=20, choices=Role.choices, default=Role.CUSTOMER)
    organization = models.ForeignKey(
        Organization, null=True, blank=True, on_delete=models.SET_NULL, related_name="people"
    )
    time_zone = models.CharField(
        max_length=TIME_ZONE_LENGTH, blank=True, help_text="Empty: the desk's."
    )
    single_keys = models.BooleanField(
        "single-key shortcuts", default=True, db_default=True, help_text="On the desk's pages."
    )
    email_verified_at = models.DateTimeField(null=True, blank=True, editable=False)
    is_active = models.BooleanField("may sign in", default=True)
    credentials_version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    # The customer as whom this one goes on since the two were merged; always the last one of a
    # row of merges. `tickets.models.CustomerMerge` knows the way.
    merged_into = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        editable=False,
        db_index=False,
        on_delete=models.PROTECT,
        related_name="merged_accounts",
    )

    objects = UserManager()

    # The number of the one ticket that a guest sees, who came by the link of a mail; never stored.
    guest_of: int | None = None

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["user_id", "name"]

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        ordering = ["name"]
        constraints = [
            # A deleted person's address and user id may be given to somebody else.
            models.UniqueConstraint(
                fields=["email"], condition=Q(deleted_at__isnull=True), name="user_email_unique"
            ),
            models.UniqueConstraint(
                Lower("user_id"), condition=Q(deleted_at__isnull=True), name="user_user_id_unique"
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=Q(merged_into__isnull=True) | Q(is_active=False),
                name="user_merged_is_out",
            ),
        ]
        indexes = [
            models.Index(fields=["role", "id"], name="user_role"),
            models.Index(Lower("name"), name="user_name"),
            models.Index(fields=["-id"], condition=Q(is_active=False), name="user_inactive"),
            models.Index(
                fields=["merged_into"],
                condition=Q(merged_into__isnull=False),
                name="user_merged",
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ")[0]

    @property
    def desk_id(self) -> str:
        """The id that API clients know this person by: `CUS0001`, `TEC0001`, an admin's user id."""
        ids = (self.user_id, self.public_id) if self.is_admin else (self.public_id, self.user_id)
        return next((known for known in ids if known), f"ADM{self.pk:04d}")

    @property
    def is_admin(self) -> bool:
        return self.role == Role.ADMIN

    @property
    def is_technician(self) -> bool:
        return self.role == Role.TECHNICIAN

    @property
    def is_customer(self) -> bool:
        return self.role == Role.CUSTOMER

    @property
    def is_staff(self) -> bool:
        """Whether Django's admin site opens: admins only."""
        return self.is_admin

    @property
    def is_email_verified(self) -> bool:
        return self.email_verified_at is not None

    @property
    def zone(self) -> tzinfo:
        """The zone in which the person reads a clock: their own, or the desk's."""
        name = self.time_zone
        return zoneinfo.ZoneInfo(name) if name else timezone.get_default_timezone()

    def set_password(self, raw_password: str | None) -> None:
        """Hash the password; once saved, whatever was signed in with the old one is out.

        Here rather than in a service alone, so that `manage.py changepassword` does it as well.
        """
        super().set_password(raw_password)
        self.credentials_version += 1

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and self.is_admin

    def has_perms(self, perm_list: list[str], obj: Any = None) -> bool:
        return self.is_active and self.is_admin

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.is_admin

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """Tie browser sessions to the password, the role and `credentials_version`."""
        value = f"{self.password}|{self.role}|{self.credentials_version}"
        return salted_hmac("accounts.session", value, secret=secret, algorithm="sha256").hexdigest()
