"""What an admin types about tickets."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from accounts.admin_base import ServiceForm
from accounts.choices import Role
from accounts.models import EMAIL_LENGTH, Team, User
from tickets.choices import Status
from tickets.forms import FORM_NAMES
from tickets.models import Category, Ticket
from tickets.workflow import allowed_transitions

CHANGEABLE = ("status", "team", "technician", "priority", "category", "resolution_summary")


class CustomerField(forms.CharField):
    """A customer by number (CUS0001) or e-mail address; no list to load."""

    def clean(self, value: Any) -> User | None:
        typed = super().clean(value).strip()
        known = User.objects.active().customers()
        found = known.filter(Q(public_id=typed.upper()) | Q(email=typed.lower())).first()
        if typed and found is None:
            raise ValidationError("There is no customer with this number or address.")
        return found


class NewTicketForm(ServiceForm):
    """A ticket that an admin raises for a customer."""

    names_in_services = FORM_NAMES

    customer = CustomerField(
        max_length=EMAIL_LENGTH, help_text="Number (CUS0001) or e-mail address of the customer."
    )

    class Meta:
        model = Ticket
        fields = ["customer", "subject", "description", "category", "priority"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["subject"].required = False
        fields["subject"].help_text = "Empty: the first words of the description."
        fields["category"].required = True
        fields["category"].queryset = Category.objects.active().in_tree_order()


class TicketForm(ServiceForm):
    """What an admin may change, and the version that they look at."""

    names_in_services = FORM_NAMES

    version = forms.IntegerField(widget=forms.HiddenInput)

    class Meta:
        model = Ticket
        fields = [*CHANGEABLE, "version"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        if "status" not in fields:
            return
        now = Status(self.instance.status)
        reachable = [now, *allowed_transitions(now, Role.ADMIN)]
        fields["status"].choices = [(status, status.label) for status in reachable]
        fields["technician"].queryset = User.objects.filter(
            Q(pk__in=User.objects.active().technicians()) | Q(pk=self.instance.technician_id)
        )
        fields["technician"].empty_label = "Nobody"
        active = Q(is_active=True) | Q(pk=self.instance.team_id)
        fields["team"].queryset = Team.objects.filter(active)
        fields["team"].empty_label = "No team"
        fields["category"].queryset = Category.objects.in_tree_order()
        fields["category"].empty_label = self.instance.category_text or "No category"


class AssignForm(forms.Form):
    technician = forms.ModelChoiceField(User.objects.none())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: Any = self.fields
        fields["technician"].queryset = User.objects.active().technicians()
