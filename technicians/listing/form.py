"""The list's filters as they stand in an address: checked, each mistake in words."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models.functions import Length

from accounts.models import Organization, Team, User
from accounts.numbers import number_of, row_key
from accounts.search import find_people
from accounts.text import clean_search, is_storable
from technicians.listing.days import SPAN_CHOICES
from technicians.listing.sorting import SORTS
from tickets.choices import Priority, Status
from tickets.models import Category, Tag, Ticket
from tickets.search import MAX_LENGTH

MOST_VALUES = 50
MOST_TRIED = 5
# Filters of several values that can be turned round: all but these.
NEGATABLE = (
    "status",
    "priority",
    "category",
    "technician",
    "team",
    "customer",
    "organization",
    "tag",
)
NOT = "not"


class TextsField(forms.MultipleChoiceField):
    """Several texts; empty ones count for nothing."""

    def valid_value(self, value: str) -> bool:
        return True

    def clean(self, value: Any) -> list[str]:
        found = [text.strip() for text in super().clean([text for text in value or [] if text])]
        if len(found) > MOST_VALUES or not all(len(t) <= 254 and is_storable(t) for t in found):
            raise ValidationError("That is too much for a filter.")
        return list(dict.fromkeys(found))


class PriorityField(forms.TypedMultipleChoiceField):
    """Priorities by number (as the pages do) or by name (as the API's clients do)."""

    def to_python(self, value: Any) -> list[str]:
        numbers = {label: str(number) for number, label in Priority.choices}
        return [numbers.get(text, text) for text in super().to_python(value)]


class TicketListForm(forms.Form):
    """The list's filters as they stand in the URL. `views` are the views of the reader's role.

    Each filter takes several values; beside it, `status_is=not` (and so on) turns it round. Of
    people, `technician` is a number, `me` or `none`; `customer` a number, an address or a name,
    `organization` a key or a part of a name; `team` and `tag` a key or a name. `mistakes` are
    those in what was typed into the search.
    """

    NOBODY, ME = "none", "me"

    view = forms.ChoiceField(required=False)
    q = forms.CharField(required=False, max_length=MAX_LENGTH)
    status = forms.MultipleChoiceField(required=False, choices=Status.choices)
    priority = PriorityField(required=False, choices=Priority.choices, coerce=int, empty_value=[])
    category = forms.ModelMultipleChoiceField(required=False, queryset=Category.objects.all())
    technician = TextsField(required=False)
    team = TextsField(required=False)
    customer = TextsField(required=False)
    organization = TextsField(required=False)
    tag = TextsField(required=False)
    raised = forms.ChoiceField(required=False, choices=SPAN_CHOICES)
    raised_from = forms.DateField(required=False)
    raised_to = forms.DateField(required=False)
    updated = forms.ChoiceField(required=False, choices=SPAN_CHOICES)
    updated_from = forms.DateField(required=False)
    updated_to = forms.DateField(required=False)
    sort = forms.ChoiceField(required=False, choices=[(key, key) for key in SORTS])

    def __init__(
        self,
        *args: Any,
        reader: User,
        views: Iterable[tuple[str, str]],
        mistakes: Iterable[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["view"].choices = list(views)
        for name in NEGATABLE:
            fields[f"{name}_is"] = forms.ChoiceField(
                required=False, choices=[("", "is"), (NOT, "is not")]
            )
        self.reader, self.mistakes = reader, list(mistakes)

    def clean_q(self) -> str:
        if self.mistakes:
            raise ValidationError(self.mistakes)
        return clean_search(self.cleaned_data["q"], max_length=MAX_LENGTH)

    def clean_category(self) -> list[Category]:
        return list(self.cleaned_data["category"].select_related("parent"))

    def clean_organization(self) -> list[Organization]:
        return [self._organization(value) for value in self.cleaned_data["organization"]]

    def _organization(self, value: str) -> Organization:
        named = Organization.objects.filter(name__icontains=value)
        if row_key(value) is not None:
            named = Organization.objects.filter(pk=value)
        visible = Ticket.objects.visible_to(self.reader).order_by()
        for organization in named.order_by(Length("name"), "name")[:MOST_TRIED]:
            if visible.filter(customer__organization=organization).exists():
                return organization
        raise ValidationError("None of your tickets is from this organisation.")

    def clean_tag(self) -> list[Tag]:
        found = [_named(Tag.objects.all(), value) for value in self.cleaned_data["tag"]]
        if None in found:
            raise ValidationError("There is no such tag.")
        return found

    def clean_team(self) -> list[Team | str]:
        found: list[Team | str] = []
        for value in self.cleaned_data["team"]:
            team = _named(Team.objects.visible_to(self.reader), value)
            if team is None and value != self.NOBODY:
                raise ValidationError("There is no such team.")
            found.append(team or value)
        return found

    def clean_technician(self) -> list[User | str]:
        found: list[User | str] = []
        for value in self.cleaned_data["technician"]:
            if value in (self.NOBODY, self.ME):
                found.append(value if value == self.NOBODY else self.reader)
            else:
                found.append(self._technician(value))
        return found

    def _technician(self, value: str) -> User:
        if not self.reader.is_admin and value != self.reader.public_id:
            raise ValidationError("You see your own tickets and the unassigned ones.")
        found: User | None = User.objects.technicians().filter(public_id=value).first()
        if found is None:
            raise ValidationError("There is no such technician.")
        return found

    def clean_customer(self) -> list[User]:
        return [self._customer(value) for value in self.cleaned_data["customer"]]

    def _customer(self, value: str) -> User:
        """Known is whoever has a ticket that the reader may see; anyone else does not exist."""
        people = User.objects.customers()
        if number_of("CUS", value) is not None:
            found = people.select_related("merged_into").filter(public_id=value)
            named = [person.merged_into or person for person in found]
        elif value.isdigit():
            raise ValidationError("A customer's number looks like CUS0042.")
        else:
            named = find_people(people.present(), value, limit=20)
        seen = Ticket.objects.visible_to(self.reader).filter(customer__in=named).order_by()
        known = set(seen.values_list("customer", flat=True).distinct()) if named else set()
        for person in named:
            if person.pk in known:
                return person
        raise ValidationError("None of your tickets is from this customer.")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name in ("raised", "updated"):
            first, last = data.get(f"{name}_from"), data.get(f"{name}_to")
            if first and last and first > last:
                self.add_error(f"{name}_to", "The last day comes before the first one.")
        return data


def _named(rows: Any, value: str) -> Any:
    """Return the row of a key, or of a name in any case; None where there is none."""
    key = row_key(value)
    return rows.filter(**({"name__iexact": value} if key is None else {"pk": key})).first()
