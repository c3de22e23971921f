"""Entity tags: which version of a ticket somebody saw (RFC 9110, sections 8.8.3 and 13.1.1)."""

from typing import Any

from rest_framework.response import Response

from accounts.api.errors import PreconditionFailed
from tickets.models import Ticket


def matched_version(request: Any, ticket: Ticket) -> int | None:
    """Return the ticket's version if `If-Match` asks for it, None if it asks for nothing.

    Raises `PreconditionFailed` where it names other versions only.
    """
    header = request.META.get("HTTP_IF_MATCH")
    if header is None or header.strip() == "*":
        return None
    if ticket.etag not in [tag.strip() for tag in header.split(",")]:
        raise PreconditionFailed
    return ticket.version


def tagged(ticket: Ticket, data: Any, *, status: int = 200) -> Response:
    """Return an answer about a ticket with its `ETag`."""
    return Response(data, status=status, headers={"ETag": ticket.etag})
