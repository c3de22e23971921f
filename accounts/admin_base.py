"""What all pages of the admin site share: lists that stay quick, and writes through the services.

A model's admin allows nothing by itself. `ReadOnlyAdmin` shows; `ServiceAdmin` also adds, changes
or deletes, each by a service, and turns a service's refusal into an error on the form.
"""

from collections.abc import Iterator, Mapping
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.views.main import PAGE_VAR
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.core.exceptions import NON_FIELD_ERRORS, PermissionDenied, ValidationError
from django.core.paginator import Paginator
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import ngettext

LIST_CAP = 1000
PAGE_DIGITS = 6
ACTION_CAP = 500


class CappedPaginator(Paginator):
    """Looks one page ahead and no further, so that a list of a million rows opens at once.

    `horizon` is how many rows are counted at most; `LIST_CAP` is where the pages end.
    """

    horizon = LIST_CAP

    @cached_property
    def count(self) -> int:
        return min(self._count_some, self.horizon)

    @cached_property
    def _count_some(self) -> int:
        # In the list's order: the database walks the index of the page itself.
        rows = cast("models.QuerySet[Any]", self.object_list)
        return rows.values("pk")[: self.horizon + 1].count()

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self._count_some > self.horizon

    @property
    def is_at_its_end(self) -> bool:
        """Whether only a search or a filter leads on."""
        return self.is_capped and self.horizon >= LIST_CAP


class LoneFilter(admin.SimpleListFilter):
    """A filter that replaces the others, so that each list follows one index."""

    template = "admin/lone_filter.html"
    default_label = "All"
    # Long lists stay shut until one of their entries is chosen.
    starts_open = True

    @property
    def is_open(self) -> bool:
        return self.starts_open or self.value() is not None

    def choices(self, changelist: Any) -> Iterator[Any]:
        others = [
            name
            for spec in changelist.filter_specs
            for name in spec.expected_parameters()
            if spec is not self
        ]
        yield self._choice(changelist, others, None, self.default_label)
        for value, label in self.lookup_choices:
            yield self._choice(changelist, others, str(value), str(label))

    def _choice(
        self, changelist: Any, others: list[str], value: str | None, label: str
    ) -> dict[str, Any]:
        new = {} if value is None else {self.parameter_name: value}
        drop = [*others, self.parameter_name, "p"] if value is None else [*others, "p"]
        return {
            "selected": self.value() == value,
            "query_string": changelist.get_query_string(new, drop),
            "display": label,
        }


class ReadOnlyAdmin(admin.ModelAdmin):
    """Shows rows; nothing can be added, changed or deleted, by no route."""

    list_per_page = 50
    list_max_show_all = 0
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    paginator = CappedPaginator
    # Sorting by a column without an index would read the whole table.
    sortable_by = ()
    view_on_site = False
    # The services write the history; Django's own log is for models without one.
    keeps_log = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def get_paginator(
        self, request: HttpRequest, queryset: Any, per_page: int, *args: Any, **kwargs: Any
    ) -> CappedPaginator:
        paginator = CappedPaginator(queryset, per_page, *args, **kwargs)
        asked = request.GET.get(PAGE_VAR) or request.GET.get("page", "")
        page = int(asked) if asked.isdecimal() and len(asked) < PAGE_DIGITS else 1
        paginator.horizon = min((page + 1) * per_page, LIST_CAP)
        return paginator

    def object_links(self, obj: Any) -> list[tuple[str, str]]:
        """Return (address, words) of the links above an object's page."""
        return []

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        obj = kwargs.get("obj")
        context["object_links"] = self.object_links(obj) if obj else []
        context["keeps_log"] = self.keeps_log
        context["show_save_and_add_another"] = False
        return super().render_change_form(request, context, *args, **kwargs)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        title = str(self.opts.verbose_name_plural).capitalize()
        return super().changelist_view(request, {"title": title, **(extra_context or {})})

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Without Django's buttons to edit the other end of a relation in a window."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field and isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: Any = None
    ) -> HttpResponse:
        if self.keeps_log:
            return super().history_view(request, object_id, extra_context)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[object_id]))

    def log_addition(self, *args: Any) -> Any:
        return super().log_addition(*args) if self.keeps_log else None

    def log_change(self, *args: Any) -> Any:
        return super().log_change(*args) if self.keeps_log else None

    def log_deletions(self, *args: Any) -> Any:
        return super().log_deletions(*args) if self.keeps_log else None


class ServiceForm(forms.ModelForm):
    """Checks the shape of the input only; a service stores it, and its refusal shows up here."""

    refusal: Exception | None = None
    # What a service calls a field, where the form calls it otherwise.
    names_in_services: Mapping[str, str] = {}

    def _post_clean(self) -> None:
        # Instead of filling and validating the instance: the services do both.
        if self.refusal is not None:
            self.show_refusal(self.refusal)

    def show_refusal(self, refusal: Exception) -> None:
        """Put a service's sentences at their fields."""
        for key, sentences in refusal_errors(refusal).items():
            field = self.names_in_services.get(key, key)
            known = field in self.fields and not self.fields[field].widget.is_hidden
            self.add_error(field if known else None, sentences)


