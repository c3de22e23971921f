"""Ratings in the admin site: what customers said; nothing can be changed."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from accounts.admin_base import LoneFilter, ReadOnlyAdmin
from accounts.numbers import number_of
from tickets.choices import Score
from tickets.models import Rating
from tickets.models.ticket import TICKET_PREFIX
from tickets.templatetags.ticket_tags import face_icon


class ScoreFilter(LoneFilter):
    title = "rating"
    parameter_name = "score"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Any:
        return [(score.value, score.label) for score in reversed(Score)]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        known = self.value() in {str(score) for score in Score.values}
        return queryset.filter(score=self.value()) if known else queryset


@admin.register(Rating)
class RatingAdmin(ReadOnlyAdmin):
    """Every rating that was given, newest first."""

    list_display = ["rated_at", "face", "comment", "about", "customer", "technician"]
    list_select_related = ["ticket", "customer", "technician"]
    list_filter = [ScoreFilter]
    search_fields = ["ticket"]
    search_help_text = "A ticket (TKT0042)."
    readonly_fields = [
        "face",
        "comment",
        "about",
        "customer",
        "technician",
        "rated_at",
        "changed_at",
    ]
    fields = [*readonly_fields]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Rating]:
        given: QuerySet[Rating] = Rating.objects.given().filter(ticket__deleted_at__isnull=True)
        return given.select_related("ticket", "customer", "technician")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Rating], search_term: str
    ) -> tuple[QuerySet[Rating], bool]:
        if not search_term.strip():
            return queryset, False
        number = number_of(TICKET_PREFIX, search_term.strip().upper())
        return (queryset.filter(ticket=number) if number else queryset.none()), False

    @admin.display(description="rating")
    def face(self, rating: Rating) -> SafeString:
        return format_html("{} {}", face_icon(rating.score or 0), rating.word)

    @admin.display(description="ticket")
    def about(self, rating: Rating) -> SafeString:
        url = reverse("admin:tickets_ticket_change", args=[rating.ticket_id])
        return format_html('<a href="{}">{}</a>', url, rating.ticket.ticket_id)
