"""Replies of one's own that have not gone out; nobody else's can be asked for."""

from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES
from accounts.models import User
from accounts.numbers import row_key
from tickets.api.rows import WITH_MAIL, event_row, file_rows, moment
from tickets.api.serializers import TICKET_ID, Deleted, FileRow, TimelineEntry
from tickets.choices import DraftKind, OutgoingState, Status
from tickets.models import OutgoingReply, Ticket
from tickets.services import (
    SHOWN_NEWS,
    discard_draft,
    discard_reply,
    news_since,
    release_due_replies,
    send_held_reply,
    take_back_reply,
)

MOST_CONFIRMED = 100
KEY_LENGTH = 200
# What can be done with a reply in which state.
ACTIONS = {
    OutgoingState.WAITING: ["take_back"],
    OutgoingState.HELD: ["send", "take_back", "discard"],
    OutgoingState.TAKEN_BACK: ["discard"],
}


class SendHeld(serializers.Serializer):
    """What its writer has seen and means; without it the reply is held for the same again."""

    last_seen_event = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="The newest timeline entry that the writer knows of, such as the last of `news`.",
    )
    confirmed = serializers.ListField(
        child=TextField(max_length=KEY_LENGTH),
        required=False,
        max_length=MOST_CONFIRMED,
        help_text="Which of `doubts` the writer has looked at.",
    )


class UnsentRow(serializers.Serializer):
    id = serializers.IntegerField()
    ticket_id = serializers.RegexField(TICKET_ID)
    subject = serializers.CharField(
        allow_null=True, help_text="Null where the ticket is not one's own any more."
    )
    state = serializers.ChoiceField(OutgoingState.choices)
    body = serializers.CharField()
    status = serializers.ChoiceField(
        Status.choices, allow_null=True, help_text="Where the ticket goes with the reply."
    )
    resolution_summary = serializers.CharField(allow_blank=True)
    next_update_by = serializers.DateTimeField(allow_null=True)
    files = FileRow(many=True)
    reason = serializers.CharField(allow_blank=True, help_text="Why it was held.")
    doubts = serializers.ListField(
        child=serializers.CharField(), help_text="What held it and can be confirmed."
    )
    last_seen_event = serializers.IntegerField(
        help_text="The newest timeline entry that its writer had seen, 0 for none."
    )
    goes_out_at = serializers.DateTimeField(allow_null=True, help_text="Null unless it waits.")
    changed_at = serializers.DateTimeField()
    actions = serializers.ListField(
        child=serializers.ChoiceField(["send", "take_back", "discard"]),
        help_text="What can be done with it now.",
    )


class UnsentReply(UnsentRow):
    news = TimelineEntry(
        many=True, help_text="Of a held one: what its writer has not seen, oldest first."
    )


class SendingAnswer(serializers.Serializer):
    sent = serializers.BooleanField()
    reply = UnsentReply(allow_null=True, help_text="Null once it is sent; else why it was held.")


def unsent_row(row: OutgoingReply, reader: User) -> dict[str, Any]:
    """Return the row of a reply; `is_within_reach` says whether its ticket is."""
    within_reach = row.is_within_reach  # type: ignore[attr-defined]
    state = OutgoingState(row.state)
    return {
        "id": row.pk,
        "ticket_id": row.ticket.ticket_id,
        "subject": row.ticket.subject if within_reach else None,
        "state": row.state,
        "body": row.body,
        "status": row.then_status or None,
        "resolution_summary": row.resolution_summary,
        "next_update_by": moment(row.next_update_by),
        "files": file_rows(row.attachments.all(), reader),
        "reason": row.reason,
        "doubts": row.asked if row.is_held else [],
        "last_seen_event": row.seen_event,
        "goes_out_at": moment(row.due_at) if row.is_waiting else None,
        "changed_at": moment(row.changed_at),
        "actions": ACTIONS[state],
    }


