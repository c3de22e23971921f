"""Policies as a real desk has them, and clocks for the demo's tickets."""

from sla.models import EscalationLevel, Policy, PolicyVersion
from sla.services import ask, begin_with
from tickets.choices import Priority, Status
from tickets.models import Ticket

# Name, position, priority, then working minutes: first reply, next reply, resolution.
POLICIES = (
    ("Urgent", 10, Priority.URGENT, 60, 120, 8 * 60),
    ("High", 20, Priority.HIGH, 4 * 60, 4 * 60, 24 * 60),
)
# With their whole story; the others get clocks from now on, in the background.
MOST_OPEN, MOST_DONE = 600, 400


def promise() -> None:
    """Add policies for urgent and high tickets, beside the one that ships."""
    standard = Policy.objects.filter(name="Standard", current__isnull=False).first()
    if standard is None or standard.current is None:
        return
    for name, position, priority, first, following, resolution in POLICIES:
        if Policy.objects.filter(name=name).exists():
            continue
        policy = Policy.objects.create(name=name, position=position)
        policy.current = PolicyVersion.objects.create(
            policy=policy,
            number=1,
            calendar=standard.current.calendar,
            first_response=first,
            next_response=following,
            resolution=resolution,
            pauses=[Status.WAITING, Status.ON_HOLD],
            conditions={"priorities": [priority]},
        )
        policy.save()
        EscalationLevel.objects.create(policy=policy, amount=75, unit="percent")
        EscalationLevel.objects.create(policy=policy, amount=100, unit="percent", tell_lead=True)


def wind_up() -> None:
    """Let the newest tickets have the clocks that their stories make."""
    rows = Ticket.objects.present().filter(sla_terms__isnull=True)
    rows = rows.select_related("customer__organization", "category__parent").order_by("-pk")
    begin_with([*rows.open()[:MOST_OPEN], *rows.done()[:MOST_DONE]])
    ask()
