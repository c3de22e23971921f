"""Which policy a ticket goes by."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from accounts.compiled import CompiledObjects
from sla.arithmetic import Stretch, reach
from sla.choices import ClockKind
from sla.course import Terms
from sla.models import EscalationLevel, Policy, PolicyVersion, TicketTerms
from tickets.choices import Channel, Priority
from tickets.models import Ticket


@dataclass(frozen=True)
class Choice:
    """A policy and why it holds, or why it doesn't; `is_later`: one before it holds already."""

    policy: Policy
    holds: bool
    because: str
    is_later: bool = False


def active_policies() -> list[Policy]:
    """Return the policies in their order, each with what new tickets go by."""
    return POLICIES.objects()


# Asked with every ticket that is raised or moved.
POLICIES = CompiledObjects(
    lambda _: Policy.objects.filter(is_active=True, current__isnull=False).select_related(
        "current__calendar__current"
    )
)
LEVELS = CompiledObjects(lambda policy: EscalationLevel.objects.filter(policy=policy))


def choose(ticket: Ticket, policies: Sequence[Policy] | None = None) -> PolicyVersion | None:
    """Return the first policy whose conditions the ticket meets, as it is now."""
    for policy in active_policies() if policies is None else policies:
        version = policy.current
        if version is not None and misses(version, ticket) is None:
            return version
    return None


def explain_choice(ticket: Ticket) -> list[Choice]:
    """Return each active policy in their order, with the reasons in words."""
    found: list[Choice] = []
    for policy in active_policies():
        version = policy.current
        assert version is not None
        missed = misses(version, ticket)
        is_later = any(choice.holds for choice in found)
        because = missed or matches_in_words(version)
        found.append(Choice(policy, missed is None and not is_later, because, is_later))
    return found


def promised_reply(ticket: Ticket, now: datetime) -> datetime | None:
    """Return by when a ticket that is raised now, as it stands, has its first reply.

    None where no policy is for it, or the policy says nothing of first replies.
    """
    version = choose(ticket)
    target = version.target(ClockKind.FIRST_RESPONSE) if version else None
    calendar = version.calendar.current if version else None
    if target is None or calendar is None:
        return None
    return reach(target, [Stretch(now, None, calendar.hours)])


def asks_for_tags() -> bool:
    """Whether an active policy is for some tags only."""
    versions = [policy.current for policy in active_policies()]
    return any(version is not None and version.conditions.get("tags") for version in versions)


def _tags_of(ticket: Ticket) -> set[int]:
    """Return the keys of the ticket's tags, prefetched or asked for; a new one has none."""
    if ticket.pk is None:
        return set()
    return {row.tag_id for row in ticket.tag_rows.all()}


def misses(version: PolicyVersion, ticket: Ticket) -> str | None:
    """Return which condition the ticket does not meet, in words; None: it meets all of them."""
    conditions = version.conditions
    category = ticket.category
    family = {category.pk, category.parent_id} if category else set()
    checks = (
        ("categories", family, f"its category is {ticket.category_label}"),
        ("priorities", {ticket.priority}, f"its priority is {ticket.priority_label}"),
        (
            "organizations",
            {ticket.customer.organization_id},
            f"its organisation is {ticket.customer.organization or 'none'}",
        )
        if conditions.get("organizations")
        else ("organizations", set(), ""),
        ("channels", {ticket.channel}, f"it came by {Channel(ticket.channel).label}"),
        ("tags", _tags_of(ticket), "it has none of the policy's tags")
        if conditions.get("tags")
        else ("tags", set(), ""),
    )
    for key, has, sentence in checks:
        wanted = conditions.get(key)
        if wanted and not has & set(wanted):
            return sentence
    return None


def matches_in_words(version: PolicyVersion) -> str:
    """Return what the policy asks for, as a reason."""
    conditions = version.conditions
    words = []
    if conditions.get("categories"):
        words.append("its category is among those of the policy")
    if wanted := conditions.get("priorities"):
        words.append(f"its priority is {' or '.join(Priority(one).label for one in wanted)}")
    if conditions.get("organizations"):
        words.append("its organisation is among those of the policy")
    if wanted := conditions.get("channels"):
        words.append(f"it came by {' or '.join(Channel(one).label for one in wanted)}")
    if conditions.get("tags"):
        words.append("it has one of the policy's tags")
    return " and ".join(words) or "the policy is for every ticket"


def levels_of(version: PolicyVersion | None) -> list[EscalationLevel]:
    """Return the escalation levels of a version's policy."""
    if version is None:
        return []
    return LEVELS.objects(version.policy_id)


def terms_of(version: PolicyVersion | None) -> Terms:
    """Return what a ticket that takes up a policy's version goes by."""
    if version is None:
        return Terms()
    return Terms(version, version.calendar.current, levels_of(version))


def kept_terms(row: TicketTerms) -> Terms:
    """Return what a ticket has gone by until now."""
    version = row.policy_version
    return Terms(version, row.calendar_version, levels_of(version))
