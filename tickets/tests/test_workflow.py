import pytest
from django.core.exceptions import ValidationError

from accounts.choices import Role
from tickets.choices import Status
from tickets.workflow import TRANSITIONS, allowed_transitions, check_transition


def test_every_status_has_a_row_and_leads_only_to_statuses():
    assert set(TRANSITIONS) == set(Status)
    assert all(set(row) <= set(Status) for row in TRANSITIONS.values())


def test_what_a_technician_may_do_an_admin_may_too():
    for row in TRANSITIONS.values():
        assert all(Role.ADMIN in roles for roles in row.values())


@pytest.mark.parametrize(
    ("before", "role", "after"),
    [
        (Status.PENDING, Role.TECHNICIAN, []),
        (Status.PENDING, Role.ADMIN, [Status.ON_HOLD, Status.RESOLVED, Status.CLOSED]),
        (Status.RESOLVED, Role.CUSTOMER, [Status.IN_PROGRESS, Status.CLOSED]),
        (Status.CLOSED, Role.TECHNICIAN, [Status.IN_PROGRESS]),
        (Status.ASSIGNED, Role.CUSTOMER, []),
    ],
)
def test_where_a_role_may_move_a_ticket(before, role, after):
    assert allowed_transitions(before, role) == after


def test_the_refusal_says_what_is_possible():
    with pytest.raises(ValidationError) as refusal:
        check_transition(Status.CLOSED, Status.ON_HOLD, Role.TECHNICIAN)
    assert refusal.value.message_dict["status"] == [
        "A ticket that is Closed can't become On Hold. Possible now: In Progress."
    ]


def test_the_desk_itself_may_do_what_anyone_may_and_no_more():
    check_transition(Status.RESOLVED, Status.CLOSED, None)
    with pytest.raises(ValidationError):
        check_transition(Status.CLOSED, Status.ON_HOLD, None)
