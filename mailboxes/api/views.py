"""Endpoints about incoming mail, for admins."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.lists import check_parameters, list_response
from accounts.choices import Role
from mailboxes.choices import Outcome, Source
from mailboxes.models import InboundMail
from mailboxes.services import dismiss, release


class MailRow(serializers.Serializer):
    id = serializers.IntegerField()
    received_at = serializers.DateTimeField()
    door = serializers.ChoiceField(Source.choices, help_text="Which way it came in.")
    sender = serializers.CharField(help_text="Empty until the mail was read.")
    subject = serializers.CharField()
    size = serializers.IntegerField(help_text="Bytes.")
    outcome = serializers.ChoiceField(Outcome.choices)
    reason = serializers.CharField(help_text="The sentence that decided.")
    ticket_id = serializers.CharField(allow_null=True)


class OneMailRow(MailRow):
    trace = serializers.ListField(
        child=serializers.CharField(), help_text="How it was decided, line by line."
    )


class Release(serializers.Serializer):
    as_reply = serializers.BooleanField(
        default=False, help_text="On the ticket that the mail names; otherwise as a new ticket."
    )


def mail_row(mail: InboundMail) -> dict[str, Any]:
    return {
        "id": mail.pk,
        "received_at": mail.received_at.isoformat(),
        "door": mail.source,
        "sender": mail.sender,
        "subject": mail.subject,
        "size": mail.size,
        "outcome": mail.outcome,
        "reason": mail.reason,
        "ticket_id": mail.ticket.ticket_id if mail.ticket else None,
    }


def one_mail_row(mail: InboundMail) -> dict[str, Any]:
    return mail_row(mail) | {"trace": mail.trace_lines}


class Mails(DeskView):
    """What arrived, newest first."""

    operations = {
        "GET": Operation(
            "listMails",
            "Incoming mails",
            MailRow,
            roles=[Role.ADMIN],
            is_list=True,
            filters=("outcome",),
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request, known=("outcome",))
        mails = InboundMail.objects.visible_to(request.user).select_related("ticket")
        outcome = parameters.get("outcome")
        if outcome is not None:
            if outcome not in Outcome.values:
                known = ", ".join(Outcome.values)
                raise serializers.ValidationError({"outcome": [f"Use one of: {known}."]})
            mails = mails.filter(outcome=outcome)
        return list_response(request, mails, order=("-id",), row=mail_row, parameters=parameters)


class MailView(DeskView):
    """Finds the mail of the address."""

    def find(self, request: DeskRequest, mail_id: int) -> InboundMail:
        mails = InboundMail.objects.visible_to(request.user).select_related("ticket")
        mail = mails.filter(pk=mail_id).first() if mail_id < 2**63 else None
        if mail is None:
            raise Http404
        return mail


class OneMail(MailView):
    """One mail, and how it was decided."""

    operations = {"GET": Operation("getMail", "An incoming mail", OneMailRow, roles=[Role.ADMIN])}

    def get(self, request: DeskRequest, mail_id: int) -> Response:
        return Response(one_mail_row(self.find(request, mail_id)))


class MailRelease(MailView):
    """Lets in what was suspended, failed or kept; the caller vouches for its sender."""

    operations = {
        "POST": Operation(
            "releaseMail", "Release a mail", OneMailRow, body=Release, roles=[Role.ADMIN]
        ),
    }

    def post(self, request: DeskRequest, mail_id: int) -> Response:
        mail = self.find(request, mail_id)
        return Response(one_mail_row(release(mail, actor=request.user, **self.checked(request))))


class MailDismissal(MailView):
    """Nothing is done with what was suspended or failed; twice changes nothing."""

    operations = {
        "POST": Operation("dismissMail", "Dismiss a mail", OneMailRow, roles=[Role.ADMIN]),
    }

    def post(self, request: DeskRequest, mail_id: int) -> Response:
        return Response(one_mail_row(dismiss(self.find(request, mail_id), actor=request.user)))
