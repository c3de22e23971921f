import pytest

from accounts.tests.test_desk_ui import SPRITE
from tickets.choices import Priority, Status
from tickets.templatetags import ticket_tags


@pytest.mark.parametrize("status", Status.values)
def test_status_badge_names_the_status_with_an_icon_that_exists(status):
    html = ticket_tags.status_badge(status)

    assert Status(status).label in html
    assert f'id="i-{ticket_tags.STATUS_LOOKS[status].icon}"' in SPRITE


def test_customers_read_their_own_words():
    assert "Waiting for you" in ticket_tags.status_badge("Waiting on Customer", as_customer=True)
    assert "Received" in ticket_tags.status_badge("Pending", as_customer=True)
    assert ticket_tags.customer_status("Assigned") == "In progress"


@pytest.mark.parametrize("priority", Priority)
def test_priority_mark_always_has_a_name_and_a_sentence(priority):
    look = ticket_tags.PRIORITY_LOOKS[priority]

    assert priority.label in ticket_tags.priority_mark(priority)
    assert f'aria-label="{priority.label} priority"' in ticket_tags.priority_mark(
        priority, text=False
    )
    assert f'id="i-{look.icon}"' in SPRITE
    assert ticket_tags.priority_sentence(priority) == look.sentence


def test_an_unknown_status_is_a_fault_not_an_empty_badge():
    with pytest.raises(ValueError, match="pending"):
        ticket_tags.status_badge("pending")
