"""Handing tickets over with a note, and planned absences: who has what meanwhile, and after."""

from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.models import AccountEvent
from accounts.tests.api.clients import client_of
from notifications.tests.outbox import mails
from technicians.models import Absence, HandedTicket, Technician
from technicians.permissions import can_plan_absence
from technicians.proposals import propose
from technicians.services import (
    change_absence,
    end_absence,
    give_waiting_tickets,
    hand_over_tickets,
    plan_absence,
    save_rule,
    take_back_tickets,
)
from technicians.tests.factories import TeamFactory, TechnicianFactory
from tickets import services
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def team(priya, mei, pavel):
    team = TeamFactory(name="Network team", lead=pavel)
    team.members.set([priya, mei, pavel])
    return team


@pytest.fixture
def absence(priya):
    now = timezone.now()
    return plan_absence(
        priya.technician, actor=priya, starts_at=now + DAY, ends_at=now + 3 * DAY, note="Skiing"
    )


def owner(ticket):
    return Ticket.objects.get(pk=ticket.pk).technician


# A handover with a note


def test_the_new_owner_reads_the_note_in_the_mail(ticket, priya, mei, amara):
    services.hand_over(ticket, actor=priya, technician=mei, note="She waits for a <call>.")
    assert owner(ticket) == mei
    note = ticket.comments.get()
    assert note.is_internal
    (mail,) = [one for one in mails("ticket_assigned") if one.to == [mei.email]]
    assert "She waits for a <call>." in mail.body
    assert not [
        one for one in mails("ticket_assigned") if "call" in one.body and amara.email in one.to
    ]
    told = [*mails("technician_named"), *mails("note_from_colleague")]
    assert all("She waits" not in one.body for one in told if one.to == [amara.email])


def test_to_a_team_it_goes_without_a_technician(ticket, priya, mei, team):
    services.hand_over(ticket, actor=priya, team=team, note="Anybody?")
    fresh = Ticket.objects.get(pk=ticket.pk)
    assert (fresh.technician, fresh.team) == (None, team)
    told = [one for one in mails("team_got_ticket") if one.to == [mei.email]]
    assert "Anybody?" in told[0].body


def test_undo_puts_it_back(ticket, priya, mei, team):
    for target in ({"technician": mei}, {"team": team}):
        done = services.hand_over(
            Ticket.objects.get(pk=ticket.pk), actor=priya, note="Please", **target
        )
        with pytest.raises(PermissionDenied):
            services.undo_handover(done, actor=mei)
        services.undo_handover(services.read_handover(done.token, actor=priya), actor=priya)
        fresh = Ticket.objects.get(pk=ticket.pk)
        assert (fresh.technician, fresh.team) == (priya, None)
        assert ticket.comments.order_by("-id").first().withdrawn_at
    done = services.hand_over(fresh, actor=priya, technician=mei, note="Again")
    services.add_note(fresh, actor=mei, body="On it")
    services.change_status(fresh, status="In Progress", actor=mei)
    with pytest.raises(services.EditConflict):
        services.undo_handover(done, actor=priya)
    assert services.read_handover(done.token, actor=mei) is None
    assert services.read_handover("nonsense", actor=priya) is None


def test_undo_brings_back_nothing_that_others_have_gone_on_with(
    ticket, priya, mei, pavel, team, admin
):
    """Neither a note nor another queue makes a new version; both are work of others."""
    other = TeamFactory(name="Second line", members=[pavel])
    noted = services.hand_over(ticket, actor=priya, technician=mei, note="Yours?")
    services.add_note(Ticket.objects.get(pk=ticket.pk), actor=mei, body="On it")
    with pytest.raises(services.EditConflict):
        services.undo_handover(noted, actor=priya)
    assert owner(ticket) == mei
    services.unassign_ticket(Ticket.objects.get(pk=ticket.pk), actor=admin)
    queued = services.hand_over(ticket, actor=admin, team=team, note="Anybody?")
    services.assign_team(Ticket.objects.get(pk=ticket.pk), team=other, actor=admin)
    with pytest.raises(services.EditConflict):
        services.undo_handover(queued, actor=admin)
    assert Ticket.objects.get(pk=ticket.pk).team == other


