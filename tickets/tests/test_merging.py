"""Merging tickets: what it does, what it refuses, and that undoing brings everything back."""

import re

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from notifications.tests.outbox import mails
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import Status
from tickets.models import Ticket, TicketEvent, TicketMerge

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin():
    return AdminFactory(name="Alex Admin")


@pytest.fixture
def ben():
    return CustomerFactory(name="Ben Ito")


@pytest.fixture
def raise_ticket(category, priya, admin):
    def raise_ticket(customer, text, technician=None):
        ticket = services.create_ticket(
            customer=customer, actor=customer, description=text, category=category
        )
        return services.assign_ticket(ticket, technician=technician or priya, actor=admin)

    return raise_ticket


@pytest.fixture
def source(raise_ticket, amara):
    return raise_ticket(amara, "The second one")


@pytest.fixture
def target(raise_ticket, amara):
    return raise_ticket(amara, "The first one")


def state(*tickets):
    fields = ["status", "technician", "awaits_reply", "closed_at", "merged_into", "has_merged"]
    people = ["participants__user", "participants__role", "participants__name"]
    rows = Ticket.objects.filter(pk__in=[ticket.pk for ticket in tickets]).order_by("pk")
    return list(rows.order_by("pk", "participants__user").values("pk", *fields, *people))


def bodies(ticket, reader):
    """Return what the reader's API shows of the conversation, with where it comes from."""
    rows = client_of(reader).get(f"/api/tickets/{ticket.ticket_id}").json()["timeline"]
    return [(row["body"], row["from_ticket"]) for row in rows if row["body"]]


def test_both_conversations_are_one_with_where_each_word_comes_from(source, target, amara, priya):
    services.add_reply(source, actor=amara, body="It is worse")
    services.add_note(source, actor=priya, body="Gateway 2")
    services.add_reply(target, actor=priya, body="We look at it")
    services.merge_tickets(source, target=target, actor=priya)
    come_from = source.ticket_id
    shared = [("The second one", come_from), ("It is worse", come_from), ("We look at it", None)]
    assert bodies(target, amara) == shared
    assert bodies(target, priya) == [*shared[:2], ("Gateway 2", come_from), *shared[2:]]


def test_the_source_is_closed_and_leads_on(client, source, target, amara, priya):
    services.merge_tickets(source, target=target, actor=priya)
    source.refresh_from_db()
    assert (source.status, source.merged_into) == (Status.CLOSED, target)
    row = client_of(amara).get(f"/api/tickets/{source.ticket_id}").json()
    assert (row["status"], row["merged_into"]) == ("Closed", target.ticket_id)
    assert row["resolved_date"] is None
    for person, url in ((amara, target.get_absolute_url()), (priya, target.get_desk_url())):
        client.force_login(person)
        answer = client.get(source.get_absolute_url(), follow=True)
        assert answer.redirect_chain[-1] == (url, 302)
        assert f"{source.ticket_id} goes on here" in answer.content.decode()
    client.force_login(amara)
    rows = client.get("/tickets/?show=done").content.decode()
    assert f"It goes on as {target.ticket_id}" in rows


def test_words_to_the_old_number_land_where_it_goes_on(client, source, target, amara, priya):
    services.merge_tickets(source, target=target, actor=priya)
    client.force_login(amara)
    answer = client.post(
        f"{source.get_absolute_url()}reply/", {"body": "By the portal"}, follow=True
    )
    assert "By the portal" in answer.content.decode()
    url = f"/api/tickets/{source.ticket_id}/replies"
    assert client_of(amara).post(url, {"body": "By REST"}).json()["ticket_id"] == target.ticket_id
    services.add_reply(source, actor=priya, body="By an object from before the merge")
    services.add_note(source, actor=priya, body="A note")
    assert target.comments.count() == 4
    assert source.comments.count() == 0


def test_a_colleague_who_saw_the_source_before_is_told_of_the_merge(source, target, priya, admin):
    services.merge_tickets(source, target=target, actor=admin)
    with pytest.raises(services.EditConflict):
        services.add_reply(source, actor=priya, body="Old", version=source.version)


