"""People, organisations and what happened to accounts in the admin site."""

import zoneinfo
from typing import Any

from django import forms
from django.contrib import admin, messages

# Its module registers the model; `unregister` below needs that to have happened.
from django.contrib.auth.admin import Group  # type: ignore[attr-defined]
from django.core.exceptions import ValidationError
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts import services
from accounts.admin_base import LoneFilter, ReadOnlyAdmin, ServiceAdmin, ServiceForm
from accounts.choices import Role
from accounts.http import signed_in
from accounts.models import (
    AccountEvent,
    Counter,
    Device,
    EmailLink,
    IdempotentAnswer,
    Organization,
    RateLimit,
    User,
)
from accounts.search import search_people

# Rights follow the role; there are no groups.
admin.site.unregister(Group)


def time_zones() -> list[tuple[str, str]]:
    """Every zone, not only those that people are offered: an API client may have stored any."""
    zones = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone)
    return [("", "The desk's own"), ("UTC", "UTC"), *[(zone, zone) for zone in zones]]


class NewPersonForm(ServiceForm):
    """A customer or an admin; a technician is made under Technicians. No password anywhere."""

    role = forms.ChoiceField(
        choices=[(Role.CUSTOMER, Role.CUSTOMER.label), (Role.ADMIN, Role.ADMIN.label)],
        help_text="Technicians are added under Technicians.",
    )

    class Meta:
        model = User
        fields = ["role", "name", "email", "phone", "organization", "user_id"]
        help_texts = {
            "email": "A mail with a link to choose the password goes there.",
            "organization": "Customers only.",
            "user_id": "Admins only: they sign in by it, or by the address.",
        }

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if data.get("role") == Role.ADMIN and not data.get("user_id"):
            self.add_error("user_id", "An admin has a user id.")
        return data


class PersonForm(ServiceForm):
    time_zone = forms.ChoiceField(choices=time_zones, required=False)

    class Meta:
        model = User
        fields = ["name", "email", "phone", "time_zone", "organization", "user_id"]
        help_texts = {
            "email": "The old address is told of a new one, which has to be verified.",
        }


class KindFilter(LoneFilter):
    title = "kind"
    parameter_name = "kind"
    default_label = "Everybody"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            (Role.CUSTOMER, "Customers"),
            (Role.TECHNICIAN, "Technicians"),
            (Role.ADMIN, "Admins"),
            ("inactive", "May not sign in"),
        ]

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        if self.value() == "inactive":
            return queryset.filter(is_active=False)
        return queryset.filter(role=self.value()) if self.value() in Role else queryset


