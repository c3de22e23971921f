"""A ticket's page for its customers, and for guests who came by the link of a mail."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views import View

from accounts.choices import Role
from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from accounts.numbers import number_of
from tickets.access import TicketAccessMixin
from tickets.file_forms import take_files
from tickets.forms import (
    PersonForm,
    RatingForm,
    ReopenForm,
    ReplyForm,
)
from tickets.markup import Preview, texts_of, ticket_links
from tickets.models import DeskSettings, Rating, Ticket, TicketEvent
from tickets.models.ticket import TICKET_PREFIX
from tickets.permissions import (
    can_accept,
    can_add_participant,
    can_change_rating,
    can_rate,
    can_reopen,
    can_reply,
    correctable_since,
    rating_changeable_until,
    reopen_until,
)
from tickets.queries import continuations_of, find_or_follow, mail_origins, merged_words
from tickets.recipients import Why, customers_following, following, recipients_of
from tickets.schedule import ends_at
from tickets.services import (
    FileRefused,
    accept_solution,
    add_reply,
    follow_ups,
    reopen_ticket,
)
from tickets.undo import read_removal
from tickets.views.pages import page_or_400, visible_ticket, visible_tickets

# Of a long conversation: its beginning, its end, and how much is fetched on demand.
HEAD_MESSAGES, TAIL_ENTRIES, MORE_ENTRIES = 2, 10, 50
HEAD_EVENTS = 12  # looked at for the first messages
MOST_COUNTED = 1_000


def thread_of(ticket: Ticket, reader: User, *, before: str) -> dict[str, Any]:
    """Return what a conversation shows: its first messages, `hidden` ones, and its last entries.

    `before` is the cursor of a page of hidden entries. As many queries for long ones as for short.
    """
    events = TicketEvent.objects.of(ticket).visible_to(reader).for_timeline()
    size = MORE_ENTRIES if before else TAIL_ENTRIES
    timeline = page_or_400(events, order=("-id",), cursor=before, size=size)
    first = timeline.rows[-1].pk if timeline.rows else 0
    head: list[TicketEvent] = []
    for event in events.order_by("id")[:HEAD_EVENTS]:
        if event.pk >= first or sum(bool(e.comment_id) for e in head) == HEAD_MESSAGES:
            break
        head.append(event)
    between = events.filter(pk__lt=first, pk__gt=head[-1].pk if head else 0)
    hidden = between.filter(comment__isnull=False)[:MOST_COUNTED].count()
    is_more = between.exists()
    texts = [ticket.description, ticket.resolution_summary]
    texts += [*texts_of(head), *texts_of(timeline.rows)]
    return {
        "head": head,
        "hidden": hidden,
        "is_more": bool(head) and is_more,
        "entries": timeline.rows[::-1],
        "timeline": timeline,
        "ticket_links": ticket_links(texts, reader),
        "mail_origins": mail_origins(ticket, [*head, *timeline.rows], reader),
    }


class TicketPage(TicketAccessMixin, View):
    """The customer's page of a ticket, shown again by each verb that did not succeed."""

    roles: tuple[Role, ...] = (Role.CUSTOMER,)
    request: AuthenticatedHttpRequest

    def ticket(self) -> Ticket:
        return visible_ticket(self.request.user, self.kwargs["ticket_id"])

    def show(
        self,
        ticket: Ticket,
        *,
        reply_form: Form | None = None,
        reopen_form: Form | None = None,
        rating_form: Form | None = None,
        previews: dict[str, Preview] | None = None,
        people_form: Form | None = None,
        status: int = 200,
    ) -> HttpResponse:
        user = self.request.user
        # An admin who looks at it through the customer's eyes sees no more, and sends nothing.
        preview = not user.is_customer
        reader = ticket.customer if preview else user
        context = thread_of(ticket, reader, before=self.request.GET.get("before", ""))
        context |= {
            "nav": "ticket",
            "ticket": ticket,
            "links": continuations_of(ticket, reader),
            "as_customer": True,
            "correct_since": timezone.now() if user.guest_of else correctable_since(),
            "preview": preview,
            "can_reply": not preview and can_reply(ticket, user),
            "can_accept": not preview and can_accept(ticket, user),
            "can_reopen": not preview and user.guest_of is None and can_reopen(ticket, user),
            "reopen_until": reopen_until(ticket) if ticket.closed_at else None,
            "ends_at": ends_at(ticket, DeskSettings.load(), timezone.now()),
            "reply_form": reply_form or ReplyForm(),
            "reopen_form": reopen_form or ReopenForm(),
            "form": reply_form or reopen_form or rating_form or people_form,
            **self.rating_of(ticket, rating_form),
            **self.people(ticket, people_form),
            "follows": follow_ups(ticket, user),
            "previews": previews or {},
        }
        return render(self.request, "tickets/ticket_detail.html", context, status=status)

    def rating_of(self, ticket: Ticket, form: Form | None) -> dict[str, Any]:
        """Return the form that asks how the help was, and what was said already, if anything."""
        user = self.request.user
        if user.guest_of is not None or ticket.resolved_at is None or not can_rate(ticket, user):
            return {}
        rating = ticket.ratings.filter(resolved_at=ticket.resolved_at).first() or Rating()
        form = form or RatingForm(initial={"score": rating.score, "comment": rating.comment})
        return {
            "rating": rating,
            "rating_form": form if can_change_rating(rating) else None,
            "changeable_until": rating_changeable_until(rating),
        }

    def people(self, ticket: Ticket, form: Form | None) -> dict[str, Any]:
        """Return who follows the ticket, as the reader may know it, and who is told of a reply."""
        reader = ticket.customer if self.request.user.is_admin else self.request.user
        rows = following(ticket)
        told = recipients_of(ticket, author=reader, rows=rows)
        return {
            "followers": customers_following(ticket, reader, rows),
            "own_part": next((row for row in rows if row.user_id == reader.pk), None),
            "can_add_people": reader == self.request.user and can_add_participant(ticket, reader),
            "people_form": form or PersonForm(),
            "removed": read_removal(self.request.GET.get("undo", ""), ticket),
            # Customers know of the technician, not of colleagues who watch.
            "told": [person for person in told if person.why != Why.WATCHER],
        }


