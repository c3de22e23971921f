"""Who may do what with a ticket that they can see; pages, API, admin and services ask here."""

from datetime import datetime, timedelta

from django.utils import timezone

from accounts.choices import Role
from accounts.models import User
from tickets.choices import FileState, Status
from tickets.models import (
    Attachment,
    Comment,
    DeskSettings,
    Rating,
    Ticket,
    TicketParticipant,
)

RATE_FOR = timedelta(days=30)
CHANGE_RATING_FOR = timedelta(days=7)

# Fields that a role may change directly, by the names of the REST contract.
EDITABLE_FIELDS: dict[str, frozenset[str]] = {
    Role.ADMIN: frozenset(
        {"technician_id", "team", "status", "resolution_summary", "priority", "issue_category"}
    ),
    Role.TECHNICIAN: frozenset({"team", "status", "resolution_summary"}),
    Role.CUSTOMER: frozenset(),
}


def can_view(ticket: Ticket, user: User) -> bool:
    """Whether `user` may read the ticket; the one-object form of `visible_to`."""
    return Ticket.objects.visible_to(user).filter(pk=ticket.pk).exists()


def can_be_told(ticket: Ticket, user: User) -> bool:
    """Whether a mail about the ticket may go to `user`: who reads it, and who was added.

    Also to an address that nobody has confirmed, with no word that anybody chose: until then its
    account, which somebody else may have made, opens nothing.
    """
    if can_view(ticket, user):
        return True
    return not user.is_email_verified and ticket.deleted_at is None and takes_part(ticket, user)


def can_work(ticket: Ticket, user: User) -> bool:
    """Whether `user` works on the ticket: an admin, or the technician it is assigned to.

    Nobody works on a ticket that was merged: it goes on as another one.
    """
    return (
        user.is_active
        and ticket.merged_into_id is None
        and (user.is_admin or (user.is_technician and ticket.technician_id == user.pk))
    )


def can_take(ticket: Ticket, user: User) -> bool:
    """Whether the technician may take the ticket: open, unassigned, in a category they serve."""
    return (
        user.is_technician
        and ticket.technician_id is None
        and Ticket.objects.takeable_by(user).filter(pk=ticket.pk).exists()
    )


def can_assign(ticket: Ticket, user: User) -> bool:
    """Whether `user` may give the ticket to somebody.

    An admin, its technician (handover), and the lead of the team in whose queue it is.
    """
    return can_work(ticket, user) or leads(ticket, user)


def leads(ticket: Ticket, user: User) -> bool:
    """Whether the ticket is open and in the queue of a team that the technician leads."""
    return (
        user.is_active
        and user.is_technician
        and ticket.team_id is not None
        and ticket.is_open
        and ticket.merged_into_id is None
        and ticket.team is not None
        and ticket.team.lead_id == user.pk
    )


def can_route(ticket: Ticket, user: User) -> bool:
    """Whether `user` may put the ticket into a team's queue: who assigns it or could take it."""
    return can_assign(ticket, user) or can_take(ticket, user)


def can_reply(ticket: Ticket, user: User) -> bool:
    """Whether `user` may write where the customer reads."""
    if user.is_customer:
        return takes_part(ticket, user) and (not ticket.is_done or can_reopen(ticket, user))
    return can_work(ticket, user)


def takes_part(ticket: Ticket, user: User) -> bool:
    """Whether the customer has a part in the public conversation: the requester, and the Cc."""
    if not user.is_customer:
        return False
    return ticket.customer_id == user.pk or ticket.participants.cc().filter(user=user).exists()


def watches(ticket: Ticket, user: User) -> bool:
    """Whether `user` watches the ticket as a colleague."""
    return (
        user.is_active
        and not user.is_customer
        and ticket.participants.watchers().filter(user=user).exists()
    )


def can_note(ticket: Ticket, user: User) -> bool:
    """Whether `user` may write an internal note: who works on the ticket, and who watches it."""
    return can_work(ticket, user) or watches(ticket, user)


def can_tag(ticket: Ticket, user: User) -> bool:
    """Whether `user` may tag the ticket: who writes notes there."""
    return can_note(ticket, user)


def can_correct(comment: Comment, user: User) -> bool:
    """Whether `user` may edit or withdraw the message: its author, for some minutes."""
    return (
        comment.author_id == user.pk
        and comment.withdrawn_at is None
        and comment.created_at > correctable_since()
    )


def correctable_since() -> datetime:
    """Return the moment since when messages can be corrected by their authors."""
    return timezone.now() - timedelta(minutes=DeskSettings.load().correction_minutes)


def can_redact(ticket: Ticket, user: User) -> bool:
    """Whether `user` may remove text from the ticket for good."""
    return user.is_admin