@pytest.mark.parametrize(
    "verb",
    [
        lambda t, a: services.change_status(t, status="In Progress", actor=a),
        lambda t, a: services.reopen_ticket(t, actor=a),
        lambda t, a: services.change_priority(t, priority=4, actor=a),
        lambda t, a: services.unassign_ticket(t, actor=a),
        lambda t, a: services.link_tickets(t, other=t.merged_into, word="related", actor=a),
    ],
)
def test_no_other_verb_works_on_a_merged_ticket(source, target, admin, verb):
    services.merge_tickets(source, target=target, actor=admin)
    source.refresh_from_db()
    with pytest.raises(PermissionDenied, match=f"merged into {target.ticket_id}"):
        verb(source, admin)


def test_undoing_brings_both_back_and_keeps_what_came_since(source, target, amara, priya, ben):
    services.add_participant(source, user=ben, actor=priya, name="Ben")
    services.change_status(source, status="On Hold", actor=priya)
    services.add_reply(target, actor=priya, body="Answered")
    before = state(source, target)
    services.merge_tickets(source, target=target, actor=priya, share=True)
    assert state(source, target) != before
    assert Ticket.objects.get(pk=target.pk).awaits_reply
    services.add_note(target, actor=priya, body="Since")
    services.undo_merge(source, actor=priya)
    assert state(source, target) == before
    assert ("Since", None) in bodies(target, priya)
    assert bodies(source, amara) == [] or "Since" not in str(bodies(source, amara))
    services.add_reply(source, actor=amara, body="To the old number")
    assert source.comments.get().body == "To the old number"


def test_a_reply_since_decides_who_waits(source, target, priya):
    services.merge_tickets(source, target=target, actor=priya)
    services.add_reply(target, actor=priya, body="Here is the answer to both")
    services.undo_merge(source, actor=priya)
    assert not Ticket.objects.get(pk=target.pk).awaits_reply
    assert Ticket.objects.get(pk=source.pk).awaits_reply


def test_a_technician_who_left_meanwhile_has_nothing_back(
    source, target, priya, admin, raise_ticket
):
    mei = TechnicianFactory().user
    services.assign_ticket(source, technician=mei, actor=admin)
    services.merge_tickets(source, target=target, actor=admin)
    mei.is_active = False
    mei.save()
    services.undo_merge(source, actor=admin)
    source.refresh_from_db()
    assert (source.status, source.technician) == (Status.PENDING, None)


# Who reads it ----------------------------------------------------------------------------------


def test_tickets_of_two_customers_are_merged_only_when_that_is_meant(
    raise_ticket, target, amara, ben, priya
):
    theirs = raise_ticket(ben, "Of somebody else")
    with pytest.raises(ValidationError, match="read both"):
        services.merge_tickets(theirs, target=target, actor=priya)
    assert not Ticket.objects.visible_to(ben).filter(pk=target.pk).exists()
    services.add_note(target, actor=priya, body="Only for us")
    services.merge_tickets(theirs, target=target, actor=priya, share=True)
    for customer in (amara, ben):
        words = [body for body, _ in bodies(target, customer)]
        assert words == ["Of somebody else"]
        assert (
            "The first one"
            in client_of(customer)
            .get(f"/api/tickets/{target.ticket_id}")
            .json()["issue_description"]
        )
    services.undo_merge(theirs, actor=priya)
    assert client_of(ben).get(f"/api/tickets/{target.ticket_id}").status_code == 404
    assert client_of(amara).get(f"/api/tickets/{theirs.ticket_id}").status_code == 404
    assert "Of somebody else" not in str(bodies(target, amara))


def test_a_customer_learns_nothing_from_the_events_of_a_merge(
    client, raise_ticket, target, amara, ben, priya
):
    theirs = raise_ticket(ben, "Of somebody else")
    services.merge_tickets(theirs, target=target, actor=priya, share=True)
    services.undo_merge(theirs, actor=priya)
    client.force_login(amara)
    page = client.get(target.get_absolute_url()).content.decode()
    api = client_of(amara).get(f"/api/tickets/{target.ticket_id}/timeline").content.decode()
    for text in (page, api):
        assert theirs.ticket_id not in text
        assert "merge" not in text.lower().replace("merged_into", "")


