"""Endpoints about planned absences: one's own, leads those of their members, admins all."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.http import Http404
from django.utils import timezone
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES
from accounts.models import User
from accounts.numbers import number_of, public_id, row_key
from technicians.models import ABSENCE_NOTE_LENGTH, Absence, Technician
from technicians.permissions import can_plan_absence
from technicians.proposals import Proposal, propose, tickets_to_hand
from technicians.querysets import AbsenceQuerySet
from technicians.services import (
    change_absence,
    end_absence,
    hand_over_tickets,
    plan_absence,
    take_back_tickets,
)
from tickets.api.serializers import TICKET_ID, Deleted, Updated
from tickets.choices import Priority
from tickets.models import Ticket
from tickets.models.ticket import TICKET_PREFIX

MOST_TICKETS = 200
NOT_THEIRS = "This is no open ticket of theirs that you may hand over."
NOBODY = "There is no technician of this number whose absence you plan."


class AbsenceChange(serializers.Serializer):
    """Any of these."""

    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)
    note = TextField(max_length=ABSENCE_NOTE_LENGTH, required=False, allow_blank=True)


class NewAbsence(serializers.Serializer):
    technician_id = TextField(
        max_length=40, required=False, help_text="TEC0001; without it one's own."
    )
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    note = TextField(
        max_length=ABSENCE_NOTE_LENGTH,
        required=False,
        allow_blank=True,
        help_text="Whoever gets tickets meanwhile reads it.",
    )


class AbsenceRow(serializers.Serializer):
    id = serializers.IntegerField()
    technician_id = serializers.CharField()
    technician = serializers.CharField()
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    note = serializers.CharField(allow_blank=True)
    state = serializers.ChoiceField(["planned", "away", "over"])
    ended_at = serializers.DateTimeField(
        allow_null=True, help_text="When it was called off, or ended earlier."
    )
    tickets_with_others = serializers.IntegerField(help_text="That can come back.")


class AbsenceCreated(serializers.Serializer):
    id = serializers.IntegerField()


class ProposalRow(serializers.Serializer):
    ticket_id = serializers.RegexField(TICKET_ID)
    subject = serializers.CharField()
    priority = serializers.ChoiceField(Priority.labels)
    technician_id = serializers.CharField(allow_null=True, help_text="Null: nobody, it stays.")
    technician = serializers.CharField(allow_null=True)


class Proposals(serializers.Serializer):
    tickets = ProposalRow(many=True, help_text=f"The most urgent, at most {MOST_TICKETS}.")


class NewOwners(serializers.Serializer):
    owners = serializers.DictField(
        child=TextField(max_length=40), help_text='{"TKT0042": "TEC0002"}; all others stay.'
    )
    note = TextField(max_length=ABSENCE_NOTE_LENGTH, required=False, allow_blank=True)

    def validate_owners(self, value: dict[str, str]) -> dict[int, User]:
        if len(value) > MOST_TICKETS:
            raise serializers.ValidationError(f"At most {MOST_TICKETS} tickets at once.")
        people = User.objects.active().technicians().filter(public_id__in=set(value.values()))
        known = {person.public_id: person for person in people}
        owners = {}
        for name, chosen in value.items():
            number = number_of(TICKET_PREFIX, name)
            if number is None:
                raise serializers.ValidationError(f"{name[:40]} is no number of a ticket.")
            if chosen not in known:
                raise serializers.ValidationError(f"There is no technician {chosen}.")
            owners[number] = known[chosen]
        return owners


class NotHanded(serializers.Serializer):
    ticket_id = serializers.RegexField(TICKET_ID)
    reason = serializers.CharField()


class HandedOver(serializers.Serializer):
    handed = serializers.ListField(child=serializers.RegexField(TICKET_ID))
    not_handed = NotHanded(many=True)


class HandedRow(serializers.Serializer):
    id = serializers.IntegerField()
    ticket_id = serializers.RegexField(TICKET_ID)
    subject = serializers.CharField(allow_null=True, help_text="Null: you may not open it.")
    technician_id = serializers.CharField(help_text="Who was given it.")
    technician = serializers.CharField()
    date = serializers.DateTimeField()


class NewReturn(serializers.Serializer):
    tickets = serializers.ListField(
        child=TextField(max_length=40),
        required=False,
        max_length=MOST_TICKETS,
        help_text="TKT0042, ...; without it all of them.",
    )
    keep = serializers.BooleanField(
        required=False, help_text="Leave them where they are, and offer them no more."
    )


class Returned(serializers.Serializer):
    returned = serializers.IntegerField()
    stay = serializers.IntegerField(help_text="Somebody has worked on them, or `keep` said so.")


def absence_row(absence: Any) -> dict[str, Any]:
    state = "over" if absence.is_over else "away" if absence.has_begun else "planned"
    return {
        "id": absence.pk,
        "technician_id": absence.technician.technician_id,
        "technician": absence.technician.user.name,
        "starts_at": absence.starts_at,
        "ends_at": absence.ends_at,
        "note": absence.note,
        "state": state,
        "ended_at": absence.ended_at,
        "tickets_with_others": absence.elsewhere,
    }


def proposal_row(proposal: Proposal) -> dict[str, Any]:
    ticket, owner = proposal.ticket, proposal.owner
    return {
        "ticket_id": ticket.ticket_id,
        "subject": ticket.subject,
        "priority": ticket.get_priority_display(),
        "technician_id": owner.desk_id if owner else None,
        "technician": owner.name if owner else None,
    }


def handed_row(row: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "ticket_id": row.ticket.ticket_id,
        "subject": row.ticket.subject if row.is_seen else None,
        "technician_id": row.given_to.desk_id,
        "technician": row.given_to.name,
        "date": row.handed_at,
    }


def technician_named(number: str | None, user: User) -> Technician:
    """Return whose absence `user` plans: of this number, None for themselves; 400 for others."""
    people = Technician.objects.present().select_related("user")
    people = people.filter(user__public_id=number) if number else people.filter(user=user)
    technician: Technician | None = people.first()
    if technician is None or not can_plan_absence(technician, user):
        raise ValidationError({"technician_id": [NOBODY]})
    return technician


class Absences(DeskView):
    """Absences that last or are to come, and those whose tickets are still with others."""

    operations = {
        "GET": Operation(
            "listAbsences",
            "Planned absences",
            AbsenceRow,
            roles=STAFF_ROLES,
            is_list=True,
            filters=("technician_id",),
        ),
        "POST": Operation(
            "planAbsence", "Plan an absence", AbsenceCreated, 201, NewAbsence, STAFF_ROLES
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request, known=("technician_id",))
        rows = Absence.objects.visible_to(request.user).relevant(timezone.now())
        if number := parameters.get("technician_id"):
            rows = rows.filter(technician=technician_named(number, request.user))
        return list_response(
            request,
            rows.select_related("technician__user"),
            order=("starts_at", "id"),
            row=absence_row,
            parameters=parameters,
        )

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        technician = technician_named(given.pop("technician_id", None), request.user)
        absence = plan_absence(technician, actor=request.user, **given)
        return Response({"id": absence.pk}, status=201)


class AbsenceView(DeskView):
    """Finds the absence among those that the asker may plan; 404 for all others."""

    def absences(self, request: DeskRequest, absence_id: str) -> AbsenceQuerySet:
        key = row_key(absence_id)
        if key is None:
            raise Http404
        found: AbsenceQuerySet = Absence.objects.visible_to(request.user).filter(pk=key)
        return found.select_related("technician__user")

    def find(self, request: DeskRequest, absence_id: str) -> Absence:
        absence: Absence | None = self.absences(request, absence_id).first()
        if absence is None:
            raise Http404
        return absence


class OneAbsence(AbsenceView):
    """An absence; DELETE calls it off, or ends it now."""

    operations = {
        "GET": Operation("getAbsence", "One absence", AbsenceRow, roles=STAFF_ROLES),
        "PUT": Operation(
            "changeAbsence",
            "Change what the body carries",
            Updated,
            body=AbsenceChange,
            roles=STAFF_ROLES,
        ),
        "DELETE": Operation("endAbsence", "Call an absence off", Deleted, roles=STAFF_ROLES),
    }

    def get(self, request: DeskRequest, absence_id: str) -> Response:
        for absence in self.absences(request, absence_id).with_elsewhere():
            return Response(absence_row(absence))
        raise Http404

    def put(self, request: DeskRequest, absence_id: str) -> Response:
        absence = self.find(request, absence_id)
        given = self.checked(request)
        if not given:
            raise ValidationError({"request": ["Nothing to change."]})
        present = {name: getattr(absence, name) for name in ("starts_at", "ends_at", "note")}
        change_absence(absence, actor=request.user, **{**present, **given})
        return Response({"updated": True})

    def delete(self, request: DeskRequest, absence_id: str) -> Response:
        absence = self.find(request, absence_id)
        return Response({"deleted": end_absence(absence, actor=request.user)})


class AbsenceHandover(AbsenceView):
    """Who could have the open tickets, and giving these to others; nothing is given twice."""

    operations = {
        "GET": Operation(
            "proposeOwners", "Open tickets and who could have them", Proposals, roles=STAFF_ROLES
        ),
        "POST": Operation(
            "handOverAbsence", "Hand tickets over", HandedOver, body=NewOwners, roles=STAFF_ROLES
        ),
    }

    def get(self, request: DeskRequest, absence_id: str) -> Response:
        absence = self.find(request, absence_id)
        tickets = tickets_to_hand(absence, request.user, most=MOST_TICKETS)
        proposals = [] if absence.is_over else propose(absence, tickets)
        return Response({"tickets": [proposal_row(one) for one in proposals]})

    def post(self, request: DeskRequest, absence_id: str) -> Response:
        absence = self.find(request, absence_id)
        given = self.checked(request)
        if absence.is_over:
            raise ValidationError({"request": ["This absence is over."]})
        owners, note = given["owners"], given.get("note", "").strip()
        known = tickets_to_hand(absence, request.user, most=MOST_TICKETS, among=owners)
        mine = {ticket.pk: owners[ticket.pk] for ticket in known}
        done, failed = hand_over_tickets(absence, actor=request.user, owners=mine, note=note)
        reasons = {number: failed.get(number, NOT_THEIRS) for number in owners}
        return Response(
            {
                "handed": [public_id(TICKET_PREFIX, number) for number in done],
                "not_handed": [
                    {"ticket_id": public_id(TICKET_PREFIX, number), "reason": reason}
                    for number, reason in reasons.items()
                    if number not in done
                ],
            }
        )


class AbsenceTickets(AbsenceView):
    """What others have because of an absence, and may come back."""

    operations = {
        "GET": Operation(
            "listHandedTickets", "Tickets with others", HandedRow, roles=STAFF_ROLES, is_list=True
        ),
    }

    def get(self, request: DeskRequest, absence_id: str) -> Response:
        absence = self.find(request, absence_id)
        seen = Ticket.objects.visible_to(request.user).filter(pk=OuterRef("ticket"))
        rows = absence.handed.unsettled().select_related("ticket", "given_to")
        return list_response(
            request,
            rows.annotate(is_seen=Exists(seen.order_by())),
            order=("id",),
            row=handed_row,
            parameters=check_parameters(request),
        )


class AbsenceReturn(AbsenceView):
    """Whoever was away takes tickets back, or leaves them; worked on meanwhile, they stay."""

    operations = {
        "POST": Operation(
            "returnTickets", "Take tickets back", Returned, body=NewReturn, roles=STAFF_ROLES
        ),
    }

    def post(self, request: DeskRequest, absence_id: str) -> Response:
        absence = self.find(request, absence_id)
        if absence.technician_id != request.user.pk:
            raise PermissionDenied("Whoever was away takes their tickets back.")
        given = self.checked(request)
        rows = absence.handed.unsettled()
        if "tickets" in given:
            numbers = [number_of(TICKET_PREFIX, name) for name in given["tickets"]]
            rows = rows.filter(ticket__in=[number for number in numbers if number is not None])
        back, stay = take_back_tickets(request.user, rows, keep=given.get("keep", False))
        return Response({"returned": back, "stay": stay})
