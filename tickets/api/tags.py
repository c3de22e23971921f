"""Endpoints about tags, which customers never see."""

from typing import Any

from django.http import Http404
from rest_framework import serializers
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.fields import TextField
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES, Role
from tickets.api.serializers import Deleted
from tickets.api.views import TicketView
from tickets.models import Tag
from tickets.models.tag import TAG_LENGTH
from tickets.services import (
    add_tag,
    create_tag,
    delete_tag,
    merge_tags,
    remove_tag,
    rename_tag,
)


class NewTag(serializers.Serializer):
    name = TextField(
        max_length=TAG_LENGTH, help_text="Capitals make no difference; a comma is refused."
    )


class IntoTag(serializers.Serializer):
    into = serializers.IntegerField(min_value=1, max_value=2**63 - 1, help_text="That tag's id.")


class TagRow(serializers.Serializer):
    id = serializers.IntegerField()
    name = serializers.CharField()


class CountedTag(TagRow):
    tickets = serializers.IntegerField(help_text="How many have it, deleted ones included.")


def tag_row(tag: Tag) -> dict[str, Any]:
    return {"id": tag.pk, "name": tag.name}


def counted_row(tag: Any) -> dict[str, Any]:
    return tag_row(tag) | {"tickets": tag.tickets_total}


class Tags(DeskView):
    """The words that tickets are kept together by."""

    operations = {
        "GET": Operation("listTags", "All tags", TagRow, roles=STAFF_ROLES, is_list=True),
        "POST": Operation("createTag", "Make a tag", TagRow, 201, NewTag, roles=[Role.ADMIN]),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        tags = Tag.objects.all()
        return list_response(
            request, tags, order=("name", "id"), row=tag_row, parameters=parameters
        )

    def post(self, request: DeskRequest) -> Response:
        tag = create_tag(actor=request.user, **self.checked(request))
        return Response(tag_row(tag), status=201)


class TagView(DeskView):
    """Finds the tag of the address."""

    def find(self, tag_id: int) -> Tag:
        tag = Tag.objects.with_counts().filter(pk=tag_id).first() if tag_id < 2**63 else None
        if tag is None:
            raise Http404
        return tag


class OneTag(TagView):
    """A tag: how it is called, and on how many tickets it is."""

    operations = {
        "GET": Operation("getTag", "A tag", CountedTag, roles=STAFF_ROLES),
        "PATCH": Operation("renameTag", "Rename a tag", TagRow, body=NewTag, roles=[Role.ADMIN]),
        "DELETE": Operation("deleteTag", "Delete a tag", Deleted, roles=[Role.ADMIN]),
    }

    def get(self, request: DeskRequest, tag_id: int) -> Response:
        return Response(counted_row(self.find(tag_id)))

    def patch(self, request: DeskRequest, tag_id: int) -> Response:
        tag = rename_tag(self.find(tag_id), actor=request.user, **self.checked(request))
        return Response(tag_row(tag))

    def delete(self, request: DeskRequest, tag_id: int) -> Response:
        delete_tag(self.find(tag_id), actor=request.user)
        return Response({"deleted": True})


class TagMerge(TagView):
    """Two tags that mean the same become one: the one named in the body."""

    operations = {
        "POST": Operation(
            "mergeTags", "Merge a tag into another", TagRow, body=IntoTag, roles=[Role.ADMIN]
        ),
    }

    def post(self, request: DeskRequest, tag_id: int) -> Response:
        tag = self.find(tag_id)
        into = Tag.objects.filter(pk=self.checked(request)["into"]).first()
        if into is None:
            raise serializers.ValidationError({"into": ["There is no such tag."]})
        return Response(tag_row(merge_tags(tag, into=into, actor=request.user)))


class TicketTags(TicketView):
    """The tags of a ticket."""

    operations = {
        "GET": Operation(
            "listTicketTags", "The tags of a ticket", TagRow, roles=STAFF_ROLES, is_list=True
        ),
        "POST": Operation("tagTicket", "Tag a ticket", TagRow, 201, NewTag, roles=STAFF_ROLES),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        parameters = check_parameters(request)
        tags = Tag.objects.filter(rows__ticket=self.find(request, ticket_id))
        return list_response(
            request, tags, order=("name", "id"), row=tag_row, parameters=parameters
        )

    def post(self, request: DeskRequest, ticket_id: str) -> Response:
        ticket = self.find(request, ticket_id)
        tag = add_tag(ticket, actor=request.user, **self.checked(request))
        return Response(tag_row(tag), status=201)


class OneTicketTag(TicketView):
    """A tag on a ticket, which can be taken off."""

    operations = {
        "DELETE": Operation("untagTicket", "Take a tag off a ticket", Deleted, roles=STAFF_ROLES),
    }

    def delete(self, request: DeskRequest, ticket_id: str, tag_id: int) -> Response:
        ticket = self.find(request, ticket_id)
        tag = Tag.objects.filter(rows__ticket=ticket, pk=tag_id).first() if tag_id < 2**63 else None
        if tag is None:
            raise Http404
        remove_tag(ticket, tag=tag, actor=request.user)
        return Response({"deleted": True})
