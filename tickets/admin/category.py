"""Categories and the desk's settings in the admin site."""

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_base import ServiceAdmin, ServiceForm
from accounts.http import signed_in
from tickets import services
from tickets.models import Category, DeskSettings


class CategoryForm(ServiceForm):
    class Meta:
        model = Category
        fields = ["name", "parent", "description", "position", "is_active"]
        help_texts = {
            "parent": "Empty: a category. Otherwise a subcategory of that one.",
            "position": "Smaller numbers come first.",
            "is_active": "Offered where a ticket is raised. Old tickets keep an inactive one.",
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "parent" in self.fields:
            fields: Any = self.fields
            fields["parent"].empty_label = "None: a category of its own"


@admin.register(Category)
class CategoryAdmin(ServiceAdmin):
    """The tree of categories, in the order in which customers see it."""

    form = CategoryForm
    fields = [*CategoryForm.Meta.fields]
    keeps_log = True
    delete_consequence = "No ticket uses it, so nothing else changes."
    list_display = ["tree_name", "is_active", "position", "description", "server_count"]
    list_per_page = 200
    actions = ["activate", "deactivate"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Category]:
        return Category.objects.in_tree_order().annotate(servers_total=Count("servers"))

    def get_ordering(self, request: HttpRequest) -> list[Any]:
        return list(Category.objects.in_tree_order().query.order_by)

    @admin.display(description="category")
    def tree_name(self, category: Category) -> SafeString | str:
        if category.parent is None:
            return format_html("<b>{}</b>", category.name)
        return format_html('<span class="tree-child">{}</span>', category.name)

    @admin.display(description="technicians")
    def server_count(self, category: Any) -> int:
        return category.servers_total

    def has_delete_permission(self, request: HttpRequest, obj: Category | None = None) -> bool:
        return obj is not None and not services.is_category_used(obj)

    def store_new(self, request: HttpRequest, form: Any) -> Category:
        return services.add_category(actor=signed_in(request), **form.cleaned_data)

    def store_changes(self, request: HttpRequest, obj: Category, form: Any) -> Category:
        return services.change_category_settings(obj, actor=signed_in(request), **form.cleaned_data)

    def delete_model(self, request: HttpRequest, obj: Category) -> None:
        services.delete_category(obj, actor=signed_in(request))

    @admin.action(description="Offer for new tickets")
    def activate(self, request: HttpRequest, queryset: QuerySet[Category]) -> None:
        done = ("%(count)d category is offered again.", "%(count)d categories are offered again.")
        self._set_active(request, queryset, done, active=True)

    @admin.action(description="Offer no longer")
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Category]) -> None:
        done = (
            "%(count)d category is not offered any more.",
            "%(count)d categories are not offered any more.",
        )
        self._set_active(request, queryset, done, active=False)

    def _set_active(
        self, request: HttpRequest, queryset: Any, done: tuple[str, str], *, active: bool
    ) -> None:
        self.run_on_each(
            request,
            queryset,
            lambda category: services.set_category_active(
                category, active=active, actor=signed_in(request)
            ),
            done,
        )


SOLVED: Any = ["close_after_days", "close_reminder_days", "reopen_days", "courtesy_hours"]
FILES: Any = ["files_per_message", "file_mb", "file_quota_mb", "file_extensions"]


class DeskSettingsForm(ServiceForm):
    class Meta:
        model = DeskSettings
        exclude: list[str] = ["id"]


@admin.register(DeskSettings)
class DeskSettingsAdmin(ServiceAdmin):
    """The one row of settings; its list is its form."""

    form = DeskSettingsForm
    fieldsets = [
        ("Solved", {"fields": SOLVED}),
        ("Replies", {"fields": ["undo_seconds", "correction_minutes", "draft_days"]}),
        ("Ratings", {"fields": ["rating_ask_days"]}),
        ("Time spent", {"fields": ["track_time"]}),
        ("Incoming mail", {"fields": ["mail_people"]}),
        (
            "Waiting on customer",
            {"fields": ["waiting_first_days", "waiting_second_days", "waiting_resolve_days"]},
        ),
        ("Files", {"fields": FILES}),
        ("Links in mails", {"fields": ["guest_links", "guest_link_days"]}),
    ]
    keeps_log = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        settings = DeskSettings.load()
        if settings.pk is None:
            settings = services.change_desk_settings(actor=signed_in(request))
        return HttpResponseRedirect(
            reverse("admin:tickets_desksettings_change", args=[settings.pk])
        )

    def store_changes(self, request: HttpRequest, obj: DeskSettings, form: Any) -> DeskSettings:
        return services.change_desk_settings(actor=signed_in(request), **form.cleaned_data)
