"""Shapes of canned responses and macros; the services check what they say."""

from typing import Any

from django import forms

from accounts.models import Team, User
from technicians.models import CannedResponse, Macro
from tickets.models import Category

SHARED = ["title", "folder", "audience", "team"]


class SharedForm(forms.ModelForm):
    """What both have; `writer` is who fills it in."""

    def __init__(self, *args: Any, writer: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        teams = Team.objects.all() if writer.is_admin else Team.objects.of(writer)
        fields: Any = self.fields
        fields["team"].queryset = teams
        fields["team"].empty_label = "None"
        fields["team"].help_text = "Where a team can use it: which one."
        fields["audience"].label = "Who can use it"
        if not writer.is_admin:
            kept = [pair for pair in fields["audience"].choices if pair[0] != "everyone"]
            fields["audience"].choices = kept
        for name, field in fields.items():
            control = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            if not isinstance(field.widget, forms.CheckboxInput):
                field.widget.attrs["class"] = control
            if field.help_text:
                field.widget.attrs["aria-describedby"] = f"{name}-help"

    def _post_clean(self) -> None:
        """Nothing: the services check, and store a row of their own."""


class CannedForm(SharedForm):
    class Meta:
        model = CannedResponse
        fields = [*SHARED, "body"]
        labels = {"body": "Text"}
        widgets = {"body": forms.Textarea(attrs={"rows": 10})}


class MacroForm(SharedForm):
    class Meta:
        model = Macro
        fields = [
            *SHARED,
            "to_me",
            "to_team",
            "priority",
            "category",
            "tags",
            "note",
            "reply",
            "status",
            "resolution_summary",
        ]
        widgets = {
            "note": forms.Textarea(attrs={"rows": 3}),
            "reply": forms.Textarea(attrs={"rows": 6}),
            "resolution_summary": forms.Textarea(attrs={"rows": 2}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["category"].queryset = Category.objects.active().in_tree_order()
        fields["category"].empty_label = "As it is"
        fields["to_team"].queryset = Team.objects.active()
        fields["to_team"].empty_label = "As it is"
        for name in ("priority", "status"):
            others = [pair for pair in fields[name].choices if pair[0] != ""]
            fields[name].choices = [("", "As it is"), *others]