def test_what_is_refused(ticket, priya, mei, pavel, team):
    for fields in ({}, {"technician": mei, "team": team}, {"technician": priya}):
        with pytest.raises(ValidationError):
            services.hand_over(ticket, actor=priya, note="x", **fields)
    with pytest.raises(ValidationError, match="blank"):
        services.hand_over(ticket, actor=priya, technician=mei, note=" ")
    with pytest.raises(PermissionDenied):
        services.hand_over(ticket, actor=mei, technician=mei, note="x")
    services.close_ticket(ticket, actor=priya, resolution_summary="Done")
    with pytest.raises(ValidationError, match="reopen"):
        services.hand_over(ticket, actor=priya, technician=mei, note="x")


def test_pages(client, ticket, priya, mei, pavel, team):
    client.force_login(priya)
    assert "Hand over with a note" in client.get(ticket.get_desk_url()).content.decode()
    url = f"/desk/tickets/{ticket.ticket_id}/handover/"
    html = client.get(url).content.decode()
    assert f'value="tec:{mei.public_id}"' in html
    assert f'value="team:{team.pk}"' in html
    version = ticket.version
    for data in ({}, {"to": "tec:nobody", "note": "x"}, {"to": "team:1e3", "note": "x"}):
        assert client.post(url, data).status_code == 422
    old = {"to": f"tec:{mei.public_id}", "note": "Mind her", "version": version - 1}
    answer = client.post(url, old)
    assert answer.status_code == 409
    assert "Mind her" in answer.content.decode()
    done = client.post(url, old | {"version": version})
    assert "Mei Tanaka" in client.get(done.url).content.decode()
    assert owner(ticket) == mei
    assert client.post(done.url).url == ticket.get_desk_url()
    assert owner(ticket) == priya
    assert client.post(done.url).url == "/desk/"  # once
    assert client.get("/desk/handed-over/nonsense/").url == "/desk/"
    client.force_login(pavel)
    assert client.get(url).status_code == 404


def test_rest_also_for_the_lead(ticket, priya, mei, pavel, amara, team, admin):
    url = f"/api/tickets/{ticket.ticket_id}/handover"
    body = {"technician_id": mei.public_id, "note": "Yours, please"}
    assert client_of(pavel).post(url, body).status_code == 404
    services.assign_team(ticket, team=team, actor=admin)
    for wrong in ({"note": "x"}, {"technician_id": "TEC9999", "note": "x"}, {"team": "?"}):
        assert client_of(pavel).post(url, wrong).status_code == 400
    answer = client_of(pavel).post(url, body)
    assert answer.status_code == 200, answer.content
    assert owner(ticket) == mei
    assert client_of(mei).post(url, {"team": team.name, "note": "Sorry"}).status_code == 200
    assert owner(ticket) is None
    assert client_of(amara).post(url, body).status_code == 403


# Absences


def test_who_may_plan(priya, mei, pavel, admin, amara, team):
    tech = priya.technician
    assert [can_plan_absence(tech, one) for one in (priya, admin, pavel, mei, amara)] == [
        True,
        True,
        True,
        False,
        False,
    ]
    now = timezone.now()
    with pytest.raises(PermissionDenied):
        plan_absence(tech, actor=mei, starts_at=now, ends_at=now + DAY)


def test_what_can_not_be_planned(absence, priya):
    now, tech = timezone.now(), priya.technician
    for start, end in ((2, 1), (-2, -1), (5, 400), (2, 4), (0, 10)):
        with pytest.raises(ValidationError):
            plan_absence(tech, actor=priya, starts_at=now + start * DAY, ends_at=now + end * DAY)
    assert end_absence(absence, actor=priya)
    assert not end_absence(absence, actor=priya)
    plan_absence(tech, actor=priya, starts_at=now + 2 * DAY, ends_at=now + 4 * DAY)


