"""Shape of input only."""

from typing import Any, cast

from django import forms

from accounts.models import User
from notifications.messages import optional_for


class PreferencesForm(forms.Form):
    """One box for each mail that can be turned off; ticked: send it."""

    wanted = forms.MultipleChoiceField(
        label="Send me a mail about",
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "form-check-input"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        muted = set(user.muted_messages.values_list("message", flat=True))
        messages = optional_for(user)
        kwargs["initial"] = {"wanted": [m.name for m in messages if m.name not in muted]}
        super().__init__(*args, **kwargs)
        wanted = cast("forms.MultipleChoiceField", self.fields["wanted"])
        wanted.choices = [(m.name, m.optional) for m in messages]
