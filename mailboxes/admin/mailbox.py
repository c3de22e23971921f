"""Mailboxes in the admin site: the password goes in and never comes out."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_base import ServiceAdmin, ServiceForm
from accounts.http import signed_in
from mailboxes import services
from mailboxes.models import Mailbox

GIVEN = [
    "name",
    "is_active",
    "address",
    "host",
    "port",
    "security",
    "username",
    "sign_in",
    "token_url",
    "client_id",
    "scope",
    "folder",
    "takes_older",
    "trusted_server",
    "category",
    "team",
]


class MailboxForm(ServiceForm):
    names_in_services = {"secret": "password", "client_secret": "typed_client_secret"}

    password = forms.CharField(
        label="Password, access token or refresh token",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Stored encrypted. Empty: it stays as it is.",
    )

    typed_client_secret = forms.CharField(
        label="Client secret",
        required=False,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="If the provider gave one. Stored encrypted. Empty: it stays as it is.",
    )

    class Meta:
        model = Mailbox
        fields = GIVEN


@admin.register(Mailbox)
class MailboxAdmin(ServiceAdmin):
    """Which mailboxes are read, when last, and what was wrong."""

    form = MailboxForm
    list_display = ["name", "address", "host", "is_active", "last_read_at", "trouble"]
    ordering = ["name"]
    actions = ["test"]
    readonly_fields = ["last_read_at", "last_error", "gaps"]
    fields = [
        *GIVEN[:8],
        "password",
        *GIVEN[8:10],
        "typed_client_secret",
        *GIVEN[10:],
        "last_read_at",
        "last_error",
        "gaps",
    ]

    @admin.display(description="trouble")
    def trouble(self, mailbox: Mailbox) -> SafeString:
        return format_html('<span class="clipped">{}</span>', mailbox.last_error[:120])

    def store_new(self, request: HttpRequest, form: Any) -> Mailbox:
        return self.store_changes(request, Mailbox(), form)

    def store_changes(self, request: HttpRequest, obj: Any, form: Any) -> Mailbox:
        mailbox = Mailbox.objects.get(pk=obj.pk) if obj.pk else Mailbox()
        given = {name: form.cleaned_data[name] for name in GIVEN}
        secret = form.cleaned_data["password"]
        return services.save_mailbox(
            mailbox,
            actor=signed_in(request),
            secret=secret,
            client_secret=form.cleaned_data["typed_client_secret"],
            **given,
        )

    @admin.action(description="Test the connection")
    def test(self, request: HttpRequest, queryset: QuerySet[Mailbox]) -> None:
        for mailbox in queryset[:5]:
            works, sentence = services.diagnose(mailbox, actor=signed_in(request))
            level = messages.SUCCESS if works else messages.ERROR
            self.message_user(request, f"{mailbox}: {sentence}", level)
