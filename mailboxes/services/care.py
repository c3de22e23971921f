"""What the desk does by the clock with the ledger: forgetting, and counting a day."""

import contextlib
import logging
import uuid
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from accounts.choices import AccountEventType
from accounts.services import record
from mailboxes.choices import OPEN_OUTCOMES, Outcome
from mailboxes.models import REASON_LENGTH, InboundMail, MailDay
from tickets import storage
from tickets.models import Comment, DoomedFile, MailOrigin, Ticket

logger = logging.getLogger("desk.mail")
BATCH = 500
# What nobody has settled yet.
UNSETTLED = (Outcome.RECEIVED, Outcome.HELD, *OPEN_OUTCOMES)
FROM_HOUR = 6
KEEP_DAYS = 90


def forget_old_mail(now: datetime | None = None) -> int:
    """Delete the content of messages older than MAIL_RETENTION_DAYS; return how many.

    Not of those that somebody has to look at. The row stays, without what its sender chose.
    """
    before = (now or timezone.now()) - timedelta(days=settings.MAIL_RETENTION_DAYS)
    rows = InboundMail.objects.filter(stored_as__isnull=False, received_at__lt=before)
    settled = rows.exclude(outcome__in=UNSETTLED)
    old = dict(settled.order_by("received_at").values_list("pk", "stored_as")[:BATCH])
    with transaction.atomic():
        DoomedFile.objects.bulk_create([DoomedFile(name=name) for name in old.values()])
        _forget(InboundMail.objects.filter(pk__in=old), old.values(), subject="")
    return len(old)


def note_end_of_held(key: uuid.UUID, *, sentence: str, comment: Comment | None) -> None:
    """Write on a message's row what became of the reply that was held, in the same transaction.

    Without a `comment` it became nothing.
    """
    row = InboundMail.objects.select_for_update(of=("self",)).filter(key=key).first()
    if row is None or row.outcome != Outcome.HELD:
        return
    row.outcome, row.comment = Outcome.IGNORED, comment
    if comment is not None:
        row.outcome, row.ticket = Outcome.REPLY, comment.ticket
    row.reason = sentence[:REASON_LENGTH]
    moment = timezone.localtime()
    row.trace = "\n".join((*row.trace_lines, f"{moment:%Y-%m-%d %H:%M %Z}: {sentence}"))
    row.save(update_fields=["outcome", "comment", "ticket", "reason", "trace"])


def forget_mail_about(ticket: Ticket) -> None:
    """Delete what arrived for the ticket, as it came: a text was removed from it for good.

    Within the transaction that removes the text; a mail is removed whole, as its text may stand in
    it in any code.
    """
    rows = InboundMail.objects.filter(ticket=ticket, stored_as__isnull=False)
    names = list(rows.values_list("stored_as", flat=True))
    DoomedFile.objects.bulk_create([DoomedFile(name=name) for name in names if name])
    _forget(rows, [name for name in names if name], subject="")


def _forget(rows: QuerySet[InboundMail], names: Iterable[str], **fields: str) -> None:
    """Take the content of doomed messages away, and the way to it from their tickets."""
    MailOrigin.objects.filter(mail__in=list(rows.values_list("key", flat=True))).update(mail=None)
    rows.update(stored_as=None, **fields)
    transaction.on_commit(lambda: _delete(list(names)))


def _delete(names: list[str]) -> None:
    for name in names:
        with contextlib.suppress(Exception):  # then the periodic job finds it
            storage.delete(name)
            DoomedFile.objects.filter(name=name).delete()


def tell_mail_of_the_day(now: datetime | None = None) -> bool:
    """Tell the admins what became of the mail of the last 24 hours; return whether it was done now.

    Once a day from six o'clock on, however many workers ask; nothing where there is nothing to say.
    """
    moment = timezone.localtime(now)
    if moment.hour < FROM_HOUR or MailDay.objects.filter(day=moment.date()).exists():
        return False
    try:
        with transaction.atomic():
            MailDay.objects.create(day=moment.date())
            counted = mail_of_the_day(now)
            if any(counted.values()):
                changes = {"mails": counted}
                record(None, AccountEventType.MAIL_COUNTED, changes=changes)
            MailDay.objects.filter(day__lt=moment.date() - timedelta(days=KEEP_DAYS)).delete()
    except IntegrityError:  # another worker was quicker
        return False
    return True


def mail_of_the_day(now: datetime | None = None) -> dict[str, int]:
    """Return how many messages of the last 24 hours came to which outcome, and log it.

    What waits for more than an hour, or for a person, is a warning.
    """
    moment = now or timezone.now()
    rows = InboundMail.objects.filter(received_at__gt=moment - timedelta(days=1))
    counted = rows.order_by().values_list("outcome").annotate(count=Count("pk"))
    found: dict[str, int] = dict(counted)
    late = InboundMail.objects.waiting().filter(received_at__lt=moment - timedelta(hours=1)).count()
    looks = InboundMail.objects.open().count()
    level = logging.WARNING if late or looks else logging.INFO
    logger.log(level, "mail of the day", extra={**found, "late": late, "to_look_at": looks})
    return {**found, "late": late, "to_look_at": looks}