def can_add_participant(ticket: Ticket, user: User) -> bool:
    """Whether `user` may add somebody who takes part: staff, and the requester.

    Not by an address that nobody has confirmed: through us, its owner would write to anybody.
    """
    if user.is_customer:
        is_guest = user.guest_of is not None
        return ticket.customer_id == user.pk and user.is_email_verified and not is_guest
    return can_work(ticket, user)


def can_remove_participant(ticket: Ticket, participant: TicketParticipant, user: User) -> bool:
    """Whether `user` may remove the person: staff, the requester, and everybody themselves."""
    if user.is_customer:
        own = user.pk in (ticket.customer_id, participant.user_id)
        return own and user.guest_of is None
    return can_work(ticket, user)


def can_watch(ticket: Ticket, user: User) -> bool:
    """Whether `user` may watch the ticket: staff who can read it."""
    return not user.is_customer and can_view(ticket, user)


def can_add_watcher(ticket: Ticket, user: User) -> bool:
    """Whether `user` may let a colleague watch, who then reads everything."""
    return can_note(ticket, user)


def can_remove_watcher(ticket: Ticket, watcher: TicketParticipant, user: User) -> bool:
    """Whether `user` may end somebody's watching: who works on the ticket, and everybody theirs."""
    return watcher.user_id == user.pk or can_work(ticket, user)


def may_know_name(person: User, user: User) -> bool:
    """Whether `user` may learn the name behind an address: staff, and people of one organisation.

    Anybody else would find out who has an account here.
    """
    if not user.is_customer:
        return True
    return person.organization_id is not None and person.organization_id == user.organization_id


def can_accept(ticket: Ticket, user: User) -> bool:
    """Whether `user` may say that the resolved ticket is solved."""
    own = ticket.customer_id == user.pk and user.guest_of is None
    return own and ticket.status == Status.RESOLVED


def can_reopen(ticket: Ticket, user: User) -> bool:
    """Whether `user` may reopen: staff always; the customer within the desk's window of days."""
    if not ticket.is_done or ticket.merged_into_id is not None:
        return False
    if not user.is_customer:
        return can_work(ticket, user)
    if not takes_part(ticket, user):
        return False
    if ticket.status == Status.RESOLVED:
        return True
    return reopen_until(ticket) > timezone.now()


def reopen_until(ticket: Ticket) -> datetime:
    """Return the moment (UTC) until which the customer can reopen a closed ticket."""
    since = ticket.closed_at or ticket.resolved_at or ticket.updated_at
    return since + timedelta(days=DeskSettings.load().reopen_days)


def can_link(ticket: Ticket, other: Ticket, user: User) -> bool:
    """Whether `user` may say what the two are to each other: works on one and can see the other."""
    return (can_work(ticket, user) and can_view(other, user)) or (
        can_work(other, user) and can_view(ticket, user)
    )


def can_rate(ticket: Ticket, user: User) -> bool:
    """Whether `user` may say how the help was: the customer of a ticket that was solved lately."""
    solved = ticket.resolved_at if ticket.is_done else None
    return (
        solved is not None and ticket.customer_id == user.pk and solved + RATE_FOR > timezone.now()
    )


def can_change_rating(rating: Rating) -> bool:
    """Whether the rating is not given yet, or was given lately."""
    until = rating_changeable_until(rating)
    return until is None or until > timezone.now()


def rating_changeable_until(rating: Rating) -> datetime | None:
    """Return until when a given rating can be changed, None where none was given yet."""
    return rating.rated_at + CHANGE_RATING_FOR if rating.rated_at else None


def can_merge(source: Ticket, target: Ticket, user: User) -> bool:
    """Whether `user` may merge: works on the target, and works on the source or could take it."""
    return can_work(target, user) and (can_work(source, user) or can_take(source, user))


def can_undo_merge(target: Ticket, user: User) -> bool:
    """Whether `user` may take out again what was merged into the ticket."""
    return can_work(target, user)


def can_merge_customers(user: User) -> bool:
    """Whether `user` may say that two customers are one person, and take that back.

    Admins: a technician knows only some of the tickets that the one would show to the other.
    """
    return user.is_active and user.is_admin


def can_delete(ticket: Ticket, user: User) -> bool:
    """Whether `user` may delete the ticket, and take that back."""
    return user.is_admin


def can_download(attachment: Attachment, user: User) -> bool:
    """Whether `user`, who may see the file's message, gets its content now.

    What the virus scanner has not looked at yet only the uploader gets; what it blocked, nobody.
    """
    if attachment.removed_at is not None:
        return False
    if attachment.state == FileState.PENDING:
        return attachment.uploader_id == user.pk
    return attachment.state == FileState.CLEAN


def gets_original(attachment: Attachment, user: User) -> bool:
    """Whether `user` gets an image as it was sent, with the place and the camera in it.

    Guests do not: a mail with their link may have been passed on.
    """
    own = attachment.uploader_id == user.pk and user.guest_of is None
    return not user.is_customer or own
