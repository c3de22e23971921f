"""The ledger of incoming mail: what arrived, what became of it and why; and what waits for you."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from accounts.admin_base import LoneFilter, ServiceAdmin
from accounts.http import signed_in
from accounts.models import User
from accounts.numbers import number_of
from mailboxes import services
from mailboxes.choices import Outcome
from mailboxes.models import InboundMail
from tickets.models import OutgoingReply
from tickets.models.ticket import TICKET_PREFIX


class OutcomeFilter(LoneFilter):
    title = "outcome"
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return Outcome.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(outcome=self.value()) if self.value() in Outcome else queryset


@admin.register(InboundMail)
class InboundMailAdmin(ServiceAdmin):
    """Each message that arrived. What is suspended waits here for somebody to let it in."""

    list_display = ["received_at", "sender_shown", "subject_shown", "outcome", "about", "why"]
    list_select_related = ["ticket"]
    list_filter = [OutcomeFilter]
    ordering = ["-id"]
    search_fields = ["sender"]
    search_help_text = "A ticket (TKT0042), or the sender's whole address."
    actions = ["release_reply", "release_ticket", "read_again", "dismiss"]
    fields = [
        "received_at",
        "source",
        "mailbox",
        "uid",
        "recipient",
        "sender_shown",
        "subject_shown",
        "size_shown",
        "outcome",
        "about",
        "why",
        "held_as",
        "how",
        "copy_of",
        "attempts",
        "decided_at",
        "decided_by",
    ]
    readonly_fields = ["sender_shown", "subject_shown", "size_shown", "about", "why"]
    readonly_fields += ["held_as", "how"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[InboundMail], search_term: str
    ) -> tuple[QuerySet[InboundMail], bool]:
        typed = search_term.strip()
        if not typed:
            return queryset, False
        number = number_of(TICKET_PREFIX, typed.upper())
        if number is not None:
            return queryset.filter(ticket=number), False
        return queryset.filter(sender=User.objects.normalize_email(typed)), False

    def object_links(self, obj: InboundMail) -> list[tuple[str, str]]:
        if not obj.stored_as:
            return []
        return [
            (reverse("mailboxes:original", args=[obj.key]), "Show the mail in a sandbox"),
            (reverse("mailboxes:raw", args=[obj.key]), "Download the mail"),
        ]

    @admin.display(description="from")
    def sender_shown(self, mail: InboundMail) -> SafeString:
        return format_html("<bdi>{}</bdi>", mail.sender or "not read yet")

    @admin.display(description="subject")
    def subject_shown(self, mail: InboundMail) -> SafeString:
        return format_html('<bdi class="clipped">{}</bdi>', mail.subject[:120])

    @admin.display(description="size")
    def size_shown(self, mail: InboundMail) -> str:
        return filesizeformat(mail.size)

    @admin.display(description="ticket")
    def about(self, mail: InboundMail) -> SafeString | str:
        if mail.ticket is None:
            return self.get_empty_value_display()
        return format_html('<a href="{}">{}</a>', mail.ticket.get_desk_url(), mail.ticket.ticket_id)

    @admin.display(description="why")
    def why(self, mail: InboundMail) -> SafeString:
        return format_html('<span class="clipped">{}</span>', mail.reason)

    @admin.display(description="held reply")
    def held_as(self, mail: InboundMail) -> SafeString | str:
        held = OutgoingReply.objects.filter(mail=mail.key).select_related("author").first()
        if held is None:
            return self.get_empty_value_display()
        at = reverse("admin:tickets_outgoingreply_change", args=[held.pk])
        words = f"{held.get_state_display()}, of {held.author.name}"
        return format_html('<a href="{}"><bdi>{}</bdi></a>', at, words)

    @admin.display(description="how it was decided")
    def how(self, mail: InboundMail) -> SafeString:
        lines = format_html_join("", "<li>{}</li>", ((line,) for line in mail.trace_lines))
        return format_html("<ul>{}</ul>", lines)

    @admin.action(description="Release as a reply to its ticket …")
    def release_reply(self, request: HttpRequest, queryset: QuerySet[InboundMail]) -> Any:
        return self._release(request, queryset, "release_reply", as_reply=True)

    @admin.action(description="Release as a new ticket …")
    def release_ticket(self, request: HttpRequest, queryset: QuerySet[InboundMail]) -> Any:
        return self._release(request, queryset, "release_ticket", as_reply=False)

    def _release(
        self, request: HttpRequest, queryset: QuerySet[InboundMail], action: str, *, as_reply: bool
    ) -> HttpResponse | None:
        what = "a reply to the ticket it names" if as_reply else "a new ticket of its sender"
        page = self.confirm(
            request,
            queryset,
            action=action,
            title="Release mails",
            button="Release",
            consequence=f"Each becomes {what}, as if the desk had been sure of its sender.",
        )
        if page is None:
            self.run_on_each(
                request,
                queryset,
                lambda mail: services.release(mail, actor=signed_in(request), as_reply=as_reply),
                ("%(count)d mail was released.", "%(count)d mails were released."),
            )
        return page

    @admin.action(description="Read again")
    def read_again(self, request: HttpRequest, queryset: QuerySet[InboundMail]) -> None:
        self.run_on_each(
            request,
            queryset,
            lambda mail: services.read_again(mail, actor=signed_in(request)),
            ("%(count)d mail waits to be read.", "%(count)d mails wait to be read."),
        )

    @admin.action(description="Dismiss …")
    def dismiss(self, request: HttpRequest, queryset: QuerySet[InboundMail]) -> Any:
        page = self.confirm(
            request,
            queryset.open(),  # type: ignore[attr-defined]
            action="dismiss",
            title="Dismiss mails",
            button="Dismiss",
            consequence="Nothing is done with them. You can still release each of them later.",
        )
        if page is None:
            self.run_on_each(
                request,
                queryset,
                lambda mail: services.dismiss(mail, actor=signed_in(request)),
                ("%(count)d mail is dismissed.", "%(count)d mails are dismissed."),
            )
        return page
