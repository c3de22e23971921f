"""What the API says about itself, written from the operations of its views."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from accounts.api.base import DeskView, Operation
from accounts.api.lists import DEFAULT_LIMIT, MAX_LIMIT
from accounts.idempotency import KEY_LENGTH
from accounts.models import NAME_LENGTH
from mailboxes.choices import Outcome
from reports.choices import Dimension, TimeDimension
from sla.choices import ClockKind
from technicians.listing import NEGATABLE, NOT, SORTS
from technicians.listing.days import SPAN_CHOICES
from ticketing.api.errors import SENTENCES
from tickets.choices import Priority, Status
from tickets.customers import SHORTEST
from tickets.models.category import CATEGORY_LENGTH
from tickets.models.tag import TAG_LENGTH
from tickets.search import MAX_LENGTH

ALWAYS = (400, 406, 429, 500, 503)
ERROR_WORDS = {
    409: "The first request with this Idempotency-Key is still running.",
    422: "This Idempotency-Key was used for another request.",
}
FILTERS: dict[str, tuple[dict[str, Any], str]] = {
    "status": ({"type": "string", "enum": list(Status.values)}, ""),
    "priority": ({"type": "string", "enum": list(Priority.labels)}, ""),
    "issue_category": (
        {"type": "string", "minLength": 1, "maxLength": CATEGORY_LENGTH},
        "A category with its subcategories, or exactly the client's own word.",
    ),
    "technician_id": ({"type": "string", "pattern": "^TEC[0-9]{4,18}$"}, ""),
    "customer_id": ({"type": "string", "pattern": "^CUS[0-9]{4,18}$"}, ""),
    "team": ({"type": "string", "maxLength": NAME_LENGTH}, "The name of a team (staff)."),
    "outcome": ({"type": "string", "enum": list(Outcome.values)}, "What became of a mail."),
    "raised_after": ({"type": "string", "format": "date-time"}, "From this moment (or date) on."),
    "raised_before": ({"type": "string", "format": "date-time"}, "Before this moment (or date)."),
    "awaiting_reply": (
        {"type": "string", "enum": ["true", "false"]},
        "Whether the customer had the last public word (on an open ticket).",
    ),
    "tag": ({"type": "string", "minLength": 1, "maxLength": TAG_LENGTH}, "The name of a tag."),
    "view": ({"type": "string"}, "One of the desk's own views, such as open, unassigned or all."),
    "category": ({"type": "string"}, "Keys of categories."),
    "technician": ({"type": "string"}, "A technician's number, me or none."),
    "customer": ({"type": "string"}, "A customer's number, address or name."),
    "organization": ({"type": "string"}, "The key of an organisation, or a part of its name."),
    **{
        name: ({"type": "string", "enum": [value for value, _ in SPAN_CHOICES]}, "A span of days.")
        for name in ("raised", "updated")
    },
    **{
        f"{name}_{end}": ({"type": "string", "format": "date"}, "A day, included.")
        for name in ("raised", "updated")
        for end in ("from", "to")
    },
    **{
        f"{name}_is": ({"type": "string", "enum": [NOT]}, f"Turns the filter {name} round.")
        for name in NEGATABLE
    },
    "notes": ({"type": "string", "enum": ["1"]}, "1: what only staff may read as well."),
    "days": ({"type": "string", "enum": ["7", "30", "90"]}, "So many days up to today."),
    "since": ({"type": "string", "format": "date"}, "The first day, in place of `days`."),
    "until": ({"type": "string", "format": "date"}, "The last day, included."),
    "by": ({"type": "string", "enum": list(Dimension.values)}, "What figures are grouped by."),
    "kind": ({"type": "string", "enum": list(ClockKind.values)}, "A kind of target."),
    "group": ({"type": "string", "maxLength": 200}, "A group, as the report names it."),
    "sort": (
        {"type": "string", "enum": list(SORTS)},
        "Some sort open tickets only, relevance what words found.",
    ),
    "q": ({"type": "string", "maxLength": MAX_LENGTH}, "Words, a ticket's number, an address."),
}
# Parameters that take other values in some operations.
TIME_BY = ({"type": "string", "enum": list(TimeDimension.values)}, "What time is grouped by.")
START = ({"type": "string"}, "The beginning of a user id, or of a word of a name.")
PERSON = (
    {"type": "string", "minLength": SHORTEST},
    "A customer's number, address, or words of the name.",
)
OWN_FILTERS: dict[tuple[str, str], tuple[dict[str, Any], str]] = {
    ("getTimeReport", "by"): TIME_BY,
    ("listTimeEntries", "by"): TIME_BY,
    ("listColleagues", "q"): START,
    ("searchCustomers", "q"): PERSON,
}


class Error(serializers.Serializer):
    """The body of every error."""

    message = serializers.CharField(help_text="One sentence for a person.")
    code = serializers.CharField(help_text="A stable word for programs.")
    errors = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()),
        required=False,
        help_text="What is wrong with which field.",
    )
    news = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="The timeline entries that the writer of a reply has not seen (`unseen_news`).",
    )


class BearerTokens(OpenApiAuthenticationExtension):
    """`Authorization: Bearer`."""

    target_class = "accounts.api.authentication.SessionBoundJWTAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class DeskSchema(AutoSchema):
    """One operation of a `DeskView`."""

    view: DeskView
    method_mapping: dict[str, str] = {}

    @property
    def operation(self) -> Operation:
        return self.view.operations[self.method]

    def get_operation_id(self) -> str:
        return self.operation.id

    def get_summary(self) -> str:
        return self.operation.summary

    def get_description(self) -> str:
        words = (type(self.view).__doc__ or "").strip()
        roles = self.operation.roles
        who = f" For: {', '.join(sorted(str(role) for role in roles))}." if roles else ""
        return f"{words}{who}"

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/").split("/")[0]]

    def get_auth(self) -> list[dict[str, Any]]:
        return [] if self.view.is_public else super().get_auth()

    def get_request_serializer(self) -> Any:
        return self.operation.body

    def get_response_serializers(self) -> Any:
        operation = self.operation
        answer = operation.answer(many=True) if operation.is_list else operation.answer
        found: dict[Any, Any] = {operation.status: OpenApiResponse(answer, operation.summary)}
        if operation.is_file:
            found = {(200, "application/octet-stream"): OpenApiTypes.BINARY}
            found[206, "application/octet-stream"] = OpenApiTypes.BINARY
        for status in self.error_statuses():
            words = ERROR_WORDS.get(status) or SENTENCES[status][0]
            found[status] = OpenApiResponse(Error, words)
        return found

    def error_statuses(self) -> list[int]:
        """Return every status above 399 that the operation can answer with."""
        operation = self.operation
        cases = {
            401: not self.view.is_public or operation.id in ("login", "refresh"),
            403: operation.roles is not None or self.method not in ("GET", "DELETE"),
            404: "{" in self.path or operation.names_others,
            409: self.method == "POST",
            412: operation.takes_if_match,
            413: operation.body is not None or self.method == "POST",
            415: operation.body is not None,
            416: operation.is_file,
            422: self.method == "POST",
        }
        return sorted([*ALWAYS, *(status for status, happens in cases.items() if happens)])

    def get_override_parameters(self) -> list[Any]:
        operation, good = self.operation, self.operation.status
        found = [_header("X-Request-ID", "The request's name in the logs.", [good])]
        found += [_path(name) for name in self.view_arguments()]
        if operation.is_list:
            found += PAGE_PARAMETERS
        found += [_filter(name, operation.id) for name in sorted(operation.filters)]
        if operation.is_list:
            found += [
                _header("Link", 'The next and the previous page: rel="next", rel="prev".', [good]),
                _header("X-Total-Count", "Where count=true asks.", [good]),
            ]
        if operation.may_be_partial:
            words = "`true`: of messages, notes, files and names only the newest were looked at."
            found.append(_header("X-Partial-Result", words, [good]))
        if operation.gives_etag:
            found.append(_header("ETag", "The ticket's version.", [good]))
        if operation.takes_if_match:
            found.append(_header("If-Match", "The ETag last seen; an old one is answered by 412."))
        if self.method == "POST":
            found.append(IDEMPOTENCY_KEY)
        if 401 in self.error_statuses():
            found.append(_header("WWW-Authenticate", "How to sign in.", [401]))
        found.append(_header("Retry-After", "Seconds to wait.", [429, 503]))
        return found

    def view_arguments(self) -> list[str]:
        return [part[1:-1] for part in self.path.split("/") if part.startswith("{")]


def _header(name: str, words: str, response: list[int] | None = None) -> OpenApiParameter:
    return OpenApiParameter(name, str, "header", description=words, response=response or False)


def _filter(name: str, operation: str) -> OpenApiParameter:
    schema, words = OWN_FILTERS.get((operation, name)) or FILTERS[name]
    return OpenApiParameter(name, schema, "query", description=words)


def _path(name: str) -> OpenApiParameter:
    prefix = {"ticket_id": "TKT", "customer_id": "CUS", "technician_id": "TEC"}.get(name)
    if name in ("file_id", "action_id", "export_id"):
        return OpenApiParameter(name, OpenApiTypes.UUID, "path", required=True)
    if prefix is None:
        return OpenApiParameter(
            name, {"type": "string", "pattern": "^[0-9]{1,18}$"}, "path", required=True
        )
    schema = {"type": "string", "pattern": f"^{prefix}[0-9]{{4,18}}$"}
    return OpenApiParameter(name, schema, "path", required=True, description=f"{prefix}0001")


PAGE_PARAMETERS = [
    OpenApiParameter(
        "limit",
        {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT},
        "query",
        description="Rows of a page.",
    ),
    OpenApiParameter("cursor", str, "query", description="From the Link of another page."),
    OpenApiParameter("count", bool, "query", description="Whether to send X-Total-Count."),
]
IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "minLength": 1, "maxLength": KEY_LENGTH},
    "header",
    description="The same key and body within 24 hours get the first answer and do nothing.",
)
