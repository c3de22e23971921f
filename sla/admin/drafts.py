"""A button beside Save that shows last quarter under what the form says, and stores nothing."""

from typing import Any

from django.contrib.admin.helpers import AdminErrorList
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse

from accounts.admin_base import ServiceAdmin, ServiceForm
from sla.services import WhatIf

WHAT_IF = "_what_if"


class DraftForm(ServiceForm):
    """Is checked like any other, but a draft is never good enough to be stored."""

    is_draft = False

    def is_valid(self) -> bool:
        return super().is_valid() and not self.is_draft


class DraftAdmin(ServiceAdmin):
    """Shows the form again with the figures above it: everything typed stays as it is."""

    def what_if(self, request: HttpRequest, obj: Any, form: Any) -> WhatIf:
        """Return last quarter under the form's values; raise `ValidationError` as saving would."""
        raise NotImplementedError

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.is_draft = request.method == "POST" and WHAT_IF in request.POST
        return form

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj, form = kwargs.get("obj"), context["adminform"].form
        # What is new has no past.
        context["what_if_name"] = WHAT_IF if obj is not None else ""
        if obj is not None and form.is_draft and not form.errors:
            try:
                context["what_if"] = self.what_if(request, obj, form)
            except ValidationError as refusal:
                form.show_refusal(refusal)
                context["errors"] = AdminErrorList(form, [])
        return super().render_change_form(request, context, *args, **kwargs)
