"""Files in the admin site: what lies where, and what the virus scanner has blocked."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_base import LoneFilter, ServiceAdmin
from accounts.http import signed_in
from tickets import services
from tickets.choices import FileState
from tickets.models import Attachment
from tickets.models.attachment import REASON_LENGTH

FIELDS: list[Any] = [
    "name",
    "of",
    "uploader",
    "created_at",
    "content_type",
    "size_shown",
    "sha256",
    "state_shown",
    "finding",
    "removed_at",
    "removed_by",
    "removed_reason",
]


class StateFilter(LoneFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (FileState.QUARANTINED, "Blocked by the virus scanner"),
            (FileState.PENDING, "Being checked"),
            ("fresh", "Not sent yet"),
            ("removed", "Removed"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        match self.value():
            case None:
                return queryset
            case "fresh":
                return queryset.fresh()
            case "removed":
                return queryset.filter(removed_at__isnull=False)
        return queryset.stored().filter(state=self.value())


class ReasonForm(forms.Form):
    reason = forms.CharField(
        max_length=REASON_LENGTH,
        required=False,
        help_text="For colleagues; customers don't see it.",
    )


@admin.register(Attachment)
class AttachmentAdmin(ServiceAdmin):
    """A list to read; a blocked file can be let through, any sent one removed for good."""

    list_display = ["name", "state_shown", "kind", "size_shown", "uploader", "of", "created_at"]
    list_filter = [StateFilter]
    list_select_related = ["uploader", "ticket"]
    ordering = ["-created_at", "-id"]
    fields = FIELDS
    readonly_fields = FIELDS
    actions = ["release", "remove"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is None and super().has_change_permission(request, obj)

    @admin.display(description="state")
    def state_shown(self, file: Attachment) -> str:
        if file.removed_at is not None:
            return "Removed"
        found = f": {file.finding}" if file.state == FileState.QUARANTINED else ""
        return f"{file.get_state_display()}{found}"

    @admin.display(description="type")
    def kind(self, file: Attachment) -> str:
        return file.content_type

    @admin.display(description="size")
    def size_shown(self, file: Attachment) -> str:
        return filesizeformat(file.size)

    @admin.display(description="ticket")
    def of(self, file: Attachment) -> SafeString | str:
        if file.ticket is None:
            return "Not sent yet"
        url = reverse("admin:tickets_ticket_change", args=[file.ticket.pk])
        return format_html('<a href="{}">{}</a>', url, file.ticket.ticket_id)

    @admin.action(description="Let blocked files through…")
    def release(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> HttpResponse | None:
        blocked = queryset.stored().filter(state=FileState.QUARANTINED)  # type: ignore[attr-defined]
        return self.confirm_each(
            request,
            blocked,
            lambda file: services.release_file(file, actor=signed_in(request)),
            ("%(count)d file is let through.", "%(count)d files are let through."),
            action="release",
            title="Let blocked files through",
            button="Let them through",
            consequence="Everybody who reads the message can download them, whatever is in them.",
            danger=True,
        )

    @admin.action(description="Remove files for good…")
    def remove(self, request: HttpRequest, queryset: QuerySet[Attachment]) -> HttpResponse | None:
        sent = queryset.stored().filter(ticket__isnull=False)  # type: ignore[attr-defined]
        form = ReasonForm(request.POST if "confirmed" in request.POST else None)
        page = self.confirm(
            request,
            sent,
            action="remove",
            title="Remove files for good",
            button="Remove",
            consequence="Their content is deleted; the ticket says who removed a file, and when.",
            form=form,
            danger=True,
        )
        if page is None:
            reason = form.cleaned_data["reason"]
            self.run_on_each(
                request,
                sent,
                lambda file: services.remove_attachment(
                    file, actor=signed_in(request), reason=reason
                ),
                ("%(count)d file is removed.", "%(count)d files are removed."),
            )
        return page
