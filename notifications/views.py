"""What people want to be told; and, in development, the mails that were kept."""

from csp.decorators import csp
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import FormView, TemplateView, View

from accounts.http import AuthenticatedHttpRequest
from accounts.models import User
from accounts.views.own import OwnPageMixin
from notifications.dev_mail import KeptMail, find_mail, kept_mails, mail_directory
from notifications.forms import PreferencesForm
from notifications.links import read_mute_token, read_unsubscribe_token
from notifications.messages import MESSAGES
from notifications.services import set_wanted, turn_off
from tickets.models import TicketParticipant
from tickets.services import mute_ticket

DEV_MAILS_SHOWN = 100
# A mail's own inline style is allowed in its frame, and nothing else is.
MAIL_POLICY = {
    "default-src": ["'none'"],
    "style-src": ["'unsafe-inline'"],
    "frame-ancestors": ["'self'"],
    "sandbox": ["allow-popups", "allow-popups-to-escape-sandbox"],
}


class PreferencesView(OwnPageMixin, FormView):
    """Which optional mails the signed-in person gets."""

    form_class = PreferencesForm
    template_name = "notifications/preferences.html"
    success_url = reverse_lazy("notifications:preferences")
    request: AuthenticatedHttpRequest
    tab = "notifications"

    def get_form_kwargs(self):
        return super().get_form_kwargs() | {"user": self.request.user}

    def form_valid(self, form):
        set_wanted(self.request.user, form.cleaned_data["wanted"])
        messages.success(self.request, "Saved")
        return super().form_valid(form)


@method_decorator(csrf_exempt, name="dispatch")
class UnsubscribeView(View):
    """Turns one kind of mail off by the link in it, without a sign-in (RFC 8058).

    GET only asks: mail scanners follow links. The token is the proof, so no CSRF cookie is needed.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        user, message = self.read(token)
        return self.page(request, user, message, done=self.is_off(user, message))

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        user, message = self.read(token)
        turn_off(user, message)
        return self.page(request, user, message, done=True)

    def read(self, token: str) -> tuple[User, str]:
        found = read_unsubscribe_token(token)
        person = User.objects.active().filter(pk=found[0]).first() if found else None
        message = MESSAGES.get(found[1]) if found else None
        if found is None or person is None or message is None or not message.optional:
            raise Http404
        return person, found[1]

    def is_off(self, user: User, message: str) -> bool:
        return user.muted_messages.filter(message=message).exists()

    def page(self, request: HttpRequest, user: User, message: str, *, done: bool) -> HttpResponse:
        words = {"kind": MESSAGES[message].optional, "done": done}
        response = render(request, "notifications/unsubscribe.html", words)
        response["Referrer-Policy"] = "no-referrer"
        return response


@method_decorator(csrf_exempt, name="dispatch")
class MuteTicketView(View):
    """Stops the mails about one ticket to one follower, without a sign-in (RFC 8058).

    GET only asks: mail scanners follow links. The token is the proof.
    """

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        participant = self.read(token)
        return self.page(request, participant, done=participant.muted)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        participant = self.read(token)
        mute_ticket(participant.ticket, user=participant.user)
        return self.page(request, participant, done=True)

    def read(self, token: str) -> TicketParticipant:
        found = read_mute_token(token)
        if found is None:
            raise Http404
        rows = TicketParticipant.objects.select_related("ticket", "user")
        return get_object_or_404(rows, user=found[0], ticket=found[1], ticket__deleted_at=None)

    def page(
        self, request: HttpRequest, participant: TicketParticipant, *, done: bool
    ) -> HttpResponse:
        words = {"ticket_id": participant.ticket.ticket_id, "done": done}
        response = render(request, "notifications/ticket_mute.html", words)
        response["Referrer-Policy"] = "no-referrer"
        return response


class DevelopmentOnlyMixin(View):
    """There is no such page on a desk that people use."""

    def dispatch(self, request, *args, **kwargs):
        if not settings.DEVELOPMENT:
            raise Http404
        return super().dispatch(request, *args, **kwargs)


class DevMailListView(DevelopmentOnlyMixin, TemplateView):
    """The mails that were kept instead of sent, newest first."""

    template_name = "notifications/dev_mail_list.html"

    def get_context_data(self, **kwargs):
        mails = kept_mails(DEV_MAILS_SHOWN)
        return super().get_context_data(mails=mails, directory=mail_directory(), **kwargs)


class DevMailView(DevelopmentOnlyMixin, TemplateView):
    """One kept mail: headers, text, and the HTML part in a frame of its own."""

    template_name = "notifications/dev_mail.html"

    def get_context_data(self, **kwargs):
        mail = require_mail(self.kwargs["file"], self.kwargs["number"])
        text = mail.part("plain")
        return super().get_context_data(mail=mail, text=text, **kwargs)


@method_decorator([csp(MAIL_POLICY), xframe_options_sameorigin], name="dispatch")
class DevMailHtmlView(DevelopmentOnlyMixin):
    """The HTML part alone, for the frame; links open outside of it."""

    def get(self, request: HttpRequest, file: str, number: int) -> HttpResponse:
        html = require_mail(file, number).part("html")
        return HttpResponse(html.replace("<head>", '<head><base target="_blank">', 1))


def require_mail(file: str, number: int) -> KeptMail:
    """Return the kept mail or answer 404."""
    mail = find_mail(file, number)
    if mail is None:
        raise Http404
    return mail