@admin.register(User)
class UserAdmin(ServiceAdmin):
    """People. Technicians open on their own page, where their work is seen to as well."""

    list_display = ["name", "number", "email", "role", "organization", "state", "created_at"]
    list_select_related = ["organization", "merged_into"]
    list_filter = [KindFilter]
    ordering = ["-id"]
    search_fields = ["email"]
    search_help_text = "Number (CUS0042), user id, e-mail address, or words of the name."
    actions = ["deactivate", "reactivate", "invite_again", "merge_two"]
    readonly_fields = [
        "number",
        "role",
        "state",
        "email_verified_at",
        "created_at",
        "devices_alive",
        "recent_events",
    ]

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": NewPersonForm.Meta.fields})]
        facts = ["email_verified_at", "created_at", "devices_alive"]
        return [
            (None, {"fields": ["number", "role", "state"]}),
            ("Data", {"fields": PersonForm.Meta.fields}),
            ("Account", {"fields": [*facts, "recent_events"]}),
        ]

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> Any:
        return self.readonly_fields if obj else []

    def get_form(
        self, request: HttpRequest, obj: User | None = None, change: bool = False, **kwargs: Any
    ) -> Any:
        kwargs["form"] = PersonForm if obj else NewPersonForm
        return super().get_form(request, obj, change, **kwargs)

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return User.objects.select_related("organization", "merged_into")

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        return search_people(queryset, search_term), False

    # What is shown

    @admin.display(description="number or user id")
    def number(self, user: User) -> str:
        return user.desk_id

    @admin.display(description="state")
    def state(self, user: User) -> str:
        if user.deleted_at is not None:
            return "Deleted"
        if user.merged_into is not None:
            return f"Merged into {user.merged_into.desk_id}"
        if not user.is_active:
            return "May not sign in"
        if not user.has_usable_password():
            return "Invited"
        return "Active" if user.is_email_verified else "Address not verified"

    @admin.display(description="signed in on")
    def devices_alive(self, user: User) -> SafeString:
        count = user.devices.filter(ended_at__isnull=True).count()
        url = reverse("admin:accounts_device_changelist")
        return format_html('<a href="{}?q={}">{} devices</a>', url, user.desk_id, count)

    @admin.display(description="what happened")
    def recent_events(self, user: User) -> SafeString:
        url = reverse("admin:accounts_accountevent_changelist")
        return format_html('<a href="{}?q={}">Events of this account</a>', url, user.desk_id)

    def object_links(self, obj: User) -> list[tuple[str, str]]:
        if obj.is_admin and obj.is_active and obj.deleted_at is None:
            name = "admin:technicians_technician_from_admin"
            return [(reverse(name, args=[obj.pk]), "Make technician")]
        if not obj.is_customer:
            return []
        url = reverse("admin:tickets_ticket_changelist")
        links = [(f"{url}?q={obj.desk_id}", "Tickets")]
        if obj.deleted_at is None and obj.merged_into_id is None:
            links.append((reverse("technicians:customer-merge", args=[obj.desk_id]), "Merge"))
        return links

    def change_view(self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any) -> Any:
        person = self.get_object(request, object_id)
        if person is not None and person.is_technician and person.deleted_at is None:
            name = "admin:technicians_technician_change"
            return HttpResponseRedirect(reverse(name, args=[person.pk]))
        return super().change_view(request, object_id, *args, **kwargs)

    # What may be done

    def has_change_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        present = obj is None or obj.deleted_at is None
        return present and super().has_change_permission(request, obj)

    def store_new(self, request: HttpRequest, form: Any) -> User:
        data = dict(form.cleaned_data)
        if data.pop("role") == Role.ADMIN:
            data.pop("organization")
            return services.invite_staff(actor=signed_in(request), role=Role.ADMIN, **data)
        data.pop("user_id")
        return services.invite_customer(actor=signed_in(request), **data)

    def store_changes(self, request: HttpRequest, obj: User, form: Any) -> User:
        return services.change_person(obj, actor=signed_in(request), **form.cleaned_data)

    @admin.action(description="Let in no more …")
    def deactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        return self.confirm_each(
            request,
            queryset,
            lambda user: _deactivate(user, signed_in(request)),
            (
                "%(count)d person may not sign in any more.",
                "%(count)d people may not sign in any more.",
            ),
            action="deactivate",
            title="Let people in no more",
            button="Deactivate",
            consequence="They are signed out everywhere at once. Their tickets stay.",
            danger=True,
        )

    @admin.action(description="Let in again")
    def reactivate(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.run_on_each(
            request,
            queryset.filter(is_active=False, deleted_at__isnull=True),
            lambda user: services.reactivate_user(user, actor=signed_in(request)),
            ("%(count)d person may sign in again.", "%(count)d people may sign in again."),
        )

    @admin.action(description="Send the invitation again")
    def invite_again(self, request: HttpRequest, queryset: QuerySet[User]) -> None:
        self.run_on_each(
            request,
            queryset,
            lambda user: services.invite_again(user, actor=signed_in(request)),
            ("%(count)d invitation is on its way.", "%(count)d invitations are on their way."),
        )

    @admin.action(description="Merge two customers …")
    def merge_two(self, request: HttpRequest, queryset: QuerySet[User]) -> HttpResponse | None:
        """Lead to the page that shows what merging does; the older account is to stay."""
        pair = list(queryset.order_by("pk")[:3])
        if len(pair) != 2 or not all(person.is_customer for person in pair):
            self.message_user(request, "Choose exactly two customers.", messages.ERROR)
            return None
        url = reverse("technicians:customer-merge", args=[pair[1].desk_id])
        return HttpResponseRedirect(f"{url}?into={pair[0].desk_id}")


def _deactivate(user: User, actor: User) -> bool:
    if user.is_technician:
        raise ValidationError("Deactivate technicians under Technicians: their tickets go back.")
    was_active = user.is_active
    services.deactivate_user(user, actor=actor)
    return was_active


@admin.register(Organization)
class OrganizationAdmin(ServiceAdmin):
    """Companies or departments that customers belong to."""

    fields = ["name"]
    keeps_log = True
    delete_consequence = "Its people stay, without an organisation."
    list_display = ["name", "people_count"]
    search_fields = ["name__istartswith"]
    search_help_text = "The beginning of the name."

    def get_queryset(self, request: HttpRequest) -> QuerySet[Organization]:
        return Organization.objects.annotate(people_total=Count("people")).order_by("name")

    @admin.display(description="people")
    def people_count(self, organization: Any) -> int:
        return organization.people_total

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None

    def store_new(self, request: HttpRequest, form: Any) -> Organization:
        return services.save_organization(None, actor=signed_in(request), **form.cleaned_data)

    def store_changes(self, request: HttpRequest, obj: Organization, form: Any) -> Organization:
        return services.save_organization(obj, actor=signed_in(request), **form.cleaned_data)

    def delete_model(self, request: HttpRequest, obj: Organization) -> None:
        services.delete_organization(obj, actor=signed_in(request))


class OfPersonAdmin(ReadOnlyAdmin):
    """A read-only list whose rows belong to people, found by the person."""

    list_select_related = ["user"]
    search_fields = ["user"]
    search_help_text = "Whose: number, user id, e-mail address or name."

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        if not search_term.strip():
            return queryset, False
        people = search_people(User.objects.all(), search_term).values_list("pk", flat=True)
        return queryset.filter(user__in=list(people[:50])), False


@admin.register(Device)
class DeviceAdmin(OfPersonAdmin, ServiceAdmin):
    """Where people are signed in; an admin can end a sign-in."""

    list_display = ["user", "kind", "description", "address", "last_seen_at", "ended_at"]
    fields = ["user", "kind", "description", "user_agent", "address", "created_at"]
    fields += ["last_seen_at", "ended_at"]
    ordering = ["-last_seen_at"]
    actions = ["sign_out"]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="with")
    def description(self, device: Device) -> str:
        return device.description

    @admin.action(description="Sign out")
    def sign_out(self, request: HttpRequest, queryset: QuerySet[Device]) -> None:
        self.run_on_each(
            request,
            queryset.select_related("user"),
            lambda device: services.end_device(device, signed_in(request)),
            ("%(count)d device is signed out.", "%(count)d devices are signed out."),
        )


