"""Canned responses and macros: who keeps them, and what a macro does."""

from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import Team, User
from accounts.text import check_text
from technicians.choices import Audience
from technicians.models import CannedResponse, Macro
from technicians.models.answer import FOLDER_LENGTH, TAGS_LENGTH, TITLE_LENGTH
from technicians.placeholders import check_placeholders, fill
from tickets import services
from tickets.choices import DONE_STATUSES, Priority, Status
from tickets.models import OutgoingReply, Ticket
from tickets.models.ticket import TEXT_LENGTH

NOT_YOURS = "You can change your own and those of your teams; admins also everybody's."


@transaction.atomic
def save_canned(
    canned: CannedResponse | None,
    *,
    actor: User,
    title: str,
    body: str,
    folder: str = "",
    audience: str = Audience.OWN,
    team: Team | None = None,
) -> CannedResponse:
    """Make a canned response (None) or change one; the placeholders of its text must be known."""
    canned = canned or CannedResponse(owner=actor)
    _share(canned, actor, title=title, folder=folder, audience=audience, team=team)
    check_text("body", body, max_length=TEXT_LENGTH)
    canned.body = check_placeholders("body", body)
    canned.save()
    return canned


@transaction.atomic
def save_macro(macro: Macro | None, *, actor: User, **settings: Any) -> Macro:
    """Make a macro (None) or change one: `title`, `folder`, `audience`, `team`, and its fields.

    Raises `ValidationError` for a macro that does nothing, or ends a ticket without a summary.
    """
    macro = macro or Macro(owner=actor)
    names = ("title", "folder", "audience", "team")
    _share(macro, actor, **{name: settings.pop(name) for name in names if name in settings})
    for name, value in settings.items():
        setattr(macro, name, value)
    _check_macro(macro)
    macro.save()
    return macro


def _check_macro(macro: Macro) -> None:
    for name in ("note", "reply", "resolution_summary"):
        text = getattr(macro, name)
        check_text(name, text, max_length=TEXT_LENGTH, required=False)
        check_placeholders(name, text)
    check_text("tags", macro.tags, max_length=TAGS_LENGTH, required=False)
    if macro.status and macro.status not in Status.values:
        raise ValidationError({"status": "There is no such status."})
    if macro.priority is not None and macro.priority not in Priority.values:
        raise ValidationError({"priority": f"Use one of: {', '.join(Priority.labels)}."})
    if macro.status in DONE_STATUSES and not macro.resolution_summary.strip():
        raise ValidationError({"resolution_summary": "Say in a sentence what was done."})
    if not steps_of(macro):
        raise ValidationError({"title": "It does nothing yet. Choose at least one change."})


@transaction.atomic
def delete_shared(row: CannedResponse | Macro, *, actor: User) -> None:
    """Delete a canned response or a macro."""
    _require(row, actor)
    row.delete()


def _share(
    row: CannedResponse | Macro,
    actor: User,
    *,
    title: str,
    folder: str = "",
    audience: str = Audience.OWN,
    team: Team | None = None,
) -> None:
    """Say what it is called and who can use it; both before and after, the actor may."""
    if row.pk:
        _require(row, actor)
    row.title = check_text("title", title, max_length=TITLE_LENGTH).strip()
    row.folder = check_text("folder", folder, max_length=FOLDER_LENGTH, required=False).strip()
    if audience == Audience.TEAM and team is None:
        raise ValidationError({"team": "Choose the team."})
    if audience == Audience.TEAM and not _may_use(team, actor):
        raise ValidationError({"team": "You are not in this team."})
    if audience == Audience.EVERYONE and not actor.is_admin:
        raise ValidationError({"audience": "Only admins make one for everybody."})
    if audience not in Audience.values:
        raise ValidationError({"audience": "There is no such choice."})
    row.audience, row.team = audience, team if audience == Audience.TEAM else None
    row.changed_at = timezone.now()


def _may_use(team: Team | None, actor: User) -> bool:
    if team is None:
        return False
    return actor.is_admin or team.members.filter(pk=actor.pk).exists()


def _require(row: CannedResponse | Macro, actor: User) -> None:
    if not type(row).objects.changeable_by(actor).filter(pk=row.pk).exists():
        raise PermissionDenied(NOT_YOURS)


# Macros -----------------------------------------------------------------------------------------


def tags_of(macro: Macro) -> list[str]:
    return [name for name in (name.strip() for name in macro.tags.split(",")) if name]


def steps_of(macro: Macro) -> list[str]:
    """Return what the macro does, in words, in the order in which it does it."""
    steps = [
        ("Assign it to me", macro.to_me),
        (f"Give it to the team {macro.to_team}", macro.to_team),
        (f"Priority {Priority(macro.priority).label}" if macro.priority else "", macro.priority),
        (f"Category {macro.category}", macro.category),
        (f"Tags {', '.join(tags_of(macro))}", tags_of(macro)),
        ("Internal note", macro.note),
        ("Reply to the customer", macro.reply),
        (f"Status {Status(macro.status).label}" if macro.status else "", macro.status),
    ]
    return [words for words, is_wanted in steps if is_wanted]


@transaction.atomic
def apply_macro(
    macro: Macro,
    ticket: Ticket,
    *,
    actor: User,
    seen: int | None = None,
    version: int | None = None,
    overrides: int | None = None,
    confirmed: Any = (),
) -> OutgoingReply | None:
    """Do all that the macro says, or nothing; return its reply if that still waits to go out.

    Each step is asked for by the rules of its own verb, for `actor`. The reply has the desk's
    seconds of grace; the status goes with it.
    """
    ticket = services.note_macro(ticket, actor=actor, macro=macro.title, version=version)
    if macro.to_me and actor.is_technician:
        ticket = _to_me(ticket, actor)
    if macro.priority:
        ticket = services.change_priority(ticket, priority=macro.priority, actor=actor)
    if macro.category:
        ticket = services.change_category(ticket, category=macro.category, actor=actor)
    for name in tags_of(macro):
        services.add_tag(ticket, name=name, actor=actor)
    if macro.note:
        services.add_note(ticket, actor=actor, body=fill(macro.note, ticket, actor))
    return _end(macro, ticket, actor, seen, overrides, confirmed)


def _to_me(ticket: Ticket, actor: User) -> Ticket:
    if ticket.technician_id is None:
        return services.take_ticket(ticket, actor=actor)
    return services.assign_ticket(ticket, technician=actor, actor=actor)


def _end(
    macro: Macro,
    ticket: Ticket,
    actor: User,
    seen: int | None,
    overrides: int | None,
    confirmed: Any,
) -> OutgoingReply | None:
    """Reply and set the status, in one step where there are both; the team comes last."""
    summary = fill(macro.resolution_summary, ticket, actor)
    waiting = None
    if macro.reply:
        waiting = services.send_reply(
            ticket,
            actor=actor,
            body=fill(macro.reply, ticket, actor),
            then_status=macro.status if macro.status != ticket.status else "",
            resolution_summary=summary if macro.status in DONE_STATUSES else "",
            seen=seen,
            overrides=overrides,
            confirmed=confirmed,
        )
    elif macro.status and macro.status != ticket.status:
        changes = {"status": macro.status}
        changes |= {"resolution_summary": summary} if macro.status in DONE_STATUSES else {}
        services.change_ticket(ticket, actor=actor, changes=changes, seen=seen, overrides=overrides)
    if macro.to_team:
        services.assign_team(ticket, team=macro.to_team, actor=actor)
    return waiting
