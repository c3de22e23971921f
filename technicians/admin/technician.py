"""Technicians in the admin site: their data, categories and availability; each by a service."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Count, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_base import LoneFilter, ServiceAdmin, ServiceForm
from accounts.http import signed_in
from accounts.models import EMAIL_LENGTH, NAME_LENGTH, PHONE_LENGTH, USER_ID_LENGTH, User
from accounts.search import search_people
from accounts.services import invite_again, reactivate_user
from technicians import services
from technicians.models import Technician
from tickets.models import Category, CategoryTechnician, Ticket


class CategoriesForm(forms.Form):
    """The main category and the others, together `chosen`."""

    main_category = forms.ModelChoiceField(
        Category.objects.none(), required=False, help_text="Shown as the technician's category."
    )
    categories = forms.ModelMultipleChoiceField(
        Category.objects.none(),
        required=False,
        label="Other categories",
        widget=forms.CheckboxSelectMultiple,
        help_text="A category includes its subcategories.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        for name in ("main_category", "categories"):
            if name in fields:
                fields[name].queryset = Category.objects.in_tree_order()

    def chosen(self) -> list[Category]:
        """The categories in order, the main one first."""
        main, others = self.cleaned_data["main_category"], self.cleaned_data["categories"]
        return [*([main] if main else []), *[other for other in others if other != main]]


class PersonFields(forms.Form):
    name = forms.CharField(max_length=NAME_LENGTH)
    email = forms.CharField(max_length=EMAIL_LENGTH, label="E-mail")
    user_id = forms.CharField(
        max_length=USER_ID_LENGTH, label="User id", help_text="They sign in by it."
    )
    phone = forms.CharField(max_length=PHONE_LENGTH, required=False)


PERSON = ["name", "email", "user_id", "phone"]
WORK = ["main_category", "categories"]
AWAY = ["is_available", "away_note"]
TIME = ["most_open", "work_hours"]


class NewTechnicianForm(ServiceForm, PersonFields, CategoriesForm):
    """No password: a mail brings the link to choose one."""

    class Meta:
        model = Technician
        fields: list[str] = []


class TechnicianForm(ServiceForm, PersonFields, CategoriesForm):
    class Meta:
        model = Technician
        fields = [*AWAY, *TIME]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        user = self.instance.user
        served = [link.category_id for link in user.category_links.all()]
        self.initial.update({name: getattr(user, name) for name in PERSON})
        self.initial.update(main_category=next(iter(served), None), categories=served[1:])


class AccessFilter(LoneFilter):
    title = "state"
    parameter_name = "state"
    default_label = "All but deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [
            ("available", "Available"),
            ("away", "Away"),
            ("inactive", "May not sign in"),
            ("deleted", "Deleted"),
        ]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "deleted":
            return queryset.filter(user__deleted_at__isnull=False)
        queryset = queryset.present()
        if self.value() == "inactive":
            return queryset.filter(user__is_active=False)
        if self.value() in ("available", "away"):
            wanted = self.value() == "available"
            return queryset.filter(user__is_active=True, is_available=wanted)
        return queryset


@admin.register(Technician)
class TechnicianAdmin(ServiceAdmin):
    """The people who work on tickets."""

    list_display = ["name", "number", "email", "topics", "open_tickets", "state"]
    list_display_links = ["name"]
    list_filter = [AccessFilter]
    ordering = ["user__name", "pk"]
    search_fields = ["user__name"]
    search_help_text = "Number (TEC0042), user id, e-mail address, or words of the name."
    actions = ["deactivate", "reactivate", "invite_again", "to_admin"]
    readonly_fields = ["number", "state"]
    delete_consequence = (
        "Open tickets go back to Pending without a technician; finished ones keep the name."
        " The number is never used again. This can't be undone."
    )

    def get_fieldsets(self, request: HttpRequest, obj: Technician | None = None) -> Any:
        if obj is None:
            return [(None, {"fields": PERSON}), ("Categories", {"fields": WORK})]
        if obj.user.deleted_at is not None:
            return [(None, {"fields": ["number", "state", "user"]})]
        return [
            (None, {"fields": ["number", "state", *PERSON]}),
            ("Categories", {"fields": WORK}),
            ("Availability", {"fields": AWAY}),
            ("Automatic assignment", {"fields": TIME}),
        ]

    def get_form(
        self,
        request: HttpRequest,
        obj: Technician | None = None,
        change: bool = False,
        **kwargs: Any,
    ) -> Any:
        kwargs["form"] = TechnicianForm if obj else NewTechnicianForm
        if obj is not None and obj.user.deleted_at is not None:
            kwargs["form"] = ServiceForm
        return super().get_form(request, obj, change, **kwargs)

    def get_queryset(self, request: HttpRequest) -> Any:
        load = (
            Ticket.objects.present()
            .open()
            .filter(technician=OuterRef("user_id"))
            .order_by()
            .values("technician")
            .annotate(total=Count("*"))
            .values("total")
        )
        return (
            Technician.objects.select_related("user")
            .prefetch_related("user__category_links__category__parent")
            .annotate(load=Coalesce(Subquery(load), 0))
        )

    def get_search_results(
        self, request: HttpRequest, queryset: Any, search_term: str
    ) -> tuple[Any, bool]:
        if not search_term.strip():
            return queryset, False
        return queryset.filter(user__in=search_people(User.objects.all(), search_term)), False

    # What is shown

    @admin.display(description="name")
    def name(self, technician: Technician) -> str:
        return technician.user.name

    @admin.display(description="number")
    def number(self, technician: Technician) -> str:
        return technician.technician_id

    @admin.display(description="e-mail")
    def email(self, technician: Technician) -> str:
        return technician.user.email

    @admin.display(description="categories")
    def topics(self, technician: Technician) -> str:
        links: list[CategoryTechnician] = list(technician.user.category_links.all())
        return ", ".join(str(link.category) for link in links)

    @admin.display(description="open tickets")
    def open_tickets(self, technician: Any) -> SafeString:
        url = reverse("admin:tickets_ticket_changelist")
        return format_html('<a href="{}?who={}">{}</a>', url, technician.pk, technician.load)

    @admin.display(description="state")
    def state(self, technician: Technician) -> str:
        user = technician.user
        if user.deleted_at is not None:
            return "Deleted"
        if not user.is_active:
            return "May not sign in"
        if not user.has_usable_password():
            return "Invited"
        if technician.is_available:
            return "Available"
        return f"Away: {technician.away_note}" if technician.away_note else "Away"

    # What may be done

    def has_change_permission(self, request: HttpRequest, obj: Technician | None = None) -> bool:
        present = obj is None or _works_here(obj)
        return present and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Technician | None = None) -> bool:
        return obj is not None and _works_here(obj)

    def store_new(self, request: HttpRequest, form: Any) -> Technician:
        data = {name: form.cleaned_data[name] for name in PERSON}
        return services.add_technician(actor=signed_in(request), categories=form.chosen(), **data)

    def store_changes(self, request: HttpRequest, obj: Technician, form: Any) -> Technician:
        data = {name: form.cleaned_data[name] for name in PERSON}
        stored = Technician.objects.select_related("user").get(pk=obj.pk)
        actor = signed_in(request)
        services.change_technician(stored, actor=actor, categories=form.chosen(), **data)
        if {*AWAY} & {*form.changed_data}:
            stored = services.set_availability(
                stored,
                available=form.cleaned_data["is_available"],
                away_note=form.cleaned_data["away_note"],
                actor=signed_in(request),
            )
        if {*TIME} & {*form.changed_data}:
            stored = services.set_working_time(
                stored, actor=actor, **{name: form.cleaned_data[name] for name in TIME}
            )
        return stored

    def delete_model(self, request: HttpRequest, obj: Technician) -> None:
        services.delete_technician(obj, actor=signed_in(request))

    @admin.action(description="Let in no more …")
    def deactivate(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self.confirm_each(
            request,
            queryset,
            lambda person: services.deactivate_technician(person, actor=signed_in(request)),
            (
                "%(count)d technician may not sign in any more.",
                "%(count)d technicians may not sign in any more.",
            ),
            action="deactivate",
            title="Let technicians in no more",
            button="Deactivate",
            consequence="They are signed out everywhere. Their open tickets go back to Pending.",
            danger=True,
        )

    @admin.action(description="Let in again")
    def reactivate(self, request: HttpRequest, queryset: Any) -> None:
        self.run_on_each(
            request,
            queryset.present().filter(user__is_active=False),
            lambda person: reactivate_user(person.user, actor=signed_in(request)),
            ("%(count)d technician may sign in again.", "%(count)d technicians may sign in again."),
        )

    @admin.action(description="Send the invitation again")
    def invite_again(self, request: HttpRequest, queryset: Any) -> None:
        self.run_on_each(
            request,
            queryset,
            lambda person: invite_again(person.user, actor=signed_in(request)),
            ("%(count)d invitation is on its way.", "%(count)d invitations are on their way."),
        )

    @admin.action(description="Make admin …")
    def to_admin(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self.confirm_each(
            request,
            queryset,
            lambda person: services.make_admin(person, actor=signed_in(request)),
            ("%(count)d technician is an admin now.", "%(count)d technicians are admins now."),
            action="to_admin",
            title="Make technicians admins",
            button="Make admin",
            consequence="An admin may do everything here. Their open tickets go back to Pending.",
            danger=True,
        )

    def get_urls(self) -> list[Any]:
        view = self.admin_site.admin_view(self.from_admin_view)
        name = "technicians_technician_from_admin"
        return [path("from-admin/<int:pk>/", view, name=name), *super().get_urls()]

    def from_admin_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Turn an admin into a technician of the categories chosen here."""
        person = User.objects.active().admins().filter(pk=pk).first()
        if person is None:
            return HttpResponseRedirect(reverse("admin:accounts_user_changelist"))
        form = CategoriesForm(request.POST if request.method == "POST" else None)
        if form.is_valid():
            try:
                services.make_technician(person, categories=form.chosen(), actor=signed_in(request))
            except self.refusals as refusal:
                form.add_error(None, _sentences(refusal))
            else:
                name = "admin:technicians_technician_change"
                return HttpResponseRedirect(reverse(name, args=[pk]))
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Make {person.name} a technician",
            "button": "Make technician",
            "consequence": "They lose an admin's rights and are signed out everywhere.",
            "form": form,
            "danger": True,
        }
        return TemplateResponse(request, "admin/confirm_action.html", context)


def _works_here(technician: Technician) -> bool:
    return technician.user.deleted_at is None and technician.user.is_technician


def _sentences(refusal: Exception) -> list[str]:
    return refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]