class TicketDetailView(TicketPage):
    """A ticket in the customer's words; staff are taken to their own page.

    With `?as=customer` an admin sees what the customer sees, and can send nothing from there.
    """

    roles = tuple(Role)
    guests = True

    def get(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        number, visible = number_of(TICKET_PREFIX, ticket_id), visible_tickets(request.user)
        ticket = find_or_follow(visible, number, request.user) if number else None
        if ticket is None:
            raise Http404
        if ticket.pk != number:
            messages.info(request, merged_words(ticket_id))
            return redirect(ticket if request.user.is_customer else ticket.get_desk_url())
        if request.user.is_customer and request.htmx and "before" in request.GET:
            context = thread_of(ticket, request.user, before=request.GET["before"])
            links = continuations_of(ticket, request.user)
            context |= {"ticket": ticket, "as_customer": True, "links": links}
            return render(request, "tickets/_thread_part.html", context)
        as_customer = request.user.is_admin and request.GET.get("as") == "customer"
        if not (request.user.is_customer or as_customer):
            return redirect(ticket.get_desk_url())
        return self.show(ticket)


class TicketReplyView(TicketPage):
    """A customer's reply; it reopens a finished ticket."""

    guests = True
    takes_files = True

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        ticket, form = self.ticket(), ReplyForm(request.POST)
        files = take_files(request, form)
        if not form.is_valid():
            return self.show(ticket, reply_form=form, status=422)
        was_done = ticket.is_done
        try:
            ticket = add_reply(
                ticket,
                actor=request.user,
                body=form.cleaned_data["body"],
                attachments=files,
                submission_key=form.idempotency_key(ticket),
            )
        except FileRefused as refusal:
            form.add_error(None, refusal)
            return self.show(self.ticket(), reply_form=form, status=refusal.status)
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
            return self.show(self.ticket(), reply_form=form, status=409)
        reopened = was_done and not ticket.is_done
        said = "Reply sent. The ticket is open again." if reopened else "Reply sent"
        messages.success(request, said, extra_tags=f"reply-{ticket.ticket_id}-{request.user.pk}")
        return redirect(ticket)


class TicketAcceptView(TicketPage):
    """It is solved: Resolved becomes Closed."""

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        ticket = self.ticket()
        try:
            accept_solution(ticket, actor=request.user)
        except PermissionDenied:
            messages.warning(request, "Nothing was changed: the ticket is not resolved any more.")
        else:
            messages.success(request, "Thank you. The ticket is closed.")
        return redirect(ticket)


class TicketReopenView(TicketPage):
    """It is not solved: the work goes on."""

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str) -> HttpResponse:
        ticket, form = self.ticket(), ReopenForm(request.POST)
        if not form.is_valid():
            return self.show(ticket, reopen_form=form, status=422)
        try:
            reopen_ticket(
                ticket,
                actor=request.user,
                reason=form.cleaned_data["body"],
                submission_key=form.idempotency_key(ticket),
            )
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
            return self.show(self.ticket(), reopen_form=form, status=409)
        draft = f"reopen-{ticket.ticket_id}-{request.user.pk}"
        messages.success(request, "The ticket is open again.", extra_tags=draft)
        return redirect(ticket)
