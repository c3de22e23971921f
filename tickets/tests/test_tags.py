"""Tags: words of the desk on tickets."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.models import AccountEvent
from accounts.tests.factories import AdminFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import EventType
from tickets.models import Tag, TicketEvent
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def priya():
    return TechnicianFactory().user


@pytest.fixture
def ticket(priya):
    return TicketFactory(technician=priya, status="Assigned")


def names(ticket):
    return sorted(ticket.tag_rows.values_list("tag__name", flat=True))


def test_a_word_becomes_a_tag_once_whatever_its_capitals(ticket, priya):
    first = services.add_tag(ticket, name=" #VPN  outage ", actor=priya)
    again = services.add_tag(ticket, name="vpn outage", actor=priya)
    assert first == again
    assert names(ticket) == ["VPN outage"]
    events = TicketEvent.objects.filter(ticket=ticket, type=EventType.TAGGED)
    assert [event.changes for event in events] == [{"tag": [None, "VPN outage"]}]


def test_tagging_leaves_the_version_alone(ticket, priya):
    services.add_tag(ticket, name="vpn", actor=priya)
    before = ticket.version
    ticket.refresh_from_db()
    assert ticket.version == before


@pytest.mark.parametrize("name", ["", "  #  ", "a, b", "x" * 41, "nul\x00"])
def test_what_is_no_tag_is_refused(ticket, priya, name):
    with pytest.raises(ValidationError) as refusal:
        services.add_tag(ticket, name=name, actor=priya)
    assert "name" in refusal.value.message_dict


def test_only_who_writes_notes_there_tags(ticket):
    colleague = TechnicianFactory().user
    for person in (ticket.customer, colleague):
        with pytest.raises(PermissionDenied):
            services.add_tag(ticket, name="vpn", actor=person)
    services.add_watcher(ticket, user=colleague, actor=ticket.technician)
    services.add_tag(ticket, name="vpn", actor=colleague)


def test_a_ticket_has_so_many_tags_and_no_more(ticket, priya):
    for number in range(services.MOST_TAGS):
        services.add_tag(ticket, name=f"tag {number}", actor=priya)
    with pytest.raises(ValidationError, match="at most 20 tags"):
        services.add_tag(ticket, name="one more", actor=priya)


def test_take_a_tag_off(ticket, priya):
    tag = services.add_tag(ticket, name="vpn", actor=priya)
    assert services.remove_tag(ticket, tag=tag, actor=priya) is True
    assert services.remove_tag(ticket, tag=tag, actor=priya) is False
    assert names(ticket) == []
    assert TicketEvent.objects.filter(type=EventType.UNTAGGED).count() == 1


def test_rename(ticket, priya, admin):
    tag = services.add_tag(ticket, name="vnp", actor=priya)
    services.create_tag(name="wifi", actor=admin)
    with pytest.raises(PermissionDenied):
        services.rename_tag(tag, name="vpn", actor=priya)
    with pytest.raises(ValidationError, match="merge the two"):
        services.rename_tag(tag, name="WiFi", actor=admin)
    services.rename_tag(tag, name="vpn", actor=admin)
    services.rename_tag(tag, name="VPN", actor=admin)
    assert names(ticket) == ["VPN"]
    told = AccountEvent.objects.filter(type="tag_changed").order_by("id").first()
    assert told.changes == {"tag": "vpn", "name": ["vnp", "vpn"]}


def test_merge_keeps_every_ticket_once(ticket, priya, admin):
    both, only = ticket, TicketFactory(technician=priya, status="Assigned")
    old = services.add_tag(both, name="vnp", actor=priya)
    new = services.add_tag(both, name="vpn", actor=priya)
    services.add_tag(only, name="vnp", actor=priya)
    services.merge_tags(old, into=new, actor=admin)
    assert (names(both), names(only)) == (["vpn"], ["vpn"])
    assert not Tag.objects.named("vnp").exists()
    with pytest.raises(ValidationError, match="gone"):
        services.merge_tags(old, into=new, actor=admin)
    with pytest.raises(ValidationError, match="itself"):
        services.merge_tags(new, into=new, actor=admin)


def test_delete(ticket, priya, admin):
    tag = services.add_tag(ticket, name="vpn", actor=priya)
    services.delete_tag(tag, actor=admin)
    assert names(ticket) == []
