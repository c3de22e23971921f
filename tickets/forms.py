"""What customers type: shape and sentences; the rules are in the services."""

import json
import uuid
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import attrgetter
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import HTML, Div, Field, Layout
from django import forms
from django.core.exceptions import ValidationError
from django.forms.models import ModelChoiceIterator
from django.urls import reverse_lazy

from accounts.models import EMAIL_LENGTH, NAME_LENGTH
from accounts.text import check_text
from tickets.choices import Priority, Score
from tickets.models import Attachment, Category, Ticket
from tickets.models.rating import COMMENT_LENGTH
from tickets.models.ticket import SUBJECT_LENGTH, TEXT_LENGTH

# The services name fields as the REST contract does; the forms have shorter names.
FORM_NAMES = {
    "technician_id": "technician",
    "issue_description": "description",
    "issue_category": "category",
}


class _GroupedByCategory(ModelChoiceIterator):
    """Subcategories below the names of their categories (optgroups)."""

    def __iter__(self) -> Iterator[Any]:
        yield ("", self.field.empty_label)
        subcategories = self.queryset.select_related("parent").order_by(
            "parent__position", "parent__name", "position", "name"
        )
        for category, children in groupby(subcategories, key=attrgetter("parent")):
            yield (category.name, [self.choice(child) for child in children])


class SubcategoryField(forms.ModelChoiceField):
    """A choice of subcategories, all of them unless the queryset is narrowed."""

    iterator = _GroupedByCategory

    def label_from_instance(self, obj: Category) -> str:
        return obj.name


class TicketForm(forms.Form):
    """Raising a ticket. `submission_key` is made with the page: sent twice, it is one ticket."""

    category = forms.ModelChoiceField(
        queryset=Category.objects.active().top_level(),
        empty_label="Choose a category",
        error_messages={
            "required": "Choose a category",
            "invalid_choice": "Choose a category from the list",
        },
    )
    subcategory = SubcategoryField(
        queryset=Category.objects.active().filter(parent__isnull=False),
        empty_label="Choose a subcategory",
        required=False,
        error_messages={"invalid_choice": "Choose a subcategory from the list"},
    )
    subject = forms.CharField(
        max_length=SUBJECT_LENGTH, strip=False, error_messages={"required": "Write a subject"}
    )
    description = forms.CharField(
        label="What happened?",
        max_length=TEXT_LENGTH,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="What you did, what you saw, and when it began. Any error message helps.",
        error_messages={"required": "Write what happened"},
    )
    priority = forms.TypedChoiceField(
        label="How much does it affect you?",
        choices=Priority.choices,
        coerce=lambda value: Priority(int(value)),
        initial=Priority.NORMAL,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose how much it affects you"},
    )
    submission_key = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)
    follow_up_of = forms.CharField(required=False, max_length=25, widget=forms.HiddenInput)
    # Fresh uploads that are sent along (`tickets.file_forms.take_files`).
    attachments: Sequence[Attachment] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["category"].widget.attrs |= {
            "hx-get": reverse_lazy("tickets:subcategories"),
            "hx-trigger": "change",
            "hx-include": "#id_subcategory",
            "hx-target": "#div_id_subcategory",
            "hx-swap": "outerHTML",
        }
        self.fields["description"].widget.attrs |= {
            "hx-post": reverse_lazy("tickets:create-preview"),
            "hx-trigger": "input delay:500ms",
            "hx-params": "description",
            "hx-target": "#description-preview",
            "hx-sync": "this:replace",
            "data-preview": True,
        }
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.layout = Layout(
            Div("category", Field("subcategory", wrapper_class="unmarked"), css_class="pair mb-3"),
            "subject",
            "description",
            HTML('{% include "tickets/_preview_box.html" with kind="description" %}'),
            Field("priority", template="tickets/_priority_field.html"),
            HTML('{% include "tickets/_files_field.html" %}'),
            "submission_key",
            "follow_up_of",
        )

    def clean_subject(self) -> str:
        subject = self.cleaned_data["subject"]
        if not subject.strip():
            raise ValidationError("Write a subject")
        if len(subject.splitlines()) > 1:
            raise ValidationError("Write the subject on one line")
        return _kept("subject", subject, SUBJECT_LENGTH)

    def clean_description(self) -> str:
        description = self.cleaned_data["description"]
        if not description.strip():
            raise ValidationError("Write what happened")
        return _kept("description", description, TEXT_LENGTH)

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        category, subcategory = data.get("category"), data.get("subcategory")
        if category and subcategory and subcategory.parent_id != category.pk:
            self.add_error("subcategory", f"Choose a subcategory of {category.name}")
        elif category and "subcategory" in data and not subcategory and has_parts(category):
            self.add_error("subcategory", "Choose a subcategory")
        return data

    def idempotency_key(self) -> uuid.UUID | None:
        """Return the key of this page with this content.

        Who goes back and writes something else means a second ticket, not the first one again.
        """
        data = self.cleaned_data
        chosen = data["subcategory"] or data["category"]
        content = [data["subject"], data["description"], chosen.pk, data["priority"].value]
        return content_key(data["submission_key"], *content)


