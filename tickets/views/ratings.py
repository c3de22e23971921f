"""Rating our help: on the ticket's page, and by the faces in the mail."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt

from accounts.http import AuthenticatedHttpRequest
from tickets.forms import RatingForm
from tickets.links import RatingLink, rating_token, read_rating_token
from tickets.models import Rating, Ticket
from tickets.permissions import can_change_rating, can_rate, rating_changeable_until
from tickets.services import rate_ticket
from tickets.views.ticket import TicketPage

GONE = 410


class TicketRateView(TicketPage):
    """The customer's rating on the ticket's own page."""

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        ticket, form = self.ticket(), RatingForm(request.POST)
        if not form.is_valid():
            return self.show(ticket, rating_form=form, status=422)
        try:
            rate_ticket(ticket, actor=request.user, **form.cleaned_data)
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
            return self.show(self.ticket(), rating_form=form, status=409)
        messages.success(request, "Thank you for your rating")
        return redirect(ticket)


@method_decorator([csrf_exempt, never_cache], name="dispatch")
class RateByLinkView(View):
    """One face of the mail: GET asks to confirm it, POST keeps it, without a sign-in.

    Mail scanners follow links, so a GET changes nothing. The token is the proof, so no CSRF cookie
    is needed. The page says no more than that there is a ticket of this number.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        link, ticket = self.read(token)
        rating = self.rating_of(ticket, link)
        chosen = rating.score if rating and rating.score else None
        initial = {"score": link.score, "comment": rating.comment if rating else ""}
        form = RatingForm(initial=initial)
        return self.page(ticket, link, form, rated=chosen == link.score and bool(chosen))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        link, ticket = self.read(token)
        form = RatingForm(request.POST)
        if not form.is_valid():
            return self.page(ticket, link, form, status=422)
        try:
            rating = rate_ticket(
                ticket, actor=ticket.customer, resolved_at=link.resolved_at, **form.cleaned_data
            )
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
            return self.page(ticket, link, form, status=409)
        response = redirect("tickets:rate", rating_token(ticket, rating.score or link.score))
        response["Referrer-Policy"] = "no-referrer"
        return response

    def read(self, token: str) -> tuple[RatingLink, Ticket]:
        """Return what the link says, and its ticket; 404 for a link that never was one."""
        link = read_rating_token(token)
        present = Ticket.objects.present().select_related("customer", "technician")
        ticket = present.filter(pk=link.ticket).first() if link else None
        if link is None or ticket is None or ticket.customer_id != link.customer:
            raise Http404
        if not ticket.customer.is_active or ticket.customer.deleted_at is not None:
            raise Http404
        return link, ticket

    def rating_of(self, ticket: Ticket, link: RatingLink) -> Rating | None:
        return ticket.ratings.filter(resolved_at=link.resolved_at).first()

    def page(
        self,
        ticket: Ticket,
        link: RatingLink,
        form: RatingForm,
        *,
        rated: bool = False,
        status: int = 200,
    ) -> HttpResponse:
        rating = self.rating_of(ticket, link)
        is_current = ticket.resolved_at == link.resolved_at and can_rate(ticket, ticket.customer)
        is_open = is_current and (rating is None or can_change_rating(rating))
        context: dict[str, Any] = {
            "ticket": ticket,
            "form": form,
            "rated": rated,
            "rating": rating if rating and rating.score else None,
            "is_open": is_open,
            "changeable_until": rating_changeable_until(rating) if rating else None,
            "now": timezone.now(),
        }
        if status == 200 and not is_open and not (rating and rating.score):
            status = GONE
        response = render(self.request, "tickets/rate.html", context, status=status)
        response["Referrer-Policy"] = "no-referrer"
        return response
