"""What can be done with many tickets: who may, how, and how it is taken back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import Team, User
from accounts.numbers import row_key
from accounts.text import check_text
from technicians.choices import BulkVerb
from tickets import services
from tickets.choices import DONE_STATUSES, Priority, Status
from tickets.models import Category, Tag, Ticket
from tickets.models.ticket import TEXT_LENGTH
from tickets.permissions import (
    can_assign,
    can_merge,
    can_reply,
    can_route,
    can_tag,
    can_take,
    can_work,
)
from tickets.services.tags import clean_tag

Arguments = Mapping[str, Any]
# How the ticket was, as far as the verb changes it.
Before = dict[str, Any]


class Refused(ValidationError):
    """A ticket that can't be changed so; the sentence begins with its number."""

    def __init__(self, ticket: Ticket, sentence: str) -> None:
        super().__init__({"tickets": f"{ticket.ticket_id}: {sentence}"})


@dataclass(frozen=True)
class Verb:
    """`may`: whether the actor may at all; `do` returns what `undo` needs."""

    may: Callable[[Ticket, User, Arguments], bool]
    do: Callable[[Ticket, User, Arguments], Before]
    undo: Callable[[Ticket, User, Arguments, Before], None]
    # Whether a later version of the ticket means that somebody else has changed the same.
    versioned: bool = True


# Assign ------------------------------------------------------------------------------------------


def _may_assign(ticket: Ticket, actor: User, given: Arguments) -> bool:
    takes = given["technician"] == actor.pk and can_take(ticket, actor)
    return can_assign(ticket, actor) or takes


def _assign(ticket: Ticket, actor: User, given: Arguments) -> Before:
    before = {"technician": ticket.technician_id, "status": ticket.status}
    if given["technician"] is None:
        services.unassign_ticket(ticket, actor=actor)
    elif given["technician"] == actor.pk and not can_assign(ticket, actor):
        services.take_ticket(ticket, actor=actor)
    else:
        technician = User.objects.get(pk=given["technician"])
        services.assign_ticket(ticket, technician=technician, actor=actor)
    return before


def _unassign(ticket: Ticket, actor: User, given: Arguments, before: Before) -> None:
    if before["technician"] is None:
        services.unassign_ticket(ticket, actor=actor)
        return
    technician = User.objects.get(pk=before["technician"])
    services.assign_ticket(ticket, technician=technician, actor=actor)
    if before["status"] != Status.ASSIGNED and can_work(Ticket.objects.get(pk=ticket.pk), actor):
        services.take_back_status(ticket, status=before["status"], actor=actor)


# Status, priority, category ---------------------------------------------------------------------


def _may_work(ticket: Ticket, actor: User, given: Arguments) -> bool:
    return can_work(ticket, actor)


def _set_status(ticket: Ticket, actor: User, given: Arguments) -> Before:
    before = {"status": ticket.status, "technician": ticket.technician_id}
    summary = given.get("resolution_summary", "")
    services.change_status(ticket, status=given["status"], actor=actor, resolution_summary=summary)
    return before


def _reset_status(ticket: Ticket, actor: User, given: Arguments, before: Before) -> None:
    if before["status"] in DONE_STATUSES:
        raise ValidationError("It had been finished: finish it again.")
    if ticket.is_done:
        services.reopen_ticket(ticket, actor=actor)
    technician = before["technician"]
    if technician is not None and Ticket.objects.get(pk=ticket.pk).technician_id is None:
        services.assign_ticket(ticket, technician=User.objects.get(pk=technician), actor=actor)
    services.take_back_status(ticket, status=before["status"], actor=actor)


def _set_priority(ticket: Ticket, actor: User, given: Arguments) -> Before:
    before = {"priority": ticket.priority}
    services.change_priority(ticket, priority=given["priority"], actor=actor)
    return before


def _reset_priority(ticket: Ticket, actor: User, given: Arguments, before: Before) -> None:
    services.change_priority(ticket, priority=before["priority"], actor=actor)


