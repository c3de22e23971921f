"""What the desk writes down about organisations."""

from django.core.exceptions import ValidationError
from django.db import transaction

from accounts.choices import AccountEventType
from accounts.models import Organization, User
from accounts.services import record
from accounts.text import check_text
from tickets.customers import organizations_known_to
from tickets.models import OrganizationNote
from tickets.models.customer import CUSTOMER_NOTE_LENGTH
from tickets.services.changes import allow, check_actor
from tickets.services.customers import MOST_NOTES


@transaction.atomic
def add_organization_note(
    organization: Organization, *, body: str, actor: User
) -> OrganizationNote:
    """Write a note about the organisation, for staff only."""
    check_actor(actor)
    known = organizations_known_to(actor).filter(pk=organization.pk).exists()
    allow(known, "You write about organisations whose tickets you see.")
    check_text("body", body, max_length=CUSTOMER_NOTE_LENGTH)
    if organization.desk_notes.count() >= MOST_NOTES:
        raise ValidationError({"body": f"At most {MOST_NOTES} notes. Remove an old one first."})
    note = OrganizationNote.objects.create(organization=organization, author=actor, body=body)
    _record(organization, actor, [None, "written"])
    return note


@transaction.atomic
def remove_organization_note(note: OrganizationNote, *, actor: User) -> bool:
    """Remove a note of one's own (admins: anybody's); False where it was gone already."""
    check_actor(actor)
    allow(actor.is_admin or note.author_id == actor.pk, "You can remove only your own notes.")
    gone, _ = OrganizationNote.objects.filter(pk=note.pk).delete()
    if gone:
        _record(note.organization, actor, ["written", None])
    return bool(gone)


def _record(organization: Organization, actor: User, pair: list[str | None]) -> None:
    changes = {"organization": organization.name, "note": pair}
    record(None, AccountEventType.ORGANIZATION_CHANGED, actor=actor, changes=changes)