def say_what_is_within_reach(rows: list[OutgoingReply], reader: User) -> None:
    """Let each row know whether its author still sees the ticket."""
    seen = Ticket.objects.visible_to(reader).filter(pk__in=[row.ticket_id for row in rows])
    numbers = set(seen.values_list("pk", flat=True))
    for row in rows:
        row.is_within_reach = row.ticket_id in numbers  # type: ignore[attr-defined]


class Unsent(DeskView):
    """Replies of one's own that wait, were held or were taken back, the newest first.

    What is due goes out before that.
    """

    operations = {
        "GET": Operation(
            "listUnsentReplies",
            "Own replies that are not sent",
            UnsentRow,
            roles=STAFF_ROLES,
            is_list=True,
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        release_due_replies(author=request.user)
        rows = OutgoingReply.objects.of(request.user).select_related("ticket")
        return list_response(
            request,
            rows.prefetch_related("attachments"),
            order=("-changed_at", "-id"),
            row=lambda row: unsent_row(row, request.user),
            parameters=parameters,
            complete=lambda found: say_what_is_within_reach(found, request.user),
        )


class UnsentView(DeskView):
    """Finds a reply of one's own; another's, and one that has gone out, are not there."""

    def find(self, request: DeskRequest, reply_id: str) -> OutgoingReply:
        key = row_key(reply_id)
        own = OutgoingReply.objects.of(request.user).select_related("ticket")
        row: OutgoingReply | None = own.filter(pk=key).first() if key is not None else None
        if row is None:
            raise Http404
        return row

    def shown(self, request: DeskRequest, row: OutgoingReply) -> dict[str, Any]:
        """Return the reply, and beside a held one what has happened on a ticket within reach."""
        reader, ticket = request.user, row.ticket
        say_what_is_within_reach([row], reader)
        news = []
        if row.is_held and row.is_within_reach:  # type: ignore[attr-defined]
            news = list(news_since(ticket, reader, row.seen_event)[:SHOWN_NEWS])
            prefetch_related_objects(news, WITH_MAIL)
        entries = [event_row(event, reader, ticket) for event in news]
        return {**unsent_row(row, reader), "news": entries}


class OneUnsent(UnsentView):
    """A reply of one's own that has not gone out; one that waits is taken back first."""

    operations = {
        "GET": Operation(
            "getUnsentReply", "An own reply that is not sent", UnsentReply, roles=STAFF_ROLES
        ),
        "DELETE": Operation(
            "discardUnsentReply", "Throw an unsent reply away", Deleted, roles=STAFF_ROLES
        ),
    }

    def get(self, request: DeskRequest, reply_id: str) -> Response:
        return Response(self.shown(request, self.find(request, reply_id)))

    def delete(self, request: DeskRequest, reply_id: str) -> Response:
        row = self.find(request, reply_id)
        discard_reply(row.pk, actor=request.user)
        discard_draft(row.ticket, kind=DraftKind.REPLY, actor=request.user)
        return Response({"deleted": True})


class UnsentTakeBack(UnsentView):
    """Stop a reply that waits or was held: its text is a draft, to be changed and sent anew."""

    operations = {
        "POST": Operation(
            "takeBackReply", "Change a reply back to a draft", UnsentReply, roles=STAFF_ROLES
        ),
    }

    def post(self, request: DeskRequest, reply_id: str) -> Response:
        row = self.find(request, reply_id)
        take_back_reply(row.pk, actor=request.user)
        return Response(self.shown(request, self.find(request, reply_id)))


class UnsentSending(UnsentView):
    """Send a held reply across what its writer has seen; something new holds it again."""

    operations = {
        "POST": Operation(
            "sendHeldReply",
            "Send a held reply",
            SendingAnswer,
            body=SendHeld,
            roles=STAFF_ROLES,
        ),
    }

    def post(self, request: DeskRequest, reply_id: str) -> Response:
        row = self.find(request, reply_id)
        given = self.checked(request)
        seen, confirmed = given.get("last_seen_event", 0), given.get("confirmed", [])
        if send_held_reply(row.pk, actor=request.user, seen=seen, confirmed=confirmed):
            return Response({"sent": True, "reply": None})
        return Response({"sent": False, "reply": self.shown(request, self.find(request, reply_id))})
