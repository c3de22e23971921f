"""Addresses that mails come back from."""

from django.db import transaction

from accounts.choices import AccountEventType
from accounts.models import AddressFault, User
from accounts.services.events import record


@transaction.atomic
def note_address_fault(person: User, *, reason: str) -> None:
    """Write down that the person's address takes no mail, in the words of its mail server."""
    fault, is_new = AddressFault.objects.update_or_create(
        email=person.email, defaults={"reason": reason[:300]}
    )
    if is_new:
        record(person, AccountEventType.ADDRESS_FAILED, changes={"reason": fault.reason})


def forget_address_fault(email: str) -> None:
    """A mail came from the address, or somebody says that it works again."""
    AddressFault.objects.filter(email=email).delete()
