"""Opening one ticket by the link of a mail, without a sign-in."""

import uuid

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views import View

from accounts.http import AuthenticatedHttpRequest, client_address
from accounts.numbers import public_id
from accounts.services import request_password_reset
from tickets.guests import COOKIE, SESSION_HOURS, admitted, read_link, session_token, ticket_of
from tickets.models.ticket import TICKET_PREFIX
from tickets.views.ticket import TicketPage


class GuestOpenView(View):
    """Exchanges the token of a link for a cookie and leads on to the ticket's own address.

    `?file=` names a file of the ticket to go to. Nothing is stored, so a mail scanner that follows
    the link does no harm. Whoever is signed in goes there as themselves.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        claim = read_link(token)
        if claim is not None and request.user.is_authenticated:
            return sealed(redirect(self.goal(public_id(TICKET_PREFIX, claim.ticket))))
        guest = admitted(claim)
        if claim is None or guest is None:
            return sealed(render(request, "tickets/guest_gone.html", status=410))
        ticket = ticket_of(guest)
        response = redirect(self.goal(ticket.ticket_id))
        response.set_cookie(
            COOKIE,
            session_token(ticket, guest, claim),
            max_age=SESSION_HOURS * 3600,
            path=ticket.get_absolute_url(),
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return sealed(response)

    def goal(self, ticket_id: str) -> str:
        """Return the address of the ticket, or of the file that the link names."""
        try:
            file = uuid.UUID(self.request.GET.get("file", ""))
        except ValueError:
            return reverse("tickets:ticket-detail", args=[ticket_id])
        return reverse("tickets:ticket-file", args=[ticket_id, file])


class GuestVerbView(TicketPage):
    """What a guest can do beside reading and replying: `account` (by mail), `end` the visit."""

    guests = True

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str, what: str) -> HttpResponse:
        ticket = self.ticket()
        if request.user.guest_of is None or what not in ("account", "end"):
            raise Http404
        if what == "end":
            response = redirect("tickets:home")
            response.delete_cookie(COOKIE, path=ticket.get_absolute_url(), samesite="Lax")
            return response
        request_password_reset(request.user.email, address=client_address(request))
        messages.success(
            request, "We have sent a link to your address. With it you choose a password."
        )
        return redirect(ticket)


def sealed(response: HttpResponse) -> HttpResponse:
    """Let no token travel on in a Referer header, and nobody keep the answer."""
    response["Referrer-Policy"] = "no-referrer"
    response["Cache-Control"] = "no-store"
    return response