def _set_category(ticket: Ticket, actor: User, given: Arguments) -> Before:
    before = {"category": ticket.category_id, "text": ticket.category_text}
    category = Category.objects.get(pk=given["category"])
    services.change_category(ticket, category=category, actor=actor)
    return before


def _reset_category(ticket: Ticket, actor: User, given: Arguments, before: Before) -> None:
    category = Category.objects.filter(pk=before["category"]).first()
    services.change_category(ticket, category=category, category_text=before["text"], actor=actor)


# Team, tag --------------------------------------------------------------------------------------


def _set_team(ticket: Ticket, actor: User, given: Arguments) -> Before:
    before = {
        "team": ticket.team_id,
        "technician": ticket.technician_id,
        "status": ticket.status,
    }
    team = Team.objects.get(pk=given["team"]) if given["team"] else None
    services.assign_team(ticket, team=team, actor=actor)
    return before


def _reset_team(ticket: Ticket, actor: User, given: Arguments, before: Before) -> None:
    team = Team.objects.filter(pk=before["team"]).first()
    services.assign_team(ticket, team=team, actor=actor)
    if before["technician"] and Ticket.objects.get(pk=ticket.pk).technician_id is None:
        _unassign(ticket, actor, given, before)


def _add_tag(ticket: Ticket, actor: User, given: Arguments) -> Before:
    had = ticket.tag_rows.filter(tag__name__iexact=given["tag"]).exists()
    tag = services.add_tag(ticket, name=given["tag"], actor=actor)
    return {"tag": None if had else tag.pk}


def _remove_tag(ticket: Ticket, actor: User, given: Arguments, before: Before) -> None:
    tag = Tag.objects.filter(pk=before["tag"]).first()
    if tag is not None:
        services.remove_tag(ticket, tag=tag, actor=actor)


# Reply, merge -----------------------------------------------------------------------------------


def _reply(ticket: Ticket, actor: User, given: Arguments) -> Before:
    said = {"actor": actor, "body": given["body"]}
    try:
        row = services.send_reply(ticket, **said)
    except services.Unconfirmed as doubt:
        if not given.get("anyway"):
            raise
        confirmed = [caution.key for caution in doubt.cautions]
        row = services.send_reply(ticket, **said, confirmed=confirmed)
    return {"outgoing": row.pk if row else None}


def _take_back(ticket: Ticket, actor: User, given: Arguments, before: Before) -> None:
    if before["outgoing"] is None:
        raise ValidationError(services.GONE)
    services.take_back_reply(before["outgoing"], actor=actor)
    services.discard_reply(before["outgoing"], actor=actor)


def _may_merge(ticket: Ticket, actor: User, given: Arguments) -> bool:
    target = Ticket.objects.visible_to(actor).filter(pk=given["into"]).first()
    return target is not None and (target == ticket or can_merge(ticket, target, actor))


def _merge(ticket: Ticket, actor: User, given: Arguments) -> Before:
    if ticket.pk == given["into"]:
        return {"merged": False}
    target = Ticket.objects.get(pk=given["into"])
    services.merge_tickets(ticket, target=target, actor=actor, share=bool(given.get("share")))
    return {"merged": True}


def _unmerge(ticket: Ticket, actor: User, given: Arguments, before: Before) -> None:
    if before["merged"]:
        services.undo_merge(ticket, actor=actor)


def _may_route(ticket: Ticket, actor: User, given: Arguments) -> bool:
    return can_route(ticket, actor)


def _may_tag(ticket: Ticket, actor: User, given: Arguments) -> bool:
    return can_tag(ticket, actor)


def _may_reply(ticket: Ticket, actor: User, given: Arguments) -> bool:
    return can_reply(ticket, actor)


