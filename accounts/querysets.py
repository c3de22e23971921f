"""Reads of people."""

from typing import TYPE_CHECKING, Any, Self

from django.contrib.auth.base_user import BaseUserManager
from django.db import connections, models
from django.db.models import Q
from django.utils import timezone

from accounts.choices import STAFF_ROLES, Role

if TYPE_CHECKING:
    from accounts.models.person import User


class UserQuerySet(models.QuerySet[Any]):
    """People of the desk. A deleted person's row stays for the history and is in no list."""

    def present(self) -> Self:
        """People who are not deleted (they may be deactivated)."""
        return self.filter(deleted_at__isnull=True)

    def active(self) -> Self:
        """People who may sign in."""
        return self.present().filter(is_active=True)

    def customers(self) -> Self:
        return self.filter(role=Role.CUSTOMER)

    def unmerged(self) -> Self:
        """People who are not known as somebody else since a merge."""
        return self.filter(merged_into__isnull=True)

    def technicians(self) -> Self:
        return self.filter(role=Role.TECHNICIAN)

    def admins(self) -> Self:
        return self.filter(role=Role.ADMIN)

    def matching_sign_in(self, user_id_or_email: str) -> Self:
        """Whoever signs in by this user id or e-mail address, in any case of letters."""
        typed = user_id_or_email.strip().lower()
        return self.present().filter(Q(user_id__lower=typed) | Q(email=typed))

    def visible_to(self, user: Any) -> Self:
        """People whose record `user` may read: admins read all, everyone else only their own."""
        if not getattr(user, "is_authenticated", False):
            return self.none()
        if user.role == Role.ADMIN:
            return self.present()
        return self.present().filter(pk=user.pk)


class TeamQuerySet(models.QuerySet[Any]):
    """Teams of technicians."""

    def active(self) -> Self:
        """Teams that can be given tickets."""
        return self.filter(is_active=True)

    def of(self, user: Any) -> Self:
        """Teams that `user` is a member of."""
        return self.filter(members=user)

    def visible_to(self, user: Any) -> Self:
        """All, for everybody who works at the desk."""
        is_staff = getattr(user, "is_authenticated", False) and user.role in STAFF_ROLES
        return self.all() if is_staff else self.none()


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]
    """Manager with what `createsuperuser` needs."""

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Return the address as it is stored and compared: trimmed and in lower case."""
        return (email or "").strip().lower()

    def still_has_role(self, user: "User") -> bool:
        """Whether the person is active and has the role that `user` was read with.

        Written out, because each change of a ticket asks.
        """
        table = self.model._meta.db_table
        with connections[self.db].cursor() as cursor:
            cursor.execute(
                f"SELECT 1 FROM {table} WHERE id = %s AND role = %s"  # noqa: S608
                " AND is_active AND deleted_at IS NULL",
                [user.pk, user.role],
            )
            return cursor.fetchone() is not None

    def held(self, user: "User") -> "User":
        """Return as whom the person goes on, who is merged with nobody until the commit.

        Asked first in a transaction that gives somebody a row of their own, before it locks
        anything else: of it and a merge, one waits for the other.
        """
        connection = connections[self.db]
        table = self.model._meta.db_table
        share = " FOR SHARE" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT merged_into_id FROM {table} WHERE id = %s{share}",  # noqa: S608
                [user.pk],
            )
            row = cursor.fetchone()
        return self.held(self.get(pk=row[0])) if row and row[0] else user

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.present().get(email=self.normalize_email(username))

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Make an admin; called by `manage.py createsuperuser`."""
        user = self.model(
            email=self.normalize_email(email),
            role=Role.ADMIN,
            email_verified_at=timezone.now(),
            **fields,
        )
        user.set_password(password)
        user.save(using=self._db)
        return user
