"""How a customer's text will look, before it is sent. Nothing is stored but files."""

from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from accounts.http import AuthenticatedHttpRequest
from tickets.file_forms import keep_files
from tickets.forms import ReopenForm, ReplyForm, TicketForm
from tickets.markup import Preview, preview_of, ticket_links
from tickets.models.ticket import TEXT_LENGTH
from tickets.views.pages import TicketCreateView
from tickets.views.ticket import TicketPage


def typed_preview(request: AuthenticatedHttpRequest, field: str) -> Preview:
    """Return how a text that is being written will look. A button asks: then in any case."""
    asked = not request.htmx or request.htmx.trigger is None or "button" in request.htmx.trigger
    text = request.POST.get(field, "")[:TEXT_LENGTH]
    return preview_of(text, ticket_links([text], request.user), asked=asked)


class CreatePreviewView(TicketCreateView):
    """POST: how the description will look; without scripts the form, with everything typed."""

    def get(self, request: AuthenticatedHttpRequest) -> HttpResponse:  # type: ignore[override]
        return redirect("tickets:ticket-create")

    def post(self, request: AuthenticatedHttpRequest) -> HttpResponse:  # type: ignore[override]
        preview = typed_preview(request, "description")
        if request.htmx:
            return render(request, "tickets/_preview.html", {"preview": preview})
        form = TicketForm(request.POST)
        keep_files(request, form)
        return self.render_to_response(self.get_context_data(form=form, preview=preview))


class TicketPreviewView(TicketPage):
    """POST: how a reply will look, or what is still wrong (`kind`). Nothing is stored."""

    guests = True
    takes_files = True
    FORMS: dict[str, type[Form]] = {"reply": ReplyForm, "reopen": ReopenForm}

    def get(self, request: AuthenticatedHttpRequest, ticket_id: str, kind: str) -> HttpResponse:
        return redirect("tickets:ticket-detail", ticket_id)

    def post(self, request: AuthenticatedHttpRequest, ticket_id: str, kind: str) -> HttpResponse:
        ticket = self.ticket()
        if kind not in self.FORMS:
            raise Http404
        preview = typed_preview(request, "body")
        if request.htmx:
            return render(request, "tickets/_preview.html", {"preview": preview})
        form = self.FORMS[kind](request.POST)
        keep_files(request, form)
        reply, reopen = (form, None) if kind == "reply" else (None, form)
        return self.show(ticket, reply_form=reply, reopen_form=reopen, previews={kind: preview})
