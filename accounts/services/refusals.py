"""Who asked for what they have no right to."""

from django.db import transaction

from accounts.choices import AccountEventType
from accounts.models import User
from accounts.rate_limits import Rate, hit
from accounts.services.events import record

# Whoever sweeps through all numbers leaves this many rows an hour, not millions.
NOTED = Rate(20, 3600)


def note_refusal(user: User, *, method: str, route: str, about: str, status: int) -> bool:
    """Record that somebody signed in was refused; False where enough were recorded this hour.

    `about` is the number in the address (`TKT0042`), never the address itself or what was sent.
    Call it outside of a transaction.
    """
    if hit("refused", str(user.pk), NOTED):
        return False
    changes = {"method": method, "route": route, "about": about, "status": status}
    with transaction.atomic():
        record(user, AccountEventType.REFUSED, actor=user, changes=changes)
    return True
