"""Endpoints about technicians."""

from typing import Any

from django.db import transaction
from django.db.models import CharField, F, OuterRef, QuerySet, Subquery
from django.http import Http404
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.lists import check_parameters, list_response
from accounts.choices import STAFF_ROLES, Role
from accounts.numbers import number_of
from technicians.api.serializers import (
    NewTechnician,
    TechnicianChange,
    TechnicianCreated,
    TechnicianRow,
)
from technicians.models import Technician
from technicians.services import add_technician, change_technician, delete_technician
from tickets.api.serializers import Deleted, Updated
from tickets.models import Category, CategoryTechnician
from tickets.services import ensure_category


def rows(technicians: QuerySet[Technician]) -> QuerySet[Any]:
    """Return the technicians with what a row shows; `main` is the first category they serve."""
    main = CategoryTechnician.objects.filter(user=OuterRef("user_id")).order_by("position", "id")
    return technicians.annotate(
        main=Subquery(main.values("category__name")[:1], output_field=CharField()),
        number=F("user__public_id"),
    ).values(
        "user_id", "number", "user__name", "user__phone", "user__email", "user__user_id", "main"
    )


def technician_row(values: dict[str, Any]) -> dict[str, Any]:
    return {
        "technician_id": values["number"],
        "name": values["user__name"],
        "phone_number": values["user__phone"],
        "email": values["user__email"],
        "category": values["main"],
        "user_id": values["user__user_id"],
    }


class Technicians(DeskView):
    """All technicians, newest first."""

    operations = {
        "GET": Operation(
            "listTechnicians", "All technicians", TechnicianRow, roles=[Role.ADMIN], is_list=True
        ),
        "POST": Operation(
            "addTechnician",
            "Make a technician",
            TechnicianCreated,
            201,
            NewTechnician,
            roles=[Role.ADMIN],
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        technicians = Technician.objects.visible_to(request.user)
        return list_response(
            request,
            rows(technicians),
            order=("-user_id",),
            row=technician_row,
            parameters=parameters,
        )

    def post(self, request: DeskRequest) -> Response:
        given = self.checked(request)
        with transaction.atomic():
            technician = add_technician(
                name=given["name"],
                email=given["email"],
                user_id=given["user_id"],
                phone=given.get("phone_number", ""),
                password=given["password"],
                categories=[ensure_category(given["category"])],
                actor=request.user,
            )
        return Response({"technician_id": technician.technician_id}, status=201)


class OneTechnician(DeskView):
    """Technicians see their own record only."""

    operations = {
        "GET": Operation("getTechnician", "One technician", TechnicianRow, roles=STAFF_ROLES),
        "PUT": Operation(
            "changeTechnician",
            "Change what the body carries",
            Updated,
            body=TechnicianChange,
            roles=[Role.ADMIN],
        ),
        "DELETE": Operation("deleteTechnician", "Delete a technician", Deleted, roles=[Role.ADMIN]),
    }

    def get(self, request: DeskRequest, technician_id: str) -> Response:
        found = Technician.objects.visible_to(request.user).filter(user__public_id=technician_id)
        for values in rows(found) if number_of("TEC", technician_id) is not None else ():
            return Response(technician_row(values))
        raise Http404

    def put(self, request: DeskRequest, technician_id: str) -> Response:
        technicians = Technician.objects.visible_to(request.user).select_related("user")
        technician = self.find(technicians, technician_id)
        if technician is None:
            raise Http404
        given = self.checked(request)
        if not given:
            raise ValidationError({"request": ["Nothing to change."]})
        with transaction.atomic():
            change_technician(
                technician,
                actor=request.user,
                name=given.get("name"),
                email=given.get("email"),
                phone=given.get("phone_number"),
                categories=with_main(technician, given["category"])
                if "category" in given
                else None,
            )
        return Response({"updated": True})

    def delete(self, request: DeskRequest, technician_id: str) -> Response:
        if number_of("TEC", technician_id) is None:
            raise Http404
        technician = self.find(Technician.objects.select_related("user"), technician_id)
        if technician is None:
            return Response({"deleted": False})
        return Response({"deleted": delete_technician(technician, actor=request.user)})

    def find(self, technicians: QuerySet[Technician], technician_id: str) -> Technician | None:
        if number_of("TEC", technician_id) is None:
            return None
        return technicians.filter(user__public_id=technician_id).first()


def with_main(technician: Technician, text: str) -> list[Category]:
    """Return the categories served, `text` in the place of the main one."""
    main = ensure_category(text)
    links = technician.user.category_links.select_related("category").order_by("position", "id")
    served = [link.category for link in links]
    others = served if main in served else served[1:]
    return [main, *(category for category in others if category != main)]