def test_while_it_lasts_nothing_is_given_by_itself(
    absence, priya, mei, network, raise_ticket, admin
):
    save_rule(None, actor=admin, category=network, team=None, method="round_robin", is_on=True)
    with time_machine.travel(absence.starts_at + timedelta(hours=1)):
        assert set(Technician.objects.available()) == {mei.technician}
        given = [raise_ticket() for _ in range(2)]
        give_waiting_tickets()
        assert {owner(ticket) for ticket in given} == {mei}
    with time_machine.travel(absence.ends_at + timedelta(hours=1)):
        assert priya.technician in Technician.objects.available()


def test_proposals_follow_team_category_and_load(
    absence, priya, mei, pavel, ticket, team, admin, raise_ticket, printing
):
    other = services.assign_ticket(raise_ticket(category=printing), technician=priya, actor=admin)
    queued = services.assign_ticket(raise_ticket(category=printing), technician=priya, actor=admin)
    services.assign_team(queued, team=team, actor=admin)
    tickets = Ticket.objects.filter(technician=priya).select_related("category__parent", "team")
    found = {one.ticket.pk: one.owner for one in propose(absence, tickets)}
    assert found == {ticket.pk: mei, other.pk: pavel, queued.pk: pavel}
    mei.technician.most_open = 0
    mei.technician.save()
    assert propose(absence, [ticket])[0].owner is None
    now = timezone.now()
    plan_absence(pavel.technician, actor=pavel, starts_at=now + 2 * DAY, ends_at=now + 9 * DAY)
    assert propose(absence, [other])[0].owner is None


def test_handed_over_once_and_offered_back(absence, priya, mei, ticket, raise_ticket, admin):
    second, third = (
        services.assign_ticket(raise_ticket(), technician=priya, actor=admin) for _ in range(2)
    )
    owners = dict.fromkeys([ticket.pk, second.pk, third.pk], mei)
    done, failed = hand_over_tickets(absence, actor=priya, owners=owners, note="Call me")
    assert (len(done), failed) == (3, {})
    assert hand_over_tickets(absence, actor=priya, owners=owners) == ([], {})
    assert "is away until" in ticket.comments.get().body
    assert "Call me" in ticket.comments.get().body
    services.add_note(Ticket.objects.get(pk=second.pk), actor=mei, body="On it")
    with time_machine.travel(absence.ends_at + timedelta(hours=1)):
        back, stay = take_back_tickets(priya, HandedTicket.objects.all())
        assert (back, stay) == (2, 1)
        assert [owner(one) for one in (ticket, second, third)] == [priya, mei, priya]
        assert take_back_tickets(priya, HandedTicket.objects.all()) == (0, 3)
        assert take_back_tickets(mei, HandedTicket.objects.all())[0] == 0


def test_a_deleted_ticket_does_not_hold_up_the_others(
    client, absence, priya, mei, ticket, raise_ticket, admin
):
    gone = services.assign_ticket(raise_ticket(), technician=priya, actor=admin)
    hand_over_tickets(absence, actor=priya, owners={ticket.pk: mei, gone.pk: mei})
    services.delete_ticket(Ticket.objects.get(pk=gone.pk), actor=admin)
    client.force_login(priya)
    page = f"/desk/absences/{absence.pk}/"
    assert gone.ticket_id not in client.get(page).content.decode()
    with time_machine.travel(absence.ends_at + timedelta(hours=1)):
        client.force_login(priya)
        assert "You are back: 1 ticket" in client.get("/desk/").content.decode()
        # As read before the deletion.
        assert take_back_tickets(priya, list(HandedTicket.objects.all())) == (1, 1)
        assert owner(ticket) == priya
        assert "You are back" not in client.get("/desk/").content.decode()


