"""Shapes of requests (checked) and answers (described) about tickets."""

from typing import Any

from rest_framework import serializers

from accounts.api.fields import TextField
from accounts.choices import Role
from accounts.models import NAME_LENGTH, Team, User
from accounts.numbers import number_of
from tickets.choices import SAID_CHOICES, EventType, FileState, LinkWord, Priority, Score, Status
from tickets.models.category import CATEGORY_LENGTH
from tickets.models.rating import COMMENT_LENGTH
from tickets.models.settings import FILES_LIMIT
from tickets.models.ticket import SUBJECT_LENGTH, TEXT_LENGTH
from tickets.permissions import EDITABLE_FIELDS
from tickets.services import file_under

TICKET_ID = r"^TKT[0-9]{4,18}$"
CUSTOMER_ID = r"^CUS[0-9]{4,18}$"
TECHNICIAN_ID = r"^TEC[0-9]{4,18}$"


class PriorityField(serializers.ChoiceField):
    """A priority by its name: Low, Normal, High, Urgent."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=[(label, label) for label in Priority.labels], **options)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=type(data).__name__)
        return Priority.from_label(super().to_internal_value(data))


class StatusField(serializers.ChoiceField):
    """A status, written exactly."""

    def __init__(self, **options: Any) -> None:
        super().__init__(choices=Status.choices, **options)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("invalid_choice", input=type(data).__name__)
        return str(super().to_internal_value(data))


class FileIds(serializers.ListField):
    """Uploads of one's own that are sent along."""

    child = serializers.UUIDField()

    def __init__(self, **options: Any) -> None:
        words = "The file_id of each own upload that is sent along."
        super().__init__(required=False, max_length=FILES_LIMIT, help_text=words, **options)


class NewTicket(serializers.Serializer):
    issue_category = TextField(max_length=CATEGORY_LENGTH)
    issue_description = TextField(max_length=TEXT_LENGTH)
    subject = TextField(max_length=SUBJECT_LENGTH, required=False, allow_blank=True)
    priority = PriorityField(required=False)
    follow_up_of = TextField(
        required=False, allow_null=True, help_text="A finished ticket of one's own: TKT0001."
    )
    file_ids = FileIds()

    def validate_issue_category(self, value: str) -> Any:
        return file_under(value)


class Seen(serializers.Serializer):
    """What the writer knows of: the guard against answers to what nobody has read."""

    last_seen_event = serializers.IntegerField(
        required=False,
        min_value=0,
        max_value=2**63 - 1,
        help_text="Staff: the newest timeline entry that the writer knows of (its id). If something"
        " that matters came after it (message, note, status, technician), the answer is 412 with"
        " these entries in `news`. Customers are never held up.",
    )
    anyway = serializers.BooleanField(
        required=False,
        help_text="Staff: do it across the news; the timeline then says what was not waited for.",
    )


class TicketChange(Seen):
    """Any of these; a technician changes only team, status and resolution_summary."""

    technician_id = TextField(required=False, allow_null=True, help_text="null unassigns.")
    team = TextField(
        max_length=NAME_LENGTH,
        required=False,
        allow_null=True,
        help_text="The name of the team in whose queue it goes; null: in nobody's.",
    )
    status = StatusField(required=False)
    resolution_summary = TextField(
        max_length=TEXT_LENGTH, required=False, allow_blank=True, allow_null=True
    )
    priority = PriorityField(required=False)
    issue_category = TextField(max_length=CATEGORY_LENGTH, required=False)

    def validate_technician_id(self, value: str | None) -> User | None:
        if value is None:
            return None
        known = number_of("TEC", value) is not None
        technicians = User.objects.active().technicians()
        technician = technicians.filter(public_id=value).first() if known else None
        if technician is None:
            raise serializers.ValidationError("There is no such technician.")
        return technician

    def validate_team(self, value: str | None) -> Team | None:
        if value is None:
            return None
        team = Team.objects.active().filter(name__iexact=value.strip()).first()
        if team is None:
            raise serializers.ValidationError("There is no such team.")
        return team

    def validate_issue_category(self, value: str) -> Any:
        return file_under(value)


GUARD_FIELDS = frozenset(Seen._declared_fields)
assert set(TicketChange._declared_fields) - GUARD_FIELDS == EDITABLE_FIELDS[Role.ADMIN]