def test_people_stay_for_another_merge_that_needs_them(raise_ticket, target, amara, ben, priya):
    one, two = raise_ticket(ben, "One"), raise_ticket(ben, "Two")
    for ticket in (one, two):
        services.merge_tickets(ticket, target=target, actor=priya, share=True)
    services.undo_merge(one, actor=priya)
    assert Ticket.objects.visible_to(ben).filter(pk=target.pk).exists()
    services.undo_merge(two, actor=priya)
    assert not Ticket.objects.visible_to(ben).filter(pk=target.pk).exists()


def test_whoever_had_the_source_watches_the_target(source, target, admin):
    mei = TechnicianFactory().user
    services.assign_ticket(source, technician=mei, actor=admin)
    services.merge_tickets(source, target=target, actor=admin)
    assert Ticket.objects.visible_to(mei).filter(pk=target.pk).exists()


def test_the_customer_is_told_where_it_goes_on(client, source, target, amara, priya, mailoutbox):
    services.merge_tickets(source, target=target, actor=priya)
    (mail,) = mails("ticket_merged")
    assert mail.to == [amara.email]
    assert f"{source.ticket_id} goes on as {target.ticket_id}" in mail.subject
    link = re.search(r"https?://[^/\s]+(/\S+)", mail.body.partition("Open the ticket")[2])[1]
    page = client.get(link, follow=True)
    assert page.redirect_chain[-1][0] == target.get_absolute_url()
    assert "The second one" in page.content.decode()
    client.cookies.clear()
    services.undo_merge(source, actor=priya)
    assert client.get(link).url == source.get_absolute_url()


def test_no_mail_about_a_merge_that_was_undone_at_once(source, target, priya, mailoutbox):
    services.merge_tickets(source, target=target, actor=priya)
    services.undo_merge(source, actor=priya)
    assert mails("ticket_merged") == []


# What is refused -------------------------------------------------------------------------------


def test_chains_lead_to_the_end_and_come_apart_from_there(raise_ticket, amara, admin):
    a, b, c = (raise_ticket(amara, name) for name in "abc")
    before = state(a, b, c)
    services.merge_tickets(a, target=b, actor=admin)
    services.merge_tickets(b, target=c, actor=admin)
    a.refresh_from_db()
    assert a.merged_into == c
    assert [body for body, _ in bodies(c, amara)] == ["a", "b"]
    services.add_reply(a, actor=amara, body="Where is it?")
    assert c.comments.get().body == "Where is it?"
    for one, other in ((c, a), (c, b), (a, c), (c, c)):
        with pytest.raises(ValidationError):
            services.merge_tickets(one, target=other, actor=admin)
    with pytest.raises(ValidationError, match="undo that first"):
        services.undo_merge(a, actor=admin)
    services.undo_merge(b, actor=admin)
    a.refresh_from_db()
    assert a.merged_into == b
    services.undo_merge(a, actor=admin)
    with pytest.raises(ValidationError, match="not merged"):
        services.undo_merge(a, actor=admin)
    # The answer came since, and is the customer's: the last one waits for a word.
    assert state(a, b, c) == before


def test_an_open_ticket_is_not_merged_into_a_finished_one(source, target, priya):
    services.resolve_ticket(target, actor=priya, resolution_summary="Done")
    with pytest.raises(ValidationError, match="reopen it first"):
        services.merge_tickets(source, target=target, actor=priya)
    services.close_ticket(source, actor=priya, resolution_summary="Done, too")
    services.merge_tickets(source, target=target, actor=priya)
    services.undo_merge(source, actor=priya)
    source.refresh_from_db()
    assert source.closed_at is not None


@pytest.mark.parametrize("which", ["source", "target"])
def test_a_deleted_ticket_is_not_merged(source, target, admin, which):
    services.delete_ticket({"source": source, "target": target}[which], actor=admin)
    with pytest.raises(PermissionDenied, match="deleted"):
        services.merge_tickets(source, target=target, actor=admin)
    assert not TicketMerge.objects.exists()