def test_whoever_plans_reads_no_ticket_out_of_their_sight(
    client, absence, priya, mei, pavel, ticket, team, admin
):
    """The lead sees the absence, but not a ticket that never was in their team's queue."""
    hand_over_tickets(absence, actor=priya, owners={ticket.pk: mei})
    page = f"/desk/absences/{absence.pk}/"
    for person, sees in ((pavel, False), (priya, False), (admin, True)):
        client.force_login(person)
        html = client.get(page).content.decode()
        assert (ticket.subject in html) == sees
        assert (f'href="{ticket.get_desk_url()}"' in html) == sees
        assert ticket.ticket_id in html


def test_a_lead_hands_over_only_the_queue(
    absence, priya, mei, pavel, ticket, team, raise_ticket, admin
):
    queued = services.assign_ticket(raise_ticket(), technician=priya, actor=admin)
    services.assign_team(queued, team=team, actor=admin)
    done, failed = hand_over_tickets(absence, actor=pavel, owners={ticket.pk: mei, queued.pk: mei})
    assert done == [queued.pk]
    assert list(failed) == [ticket.pk]


def test_absence_pages(client, priya, mei, pavel, ticket, admin, team):
    client.force_login(priya)
    url = "/desk/absences/"
    assert client.get(url).status_code == 200
    for data in ({}, {"starts_at": "soon", "ends_at": "2099-01-01T10:00"}):
        assert client.post(url, data).status_code == 422
    priya.time_zone = "Asia/Tokyo"
    priya.save()
    start, end = timezone.now() + DAY, timezone.now() + 3 * DAY
    data = {"starts_at": f"{start:%Y-%m-%dT08:00}", "ends_at": f"{end:%Y-%m-%dT18:00}"}
    page = client.post(url, data).url
    absence = Absence.objects.get()
    assert absence.starts_at.hour == 23  # 08:00 in Tokyo
    html = client.get(page).content.decode()
    assert f'name="owner-{ticket.pk}"' in html
    assert f'value="{mei.public_id}" selected' in html
    assert "Away from" in client.get("/desk/").content.decode()
    client.post(page, {f"owner-{ticket.pk}": mei.public_id, "note": "Bye"})
    assert owner(ticket) == mei
    assert "With others" in client.get(page).content.decode()
    client.force_login(pavel)
    assert client.get(f"{url}?technician={priya.public_id}").status_code == 200  # the lead
    assert client.post(f"{page}return/").status_code == 403
    client.force_login(mei)
    assert client.get(page).status_code == 404
    with time_machine.travel(absence.starts_at + timedelta(hours=1)):
        client.force_login(mei)
        html = client.get(ticket.get_desk_url()).content.decode()
        assert "away until" in html
        assert "away until" in client.get("/desk/teams/").content.decode()
        client.force_login(priya)
        html = client.get("/desk/").content.decode()
        assert "Away until" in html
        assert "I am back" in html
        assert "Available for new tickets" not in html
        client.post(f"{page}end/")
        html = client.get("/desk/").content.decode()
        assert "You are back: 1 ticket" in html
        assert "Available for new tickets" in html
        row = HandedTicket.objects.get()
        client.post(f"{page}return/", {"row": row.pk})
        assert owner(ticket) == priya
        assert "You are back" not in client.get("/desk/").content.decode()
    client.force_login(admin)
    assert client.get(url).url == "/desk/teams/"


@pytest.fixture
def crowd(network, printing):
    """Ten more who serve the category of the tickets, and one who serves another."""
    for number in range(10):
        TechnicianFactory(user__name=f"Colleague {number}", categories=[network])
    return TechnicianFactory(user__name="Zoe Elsewhere", categories=[printing]).user


