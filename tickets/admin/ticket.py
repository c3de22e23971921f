"""Tickets in the admin site: search, correct, assign, delete, restore; each by a service."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_base import ServiceAdmin
from accounts.http import signed_in
from accounts.models import User
from accounts.numbers import row_key
from tickets import services
from tickets.admin.ticket_filters import CategoryFilter, StateFilter, TechnicianFilter
from tickets.admin.ticket_forms import CHANGEABLE, AssignForm, NewTicketForm, TicketForm
from tickets.choices import Channel, Priority, Status
from tickets.markup import render, texts_of, ticket_links
from tickets.models import Ticket, TicketEvent
from tickets.queries import links_of
from tickets.querysets import MOST_URGENT, NEWEST
from tickets.recipients import following
from tickets.search import search_tickets
from tickets.services import EditConflict

TIMELINE_LENGTH = 200


@admin.register(Ticket)
class TicketAdmin(ServiceAdmin):
    """Tickets: search, correct, assign, delete and restore. Their history can't be edited."""

    refusals = (*ServiceAdmin.refusals, EditConflict)
    change_form_template = "admin/tickets/ticket/change_form.html"
    delete_consequence = (
        "Nobody sees the ticket any more. For 30 days you can restore it; then its texts are"
        " removed for good. The number is never used again."
    )
    list_display = ["title", "state", "priority", "topic", "customer", "technician", "raised_at"]
    list_display_links = ["title"]
    list_select_related = ["customer", "technician", "category__parent"]
    list_filter = [StateFilter, CategoryFilter, TechnicianFilter]
    search_fields = ["number"]
    search_help_text = "Number (TKT0042), the customer's number or e-mail address, or words."
    actions = ["assign", "delete", "restore"]
    readonly_fields = [
        "public_number",
        "customer_link",
        "subject",
        "text",
        "filed_as",
        "channel",
        "raised_at",
        "first_answered_at",
        "resolved_at",
        "closed_at",
        "updated_at",
        "deleted_at",
    ]

    def get_fieldsets(self, request: HttpRequest, obj: Ticket | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": NewTicketForm.Meta.fields})]
        changeable = [*CHANGEABLE, "version"]
        if obj.deleted_at is not None:
            changeable = ["deleted_at", *CHANGEABLE]
        times = ["raised_at", "first_answered_at", "resolved_at", "closed_at", "updated_at"]
        return [
            (None, {"fields": ["public_number", "customer_link", "subject", "text"]}),
            ("Where it stands", {"fields": changeable}),
            ("Times", {"fields": [*times, "channel", "filed_as"], "classes": ["collapse"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: Ticket | None = None) -> Any:
        return self.readonly_fields if obj else []

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = TicketForm if obj else NewTicketForm
        return super().get_form(request, obj, change, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Ticket]:
        return Ticket.objects.select_related("customer", "technician", "category__parent")

    def get_ordering(self, request: HttpRequest) -> Any:
        """Newest first; open ones by urgency. Each order has its index."""
        is_open = request.GET.get(StateFilter.parameter_name) in StateFilter.OPEN
        return list(MOST_URGENT if is_open else NEWEST)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Ticket], search_term: str
    ) -> tuple[QuerySet[Ticket], bool]:
        typed = search_term.strip()
        customer = User.objects.customers().filter(public_id=typed.upper()).first()
        if customer is not None:
            return queryset.filter(customer=customer), False
        return search_tickets(queryset, typed), False

    # What is shown

    @admin.display(description="ticket")
    def title(self, ticket: Ticket) -> SafeString:
        subject = ticket.subject or "(texts removed)"
        return format_html("<b>{}</b> <bdi>{}</bdi>", ticket.ticket_id, subject)

    @admin.display(description="number")
    def public_number(self, ticket: Ticket) -> str:
        return ticket.ticket_id

    @admin.display(description="status")
    def state(self, ticket: Ticket) -> str:
        label = Status(ticket.status).label
        return f"Deleted ({label.lower()})" if ticket.deleted_at else label

    @admin.display(description="category")
    def topic(self, ticket: Ticket) -> str:
        return ticket.category_label

    @admin.display(description="customer")
    def customer_link(self, ticket: Ticket) -> SafeString:
        url = reverse("admin:accounts_user_change", args=[ticket.customer_id])
        customer = ticket.customer
        return format_html('<a href="{}"><bdi>{}</bdi></a>, {}', url, customer.name, customer.email)

    @admin.display(description="description")
    def text(self, ticket: Ticket) -> SafeString:
        return format_html('<div class="md" dir="auto">{}</div>', render(ticket.description))

    @admin.display(description="category in the client's words")
    def filed_as(self, ticket: Ticket) -> str:
        return ticket.category_text

    def object_links(self, obj: Ticket) -> list[tuple[str, str]]:
        if obj.deleted_at is not None:
            return []
        return [
            (obj.get_desk_url(), "View on the desk"),
            (f"{obj.get_absolute_url()}?as=customer", "View as customer"),
        ]

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        if obj is not None:
            newest = list(obj.events.for_timeline().order_by("-id")[:TIMELINE_LENGTH])
            context["ticket_links"] = ticket_links(texts_of(newest), signed_in(request))
            context["people"] = following(obj)
            context["timeline"] = [(event, list(_changes(event))) for event in newest]
            context["links"] = links_of(obj, signed_in(request))
        return super().render_change_form(request, context, *args, **kwargs)

    # What may be done

    def has_change_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        present = obj is None or obj.deleted_at is None
        return present and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Ticket | None = None) -> bool:
        return obj is not None and obj.deleted_at is None

    def store_new(self, request: HttpRequest, form: Any) -> Ticket:
        return services.create_ticket(
            actor=signed_in(request),
            channel=Channel.STAFF,
            **_wanted(form, NewTicketForm.Meta.fields),
        )

    def store_changes(self, request: HttpRequest, obj: Ticket, form: Any) -> Ticket:
        changes = _wanted(form, [name for name in CHANGEABLE if name in form.changed_data])
        if "category" in changes:
            changes["category"] = (changes["category"], "")
        version = form.cleaned_data["version"]
        return services.change_ticket(
            obj, actor=signed_in(request), changes=changes, version=version
        )

    def delete_model(self, request: HttpRequest, obj: Ticket) -> None:
        services.delete_ticket(obj, actor=signed_in(request))

    def response_delete(
        self, request: HttpRequest, obj_display: str, obj_id: int
    ) -> HttpResponseRedirect:
        url = reverse("admin:tickets_ticket_change", args=[obj_id])
        link = format_html('Deleted. <a href="{}">Look at it or restore it</a>', url)
        self.message_user(request, link, messages.SUCCESS)
        return HttpResponseRedirect(reverse("admin:tickets_ticket_changelist"))

    @admin.action(description="Assign to …")
    def assign(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        form = AssignForm(request.POST if "confirmed" in request.POST else None)
        page = self.confirm(
            request,
            queryset,
            action="assign",
            title="Assign tickets",
            button="Assign",
            form=form,
            consequence="The technician and the customers are told by mail.",
        )
        if page is None:
            technician = form.cleaned_data["technician"]
            done = (
                f"%(count)d ticket assigned to {technician.name}.",
                f"%(count)d tickets assigned to {technician.name}.",
            )
            self.run_on_each(
                request,
                queryset,
                lambda ticket: services.assign_ticket(
                    ticket, technician=technician, actor=signed_in(request)
                ),
                done,
            )
        return page

    @admin.action(description="Delete")
    def delete(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> HttpResponse | None:
        return self.confirm_each(
            request,
            queryset,
            lambda ticket: services.delete_ticket(ticket, actor=signed_in(request)),
            ("%(count)d ticket deleted.", "%(count)d tickets deleted."),
            action="delete",
            title="Delete tickets",
            button="Delete",
            consequence=self.delete_consequence,
            danger=True,
        )

    @admin.action(description="Restore deleted")
    def restore(self, request: HttpRequest, queryset: QuerySet[Ticket]) -> None:
        self.run_on_each(
            request,
            queryset.filter(deleted_at__isnull=False),
            lambda ticket: services.restore_ticket(ticket, actor=signed_in(request)),
            ("%(count)d ticket restored.", "%(count)d tickets restored."),
        )

    def get_urls(self) -> list[Any]:
        restore = self.admin_site.admin_view(self.restore_view)
        name = "tickets_ticket_restore"
        return [path("<path:object_id>/restore/", restore, name=name), *super().get_urls()]

    def restore_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Restore the ticket whose page the button stands on."""
        if request.method == "POST":
            self.restore(request, Ticket.objects.filter(pk=row_key(object_id) or 0))
        return HttpResponseRedirect(reverse("admin:tickets_ticket_change", args=[object_id]))


def _changes(event: TicketEvent) -> Iterator[tuple[str, str]]:
    """Yield what an event changed, in words: ("status", "Pending → Assigned")."""
    for field, value in event.changes.items():
        if isinstance(value, list):
            value = " → ".join("nobody" if part is None else str(part) for part in value)
        yield field.replace("_", " "), str(value)


def _wanted(form: Any, fields: list[str]) -> dict[str, Any]:
    """Return the cleaned values of `fields` as the services take them."""
    values = {name: form.cleaned_data[name] for name in fields}
    if "priority" in values:
        values["priority"] = Priority(values["priority"])
    return values
