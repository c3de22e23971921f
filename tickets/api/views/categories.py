"""The categories in which a ticket can be raised."""

from typing import Any

from django.db.models import Prefetch
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.lists import check_parameters, list_response
from tickets.api.serializers import (
    CategoryRow,
)
from tickets.models import Category


class Categories(DeskView):
    """What a ticket can be about; other words are accepted, too."""

    operations = {
        "GET": Operation("listCategories", "Categories", CategoryRow, is_list=True),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request)
        active = Category.objects.active().order_by("position", "name")
        categories = Category.objects.active().top_level()
        return list_response(
            request,
            categories.prefetch_related(Prefetch("subcategories", active, to_attr="active")),
            order=("position", "name", "id"),
            row=category_row,
            parameters=parameters,
        )


def category_row(category: Any) -> dict[str, Any]:
    return {
        "name": category.name,
        "description": category.description,
        "subcategories": [
            {"name": child.name, "description": child.description} for child in category.active
        ],
    }