def test_a_ticket_takes_no_more_of_the_page_where_many_could_have_it(
    client, absence, priya, raise_ticket, network, crowd, admin
):
    for number in range(20):
        raised = raise_ticket(f"Line {number}")
        services.assign_ticket(raised, technician=priya, actor=admin)
    client.force_login(priya)
    page = f"/desk/absences/{absence.pk}/"
    before = client.get(page).content.decode()
    for number in range(20):
        TechnicianFactory(user__name=f"Late colleague {number}", categories=[network])
    after = client.get(page).content.decode()
    # Each of the new ones is named once, in the list of all.
    assert after.count("Late colleague 19") == 1
    assert len(after) - len(before) < 20 * 100
    assert after.count("<option") == before.count("<option") + 20


def test_whoever_is_not_offered_for_a_ticket_can_be_chosen_for_it(
    client, absence, priya, mei, ticket, raise_ticket, crowd, admin
):
    second = services.assign_ticket(raise_ticket("Second"), technician=priya, actor=admin)
    client.force_login(priya)
    page = f"/desk/absences/{absence.pk}/"
    html = client.get(page).content.decode()
    assert html.count(f'value="{crowd.public_id}"') == 1
    given = {f"owner-{ticket.pk}": mei.public_id, f"owner-{second.pk}": "else", "note": "<Mind>"}
    nobody = client.post(page, given)
    assert nobody.status_code == 422
    html = nobody.content.decode()
    assert "Choose who gets the tickets for somebody else." in html
    # What was chosen and written is still there, and nothing has gone.
    assert '<option value="else" selected>' in html
    assert "&lt;Mind&gt;</textarea>" in html
    assert {owner(ticket), owner(second)} == {priya}
    client.post(page, given | {"else": crowd.public_id})
    assert (owner(ticket), owner(second)) == (mei, crowd)


def test_few_colleagues_all_stand_beside_each_ticket(client, absence, priya, ticket, mei, pavel):
    client.force_login(priya)
    html = client.get(f"/desk/absences/{absence.pk}/").content.decode()
    for person in (mei, pavel):
        assert html.count(f'value="{person.public_id}"') == 1
    assert "Somebody else" not in html


def test_a_change_on_the_page(client, absence, priya, mei):
    client.force_login(priya)
    page = f"/desk/absences/{absence.pk}/"
    start, end = absence.starts_at + DAY, absence.ends_at + DAY
    given = {"starts_at": f"{start:%Y-%m-%dT%H:%M}", "ends_at": f"{end:%Y-%m-%dT%H:%M}"}
    assert 'value="Skiing"' in client.get(page).content.decode()
    client.post(f"{page}change/", {**given, "note": "Sailing"})
    html = client.get(page).content.decode()
    assert "Sailing" in html
    assert "The absence is changed" in html
    assert Absence.objects.get().starts_at == start.replace(second=0, microsecond=0)
    wrong = client.post(f"{page}change/", {**given, "ends_at": given["starts_at"]})
    assert wrong.status_code == 422
    assert "The end comes after the beginning" in wrong.content.decode()
    with time_machine.travel(start + timedelta(hours=1)):
        client.force_login(priya)
        assert 'name="starts_at"' not in client.get(page).content.decode()
        later = end + DAY
        client.post(f"{page}change/", {"ends_at": f"{later:%Y-%m-%dT%H:%M}"})
        assert Absence.objects.get().ends_at == later.replace(second=0, microsecond=0)
        end_absence(Absence.objects.get(), actor=priya)
        assert "Change it" not in client.get(page).content.decode()
        assert client.post(f"{page}change/", {**given, "note": "x"}).status_code == 422
    client.force_login(mei)
    assert client.post(f"{page}change/", given).status_code == 404


def test_a_change_is_kept_in_the_history(absence, priya):
    change_absence(
        absence, actor=priya, starts_at=absence.starts_at, ends_at=absence.ends_at, note="Sailing "
    )
    events = AccountEvent.objects.filter(user=priya, type="profile_changed")
    count = events.count()
    same = Absence.objects.get()
    change_absence(
        same, actor=priya, starts_at=same.starts_at, ends_at=same.ends_at, note="Sailing"
    )
    assert events.count() == count
    assert same.note == "Sailing"
