"""Merging customers: what moves, what is refused, and that undoing brings exactly that back."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import AccountEvent, User
from accounts.services import (
    InvalidCredentials,
    check_credentials,
    customer_at,
    delete_organization,
    delete_user,
    reactivate_user,
)
from accounts.tests.api.clients import client_of
from accounts.tests.factories import (
    PASSWORD,
    AdminFactory,
    CustomerFactory,
    OrganizationFactory,
)
from mailboxes.tests.letters import bring, letter, sent
from notifications.models import Delivery
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import CustomerMerge, Rating, Ticket, TicketEvent
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return AdminFactory(name="Alex Admin")


@pytest.fixture
def priya():
    return TechnicianFactory(user__name="Priya Nair", categories=[CategoryFactory()]).user


@pytest.fixture
def old():
    return CustomerFactory(name="Amara Okafor", email="amara@old.example.org")


@pytest.fixture
def new():
    return CustomerFactory(name="Amara O.", email="amara@example.org")


@pytest.fixture
def other():
    return CustomerFactory(name="Ben Ito")


def raise_ticket(customer, text="It is slow", **fields):
    return services.create_ticket(
        customer=customer, actor=customer, description=text, category_text="Other", **fields
    )


def who(ticket):
    return Ticket.objects.get(pk=ticket.pk).customer


def test_tickets_notes_ratings_and_what_they_follow_move(old, new, other, admin, priya):
    mine, theirs = raise_ticket(old), raise_ticket(other)
    services.assign_ticket(mine, technician=priya, actor=admin)
    services.resolve_ticket(mine, actor=priya, resolution_summary="Done")
    services.rate_ticket(Ticket.objects.get(pk=mine.pk), actor=old, score=5)
    services.add_participant(theirs, user=old, actor=admin)
    note = services.add_customer_note(old, body="Phones", actor=admin)
    version = Ticket.objects.get(pk=mine.pk).version
    merge = services.merge_customers(old, target=new, actor=admin)
    assert who(mine) == new
    assert Ticket.objects.get(pk=mine.pk).version == version + 1
    assert list(Ticket.objects.visible_to(new)) == [theirs, mine]
    assert Rating.objects.get().customer == new
    assert list(new.desk_notes.all()) == [note]
    assert not old.participations.exists()
    assert merge.moved["tickets"] == [mine.pk]
    event = TicketEvent.objects.get(ticket=mine, type="customer_changed")
    assert event.changes["numbers"] == [old.desk_id, new.desk_id]
    assert event.actor == admin
    assert set(AccountEvent.objects.filter(actor=admin).values_list("user", "type")) >= {
        (old.pk, "merged"),
        (new.pk, "merged_in"),
    }


def test_customers_read_nothing_of_it(old, new, admin):
    ticket = raise_ticket(old)
    services.merge_customers(old, target=new, actor=admin)
    rows = client_of(new).get(f"/api/tickets/{ticket.ticket_id}/timeline").json()
    assert [row["type"] for row in rows] == ["created"]


def test_the_merged_one_is_out(old, new, admin):
    client = client_of(old)
    assert client.get("/api/me").status_code == 200
    services.merge_customers(old, target=new, actor=admin)
    assert client.get("/api/me").status_code == 401
    with pytest.raises(InvalidCredentials):
        check_credentials(old.email, PASSWORD, address=None)
    with pytest.raises(ValidationError, match="undo that"):
        reactivate_user(old, actor=admin)


def test_no_mail_is_sent(old, new, admin):
    raise_ticket(old)
    Delivery.objects.all().delete()
    services.merge_customers(old, target=new, actor=admin)
    services.undo_customer_merge(old, actor=admin)
    assert not Delivery.objects.exists()


def test_mails_on_their_way_go_to_the_survivor(old, new, admin):
    raise_ticket(old)
    services.merge_customers(old, target=new, actor=admin)
    row = Delivery.objects.get(message="ticket_created")
    assert (row.recipient, row.email) == (new, new.email)


def test_mail_from_the_old_address_is_the_survivors(old, new, admin):
    ticket = raise_ticket(old)
    (receipt,) = sent(old.email)
    services.merge_customers(old, target=new, actor=admin)
    assert customer_at(old.email, name="x", actor=admin) == new
    reply = bring(letter(sender=old.email, in_reply_to=receipt.extra_headers["Message-ID"]))
    assert (reply.outcome, reply.ticket) == ("reply", ticket), reply.trace
    assert reply.comment.author == new
    assert bring(letter(sender=old.email)).ticket.customer == new


def test_the_old_number_leads_to_the_survivor(old, new, other, admin, priya, client):
    ticket = raise_ticket(old)
    services.assign_ticket(ticket, technician=priya, actor=admin)
    services.merge_customers(old, target=new, actor=admin)
    api = client_of(admin)
    row = api.get(f"/api/customers/{old.public_id}").json()
    assert row == {"customer_id": new.public_id, "name": new.name, "email": new.email}
    assert [row["customer_id"] for row in api.get("/api/customers").json()].count(
        old.public_id
    ) == 0
    rows = api.get(f"/api/tickets?customer_id={old.public_id}").json()
    assert [row["ticket_id"] for row in rows] == [ticket.ticket_id]
    own = client_of(new).get(f"/api/tickets/customer/{old.public_id}").json()
    assert [row["customer_id"] for row in own] == [new.public_id]
    assert client_of(new).get(f"/api/customers/{old.public_id}").status_code == 200
    assert client_of(other).get(f"/api/customers/{old.public_id}").status_code == 404
    assert client_of(other).get(f"/api/tickets/customer/{old.public_id}").status_code == 404
    assert client_of(priya).get(f"/api/customers/{old.public_id}/notes").json() == []
    client.force_login(priya)
    page = client.get(f"/desk/customers/{old.public_id}/")
    assert page.url == f"/desk/customers/{new.public_id}/"
    html = client.get(f"/desk/tickets/?view=all&customer={old.public_id}").content.decode()
    assert ticket.ticket_id in html
    assert "merged customers" in client.get(ticket.get_desk_url()).content.decode()


def test_undo_brings_back_exactly_what_moved(old, new, other, admin):
    mine, followed, both = raise_ticket(old), raise_ticket(other), raise_ticket(other)
    for person in (old, new):
        services.add_participant(both, user=person, actor=admin)
    services.add_participant(followed, user=old, actor=admin)
    services.add_participant(mine, user=new, actor=admin)
    own = raise_ticket(new)
    note = services.add_customer_note(old, body="Phones", actor=admin)
    services.merge_customers(old, target=new, actor=admin)
    later = raise_ticket(new)
    assert not mine.participants.exists()
    assert both.participants.count() == 1
    services.undo_customer_merge(old, actor=admin)
    assert [who(ticket) for ticket in (mine, own, later)] == [old, new, new]
    assert {row.ticket_id for row in old.participations.all()} == {followed.pk, both.pk}
    assert {row.ticket_id for row in new.participations.all()} == {mine.pk, both.pk}
    assert list(old.desk_notes.all()) == [note]
    old.refresh_from_db()
    assert old.is_active
    assert old.merged_into is None
    assert check_credentials(old.email, PASSWORD, address=None) == old


def test_undo_respects_what_changed_meanwhile(old, new, other, admin):
    followed, both = raise_ticket(other), raise_ticket(other)
    old.organization = OrganizationFactory()
    old.save()
    for ticket in (followed, both):
        services.add_participant(ticket, user=old, actor=admin)
    services.add_participant(both, user=new, actor=admin)
    note = services.add_customer_note(old, body="Phones", actor=admin)
    services.merge_customers(old, target=new, actor=admin)
    new.refresh_from_db()
    assert new.organization == old.organization
    for ticket in (followed, both):
        services.remove_participant(ticket, user=new, actor=admin)
    services.remove_customer_note(note, actor=admin)
    elsewhere = OrganizationFactory()
    User.objects.filter(pk=new.pk).update(organization=elsewhere)
    services.undo_customer_merge(old, actor=admin)
    assert not old.participations.exists()
    assert not old.desk_notes.exists()
    new.refresh_from_db()
    assert new.organization == elsewhere


def test_a_taken_organisation_goes_back(old, new, admin):
    mine, theirs = OrganizationFactory(), OrganizationFactory()
    User.objects.filter(pk=old.pk).update(organization=mine, phone="123")
    User.objects.filter(pk=new.pk).update(organization=theirs)
    services.merge_customers(old, target=new, actor=admin)
    assert User.objects.get(pk=new.pk).organization == theirs
    assert User.objects.get(pk=new.pk).phone == "123"
    services.undo_customer_merge(old, actor=admin)
    assert User.objects.get(pk=new.pk).phone == ""
    services.merge_customers(old, target=new, actor=admin, take_organization=True)
    assert User.objects.get(pk=new.pk).organization == mine
    services.undo_customer_merge(old, actor=admin)
    assert User.objects.get(pk=new.pk).organization == theirs


def test_what_the_survivor_was_given_stands_in_their_history(old, new, admin):
    mine = OrganizationFactory(name="Larkfield")
    User.objects.filter(pk=old.pk).update(organization=mine, phone="123")
    services.merge_customers(old, target=new, actor=admin)
    services.undo_customer_merge(old, actor=admin)
    there, back = AccountEvent.objects.filter(user=new, type="profile_changed").order_by("id")
    assert there.changes == {"phone": ["", "123"], "organization": ["", "Larkfield"]}
    assert back.changes == {"phone": ["123", ""], "organization": ["Larkfield", ""]}
    assert back.actor == admin


def test_an_organisation_that_was_deleted_meanwhile_does_not_come_back(old, new, admin):
    mine, theirs = OrganizationFactory(), OrganizationFactory()
    User.objects.filter(pk=old.pk).update(organization=mine)
    User.objects.filter(pk=new.pk).update(organization=theirs)
    services.merge_customers(old, target=new, actor=admin, take_organization=True)
    delete_organization(theirs, actor=admin)
    services.undo_customer_merge(old, actor=admin)
    assert User.objects.get(pk=new.pk).organization_id is None


def test_undo_ends_after_thirty_days_and_goes_in_order(old, new, other, admin):
    services.merge_customers(old, target=new, actor=admin)
    services.merge_customers(new, target=other, actor=admin)
    assert User.objects.get(pk=old.pk).merged_into == other
    with pytest.raises(ValidationError, match="undo that first"):
        services.undo_customer_merge(old, actor=admin)
    services.undo_customer_merge(new, actor=admin)
    assert User.objects.get(pk=old.pk).merged_into == new
    later = time_machine.travel(timezone.now() + timedelta(days=31))
    with later, pytest.raises(ValidationError, match="30 days"):
        services.undo_customer_merge(old, actor=admin)
    services.undo_customer_merge(old, actor=admin)
    with pytest.raises(ValidationError, match="not merged"):
        services.undo_customer_merge(old, actor=admin)


def test_what_is_refused(old, new, other, admin, priya):
    unconfirmed = CustomerFactory(email_verified_at=None)
    for source, target in ((old, old), (old, priya), (priya, old), (old, unconfirmed)):
        with pytest.raises(ValidationError):
            services.merge_customers(source, target=target, actor=admin)
    for actor in (old, priya):
        with pytest.raises(PermissionDenied):
            services.merge_customers(old, target=new, actor=actor)
    services.merge_customers(unconfirmed, target=old, actor=admin)
    with pytest.raises(ValidationError, match="already"):
        services.merge_customers(unconfirmed, target=new, actor=admin)
    with pytest.raises(ValidationError, match="already"):
        services.merge_customers(other, target=unconfirmed, actor=admin)
    assert CustomerMerge.objects.count() == 1


def test_whoever_is_deleted_takes_the_merged_ones_along(old, new, admin):
    services.merge_customers(old, target=new, actor=admin)
    delete_user(new, actor=admin)
    assert User.objects.get(pk=old.pk).deleted_at is not None
    with pytest.raises(ValidationError, match="deleted"):
        services.undo_customer_merge(old, actor=admin)


def test_one_form_sent_as_both_stays_two_tickets(old, new, admin):
    key = "7c5f3c4e-6d8e-4a43-9a55-3a4ed1a3a001"
    tickets = [raise_ticket(person, submission_key=key) for person in (old, new)]
    services.merge_customers(old, target=new, actor=admin)
    assert {who(ticket) for ticket in tickets} == {new}


def test_raised_at_the_moment_of_the_merge(old, new, admin):
    """The request began before: the ticket is the survivor's, not nobody's."""
    services.merge_customers(old, target=new, actor=admin)
    ticket = raise_ticket(old)
    assert who(ticket) == new
    services.add_participant(raise_ticket(new), user=CustomerFactory(), actor=admin)


def test_rest(old, new, admin, priya):
    ticket = raise_ticket(old)
    url = f"/api/customers/{old.public_id}/merge"
    assert client_of(priya).post(url, {"into": new.public_id}).status_code == 403
    api = client_of(admin)
    assert api.post(url, {"into": "CUS9999"}).status_code == 400
    answer = api.post(url, {"into": new.public_id})
    assert answer.status_code == 200, answer.content
    assert answer.json()["customer_id"] == new.public_id
    assert answer.json()["tickets"] == 1
    assert api.post(url, {"into": new.public_id}).status_code == 400
    back = api.post(f"/api/customers/{old.public_id}/unmerge")
    assert back.json()["customer_id"] == old.public_id
    assert who(ticket) == old
    assert api.post(f"/api/customers/{old.public_id}/unmerge").status_code == 400
    assert api.post("/api/customers/nobody/unmerge").status_code == 404


def test_a_number_that_was_merged_meanwhile_merges_nobody_else(old, new, other, admin, client):
    """The page was open while somebody else merged: what it showed is not what would happen."""
    client.force_login(admin)
    api = client_of(admin)
    third = CustomerFactory()
    services.merge_customers(old, target=new, actor=admin)
    page = client.post(f"/desk/customers/{old.public_id}/merge/", {"into": other.public_id})
    assert page.url == f"/desk/customers/{new.public_id}/"
    assert f"{old.public_id} was merged into {new.public_id} already" in (
        client.get(page.url).content.decode()
    )
    url = f"/desk/customers/{third.public_id}/merge/"
    refused = client.post(url, {"into": old.public_id})
    assert refused.status_code == 422
    assert f"was merged into {new.public_id} meanwhile" in refused.content.decode()
    assert new.public_id in client.get(url, {"into": old.public_id}).content.decode()
    for source, target in ((old, other), (third, old)):
        answer = api.post(f"/api/customers/{source.public_id}/merge", {"into": target.public_id})
        assert answer.status_code == 400
        assert f"was merged into {new.public_id} already" in answer.content.decode()
    assert CustomerMerge.objects.count() == 1


def test_pages(old, new, admin, priya, client):
    raise_ticket(old)
    User.objects.filter(pk=old.pk).update(organization=OrganizationFactory(name="Larkfield"))
    User.objects.filter(pk=new.pk).update(organization=OrganizationFactory(name="Birchwood"))
    url = f"/desk/customers/{old.public_id}/merge/"
    client.force_login(admin)
    assert new.email in client.get(url).content.decode()  # called alike
    assert "Nobody found" in client.get(url, {"q": "zzzz"}).content.decode()
    html = client.get(url, {"into": new.public_id.lower()}).content.decode()
    for words in ("1 ticket (1 open)", "Both have a password", "different organisations"):
        assert words in html, words
    assert client.post(url, {"into": "nonsense"}).status_code == 422
    assert client.post(url, {"into": old.public_id}).status_code == 422
    answer = client.post(url, {"into": new.public_id, "take_organization": "on"}, follow=True)
    html = answer.content.decode()
    assert f"{old.public_id} goes on as {new.public_id}" in html
    assert "Undo the merge" in html
    assert "Larkfield" in html
    back = f"/desk/customers/{old.public_id}/unmerge/"
    client.force_login(priya)
    assert client.post(back).status_code == 403
    client.force_login(admin)
    assert "of their own again" in client.post(back, follow=True).content.decode()
    assert "is not merged" in client.post(back, follow=True).content.decode()
    assert client.post("/desk/customers/CUS9999/unmerge/").status_code == 404


def test_admin_site(old, new, admin, client):
    client.force_login(admin)
    url = "/admin/accounts/user/"
    chosen = {"action": "merge_two", "_selected_action": [old.pk, new.pk]}
    answer = client.post(url, chosen)
    assert answer.url == f"/desk/customers/{new.public_id}/merge/?into={old.public_id}"
    chosen["_selected_action"] = [old.pk]
    assert "exactly two customers" in client.post(url, chosen, follow=True).content.decode()
    services.merge_customers(old, target=new, actor=admin)
    assert f"Merged into {new.public_id}" in client.get(url).content.decode()
