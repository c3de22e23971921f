"""The ledger of mails and what people don't want to hear, in the admin site."""

from typing import Any

from django.contrib import admin
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin import OfPersonAdmin
from accounts.admin_base import LoneFilter, ServiceAdmin
from accounts.http import signed_in
from accounts.models import User
from accounts.numbers import number_of
from accounts.search import search_people
from notifications import services
from notifications.choices import DeliveryState
from notifications.models import Delivery, Preference
from tickets.models.ticket import TICKET_PREFIX

PEOPLE_SEARCHED = 50


class DeliveryStateFilter(LoneFilter):
    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return DeliveryState.choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() in DeliveryState else queryset


@admin.register(Delivery)
class DeliveryAdmin(ServiceAdmin):
    """Each mail to each person: what became of it, and sending it again."""

    list_display = ["created_at", "message", "recipient", "about", "state", "attempts", "trouble"]
    list_select_related = ["recipient", "ticket_event__ticket", "account_event"]
    list_filter = [DeliveryStateFilter]
    ordering = ["-id"]
    search_fields = ["recipient"]
    search_help_text = "A ticket (TKT0042), or the recipient: number, e-mail address or name."
    actions = ["resend", "drop"]
    fields = [
        "message",
        "recipient",
        "email",
        "about",
        "state",
        "attempts",
        "next_attempt_at",
        "give_up_at",
        "leased_until",
        "last_error",
        "created_at",
        "sent_at",
    ]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Delivery | None = None) -> bool:
        return False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Delivery], search_term: str
    ) -> tuple[QuerySet[Delivery], bool]:
        typed = search_term.strip()
        if not typed:
            return queryset, False
        number = number_of(TICKET_PREFIX, typed.upper())
        if number is not None:
            return queryset.filter(ticket_event__ticket=number), False
        people = search_people(User.objects.all(), typed).values_list("pk", flat=True)
        known = list(people[:PEOPLE_SEARCHED])
        return queryset.filter(Q(recipient__in=known)), False

    @admin.display(description="about")
    def about(self, delivery: Delivery) -> SafeString | str:
        if delivery.ticket_event is None:
            return "the account"
        ticket = delivery.ticket_event.ticket
        return format_html('<a href="{}">{}</a>', ticket.get_desk_url(), ticket.ticket_id)

    @admin.display(description="last error")
    def trouble(self, delivery: Delivery) -> SafeString | str:
        return format_html('<span class="clipped">{}</span>', delivery.last_error[:120])

    @admin.action(description="Send (again)")
    def resend(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> None:
        self.run_on_each(
            request,
            queryset,
            lambda delivery: services.resend(delivery, actor=signed_in(request)),
            ("%(count)d mail waits to be sent.", "%(count)d mails wait to be sent."),
        )

    @admin.action(description="Give up what is held …")
    def drop(self, request: HttpRequest, queryset: QuerySet[Delivery]) -> HttpResponse | None:
        return self.confirm_each(
            request,
            queryset.filter(state=DeliveryState.HELD),
            lambda delivery: bool(
                services.drop_held(actor=signed_in(request), deliveries=[delivery.pk])
            ),
            ("%(count)d mail is given up.", "%(count)d mails are given up."),
            action="drop",
            title="Give up held mails",
            button="Give up",
            consequence="They are not sent. You can still send each of them again later.",
            danger=True,
        )


@admin.register(Preference)
class PreferenceAdmin(OfPersonAdmin):
    """Messages that people have turned off themselves."""

    list_display = ["user", "message"]
    fields = ["user", "message"]
    ordering = ["-id"]