def refusal_errors(refusal: Exception) -> dict[str, list[str]]:
    """Return a service's refusal by field, in the services' names."""
    if isinstance(refusal, ValidationError) and hasattr(refusal, "error_dict"):
        return {field: list(sentences) for field, sentences in refusal.message_dict.items()}
    if isinstance(refusal, ValidationError):
        return {NON_FIELD_ERRORS: list(refusal.messages)}
    return {NON_FIELD_ERRORS: [str(refusal) or "You may not do this."]}


class ServiceAdmin(ReadOnlyAdmin):
    """Adds and changes by services: override `store_new` and `store_changes`.

    `refusals` are the exceptions of the services that become errors on the form.
    """

    form = ServiceForm
    refusals: tuple[type[Exception], ...] = (ValidationError, PermissionDenied)
    # Words above the delete button that say what follows.
    delete_consequence = ""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def store_new(self, request: HttpRequest, form: Any) -> models.Model:
        """Make the object by a service and return it."""
        raise PermissionDenied

    def store_changes(self, request: HttpRequest, obj: Any, form: Any) -> models.Model:
        """Change the object by a service and return it; `form.changed_data` says what changed."""
        raise PermissionDenied

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        stored = self.store_changes(request, obj, form) if change else self.store_new(request, form)
        # Django goes on with `obj`: let it be what is stored now.
        obj.__dict__.update(stored.__dict__)

    def save_related(self, *args: Any) -> None:
        """Nothing: the services have stored everything."""

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().changeform_view(request, *args, **kwargs)
        except self.refusals as refusal:
            # Only a form's own post can be shown again; anything else is a plain "no".
            if request.method != "POST" or getattr(request, "service_refusal", None):
                raise
            request.service_refusal = refusal  # type: ignore[attr-defined]
        return super().changeform_view(request, *args, **kwargs)

    def get_form(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        form: Any = super().get_form(request, *args, **kwargs)
        form.refusal = getattr(request, "service_refusal", None)
        return form

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Nothing goes with it: a service deletes, and says what follows."""
        return [str(obj) for obj in objs], {}, set(), []

    def delete_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        extra = {"consequence": self.delete_consequence, **(extra_context or {})}
        if not self.has_delete_permission(request, self.get_object(request, object_id)):
            raise PermissionDenied
        try:
            return super().delete_view(request, object_id, extra)
        except self.refusals as refusal:
            for sentences in refusal_errors(refusal).values():
                self.message_user(request, " ".join(sentences), messages.ERROR)
        name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
        return HttpResponseRedirect(reverse(name, args=[object_id]))

    def run_on_each(
        self, request: HttpRequest, queryset: models.QuerySet[Any], verb: Any, done: tuple[str, str]
    ) -> None:
        """Call `verb(obj)` for each row, each in its own transaction; say what was done.

        `done` are the words for one and for many, with `%(count)d`. `verb` returns False where
        there was nothing to do.
        """
        count = 0
        for obj in queryset[:ACTION_CAP]:
            try:
                count += verb(obj) is not False
            except self.refusals as refusal:
                sentence = " ".join(s for ss in refusal_errors(refusal).values() for s in ss)
                self.message_user(request, f"{obj}: {sentence}", messages.ERROR)
        if count:
            sentence = ngettext(done[0], done[1], count) % {"count": count}
            self.message_user(request, sentence, messages.SUCCESS)

    def confirm(
        self,
        request: HttpRequest,
        queryset: models.QuerySet[Any],
        *,
        action: str,
        title: str,
        button: str,
        consequence: str = "",
        form: forms.Form | None = None,
        danger: bool = False,
    ) -> TemplateResponse | None:
        """Return the page that asks before `action` runs on these rows, None once it said yes."""
        rows = list(queryset[: ACTION_CAP + 1])
        if len(rows) > ACTION_CAP:
            self.message_user(request, f"Choose at most {ACTION_CAP} at once.", messages.ERROR)
            rows = rows[:ACTION_CAP]
        elif "confirmed" in request.POST and (form is None or form.is_valid()):
            return None
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": title,
            "rows": rows,
            "action": action,
            "button": button,
            "consequence": consequence,
            "form": form,
            "danger": danger,
            "media": self.media,
        }
        return TemplateResponse(request, "admin/confirm_action.html", context)

    def confirm_each(
        self,
        request: HttpRequest,
        queryset: models.QuerySet[Any],
        verb: Any,
        done: tuple[str, str],
        **question: Any,
    ) -> TemplateResponse | None:
        """Return the page that asks (`confirm`); once it said yes, call `verb` for each row."""
        page = self.confirm(request, queryset, **question)
        if page is None:
            self.run_on_each(request, queryset, verb, done)
        return page
