"""What the form pages about accounts have in common."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.cache import add_never_cache_headers
from django.views.generic import FormView

from accounts.http import client_address
from accounts.rate_limits import hit, network_of, parse_rate
from accounts.services import (
    TooManyTries,
)


def too_many(wait: int) -> HttpResponse:
    """Answer 429; the error page is put around it on the way out."""
    return HttpResponse(status=429, headers={"Retry-After": str(wait)})


class AccountFormView(FormView):
    """A form whose services say what is wrong; nothing of it is ever cached."""

    extra_context: dict[str, Any] | None = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = super().dispatch(request, *args, **kwargs)
        add_never_cache_headers(response)
        return response

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            return self.act(form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
            return self.form_invalid(form)
        except TooManyTries as error:
            return too_many(error.retry_after)

    def form_invalid(self, form: Form) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def act(self, data: dict[str, Any]) -> HttpResponse:
        """Do what the form asks for."""
        raise NotImplementedError


class PublicFormView(AccountFormView):
    """A form for anybody: limited per address, and programs get an answer that means nothing."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        rate = parse_rate(settings.RATE_LIMIT_ANONYMOUS)
        wait = hit("public form", network_of(client_address(request)), rate)
        return too_many(wait) if wait else super().post(request, *args, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        if form.is_from_a_program:
            return redirect(self.get_success_url())
        return super().form_valid(form)
