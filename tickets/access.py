"""Who may open which pages of a ticket."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase

from accounts.access import RoleRequiredMixin
from tickets.guests import admit


class TicketAccessMixin(RoleRequiredMixin):
    """For pages below a ticket's own address.

    Where `guests` says so, they are open to whoever came by the link of a mail: `request.user` is
    then that customer with `guest_of`, and sees this ticket only.
    """

    guests = False

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if self.guests:
            admit(request, kwargs["ticket_id"])
        return super().dispatch(request, *args, **kwargs)
