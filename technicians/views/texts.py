"""Texts before they are sent: how they will look, and drafts."""

from dataclasses import replace
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views import View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from accounts.text import clean_search
from technicians.forms.texts import NoteForm, ReplyForm, ResolveForm
from technicians.views.composer import TEXT_FIELDS, texts_in_front
from technicians.views.ticket_page import TicketView, page_context
from tickets import services
from tickets.choices import DraftKind
from tickets.file_forms import keep_files
from tickets.markup import Preview, preview_of, ticket_links
from tickets.mentions import SEARCHED, mention_name, mentioned_in, offered
from tickets.models import Ticket, TicketDraft
from tickets.models.ticket import TEXT_LENGTH

FORMS: dict[str, type[Form]] = {
    DraftKind.REPLY: ReplyForm,
    DraftKind.NOTE: NoteForm,
    DraftKind.RESOLVE: ResolveForm,
}


class TextView(TicketView):
    """Something about one of the composer's texts; `kind` in the address says which."""

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        """Lead to the ticket: after signing in again the browser asks for this address."""
        return redirect("technicians:ticket-detail", kwargs["ticket_id"])

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket = self.get_ticket()
        if self.kind not in FORMS:
            raise Http404
        return self.answer(ticket)

    def answer(self, ticket: Ticket) -> HttpResponse:
        raise NotImplementedError

    @property
    def kind(self) -> str:
        return str(self.kwargs["kind"])

    @property
    def text(self) -> str:
        """What was typed, with line breaks as browsers show them."""
        typed = self.request.POST.get(TEXT_FIELDS[self.kind], "")
        return typed.replace("\r\n", "\n")[:TEXT_LENGTH]

    def preview(self, *, asked: bool = False) -> Preview:
        links = ticket_links([self.text], self.request.user)
        preview = preview_of(self.text, links, asked=asked)
        return replace(preview, said=self.said()) if self.kind == DraftKind.NOTE else preview

    def said(self) -> tuple[str, ...]:
        """Say whom a note mentions, and which names are nobody's."""
        mentioned = mentioned_in(self.text)
        told = [person.name for person in mentioned.people if person.pk != self.request.user.pk]
        sentences = [f"Told by mail, and sees the ticket: {', '.join(told)}."] if told else []
        return (*sentences, *(f"No colleague is called @{name}." for name in mentioned.unknown))

    def show(self, template: str, **context: Any) -> HttpResponse:
        name = TEXT_FIELDS[self.kind]
        words = {"kind": self.kind, "name": name, "field": f"{self.kind}-{name}", **context}
        return render(self.request, f"{template}.html", words)


class Colleagues(StaffRequiredMixin, View):
    """GET: whom a note can mention, as options of a list (a part of a page)."""

    request: AuthenticatedHttpRequest

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:
        start = clean_search(request.GET.get("q", ""), max_length=SEARCHED)
        people = offered(start, request.user)
        context = {"people": [(person, mention_name(person)) for person in people]}
        return render(request, "technicians/_colleagues.html", context)


class TicketPreview(TextView):
    """POST: how a text will look. A part of a page, or without scripts the page with its text."""

    takes_files = True

    def answer(self, ticket: Ticket) -> HttpResponse:
        if self.request.htmx:
            return self.show("tickets/_preview", preview=self.preview(asked=True))
        form = FORMS[self.kind](self.request.POST, auto_id=f"{self.kind}-%s")
        keep_files(self.request, form)
        context = page_context(self.request, ticket, forms={self.kind: form})
        context["previews"][self.kind] = self.preview(asked=True)
        return render(self.request, "technicians/ticket_detail.html", context)


class DraftSave(TextView):
    """POST: keep what is being written; the answer says when, and shows how it will look."""

    def answer(self, ticket: Ticket) -> HttpResponse:
        user = self.request.user
        try:
            draft = services.save_draft(ticket, kind=self.kind, body=self.text, actor=user)
        except (PermissionDenied, ValidationError):
            return HttpResponse(status=403)
        if not self.request.htmx:
            return redirect(f"{ticket.get_desk_url()}#composer")
        return self.show(
            "technicians/_draft_saved", ticket=ticket, draft=draft, preview=self.preview()
        )


class DraftDiscard(TextView):
    """POST: put the draft aside, for ten minutes with a way back."""

    def change(self, ticket: Ticket) -> TicketDraft | None:
        return services.discard_draft(ticket, kind=self.kind, actor=self.request.user)

    def answer(self, ticket: Ticket) -> HttpResponse:
        draft = self.change(ticket)
        if not self.request.htmx:
            return redirect(f"{ticket.get_desk_url()}#composer")
        texts = texts_in_front(ticket, {self.kind: draft} if draft else {}, {})
        return self.show(
            "technicians/_draft_changed", ticket=ticket, draft=draft, text=texts[self.kind]
        )


class DraftRestore(DraftDiscard):
    """POST: have the draft back."""

    def change(self, ticket: Ticket) -> TicketDraft | None:
        return services.restore_draft(ticket, kind=self.kind, actor=self.request.user)
