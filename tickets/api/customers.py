"""Endpoints about customers as the desk knows them: notes, and raising a ticket for one."""

from typing import Any

from django.db.models import Q
from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import check_parameters, list_response
from accounts.api.serializers import CustomerRow
from accounts.choices import STAFF_ROLES, Role
from accounts.models import EMAIL_LENGTH, NAME_LENGTH, User
from accounts.numbers import number_of
from accounts.search import MAX_LENGTH, search_people
from accounts.services import customer_at
from accounts.text import clean_search
from tickets.api.rows import moment
from tickets.api.serializers import CUSTOMER_ID, Deleted, PriorityField, TicketCreated
from tickets.api.versions import tagged
from tickets.choices import Channel, Priority
from tickets.customers import (
    SHORTEST,
    customers_known_to,
    find_customer,
    offered_customers,
    survivor_of,
)
from tickets.models import CustomerNote
from tickets.models.category import CATEGORY_LENGTH
from tickets.models.customer import CUSTOMER_NOTE_LENGTH
from tickets.models.ticket import SUBJECT_LENGTH, TEXT_LENGTH
from tickets.services import (
    add_customer_note,
    create_ticket,
    file_under,
    merge_customers,
    remove_customer_note,
    undo_customer_merge,
)


class NewCustomerNote(serializers.Serializer):
    body = TextField(max_length=CUSTOMER_NOTE_LENGTH)


class CustomerNoteRow(serializers.Serializer):
    id = serializers.IntegerField()
    customer_id = serializers.RegexField(CUSTOMER_ID)
    body = serializers.CharField()
    author_name = serializers.CharField()
    date = serializers.DateTimeField()


class TicketOnBehalf(serializers.Serializer):
    """A ticket for a customer, named by number or by address; a new address is a new customer."""

    customer_id = TextField(required=False, help_text="Of a customer of the desk: CUS0001.")
    email = TextField(max_length=EMAIL_LENGTH, required=False)
    name = TextField(max_length=NAME_LENGTH, required=False, allow_blank=True)
    issue_category = TextField(max_length=CATEGORY_LENGTH)
    issue_description = TextField(max_length=TEXT_LENGTH)
    subject = TextField(max_length=SUBJECT_LENGTH, required=False, allow_blank=True)
    priority = PriorityField(required=False)

    def validate_issue_category(self, value: str) -> Any:
        return file_under(value)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("customer_id" in attrs) == ("email" in attrs):
            raise serializers.ValidationError({"customer_id": ["Give customer_id or email."]})
        return attrs


class OfferedCustomer(CustomerRow):
    organization = serializers.CharField(allow_null=True)


class FoundCustomers(serializers.Serializer):
    customers = OfferedCustomer(many=True)


class NewCustomerMerge(serializers.Serializer):
    into = TextField(max_length=20, help_text="As whom the customer goes on: CUS0001.")
    take_organization = serializers.BooleanField(
        required=False, help_text="The organisation of the merged one counts, where both have one."
    )


class CustomerMerged(serializers.Serializer):
    customer_id = serializers.RegexField(CUSTOMER_ID)
    tickets = serializers.IntegerField()
    undo_until = serializers.DateTimeField()


def customer_row(customer: User) -> dict[str, Any]:
    return {"customer_id": customer.desk_id, "name": customer.name, "email": customer.email}


def offered_row(customer: User) -> dict[str, Any]:
    organization = customer.organization
    return customer_row(customer) | {"organization": organization.name if organization else None}


def note_row(note: CustomerNote) -> dict[str, Any]:
    return {
        "id": note.pk,
        "customer_id": note.customer.desk_id,
        "body": note.body,
        "author_name": note.author.name,
        "date": moment(note.created_at),
    }


