"""What lists of tickets can be narrowed down to, by their query strings."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet

from accounts.models import NAME_LENGTH, Team, User
from accounts.numbers import number_of
from accounts.text import check_text
from tickets.choices import OPEN_STATUSES, Priority, Status
from tickets.customers import survivor_of
from tickets.models import Category, Ticket, TicketTag
from tickets.models.category import CATEGORY_LENGTH
from tickets.models.tag import TAG_LENGTH
from tickets.querysets import TicketQuerySet
from tickets.search import MAX_LENGTH, search_tickets
from tickets.services import find_category


class CustomerTicketFilter(django_filters.FilterSet):
    """A customer's own list: which part of it, and words to find."""

    ALL, OPEN, WAITING, DONE, FOLLOWED = "all", "open", "waiting", "done", "followed"
    PARTS = [
        (OPEN, "Open"),
        (WAITING, "Waiting for you"),
        (DONE, "Done"),
        (ALL, "All"),
        (FOLLOWED, "I follow"),
    ]

    show = django_filters.ChoiceFilter(choices=PARTS, method="filter_part")
    q = django_filters.CharFilter(method="filter_words", max_length=MAX_LENGTH)

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(
        self, data: Mapping[str, str], *, followed: TicketQuerySet, reader: User, **kwargs: Any
    ) -> None:
        self.followed, self.reader = followed, reader
        words = data.get("q", "")
        # Words without a part are looked for in all.
        part = data.get("show") or (self.ALL if words else self.OPEN)
        super().__init__({"show": part, "q": words}, **kwargs)

    def filter_part(self, queryset: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        parts = {
            self.OPEN: queryset.open,
            self.WAITING: queryset.waiting_on_customer,
            self.DONE: queryset.done,
            self.ALL: queryset.all,
            self.FOLLOWED: self.followed.all,
        }
        return parts[value]()

    def filter_words(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return search_tickets(queryset, value, reader=self.reader)

    @classmethod
    def count_parts(cls, counts: dict[str, int]) -> dict[str, int]:
        """Return how many tickets each part has, from a count for each status."""
        done = counts.get(Status.RESOLVED, 0) + counts.get(Status.CLOSED, 0)
        total = sum(counts.values())
        return {
            cls.OPEN: total - done,
            cls.WAITING: counts.get(Status.WAITING, 0),
            cls.DONE: done,
            cls.ALL: total,
        }


# The REST contract's filters ------------------------------------------------------------------


class MomentField(forms.CharField):
    """A date (its beginning, UTC) or a moment in ISO 8601; without an offset it is UTC."""

    def to_python(self, value: Any) -> Any:
        text = super().to_python(value)
        if not text:
            return None
        try:
            # A "+" that nobody encoded arrives as a blank.
            moment = datetime.fromisoformat(text.replace(" ", "+") if "T" in text else text)
            if moment.tzinfo is None:
                return datetime.combine(moment.date(), moment.time() or time(), UTC)
            return moment.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            sentence = "Use a date or a moment in ISO 8601, like 2026-11-22T09:00:00Z."
            raise ValidationError(sentence, code="invalid") from error


class MomentFilter(django_filters.Filter):
    field_class = MomentField


class PersonFilter(django_filters.CharFilter):
    """A person by public number. An admin is told that there is no such person; nobody else is."""

    def __init__(self, *args: Any, prefix: str, **options: Any) -> None:
        self.prefix = prefix
        super().__init__(*args, **options)

    def filter(self, queryset: QuerySet[Ticket], value: str) -> QuerySet[Ticket]:
        if not value:
            return queryset
        now = survivor_of(value) if self.prefix == "CUS" else None
        if now is not None:
            return queryset.filter(**{self.field_name: now})
        return queryset.filter(**{f"{self.field_name}__public_id": value})


class TicketFilter(django_filters.FilterSet):
    """The filters of every list of tickets. `user` is who asks."""

    status = django_filters.ChoiceFilter(choices=Status.choices)
    priority = django_filters.ChoiceFilter(
        choices=[(label, label) for label in Priority.labels], method="by_priority"
    )
    issue_category = django_filters.CharFilter(
        method="by_category", max_length=CATEGORY_LENGTH, strip=False
    )
    technician_id = PersonFilter("technician", prefix="TEC")
    customer_id = PersonFilter("customer", prefix="CUS")
    team = django_filters.CharFilter(method="by_team", max_length=NAME_LENGTH)
    raised_after = MomentFilter("raised_at", lookup_expr="gte")
    raised_before = MomentFilter("raised_at", lookup_expr="lt")
    awaiting_reply = django_filters.ChoiceFilter(
        choices=[("true", "true"), ("false", "false")], method="by_last_word"
    )
    tag = django_filters.CharFilter(method="by_tag", max_length=TAG_LENGTH)
    q = django_filters.CharFilter(method="by_words", max_length=MAX_LENGTH)

    class Meta:
        model = Ticket
        fields: list[str] = []

    def __init__(self, data: Any, queryset: QuerySet[Ticket], *, user: User) -> None:
        self.user = user
        super().__init__(data, queryset)

    def get_form_class(self) -> type[forms.Form]:
        """Check that persons named exist, for those who may know."""
        people = {
            name: filter
            for name, filter in self.filters.items()
            if isinstance(filter, PersonFilter)
        }
        user = self.user

        class TicketFilterForm(super().get_form_class()):  # type: ignore[misc]
            def clean(self) -> dict[str, Any]:
                cleaned = super().clean()
                for name, person in people.items():
                    if cleaned.get(name):
                        self._check_person(name, cleaned[name], person.prefix)
                return cleaned

            def _check_person(self, name: str, value: str, prefix: str) -> None:
                is_known = number_of(prefix, value) is not None and (
                    not user.is_admin or User.objects.filter(public_id=value).exists()
                )
                if not is_known:
                    self.add_error(name, f"There is nobody with this number ({prefix}0001).")

        return TicketFilterForm

    def by_priority(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return queryset.filter(priority=Priority.from_label(value))

    def by_category(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Tickets under the category that the text means, or whose client wrote exactly that."""
        written = Q(category__isnull=True, category_text=value)
        category = find_category(value)
        if category is None:
            return queryset.filter(written)
        family = Category.objects.family_of(category.pk)
        meant = Q(category__in=list(family.values_list("pk", flat=True)))
        # Raised before there was a category of that name; the second arm only where it is needed.
        if Ticket.objects.filter(written).exists():
            meant |= written
        return queryset.filter(meant)

    def by_team(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Tickets in the queue of the team of that name; a customer knows of no team."""
        if self.user.is_customer:
            return queryset.none()
        team = Team.objects.filter(name__iexact=value.strip()).first()
        return queryset.filter(team=team) if team else queryset.none()

    def by_last_word(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        """Open tickets whose customer had the last public word, or all others."""
        if value == "true":
            return queryset.filter(status__in=OPEN_STATUSES, awaits_reply=True)
        return queryset.filter(awaits_reply=False)

    def by_tag(self, queryset: TicketQuerySet, name: str, value: str) -> TicketQuerySet:
        """Tickets with the tag of that name; of no such tag there are none."""
        return queryset.filter(
            pk__in=TicketTag.objects.filter(tag__name__lower=value.lower()).values("ticket")
        )

    def by_words(self, queryset: QuerySet[Ticket], name: str, value: str) -> QuerySet[Ticket]:
        return search_tickets(queryset, value, reader=self.user)


STAFF_FILTER_PARAMETERS = frozenset(TicketFilter.base_filters)
FILTER_PARAMETERS = STAFF_FILTER_PARAMETERS - {"tag"}


def filters_for(user: User) -> frozenset[str]:
    """Return the filters that `user` may use; customers know nothing of tags."""
    return FILTER_PARAMETERS if user.is_customer else STAFF_FILTER_PARAMETERS


def filter_tickets(
    queryset: QuerySet[Ticket], parameters: dict[str, str], *, user: User
) -> QuerySet[Ticket]:
    """Return the tickets of `queryset` that the filter parameters leave.

    Raises `ValidationError({"parameter": ...})` for a value that makes no sense. Parameters that
    are no filters are nobody's business here.
    """
    given = {name: value for name, value in parameters.items() if name in filters_for(user)}
    if not given:
        return queryset
    for name, value in given.items():
        check_text(name, value, max_length=MAX_LENGTH, required=False)
    filters = TicketFilter(given, queryset, user=user)
    if not filters.is_valid():
        raise ValidationError({name: list(found) for name, found in filters.errors.items()})
    return filters.qs
