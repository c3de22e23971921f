"""A ticket as one document by REST."""

from rest_framework.response import Response

from accounts.api.base import DeskRequest, Operation
from accounts.api.lists import check_parameters
from tickets.api.serializers import Exported
from tickets.api.views import TicketView
from tickets.models import Ticket
from tickets.transcript import as_data, events_for


class Export(TicketView):
    """What the customer may read of the ticket; with `notes=1` staff get the rest as well."""

    operations = {
        "GET": Operation("exportTicket", "A ticket as one document", Exported, filters=("notes",)),
    }

    def get(self, request: DeskRequest, ticket_id: str) -> Response:
        wanted = check_parameters(request, ("notes",)).get("notes") == "1"
        found = self.find(request, ticket_id)
        ticket = Ticket.objects.for_detail().get(pk=found.pk)
        return Response(as_data(ticket, events_for(ticket, request.user, notes=wanted)))
