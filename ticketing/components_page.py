"""The living reference of the interface, /dev/components/, in development only."""

from typing import Any

from django.views.generic import TemplateView

from accounts.choices import Role
from accounts.models import User
from accounts.paging import Page


class ComponentsView(TemplateView):
    """Every part of the interface in every state."""

    template_name = "dev/components.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            staff_example=User(name="Priya Nair", role=Role.TECHNICIAN),
            pager_example=Page(rows=[], next="next", previous="previous"),
            **kwargs,
        )
