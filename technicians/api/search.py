"""The search of tickets, for everybody: the desk's with its operators, a customer's own."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as DjangoValidationError
from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response

from accounts.api.base import DeskRequest, DeskView, Operation
from accounts.api.lists import check_parameters, list_response
from accounts.models import User
from accounts.text import check_text
from technicians.listing import OPEN_ONLY, RELEVANCE, SORTS, Listing
from tickets.api.rows import ticket_row
from tickets.api.serializers import TicketRow
from tickets.api.views.lists import COLUMNS_FOR
from tickets.choices import FoundIn
from tickets.models import Ticket
from tickets.queries import where_found
from tickets.search import MAX_LENGTH, PAGE_ROWS, Hits, find_tickets
from tickets.search_ranking import BY_RELEVANCE, RANKED

SEARCH_PARAMETERS = frozenset({"q", "sort"})
SAY_WHAT = "Say what to look for: words, a ticket's number, or a customer's address."


class TextPart(serializers.Serializer):
    text = serializers.CharField(trim_whitespace=False)
    is_hit = serializers.BooleanField(help_text="Whether it is one of the words looked for.")


class FoundWhere(serializers.Serializer):
    place = serializers.ChoiceField([(place.value, place.value) for place in FoundIn])
    excerpt = TextPart(many=True, help_text="Some of the text there, in its order.")


class SearchHit(TicketRow):
    customer_name = serializers.CharField(required=False, help_text="For staff only.")
    team = serializers.CharField(required=False, allow_null=True, help_text="For staff only.")
    next_due = serializers.DateTimeField(
        required=False, allow_null=True, help_text="For staff only."
    )
    customer_email = serializers.EmailField(required=False, help_text="For admins only.")
    found = FoundWhere(
        allow_null=True,
        help_text="Where the words are, as far as you may read it; null where only the number, the"
        " address or a filter leads to the ticket.",
    )


class TicketSearch(DeskView):
    """Tickets that the words lead to; staff may write filters too: `status:open printer`."""

    operations = {
        "GET": Operation(
            "searchTickets",
            "Search for tickets",
            SearchHit,
            is_list=True,
            filters=SEARCH_PARAMETERS,
            may_be_partial=True,
        ),
    }

    def get(self, request: DeskRequest) -> Response:
        parameters = check_parameters(request, SEARCH_PARAMETERS)
        text = check_text("q", parameters.get("q", ""), max_length=MAX_LENGTH, required=False)
        if not any(map(str.isalnum, text)):
            raise ValidationError({"q": [SAY_WHAT]})
        sort = parameters.get("sort", RELEVANCE)
        if sort not in SORTS:
            raise ValidationError({"sort": [f"Use one of: {', '.join(SORTS)}."]})
        user, words = request.user, text
        if user.is_customer:
            hits, parts, order = found_by_customer(user, text, sort)
        else:
            listing = found_by_staff(user, text, sort)
            (parts, order), words = listing.paged(), listing.data["q"]
            hits = listing.hits
        columns = COLUMNS_FOR[user.role]
        extra = [key.lstrip("-") for key in order if key.lstrip("-") not in columns]
        response = list_response(
            request,
            [part.values(*columns, *extra) for part in parts],
            order=order,
            row=hit_row,
            parameters=parameters,
            complete=lambda rows: say_where(rows, words, user),
        )
        if hits.is_partial:
            response["X-Partial-Result"] = "true"
        return response


def found_by_staff(user: User, text: str, sort: str) -> Listing:
    """Return the list of what the words and filters in `text` lead to; 400 for nonsense in it."""
    query = QueryDict(mutable=True)
    query.update({"view": "all", "q": text, "sort": sort})
    listing = Listing(query, reader=user)
    try:
        listing.check()
    except DjangoValidationError as error:
        raise ValidationError({"q": error.messages}) from error
    return listing


def found_by_customer(user: User, text: str, sort: str) -> tuple[Hits, list[Any], Sequence[str]]:
    """Return what a customer finds, the same in parts, and the order to read them by."""
    rows = RANKED if sort == RELEVANCE else PAGE_ROWS
    hits = find_tickets(Ticket.objects.visible_to(user), text, reader=user, rows=rows)
    if sort == RELEVANCE:
        return hits, hits.by_relevance(), BY_RELEVANCE
    return hits, [hits.tickets], SORTS["newest" if sort in OPEN_ONLY else sort]


def say_where(rows: list[dict[str, Any]], words: str, reader: User) -> None:
    """Put into each row of a page where it has the words."""
    found = where_found([values["number"] for values in rows], words, reader=reader)
    for values in rows:
        values["found"] = found.get(values["number"])


def hit_row(values: dict[str, Any]) -> dict[str, Any]:
    found = values["found"]
    where = found and {
        "place": found.place.value,
        "excerpt": [{"text": text, "is_hit": is_hit} for text, is_hit in found.parts],
    }
    return ticket_row(values) | {"found": where}