class KnownCustomers(DeskView):
    """Customers whose tickets one sees, the newest first; admins know all."""

    operations = {
        "GET": Operation(
            "listKnownCustomers",
            "Customers that one knows",
            CustomerRow,
            roles=STAFF_ROLES,
            is_list=True,
            filters=["q"],
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request, ["q"])
        text = clean_search(parameters.get("q", ""), max_length=MAX_LENGTH)
        return list_response(
            request,
            search_people(customers_known_to(request.user), text),
            order=("-id",),
            row=customer_row,
            parameters=parameters,
        )


class OfferedCustomers(DeskView):
    """Whom `q` (two letters at least) may mean when one raises a ticket, the likeliest first.

    Any active customer of the desk, eight at most; a typing error is no harm.
    """

    operations = {
        "GET": Operation(
            "searchCustomers",
            "Find whom to raise a ticket for",
            FoundCustomers,
            roles=STAFF_ROLES,
            filters=["q"],
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request, ["q"])
        text = clean_search(parameters.get("q", ""), max_length=MAX_LENGTH)
        if len(text) < SHORTEST:
            raise serializers.ValidationError({"q": [f"Write at least {SHORTEST} letters."]})
        found = offered_customers(request.user, text)
        return Response({"customers": [offered_row(customer) for customer in found]})


class CustomerNotesView(DeskView):
    """Finds the customer of the address among those that who asks knows."""

    def find(self, request: DeskRequest, customer_id: str) -> User:
        found = find_customer(request.user, customer_id)
        if found is None:
            raise Http404
        return found


class CustomerNotes(CustomerNotesView):
    """What the desk wrote down about a customer, who never sees it."""

    operations = {
        "GET": Operation(
            "listCustomerNotes",
            "Notes about a customer",
            CustomerNoteRow,
            roles=STAFF_ROLES,
            is_list=True,
        ),
        "POST": Operation(
            "addCustomerNote",
            "Write a note about a customer",
            CustomerNoteRow,
            201,
            NewCustomerNote,
            STAFF_ROLES,
        ),
    }

    def get(self, request: DeskRequest, customer_id: str) -> Response:
        parameters = check_parameters(request)
        notes = CustomerNote.objects.filter(customer=self.find(request, customer_id))
        return list_response(
            request,
            notes.select_related("customer", "author"),
            order=("-id",),
            row=note_row,
            parameters=parameters,
        )

    def post(self, request: DeskRequest, customer_id: str) -> Response:
        customer = self.find(request, customer_id)
        note = add_customer_note(customer, actor=request.user, **self.checked(request))
        return Response(note_row(note), status=201)


class OneCustomerNote(CustomerNotesView):
    """A note about a customer: one's own can be removed, by admins any."""

    operations = {
        "DELETE": Operation("removeCustomerNote", "Remove a note", Deleted, roles=STAFF_ROLES),
    }

    def delete(self, request: DeskRequest, customer_id: str, note_id: int) -> Response:
        rows = CustomerNote.objects.filter(customer=self.find(request, customer_id))
        note = (
            rows.select_related("customer").filter(pk=note_id).first() if note_id < 2**63 else None
        )
        if note is None:
            raise Http404
        return Response({"deleted": remove_customer_note(note, actor=request.user)})


class CustomerMerging(CustomerNotesView):
    """The customer goes on as another one, whom their number leads to from then on."""

    operations = {
        "POST": Operation(
            "mergeCustomer",
            "Merge into another customer",
            CustomerMerged,
            body=NewCustomerMerge,
            roles=[Role.ADMIN],
        ),
    }

    def post(self, request: DeskRequest, customer_id: str) -> Response:
        given = self.checked(request)
        source, target = self.find(request, customer_id), find_customer(request.user, given["into"])
        if target is None:
            raise serializers.ValidationError({"into": ["There is no such customer."]})
        named = {"customer_id": (customer_id, source), "into": (given["into"], target)}
        for key, (number, found) in named.items():
            if found.public_id != number:
                sentence = f"{number} was merged into {found.public_id} already."
                raise serializers.ValidationError({key: [sentence]})
        take = given.get("take_organization", False)
        merge = merge_customers(source, target=target, actor=request.user, take_organization=take)
        return Response(
            {
                "customer_id": target.desk_id,
                "tickets": len(merge.moved["tickets"]),
                "undo_until": moment(merge.undo_until),
            }
        )


class CustomerUnmerging(DeskView):
    """For 30 days exactly what moved goes back."""

    operations = {
        "POST": Operation(
            "undoCustomerMerge", "Undo a merge of customers", CustomerRow, roles=[Role.ADMIN]
        ),
    }

    def post(self, request: DeskRequest, customer_id: str) -> Response:
        if number_of("CUS", customer_id) is None:
            raise Http404
        people = User.objects.present().customers()
        found = people.filter(public_id=customer_id).first()
        if found is None:
            raise Http404
        found = undo_customer_merge(found, actor=request.user)
        return Response({"customer_id": found.desk_id, "name": found.name, "email": found.email})


class OnBehalf(DeskView):
    """Raising a ticket for somebody who does not write themselves, on the phone for example."""

    operations = {
        "POST": Operation(
            "raiseTicketOnBehalf",
            "Raise a ticket for a customer",
            TicketCreated,
            201,
            TicketOnBehalf,
            STAFF_ROLES,
            gives_etag=True,
        ),
    }

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        category, text = given["issue_category"]
        ticket = create_ticket(
            customer=self._customer(request, given),
            actor=request.user,
            description=given["issue_description"],
            subject=given.get("subject", ""),
            category=category,
            category_text=text,
            priority=given.get("priority", Priority.NORMAL),
            channel=Channel.PHONE,
        )
        return tagged(ticket, {"ticket_id": ticket.ticket_id}, status=201)

    def _customer(self, request: DeskRequest, given: dict[str, Any]) -> User:
        if "email" in given:
            return customer_at(given["email"], name=given.get("name", ""), actor=request.user)
        people = User.objects.active().customers()
        same = Q(public_id=given["customer_id"]) | Q(pk=survivor_of(given["customer_id"]) or 0)
        found: User | None = people.filter(same).first()
        if found is None:
            raise serializers.ValidationError({"customer_id": ["There is no such customer."]})
        return found