class NewReply(Seen):
    body = TextField(max_length=TEXT_LENGTH)
    status = StatusField(required=False, help_text="Staff: where the ticket goes with the reply.")
    resolution_summary = TextField(
        max_length=TEXT_LENGTH,
        required=False,
        allow_blank=True,
        help_text="Staff: what was done, where the reply ends the ticket.",
    )
    next_update_by = serializers.DateTimeField(
        required=False,
        allow_null=True,
        help_text="Staff: promises the customer the next word by then.",
    )
    file_ids = FileIds()


class NewNote(serializers.Serializer):
    body = TextField(max_length=TEXT_LENGTH)
    file_ids = FileIds()


class NewBody(serializers.Serializer):
    body = TextField(max_length=TEXT_LENGTH)


class Redaction(serializers.Serializer):
    text = TextField(
        max_length=TEXT_LENGTH,
        help_text="What has to go, exactly as it stands there; blanks and line ends may differ.",
    )


class Reason(serializers.Serializer):
    reason = TextField(
        max_length=TEXT_LENGTH, required=False, allow_blank=True, help_text="Becomes a reply."
    )


class NewLink(serializers.Serializer):
    link = serializers.ChoiceField(
        SAID_CHOICES, help_text="What the ticket of the address is to the other one."
    )
    ticket_id = TextField(max_length=30, help_text="The other ticket.")


class NewRating(serializers.Serializer):
    score = serializers.IntegerField(min_value=1, max_value=5, help_text="From 1, very bad, to 5.")
    comment = TextField(max_length=COMMENT_LENGTH, required=False, allow_blank=True)


class NewSplit(serializers.Serializer):
    entry = serializers.IntegerField(
        min_value=1,
        max_value=2**63 - 1,
        help_text="The id of a customer's message in the timeline.",
    )
    subject = TextField(max_length=SUBJECT_LENGTH, required=False, allow_blank=True)


class NewMerge(serializers.Serializer):
    into = TextField(max_length=30, help_text="The ticket as which this one goes on.")
    share = serializers.BooleanField(
        required=False,
        help_text="All people of both tickets may read both; needed where those differ.",
    )


# Answers -------------------------------------------------------------------------------------


class TicketRow(serializers.Serializer):
    ticket_id = serializers.RegexField(TICKET_ID)
    raised_date = serializers.DateTimeField()
    issue_category = serializers.CharField()
    issue_description = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    technician_id = serializers.RegexField(TECHNICIAN_ID, allow_null=True)
    technician_name = serializers.CharField(allow_null=True)
    resolution_summary = serializers.CharField(allow_null=True)
    resolved_date = serializers.DateTimeField(allow_null=True)
    customer_id = serializers.RegexField(CUSTOMER_ID)
    subject = serializers.CharField()
    priority = serializers.ChoiceField([(label, label) for label in Priority.labels])
    subcategory = serializers.CharField(allow_null=True)
    etag = serializers.CharField(help_text="For If-Match.")


class StaffTicketRow(TicketRow):
    customer_name = serializers.CharField()
    team = serializers.CharField(allow_null=True, help_text="In whose queue it is.")
    next_due = serializers.DateTimeField(
        allow_null=True, help_text="When the first of its running targets is due."
    )


class AdminTicketRow(StaffTicketRow):
    customer_email = serializers.EmailField()


class Actor(serializers.Serializer):
    name = serializers.CharField()
    role = serializers.ChoiceField(Role.choices)
    id = serializers.CharField(required=False, help_text="For staff only.")


class FileRow(serializers.Serializer):
    """A file; a removed one is named for staff only, and nobody gets it."""

    file_id = serializers.UUIDField()
    name = serializers.CharField(allow_null=True)
    content_type = serializers.CharField()
    size = serializers.IntegerField()
    sha256 = serializers.CharField(allow_null=True, help_text="For staff and the uploader.")
    state = serializers.ChoiceField([*FileState.choices, ("removed", "Removed")])


