"""Admins, customers and technicians of the old system."""

import re
from collections.abc import Iterable

from django.contrib.auth.hashers import make_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.choices import AccountEventType, Role
from accounts.models import NAME_LENGTH, PHONE_LENGTH, AccountEvent, User
from accounts.services import check_user_id
from operations.legacy.report import TWICE, TableReport
from operations.legacy.source import KEYS, Row
from operations.legacy.values import password_from
from technicians.models import Technician
from tickets.services import ensure_category, set_served_categories

# RFC 2606: nobody can ever own an address below it.
NO_ADDRESS = "no-address.invalid"
ODDEST_ID = re.compile(r"[\w.-]{1,40}", re.ASCII)
# Which row of the old system a person was made from stands in the account's first event.
ORIGIN = "imported_as"


class PeopleImport:
    """Takes people over and knows who was made from which old row.

    The origin is kept for good, so that a second run finds people again whatever they have
    changed since, and never takes somebody else with the same number for them.
    """

    def __init__(self) -> None:
        events = AccountEvent.objects.filter(
            type__in=(AccountEventType.REGISTERED, AccountEventType.INVITED),
            detail__changes__has_key=ORIGIN,
        )
        self.known: dict[str, int] = {
            changes[ORIGIN]: user
            for changes, user in events.values_list("detail__changes", "user_id")
        }
        # People whom only tickets mention; they come into being as deleted ones.
        self.former_keys: set[int] = set(
            User.objects.filter(
                pk__in=self.known.values(), email__startswith="former-", email__endswith=NO_ADDRESS
            ).values_list("pk", flat=True)
        )
        present = User.objects.present().values_list("email", "user_id")
        self.addresses = {email for email, _ in present}
        self.user_ids = {user_id.lower() for _, user_id in present if user_id}
        self.public_ids = set(
            User.objects.exclude(public_id=None).values_list("public_id", flat=True)
        )

    def find(self, table: str, key: str | None) -> int | None:
        """Return the person made from this old row, None where there is none."""
        return self.known.get(f"{table}:{key}")

    def take(self, role: Role, rows: Iterable[Row], report: TableReport) -> None:
        """Store those of `rows` that are not here yet."""
        read: set[str] = set()
        for row in rows:
            report.read += 1
            key = (row.get(KEYS[report.table]) or "").strip()
            if key in read:
                report.leave_out(key, TWICE)
                continue
            read |= {key} if key else set()
            if self.find(report.table, key):
                report.present += 1
            elif reason := self._reason_against(role, key):
                report.leave_out(key, reason)
            else:
                self._store(role, key, row, report)

    def _reason_against(self, role: Role, key: str) -> str:
        if not key:
            return "it has no id"
        if role == Role.ADMIN:
            return "" if len(key) <= NAME_LENGTH else "its user id is too long"
        if not ODDEST_ID.fullmatch(key):
            return f"the id {key[:60]!r} has characters or a length that ids can't have"
        return "somebody else here has this id already" if key in self.public_ids else ""

    def _store(self, role: Role, key: str, row: Row, report: TableReport) -> None:
        user = User(role=role, public_id=None if role == Role.ADMIN else key)
        user.email = self._address(key, row, report)
        user.user_id = self._user_id(role, key, row, report)
        user.name = self._name(user, key, row, report)
        user.phone = (row.get("phone_number") or "").strip()[:PHONE_LENGTH]
        user.email_verified_at = None if user.email.endswith(NO_ADDRESS) else timezone.now()
        user.password = self._password(key, row, report)
        try:
            with transaction.atomic():
                user.save(force_insert=True)
                self.remember(report.table, key, user)
                if role == Role.TECHNICIAN:
                    self._serve(user, key, row, report)
        except (IntegrityError, ValidationError) as error:
            report.leave_out(key, f"the database refused it ({error})")
            return
        report.taken += 1

    def remember(self, table: str, key: str, user: User) -> None:
        """Write down for good that `user` was made from the old row `key` of `table`."""
        kind = AccountEventType.REGISTERED if user.is_customer else AccountEventType.INVITED
        # Not by `record`: it would announce the fact, and welcome people who have long been here.
        event = AccountEvent(user=user, type=kind)
        event.changes = {ORIGIN: f"{table}:{key}"}
        event.save()
        self.known[f"{table}:{key}"] = user.pk
        self.addresses.add(user.email)
        if user.public_id:
            self.public_ids.add(user.public_id)
        if user.user_id:
            self.user_ids.add(user.user_id.lower())

    def remember_former(self, table: str, key: str, *, role: Role, name: str) -> int:
        """Make a deleted person, so that old tickets keep the name; return the key."""
        taken = not key or key in self.public_ids or not ODDEST_ID.fullmatch(key)
        user = User(
            role=role,
            name=name[:NAME_LENGTH],
            email=f"former-{len(self.known) + 1}@{NO_ADDRESS}",
            public_id=None if taken else key,
            password=make_password(None),
            is_active=False,
            deleted_at=timezone.now(),
        )
        user.save(force_insert=True)
        self.remember(table, key or f"name {name}", user)
        self.former_keys.add(user.pk)
        return user.pk

    # Columns ----------------------------------------------------------------------------------

    def _address(self, key: str, row: Row, report: TableReport) -> str:
        typed = (row.get("email") or "").strip()
        if report.table == "admins" and not typed and "@" in key:
            typed = key
        email = User.objects.normalize_email(typed)
        problem = self._problem_of(email)
        if not problem:
            return email
        report.remark(
            key, f"{problem}; taken without one, give it an address before it can sign in by one"
        )
        local = re.sub(r"[^a-z0-9.-]", "-", key.lower())[:40]
        return f"{report.table}-{local}-{len(self.known) + 1}@{NO_ADDRESS}"

    def _problem_of(self, email: str) -> str:
        if not email:
            return "it has no e-mail address"
        if email in self.addresses:
            return f"its e-mail address {email} belongs to somebody else already"
        try:
            validate_email(email)
        except ValidationError:
            return f"its e-mail address {email[:100]!r} is not one"
        return ""

    def _user_id(self, role: Role, key: str, row: Row, report: TableReport) -> str | None:
        typed = (row.get("user_id") or "").strip()
        if role == Role.CUSTOMER or not typed:
            return None
        if typed.lower() in self.user_ids:
            report.remark(key, f"its user id {typed} is somebody else's; taken without one")
            return None
        try:
            check_user_id(typed)
        except ValidationError:
            report.remark(key, f"its user id {typed[:60]!r} can't be one; taken without one")
            return None
        return typed

    def _name(self, user: User, key: str, row: Row, report: TableReport) -> str:
        name = (row.get("name") or "").strip()
        if len(name) > NAME_LENGTH:
            report.remark(key, f"its name is longer than {NAME_LENGTH} characters; cut")
        if not name and report.table != "admins":
            report.remark(key, "it has no name; its id is the name")
        return name[:NAME_LENGTH] or user.user_id or key

    def _password(self, key: str, row: Row, report: TableReport) -> str:
        password = password_from(row.get("password"))
        if password is None:
            report.remark(
                key, "its password is not a bcrypt hash and was not taken; reset it by e-mail"
            )
        return password or make_password(None)

    def _serve(self, user: User, key: str, row: Row, report: TableReport) -> None:
        Technician.objects.create(user=user)
        text = (row.get("category") or "").strip()
        if not text:
            report.remark(key, "it has no category and serves none")
            return
        try:
            set_served_categories(user, [ensure_category(text)])
        except ValidationError:
            report.remark(key, "its category is too long for one; it serves none")