@admin.register(AccountEvent)
class AccountEventAdmin(OfPersonAdmin):
    """What happened to accounts, newest first."""

    list_display = ["at", "user", "type", "actor", "address"]
    list_select_related = ["user", "actor", "detail"]
    fields = ["at", "user", "type", "actor", "address", "changes"]
    ordering = ["-id"]


@admin.register(EmailLink)
class EmailLinkAdmin(OfPersonAdmin):
    """Links in mails: what for, until when, used or not; never the link itself."""

    list_display = ["user", "purpose", "email", "created_at", "expires_at", "used_at"]
    fields = ["user", "purpose", "email", "created_at", "expires_at", "used_at"]
    ordering = ["-created_at"]


@admin.register(Counter)
class CounterAdmin(ReadOnlyAdmin):
    """The last number given out of each kind."""

    list_display = ["name", "value"]


@admin.register(RateLimit)
class RateLimitAdmin(ReadOnlyAdmin):
    """Tries that are counted at present; who is behind a key can't be read from it."""

    list_display = ["key", "count", "window_start"]


@admin.register(IdempotentAnswer)
class IdempotentAnswerAdmin(ReadOnlyAdmin):
    """Answers kept for repeated requests; their content is encrypted and not shown."""

    list_display = ["key_hash", "status", "created_at"]
    fields = ["key_hash", "status", "created_at"]
    ordering = ["-created_at"]