class TimelineEntry(serializers.Serializer):
    id = serializers.IntegerField()
    at = serializers.DateTimeField()
    type = serializers.ChoiceField(EventType.choices)
    actor = Actor(allow_null=True)
    technician_name = serializers.CharField(allow_null=True)
    changes = serializers.DictField()
    body = serializers.CharField(allow_null=True)
    is_internal = serializers.BooleanField()
    quoted = serializers.CharField(
        allow_null=True,
        help_text="What the mail repeated that the message came as, and its signature: for staff"
        " and its sender.",
    )
    message_id = serializers.IntegerField(allow_null=True, help_text="Of the message it brought.")
    edited_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True, help_text="Its body is null then.")
    files = FileRow(many=True)
    from_ticket = serializers.RegexField(
        TICKET_ID, allow_null=True, help_text="Where it happened, if that ticket was merged in."
    )


class TicketDetail(TicketRow):
    customer_name = serializers.CharField(required=False, help_text="For staff only.")
    customer_email = serializers.EmailField(required=False, help_text="For admins only.")
    team = serializers.CharField(required=False, allow_null=True, help_text="For staff only.")
    follow_up_of = serializers.RegexField(TICKET_ID, allow_null=True)
    follow_ups = serializers.ListField(child=serializers.RegexField(TICKET_ID))
    merged_into = serializers.RegexField(
        TICKET_ID, allow_null=True, help_text="The ticket as which this one goes on."
    )
    tags = serializers.ListField(
        child=serializers.CharField(), required=False, help_text="For staff only."
    )
    timeline = TimelineEntry(many=True, help_text="The newest 100 entries, oldest first.")


class ExportedEntry(serializers.Serializer):
    at = serializers.DateTimeField()
    type = serializers.ChoiceField(EventType.choices)
    by = serializers.CharField(allow_null=True)
    technician_name = serializers.CharField(allow_null=True)
    body = serializers.CharField(allow_null=True)
    is_internal = serializers.BooleanField()
    edited_at = serializers.DateTimeField(allow_null=True)
    withdrawn_at = serializers.DateTimeField(allow_null=True)
    files = serializers.ListField(child=serializers.CharField(), help_text="Their names.")
    from_ticket = serializers.RegexField(
        TICKET_ID, allow_null=True, help_text="Where it happened, if that ticket was merged in."
    )
    changes = serializers.DictField()


class Exported(serializers.Serializer):
    ticket_id = serializers.RegexField(TICKET_ID)
    subject = serializers.CharField()
    description = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)
    priority = serializers.ChoiceField([(label, label) for label in Priority.labels])
    category = serializers.CharField()
    customer_name = serializers.CharField()
    technician_name = serializers.CharField(allow_null=True)
    raised_date = serializers.DateTimeField()
    resolved_date = serializers.DateTimeField(allow_null=True)
    closed_date = serializers.DateTimeField(allow_null=True)
    resolution_summary = serializers.CharField(allow_null=True)
    exported_at = serializers.DateTimeField()
    entries = ExportedEntry(many=True, help_text="Oldest first.")


class Redacted(serializers.Serializer):
    places = serializers.IntegerField()


class LinkRow(serializers.Serializer):
    id = serializers.IntegerField()
    link = serializers.ChoiceField(LinkWord.choices)
    ticket_id = serializers.RegexField(TICKET_ID)
    subject = serializers.CharField()
    status = serializers.ChoiceField(Status.choices)


class TicketCreated(serializers.Serializer):
    ticket_id = serializers.RegexField(TICKET_ID)


class Updated(serializers.Serializer):
    updated = serializers.BooleanField()


class Deleted(serializers.Serializer):
    deleted = serializers.BooleanField()


class TicketState(serializers.Serializer):
    ticket_id = serializers.RegexField(TICKET_ID)
    status = serializers.ChoiceField(Status.choices)


class GivenRating(serializers.Serializer):
    score = serializers.IntegerField(allow_null=True)
    word = serializers.ChoiceField([(s, s) for s in Score.labels], allow_null=True)
    comment = serializers.CharField(allow_null=True)
    rated_date = serializers.DateTimeField(allow_null=True)
    changeable_until = serializers.DateTimeField(allow_null=True)
    can_rate = serializers.BooleanField(help_text="Whether who asks may rate it now.")


class Subcategory(serializers.Serializer):
    name = serializers.CharField()
    description = serializers.CharField(allow_blank=True)


class CategoryRow(Subcategory):
    subcategories = Subcategory(many=True)
