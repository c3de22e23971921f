"""The shape of what people type about themselves; the rules are in `accounts.services`."""

import zoneinfo
from functools import cache
from typing import Any

from crispy_forms.bootstrap import StrictButton
from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.conf import settings

from accounts.models import EMAIL_LENGTH, NAME_LENGTH, PHONE_LENGTH, User
from accounts.services import PASSWORD_LENGTH

REGIONS = (
    "Africa",
    "America",
    "Antarctica",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
)
PASSWORD_HELP = "At least 8 characters. Three unrelated words work well."  # noqa: S105


class PasswordField(forms.CharField):
    """A password as it is typed: no trimming, pasting allowed, `Show` beside it."""

    def __init__(self, *, label: str, autocomplete: str, help_text: str = "") -> None:
        widget = forms.PasswordInput(attrs={"autocomplete": autocomplete})
        super().__init__(
            label=label,
            help_text=help_text,
            widget=widget,
            strip=False,
            max_length=PASSWORD_LENGTH,
            error_messages={"required": "Type a password."},
        )


class EmailField(forms.CharField):
    """An address; the services say what is wrong with it."""

    def __init__(self, *, label: str = "E-mail", autocomplete: str = "email") -> None:
        attrs = {"autocomplete": autocomplete, "autocapitalize": "none", "spellcheck": "false"}
        super().__init__(
            label=label,
            max_length=EMAIL_LENGTH,
            widget=forms.EmailInput(attrs=attrs),
            error_messages={"required": "Type your full e-mail address."},
        )


class ZoneSelect(forms.Select):
    """A select drawn by one template."""

    template_name = "accounts/_zone_select.html"


class AccountForm(forms.Form):
    """A form of its own on a page; `button` is what it does, in words."""

    button = "Save"
    busy = "Saving…"
    css_class = "card-d auth"

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.template = "accounts/_form.html"
        helper.form_class = self.css_class
        helper.attrs = {"novalidate": True}
        helper.layout = Layout(
            *[self._laid_out(name) for name in self.fields],
            StrictButton(
                self.button, type="submit", css_class="btn-primary", **{"data-busy": self.busy}
            ),
        )
        return helper

    def _laid_out(self, name: str) -> Field:
        if isinstance(self.fields[name], PasswordField):
            return Field(name, template="accounts/_password_field.html")
        if name == "website":
            return Field(name, template="accounts/_trap_field.html")
        return Field(name)


class PublicForm(AccountForm):
    """A form that anybody may send. People don't see `website`; programs fill it in."""

    website = forms.CharField(required=False, label="Leave this empty")

    @property
    def is_from_a_program(self) -> bool:
        return bool(self.cleaned_data.get("website"))


class SignInForm(AccountForm):
    """User id or address, and password."""

    button, busy = "Sign in", "Signing in…"
    links_to_reset = True

    username = forms.CharField(
        label="User id or e-mail",
        max_length=EMAIL_LENGTH,
        error_messages={"required": "Type your user id or e-mail address."},
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autocapitalize": "none",
                "spellcheck": "false",
                "autofocus": True,
            }
        ),
    )
    password = PasswordField(label="Password", autocomplete="current-password")
    remember = forms.BooleanField(required=False, label="Keep me signed in on this device")


class RegisterForm(PublicForm):
    """Name, address, password."""

    button, busy = "Create account", "Creating…"
    field_order = ["name", "email", "password", "website"]

    name = forms.CharField(
        label="Your name",
        max_length=NAME_LENGTH,
        error_messages={"required": "Type your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    email = EmailField()
    password = PasswordField(label="Password", autocomplete="new-password", help_text=PASSWORD_HELP)


class PasswordResetForm(PublicForm):
    """The address that the link goes to."""

    button, busy = "Send the link", "Sending…"
    field_order = ["email", "website"]

    email = EmailField(autocomplete="username")


class SetPasswordForm(AccountForm):
    """A new password, by a link from a mail."""

    button = "Set password"

    password = PasswordField(
        label="New password", autocomplete="new-password", help_text=PASSWORD_HELP
    )


class ConfirmForm(AccountForm):
    """Nothing to fill in: one button."""

    busy = "Confirming…"

    def __init__(self, *args: Any, button: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.button = button


class ChangePasswordForm(AccountForm):
    """The present password and the next one."""

    button = "Change password"

    current_password = PasswordField(label="Present password", autocomplete="current-password")
    password = PasswordField(
        label="New password", autocomplete="new-password", help_text=PASSWORD_HELP
    )


class ChangeEmailForm(AccountForm):
    """The next address, and the password to make sure."""

    button, busy = "Send the links", "Sending…"

    email = EmailField(label="New e-mail address")
    current_password = PasswordField(label="Your password", autocomplete="current-password")


class ProfileForm(AccountForm):
    """What people may change about themselves at once."""

    button = "Save"

    name = forms.CharField(
        label="Your name",
        max_length=NAME_LENGTH,
        error_messages={"required": "Type your name."},
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label="Phone",
        max_length=PHONE_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = user.time_zone if user.time_zone not in known_zones() else ""
        extra = [(kept, kept)] if kept else []
        choices = [("", f"The desk's ({settings.TIME_ZONE})"), *extra, *zones_by_region()]
        self.fields["time_zone"] = forms.ChoiceField(
            label="Time zone",
            required=False,
            choices=choices,
            widget=ZoneSelect,
            help_text="Times are shown in it, on pages and in mails.",
        )


@cache
def known_zones() -> frozenset[str]:
    """Return the names of the zones that the list offers: `Europe/Berlin`."""
    names = zoneinfo.available_timezones()
    return frozenset(name for name in names if name.split("/")[0] in REGIONS) | {"UTC"}


@cache
def zones_by_region() -> list[tuple[str, list[tuple[str, str]]] | tuple[str, str]]:
    """Return the choices of the list, grouped by continent."""
    groups: list[tuple[str, list[tuple[str, str]]] | tuple[str, str]] = [("UTC", "UTC")]
    for region in REGIONS:
        names = sorted(name for name in known_zones() if name.startswith(f"{region}/"))
        places = [(name, name.partition("/")[2].replace("_", " ")) for name in names]
        groups.append((region, places))
    return groups
