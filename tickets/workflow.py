"""Where a ticket may go next, and by whom: pure data and two questions; no database."""

from collections.abc import Iterable

from django.core.exceptions import ValidationError

from accounts.choices import STAFF_ROLES, Role
from tickets.choices import Status

_TECHNICIAN = frozenset(STAFF_ROLES)
_ADMIN = frozenset({Role.ADMIN})
_EVERYONE = frozenset(Role)

# TRANSITIONS[from][to] = the roles that may do it. A technician means: the one it is assigned to.
# Assigning and unassigning (to Assigned, back to Pending) are verbs of their own beside it.
TRANSITIONS: dict[Status, dict[Status, frozenset[Role]]] = {
    Status.PENDING: {
        Status.ON_HOLD: _ADMIN,
        Status.RESOLVED: _ADMIN,
        Status.CLOSED: _ADMIN,
    },
    Status.ASSIGNED: {
        Status.PENDING: _ADMIN,
        Status.IN_PROGRESS: _TECHNICIAN,
        Status.WAITING: _TECHNICIAN,
        Status.ON_HOLD: _TECHNICIAN,
        Status.RESOLVED: _TECHNICIAN,
        Status.CLOSED: _TECHNICIAN,
    },
    Status.IN_PROGRESS: {
        Status.PENDING: _ADMIN,
        Status.WAITING: _TECHNICIAN,
        Status.ON_HOLD: _TECHNICIAN,
        Status.RESOLVED: _TECHNICIAN,
        Status.CLOSED: _TECHNICIAN,
    },
    Status.WAITING: {
        Status.PENDING: _ADMIN,
        Status.IN_PROGRESS: _EVERYONE,  # a customer's reply moves it on
        Status.ON_HOLD: _TECHNICIAN,
        Status.RESOLVED: _TECHNICIAN,
        Status.CLOSED: _TECHNICIAN,
    },
    Status.ON_HOLD: {
        Status.PENDING: _ADMIN,
        Status.IN_PROGRESS: _TECHNICIAN,
        Status.WAITING: _TECHNICIAN,
        Status.RESOLVED: _TECHNICIAN,
        Status.CLOSED: _TECHNICIAN,
    },
    Status.RESOLVED: {
        Status.IN_PROGRESS: _EVERYONE,
        Status.CLOSED: _EVERYONE,
    },
    Status.CLOSED: {
        Status.IN_PROGRESS: _EVERYONE,
    },
}


def allowed_transitions(status: str, role: str) -> list[Status]:
    """Return where somebody of `role` may move a ticket that is in `status`, in table order."""
    return [to for to, roles in TRANSITIONS[Status(status)].items() if role in roles]


def check_transition(before: str, after: str, role: str | None) -> None:
    """Raise `ValidationError` unless `role` may move a ticket from `before` to `after`.

    `role` is None for the desk itself, which may do whatever anyone may.
    """
    roles = TRANSITIONS[Status(before)].get(Status(after), frozenset())
    if (role is None and roles) or role in roles:
        return
    choices = _sentence(allowed_transitions(before, role or Role.ADMIN))
    raise ValidationError(
        {"status": f"A ticket that is {before} can't become {after}. {choices}"},
        code="transition",
    )


def _sentence(statuses: Iterable[Status]) -> str:
    names = [str(status.value) for status in statuses]
    return f"Possible now: {', '.join(names)}." if names else "Nothing is possible from there."
