"""The mail behind a message, as it came; and in development, a way to write one."""

import io
import logging
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, make_msgid
from http import HTTPStatus
from typing import Any

from anymail.utils import get_request_basic_auth
from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse_lazy
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, View

from accounts.access import StaffRequiredMixin
from accounts.http import AuthenticatedHttpRequest
from mailboxes.choices import Source
from mailboxes.forms import WriteMailForm
from mailboxes.models import InboundMail
from mailboxes.parsing import shown_page
from mailboxes.permissions import can_read_original
from mailboxes.services import (
    NotKept,
    PostRefused,
    check_secret,
    is_open,
    process_now,
    raw_of,
    read,
    receive,
    receive_posted,
)
from tickets.email_thread import without_secrets

logger = logging.getLogger("desk.mail")
PLAIN = "text/plain; charset=utf-8"
# Nothing of it runs, loads, or leads anywhere: what a stranger wrote stays within this page.
ORIGINAL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "img-src": ["data:"],
    "frame-ancestors": ["'none'"],
    "sandbox": [],
}
BYTES_POLICY = {"default-src": ["'none'"], "frame-ancestors": ["'none'"], "sandbox": []}


class OriginalMixin(StaffRequiredMixin, View):
    """Finds the mail for staff who may read it; anybody else finds nothing."""

    request: AuthenticatedHttpRequest

    def find(self, key: Any) -> InboundMail:
        mail = get_object_or_404(InboundMail.objects.select_related("ticket", "mailbox"), key=key)
        if not can_read_original(mail, self.request.user):
            raise Http404
        return mail


@method_decorator(csp(ORIGINAL_POLICY), name="dispatch")
class OriginalView(OriginalMixin):
    """The mail as its sender's program shows it, in a sandbox without a way out."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        try:
            mail = read(self.find(key))
        except NotKept as error:
            raise Http404 from error
        return private(HttpResponse(without_secrets(shown_page(mail))))


@method_decorator(csp(BYTES_POLICY), name="dispatch")
class RawView(OriginalMixin):
    """The bytes as they came, to keep; no browser shows them."""

    def get(self, request: HttpRequest, key: Any) -> HttpResponse:
        row = self.find(key)
        try:
            raw = raw_of(row)
        except NotKept as error:
            raise Http404 from error
        answer = HttpResponse(raw, content_type="application/octet-stream")
        answer["Content-Disposition"] = f'attachment; filename="mail-{row.pk}.eml"'
        return private(answer)


def private(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "private, no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@method_decorator(csrf_exempt, name="dispatch")
class WebhookView(View):
    """Takes messages from the mail provider that is set up, and from nobody else."""

    reads_body_itself = True
    http_method_names = ["post", "head"]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not is_open():
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def head(self, request: HttpRequest) -> HttpResponse:
        """Providers ask like this whether there is anything."""
        return HttpResponse()

    def post(self, request: HttpRequest) -> HttpResponse:
        try:
            check_secret(get_request_basic_auth(request) or "")
            rows = receive_posted(request)
        except PostRefused as refusal:
            logger.warning("post refused", extra={"status": refusal.status})
            answer = HttpResponse(f"{refusal}\n", status=refusal.status, content_type=PLAIN)
            if refusal.status == HTTPStatus.UNAUTHORIZED:
                answer["WWW-Authenticate"] = 'Basic realm="incoming mail"'
            return answer
        return HttpResponse(f"{len(rows)} stored.\n", content_type=PLAIN)


class WriteMailView(FormView):
    """In development: a mail to the desk, which takes the road of every other one."""

    form_class = WriteMailForm
    template_name = "mailboxes/write.html"
    success_url = reverse_lazy("mailboxes:write")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not settings.DEVELOPMENT:
            raise Http404
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        names = ("to", "subject", "answers", "sender")
        given = {name: self.request.GET.get(name, "")[:500] for name in names}
        return {"to": settings.INBOUND_ADDRESS} | {k: text for k, text in given.items() if text}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        newest = InboundMail.objects.select_related("ticket")[:10]
        return super().get_context_data(newest=newest, **kwargs)

    def form_valid(self, form: Any) -> HttpResponse:
        row = receive(io.BytesIO(self.written(form.cleaned_data)), source=Source.PAGE)
        row = process_now(row)
        about = f" ({row.ticket.ticket_id})" if row.ticket else ""
        messages.success(self.request, f"{row.get_outcome_display()}{about}: {row.reason}")
        return redirect(self.get_success_url())

    def written(self, typed: dict[str, str]) -> bytes:
        mail = EmailMessage()
        mail["From"] = formataddr((typed["name"], typed["sender"]))
        mail["To"] = typed["to"]
        mail["Subject"] = typed["subject"]
        mail["Date"] = format_datetime(timezone.now())
        mail["Message-ID"] = make_msgid(domain="mail.example")
        if typed["answers"]:
            mail["In-Reply-To"] = typed["answers"]
        mail.set_content(typed["text"])
        return mail.as_bytes()
