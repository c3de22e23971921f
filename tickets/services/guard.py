"""The send guard: nobody answers what they have not read, unless they say so."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from accounts.models import User
from tickets.choices import GUARDED_EVENTS, EventType
from tickets.models import Ticket, TicketEvent
from tickets.services.changes import EditConflict, record

SHOWN_NEWS = 20


class UnseenNews(EditConflict):
    """Something that matters for a reply happened after its writer last looked.

    `news` are those events, oldest first, at most `SHOWN_NEWS` of them.
    """

    def __init__(self, ticket: Ticket, news: list[TicketEvent]) -> None:
        super().__init__(ticket)
        self.args = ("Something happened on the ticket that the writer has not seen.",)
        self.news = news

    @property
    def newest(self) -> int:
        """The event that counts as seen once the news were shown."""
        return self.news[-1].pk


def news_since(ticket: Ticket, writer: User, event_id: int) -> QuerySet[TicketEvent]:
    """Return what happened after an event and matters for a reply by `writer`, oldest first.

    Also on tickets that were merged into this one: they are a part of what its page shows.
    """
    events = TicketEvent.objects.of(ticket).visible_to(writer).filter(type__in=GUARDED_EVENTS)
    return events.filter(pk__gt=event_id).exclude(actor=writer).for_timeline()


def newest_at(ticket: Ticket, moment: datetime) -> int:
    """Return the number of the newest event that the ticket's page showed then, 0 for none."""
    earlier = TicketEvent.objects.of(ticket).filter(at__lte=moment)
    return earlier.order_by("-id").values_list("pk", flat=True).first() or 0


def newest_event(ticket: Ticket) -> int:
    """Return the number of the newest event that the ticket's page shows, 0 for none."""
    return TicketEvent.objects.of(ticket).order_by("-id").values_list("pk", flat=True).first() or 0


def check_seen(ticket: Ticket, *, writer: User | None, seen: int | None) -> None:
    """Raise `UnseenNews` if the writer of a reply or a summary has not seen all that matters.

    Customers are never held up, nor the desk itself (None), nor who doesn't say what they have
    seen.
    """
    if seen is None or writer is None or writer.is_customer:
        return
    news = list(news_since(ticket, writer, seen)[:SHOWN_NEWS])
    if news:
        raise UnseenNews(ticket, news)


def record_override(
    ticket: Ticket,
    *,
    writer: User | None,
    overrides: int | None,
    seen: int | None,
    cautions: Sequence[str] = (),
    instead: Mapping[str, Any] | None = None,
) -> None:
    """Write down what the writer chose to send across: news after `overrides` up to `seen`.

    Without `seen` they are all there are. `cautions` are doubts that were confirmed. Nothing to
    override: no event. `instead` says what was done if it was no reply: `{"then_status": ...}`,
    `{"changed": True}`.
    """
    if writer is None or writer.is_customer:
        return
    overridden: list[str] = []
    if overrides is not None:
        news = news_since(ticket, writer, overrides)
        if seen is not None:
            news = news.filter(pk__lte=seen)
        overridden = [in_words(event) for event in news[:SHOWN_NEWS]]
    overridden += cautions
    if overridden:
        changes = {"overridden": overridden, **(instead or {})}
        record(ticket, EventType.SENT_ANYWAY, actor=writer, changes=changes)


def in_words(event: TicketEvent) -> str:
    """Return a piece of news in a few words: "Amara Okafor: Reply"."""
    return f"{event.actor.name if event.actor else 'The desk'}: {event.get_type_display()}"