def test_what_is_deleted_is_shown_nowhere_and_comes_back(source, target, amara, admin):
    services.merge_tickets(source, target=target, actor=admin)
    source.refresh_from_db()
    services.delete_ticket(source, actor=admin)
    assert bodies(target, amara) == []
    services.restore_ticket(source, actor=admin)
    assert bodies(target, amara) == [("The second one", source.ticket_id)]


def test_a_merge_into_a_ticket_that_was_deleted_since_can_be_undone(source, target, amara, admin):
    services.merge_tickets(source, target=target, actor=admin)
    services.delete_ticket(target, actor=admin)
    assert client_of(amara).get(f"/api/tickets/{source.ticket_id}").status_code == 200
    services.undo_merge(source, actor=admin)
    source.refresh_from_db()
    assert source.merged_into is None


def test_who_may_merge(source, target, amara, priya, raise_ticket, category):
    mei = TechnicianFactory(categories=[category]).user
    pavel = TechnicianFactory().user
    for stranger in (mei, pavel, amara):
        with pytest.raises(PermissionDenied):
            services.merge_tickets(source, target=target, actor=stranger)
    free = services.create_ticket(
        customer=amara, actor=amara, description="Nobody has it", category=category
    )
    with pytest.raises(PermissionDenied):
        services.merge_tickets(source, target=free, actor=priya)
    services.merge_tickets(free, target=target, actor=priya)
    with pytest.raises(PermissionDenied):
        services.undo_merge(free, actor=mei)
    services.undo_merge(free, actor=priya)
    assert TicketEvent.objects.filter(type="taken_out").count() == 1


# By REST ---------------------------------------------------------------------------------------


def test_merge_and_undo_by_rest(source, target, amara, priya, ben, raise_ticket):
    client = client_of(priya)
    url = f"/api/tickets/{source.ticket_id}"
    stale = client.post(f"{url}/merge", {"into": target.ticket_id}, HTTP_IF_MATCH='"1-1"')
    assert stale.status_code == 412
    done = client.post(f"{url}/merge", {"into": target.ticket_id})
    assert done.json() == {"ticket_id": target.ticket_id, "status": "Assigned"}
    again = client.post(f"{url}/merge", {"into": target.ticket_id})
    assert (again.status_code, "already" in str(again.json())) == (400, True)
    undone = client.post(f"{url}/unmerge")
    assert undone.json() == {"ticket_id": source.ticket_id, "status": "Assigned"}
    theirs = raise_ticket(ben, "Of somebody else")
    url = f"/api/tickets/{theirs.ticket_id}/merge"
    refused = client.post(url, {"into": target.ticket_id})
    assert (refused.status_code, "share" in str(refused.json())) == (400, True)
    assert client.post(url, {"into": target.ticket_id, "share": True}).status_code == 200


def test_a_foreign_target_answers_like_none(source, priya):
    foreign = services.create_ticket(
        customer=CustomerFactory(), actor=AdminFactory(), description="x", category_text="y"
    )
    url = f"/api/tickets/{source.ticket_id}/merge"
    answers = [client_of(priya).post(url, {"into": n}) for n in (foreign.ticket_id, "TKT9999")]
    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json() == answers[1].json()


# Correcting and removing texts -----------------------------------------------------------------


def test_a_text_is_removed_from_all_tickets_that_show_or_copied_it(source, target, amara, admin):
    services.add_reply(source, actor=amara, body="My password is hunter22")
    new = services.split_message(source, comment=source.comments.get(), actor=admin)
    services.merge_tickets(source, target=target, actor=admin)
    services.redact(target, text="hunter22", actor=admin)
    new.refresh_from_db()
    assert "hunter22" not in source.comments.get().body + new.description + new.subject


def test_an_author_can_correct_a_message_after_the_merge(client, source, target, amara, priya):
    services.add_reply(source, actor=amara, body="It is worse")
    services.merge_tickets(source, target=target, actor=priya)
    said = source.comments.get()
    client.force_login(amara)
    page = client.get(target.get_absolute_url()).content.decode()
    assert f"/tickets/{source.ticket_id}/messages/{said.pk}/" in page
    services.edit_message(source, comment=said, body="It is better", actor=amara)
    assert ("It is better", source.ticket_id) in bodies(target, amara)
