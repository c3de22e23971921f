"""What every change of a ticket on the desk's pages has in common."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from accounts.http import AuthenticatedHttpRequest
from technicians.forms.base import VerbForm
from technicians.timeline import changes_since
from technicians.views.composer import still_seen
from technicians.views.ticket_page import TicketView, page_context
from tickets import services
from tickets.file_forms import take_files
from tickets.forms import add_errors
from tickets.models import Attachment, Ticket, TicketEvent

TEXTS = ("body", "note", "resolution_summary")


class TicketVerb(TicketView):
    """One change: the form's shape here, the rule in `act`, and four ways to end.

    Done: back to the ticket (or, with htmx, its changed parts). 422: the form makes no sense. 409:
    the ticket has changed since the page was opened. 403: not allowed. In the last three cases the
    page comes back as the ticket stands now, with everything that was typed.
    """

    form_class: type[Form] = VerbForm
    part = ""  # of the composer: "reply", "note" or "resolve"
    takes_files = False
    files: Sequence[Attachment] = ()
    done = "Saved"
    seen: int | None = None  # the newest event of the page that asks

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        """Call the verb's service."""
        raise NotImplementedError

    def undo(self, before: Ticket, after: Ticket) -> dict[str, Any]:
        """Return `undo_url` and `undo_fields` of the toast, empty where there is no way back."""
        return {}

    def said(self, ticket: Ticket) -> str:
        """Return the sentence of the toast."""
        return self.done

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        """Lead to the ticket: after signing in again the browser asks for this address."""
        return redirect("technicians:ticket-detail", kwargs["ticket_id"])

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket = self.get_ticket()
        form = self.get_form()
        if not form.is_valid():
            return self.refuse(ticket, form, status=422)
        self.seen = form.cleaned_data.get("seen")
        try:
            with transaction.atomic():
                changed = self.act(ticket, form.cleaned_data)
                if self.part:  # sent: message and draft change places together
                    services.drop_draft(ticket, kind=self.part, actor=request.user)
        except services.UnseenNews as conflict:
            return self.refuse(self.get_ticket(), form, status=409, news=conflict.news)
        except services.Unconfirmed as doubt:
            return self.refuse(self.get_ticket(), form, status=409, cautions=doubt.cautions)
        except services.EditConflict:
            return self.refuse(self.get_ticket(), form, status=409)
        except PermissionDenied as error:
            form.add_error(None, str(error) or "You may not do this.")
            return self.refuse(self.get_ticket(), form, status=403)
        except ValidationError as error:
            add_errors(form, error)
            return self.refuse(ticket, form, status=422)
        return self.answer(ticket, changed)

    def get_form(self) -> Form:
        form = self.form_class(self.request.POST, auto_id=f"{self.part or 'set'}-%s")
        if self.takes_files:
            self.files = take_files(self.request, form)
        return form

    def refuse(
        self,
        ticket: Ticket,
        form: Form,
        *,
        status: int,
        news: list[TicketEvent] | None = None,
        cautions: list[Any] | None = None,
    ) -> HttpResponse:
        """Return the page as the ticket stands now, with what was typed and why it was refused."""
        forms = {self.part: form} if self.part else {}
        context = page_context(self.request, ticket, forms=forms)
        typed = (self.request.POST.get(name) for name in TEXTS)
        context |= {"form": form, "refused": form, "is_conflict": status == 409}
        context["what"] = self.kwargs.get("what", "")
        context["kept"] = next(filter(None, typed), "")
        if status == 409:
            context |= self.conflict(ticket, form, news=news or [], cautions=cautions or [])
        template = "ticket_changed" if self.request.htmx else "ticket_detail"
        return render(self.request, f"technicians/{template}.html", context, status=status)

    def conflict(
        self, ticket: Ticket, form: Form, *, news: list[TicketEvent], cautions: list[Any]
    ) -> dict[str, Any]:
        """Return what came in between or is in doubt, and what sends the change all the same."""
        seen = form.cleaned_data.get("seen")
        confirmed = form.cleaned_data.get("confirmed", [])
        context: dict[str, Any] = {
            "cautions": cautions,
            "confirmed": [*confirmed, *(caution.key for caution in cautions)],
            "repeat": self.repeat_fields(ticket) if not self.part else {},
            "repeat_url": self.request.path,
        }
        if cautions:
            return context | {"seen_mark": seen, "override": form.cleaned_data.get("override")}
        if news:
            newest = news[-1].pk
            return context | {"news": news, "seen_mark": newest, "override": first_seen(form)}
        changed = changes_since(ticket, self.request.user, seen) if seen else []
        return context | {"news": changed}

    def repeat_fields(self, ticket: Ticket) -> dict[str, Any]:
        """Return the hidden fields that send the same change again, for the present version."""
        data = {key: self.request.POST.get(key, "") for key in self.form_class.base_fields}
        return data | {"version": ticket.version}

    def answer(self, before: Ticket, ticket: Ticket) -> HttpResponse:
        request, said = self.request, self.said(ticket)
        try:
            ticket = self.get_ticket()
        except Http404:  # given away: it is a colleague's business now
            messages.success(request, said)
            return leave(request)
        if request.htmx:
            context = page_context(request, ticket) | {"said": said} | self.undo(before, ticket)
            context["seen_mark"] = still_seen(ticket, request.user, self.seen)
            return render(request, "technicians/ticket_changed.html", context)
        messages.success(request, said, extra_tags=self.draft(ticket))
        return redirect(f"{ticket.get_desk_url()}#latest" if self.part else ticket.get_desk_url())

    def draft(self, ticket: Ticket) -> str:
        """Return the draft on the device that is stored now."""
        return f"{self.part}-{ticket.ticket_id}-{self.request.user.pk}" if self.part else ""


class TicketVerbs(TicketVerb):
    """Several verbs at one address, whose `what` says which: for each a form and an `act_...`."""

    forms: dict[str, type[Form]] = {}
    sentence = ""  # of the toast; the verb says it

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        if kwargs["what"] not in self.forms:
            raise Http404
        self.form_class = self.forms[kwargs["what"]]
        return super().post(request, **kwargs)

    def act(self, ticket: Ticket, data: dict[str, Any]) -> Ticket:
        getattr(self, f"act_{self.kwargs['what']}")(ticket, data)
        return ticket

    def said(self, ticket: Ticket) -> str:
        return self.sentence


def first_seen(form: Form) -> int:
    """Return what the writer had seen before any news were shown."""
    override: int | None = form.cleaned_data.get("override")
    return form.cleaned_data["seen"] if override is None else override


def guarded(data: dict[str, Any]) -> dict[str, Any]:
    """Return what guards a text that the customer reads, for its service."""
    return {
        "seen": data["seen"],
        "overrides": data["override"],
        "confirmed": data["confirmed"],
        # Whoever says what they have seen is held up by what matters, not by any change.
        "version": data["version"] if data["seen"] is None else None,
    }


def leave(request: AuthenticatedHttpRequest) -> HttpResponse:
    """Go to the list, also when a part of a page asked."""
    url = reverse("technicians:ticket-list")
    return HttpResponseClientRedirect(url) if request.htmx else redirect(url)
