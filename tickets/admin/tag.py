"""Tags in the admin site: new ones, other names, two that mean the same."""

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts.admin_base import ServiceAdmin, ServiceForm
from accounts.http import signed_in
from tickets import services
from tickets.models import Tag


class TagForm(ServiceForm):
    class Meta:
        model = Tag
        fields = ["name"]


class MergeTagsForm(forms.Form):
    into = forms.ModelChoiceField(Tag.objects.all(), label="Into which tag")


@admin.register(Tag)
class TagAdmin(ServiceAdmin):
    """The words on tickets, and on how many tickets each is."""

    form = TagForm
    fields = ["name"]
    search_fields = ["name"]
    keeps_log = True
    delete_consequence = "It is taken off all its tickets. To keep them together, merge it instead."
    list_display = ["name", "ticket_count", "created_at"]
    actions = ["merge"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Tag]:
        return Tag.objects.with_counts()

    @admin.display(description="tickets")
    def ticket_count(self, tag: Any) -> int:
        return tag.tickets_total

    def has_delete_permission(self, request: HttpRequest, obj: Tag | None = None) -> bool:
        return obj is not None

    def store_new(self, request: HttpRequest, form: Any) -> Tag:
        return services.create_tag(actor=signed_in(request), **form.cleaned_data)

    def store_changes(self, request: HttpRequest, obj: Tag, form: Any) -> Tag:
        return services.rename_tag(obj, actor=signed_in(request), **form.cleaned_data)

    def delete_model(self, request: HttpRequest, obj: Tag) -> None:
        services.delete_tag(obj, actor=signed_in(request))

    @admin.action(description="Merge into another tag")
    def merge(self, request: HttpRequest, queryset: QuerySet[Tag]) -> HttpResponse | None:
        form = MergeTagsForm(request.POST if "confirmed" in request.POST else None)
        page = self.confirm(
            request,
            queryset,
            action="merge",
            title="Merge tags",
            button="Merge",
            consequence="Their tickets get the tag that you choose instead, and they are gone.",
            form=form,
        )
        if page is not None:
            return page
        into = form.cleaned_data["into"]
        self.run_on_each(
            request,
            queryset.exclude(pk=into.pk),
            lambda tag: services.merge_tags(tag, into=into, actor=signed_in(request)),
            (f"%(count)d tag is merged into {into}.", f"%(count)d tags are merged into {into}."),
        )
        return None