def has_parts(category: Category) -> bool:
    """Return whether there are subcategories to choose from."""
    return Category.objects.active().filter(parent=category).exists()


class SubcategoryForm(forms.Form):
    """The one field that follows the choice of a category."""

    subcategory = SubcategoryField(
        queryset=Category.objects.none(), empty_label="Choose a subcategory", required=False
    )

    def __init__(self, category: Category | None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        parts = Category.objects.active().filter(parent=category, parent__isnull=False)
        cast("SubcategoryField", self.fields["subcategory"]).queryset = parts
        self.has_choices = parts.exists()
        self.helper = FormHelper()
        self.helper.form_tag = False
        self.helper.disable_csrf = True
        self.helper.layout = Layout(Field("subcategory", wrapper_class="unmarked"))


def content_key(page: uuid.UUID | None, *content: object) -> uuid.UUID | None:
    """Return the key of a page with what was written on it: sent twice, it is one message.

    Who goes back and writes something else means a second one.
    """
    return uuid.uuid5(page, json.dumps(content)) if page else None


class ReplyForm(forms.Form):
    """A message of the customer's on their ticket. `submission_key` is made with the page."""

    body = forms.CharField(
        label="Your reply",
        max_length=TEXT_LENGTH,
        strip=False,
        widget=forms.Textarea,
        error_messages={"required": "Write a reply"},
    )

    submission_key = forms.UUIDField(required=False, initial=uuid.uuid4, widget=forms.HiddenInput)

    def idempotency_key(self, ticket: Ticket) -> uuid.UUID | None:
        """Return the key of this page with this text on this ticket."""
        data = self.cleaned_data
        return content_key(data["submission_key"], ticket.pk, data["body"])

    def clean_body(self) -> str:
        body = self.cleaned_data["body"]
        if not body.strip():
            raise ValidationError(self.fields["body"].error_messages["required"])
        return _kept("body", body, TEXT_LENGTH)


class PersonForm(forms.Form):
    """Somebody who shall follow a ticket, and what the others read as their name."""

    email = forms.CharField(
        label="E-mail",
        max_length=EMAIL_LENGTH,
        error_messages={"required": "Write an e-mail address"},
    )
    name = forms.CharField(label="Name", max_length=NAME_LENGTH, required=False)

    def clean_name(self) -> str:
        return _kept("name", self.cleaned_data["name"], NAME_LENGTH)


class ReopenForm(ReplyForm):
    """Saying that it is not solved, and what is still wrong."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["body"].label = "What is still wrong?"
        self.fields["body"].error_messages["required"] = "Say what is still wrong"


class RatingForm(forms.Form):
    """One of the five faces, and a few words."""

    score = forms.TypedChoiceField(
        label="How was our help?",
        choices=Score.choices,
        coerce=int,
        widget=forms.RadioSelect,
        error_messages={
            "required": "Choose one of the five faces",
            "invalid_choice": "Choose one of the five faces",
        },
    )
    comment = forms.CharField(
        label="Anything to add?",
        max_length=COMMENT_LENGTH,
        strip=False,
        required=False,
        widget=forms.Textarea,
    )

    def clean_comment(self) -> str:
        return _kept("comment", self.cleaned_data["comment"], COMMENT_LENGTH)


def add_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put what a service refused where the form shows it: beside the field, or above all."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        field = FORM_NAMES.get(name, name)
        form.add_error(field if field in form.fields else None, errors)


def _kept(field: str, text: str, max_length: int) -> str:
    """Return the text as it was sent; raise `ValidationError` for what can't be stored."""
    try:
        return check_text(field, text, max_length=max_length, required=False)
    except ValidationError as error:
        raise ValidationError(error.messages) from error
