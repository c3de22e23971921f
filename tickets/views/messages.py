"""Correcting a message of one's own: customers and staff."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views import View

from accounts.access import RoleRequiredMixin
from accounts.choices import Role
from accounts.http import AuthenticatedHttpRequest
from tickets.forms import ReplyForm
from tickets.models import Comment, Ticket
from tickets.permissions import can_correct
from tickets.services import edit_message, withdraw_message
from tickets.views.pages import page_of, visible_ticket


class MessageView(RoleRequiredMixin, View):
    """A message of one's own, found among those that the reader sees; customers and staff."""

    roles = tuple(Role)
    request: AuthenticatedHttpRequest

    def find(self) -> tuple[Ticket, Comment]:
        ticket = visible_ticket(self.request.user, self.kwargs["ticket_id"])
        messages_ = ticket.comments.visible_to(self.request.user)
        return ticket, get_object_or_404(messages_, pk=self.kwargs["message_id"])

    def show(self, ticket: Ticket, comment: Comment, form: Form, status: int) -> HttpResponse:
        user = self.request.user
        context = {
            "frame": "base_public.html" if user.is_customer else "base_workspace.html",
            "nav": "ticket" if user.is_customer else "tickets",
            "ticket": ticket,
            "comment": comment,
            "form": form,
            "can_correct": can_correct(comment, user),
        }
        return render(self.request, "tickets/message_edit.html", context, status=status)


class MessageEditView(MessageView):
    """Let a message say something else, as long as that is possible."""

    def get(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket, comment = self.find()
        if not can_correct(comment, request.user):
            raise PermissionDenied
        return self.show(ticket, comment, ReplyForm(initial={"body": comment.body}), 200)

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket, comment = self.find()
        form = ReplyForm(request.POST)
        if not form.is_valid():
            return self.show(ticket, comment, form, 422)
        try:
            edit_message(
                ticket, comment=comment, body=form.cleaned_data["body"], actor=request.user
            )
        except PermissionDenied as refusal:
            form.add_error(None, str(refusal))
            return self.show(ticket, comment, form, 403)
        messages.success(request, "Message changed")
        return redirect(f"{page_of(ticket, request.user)}#m-{comment.pk}")


class MessageWithdrawView(MessageView):
    """Take a message back; its place says so."""

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        ticket, comment = self.find()
        withdraw_message(ticket, comment=comment, actor=request.user)
        messages.success(request, "Message withdrawn")
        return redirect(f"{page_of(ticket, request.user)}#m-{comment.pk}")