VERBS: dict[str, Verb] = {
    BulkVerb.ASSIGN: Verb(_may_assign, _assign, _unassign),
    BulkVerb.STATUS: Verb(_may_work, _set_status, _reset_status),
    BulkVerb.PRIORITY: Verb(_may_work, _set_priority, _reset_priority),
    BulkVerb.CATEGORY: Verb(_may_work, _set_category, _reset_category),
    BulkVerb.TEAM: Verb(_may_route, _set_team, _reset_team),
    BulkVerb.TAG: Verb(_may_tag, _add_tag, _remove_tag, versioned=False),
    BulkVerb.REPLY: Verb(_may_reply, _reply, _take_back, versioned=False),
    BulkVerb.MERGE: Verb(_may_merge, _merge, _unmerge, versioned=False),
}


# What a verb takes ------------------------------------------------------------------------------


def clean_arguments(verb: str, given: Mapping[str, Any], *, actor: User) -> dict[str, Any]:
    """Return what the verb takes, checked; raises `ValidationError({"field": ...})`.

    `technician` is a number or empty, `category` and `team` are keys, `priority` a number, `into` a
    ticket's number.
    """
    if verb not in VERBS:
        raise ValidationError({"do": f"Use one of: {', '.join(VERBS)}."})
    return CLEAN[verb](given)


def _technician(given: Mapping[str, Any]) -> dict[str, Any]:
    value = given.get("technician") or None
    found = User.objects.active().technicians().filter(public_id=value).first() if value else None
    if value and found is None:
        raise ValidationError({"technician": "There is no such technician."})
    return {"technician": found.pk if found else None}


def _status(given: Mapping[str, Any]) -> dict[str, Any]:
    status = given.get("status", "")
    if status not in Status.values:
        raise ValidationError({"status": f"Use one of: {', '.join(Status.values)}."})
    summary = given.get("resolution_summary", "") if status in DONE_STATUSES else ""
    if status == Status.RESOLVED:
        check_text("resolution_summary", summary, max_length=TEXT_LENGTH)
    return {"status": status, "resolution_summary": summary}


def _priority(given: Mapping[str, Any]) -> dict[str, Any]:
    text = str(given.get("priority", ""))
    numbers = {label: number for number, label in Priority.choices}
    numbers |= {str(number): number for number in Priority.values}
    if text not in numbers:
        raise ValidationError({"priority": f"Use one of: {', '.join(Priority.labels)}."})
    return {"priority": numbers[text]}


def _category(given: Mapping[str, Any]) -> dict[str, Any]:
    found = _row(Category.objects.active(), given.get("category"))
    if found is None:
        raise ValidationError({"category": "There is no such category."})
    return {"category": found.pk}


def _team(given: Mapping[str, Any]) -> dict[str, Any]:
    if not given.get("team"):
        return {"team": None}
    found = _row(Team.objects.active(), given["team"])
    if found is None:
        raise ValidationError({"team": "There is no such team."})
    return {"team": found.pk}


def _tag(given: Mapping[str, Any]) -> dict[str, Any]:
    return {"tag": clean_tag(str(given.get("tag", "")))}


def _body(given: Mapping[str, Any]) -> dict[str, Any]:
    body = given.get("body", "")
    check_text("body", body, max_length=TEXT_LENGTH)
    return {"body": body, "anyway": bool(given.get("anyway"))}


def _into(given: Mapping[str, Any]) -> dict[str, Any]:
    number = row_key(str(given.get("into", "")))
    if number is None:
        raise ValidationError({"into": "Say into which ticket the others go."})
    return {"into": number, "share": bool(given.get("share"))}


def _row(rows: Any, key: Any) -> Any:
    return rows.filter(pk=row_key(str(key or "")) or 0).first()


CLEAN: dict[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    BulkVerb.ASSIGN: _technician,
    BulkVerb.STATUS: _status,
    BulkVerb.PRIORITY: _priority,
    BulkVerb.CATEGORY: _category,
    BulkVerb.TEAM: _team,
    BulkVerb.TAG: _tag,
    BulkVerb.REPLY: _body,
    BulkVerb.MERGE: _into,
}
REFUSALS = (PermissionDenied, ValidationError, services.EditConflict, services.Unconfirmed)


def sentence_of(refusal: Exception) -> str:
    """Return a refusal in words."""
    return " ".join(refusal.messages) if isinstance(refusal, ValidationError) else str(refusal)
