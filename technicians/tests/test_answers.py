"""Canned responses and macros."""

import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.tests.api.clients import client_of
from technicians import services as desk
from technicians.models import CannedResponse
from technicians.placeholders import PLACEHOLDERS, fill
from technicians.tests.factories import TeamFactory
from tickets import services
from tickets.choices import EventType, Priority, Status
from tickets.models import Comment

pytestmark = pytest.mark.django_db


@pytest.fixture
def hello(priya):
    body = "Hello {customer.first_name}, about {ticket.id}. {me.name}"
    return desk.save_canned(None, actor=priya, title="Hello", folder="Start", body=body)


def macro_of(actor, **settings):
    return desk.save_macro(None, actor=actor, **{"title": "Ask", **settings})


def test_placeholders_are_filled_in_one_pass(ticket, priya, amara):
    amara.name = "{ticket.id} {me.name}"
    amara.save()
    ticket.refresh_from_db()
    assert fill("Dear {customer.name}", ticket, priya) == "Dear {ticket.id} {me.name}"
    everything = " ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    assert "VPN drops" in fill(everything, ticket, priya)


def test_unknown_placeholders_are_refused_with_what_can_be_used(priya):
    with pytest.raises(ValidationError, match=r"There is no \{customer.age\}.*\{ticket.id\}"):
        desk.save_canned(None, actor=priya, title="A", body="You are {customer.age}")
    with pytest.raises(ValidationError, match="There is no"):
        macro_of(priya, note="{nobody}")
    kept = desk.save_canned(None, actor=priya, title="A", body='{ "json": {} } costs {2}')
    assert kept.pk


def test_own_ones_are_nobody_else_s_and_teams_share(hello, priya, mei, pavel, admin):
    team = TeamFactory(members=[priya, mei])
    shared = desk.save_canned(
        None, actor=priya, title="Shared", body="Hm", audience="team", team=team
    )
    titles = lambda user: {row.title for row in CannedResponse.objects.visible_to(user)}  # noqa: E731
    assert titles(priya) == {"Hello", "Shared"}
    assert titles(mei) == titles(admin) == {"Shared"}
    assert titles(pavel) == set()
    desk.save_canned(shared, actor=mei, title="Better", body="Hm", audience="team", team=team)
    with pytest.raises(PermissionDenied):
        desk.delete_shared(hello, actor=mei)
    with pytest.raises(ValidationError, match="not in this team"):
        desk.save_canned(None, actor=pavel, title="A", body="B", audience="team", team=team)
    with pytest.raises(ValidationError, match="Only admins"):
        desk.save_canned(None, actor=priya, title="A", body="B", audience="everyone")


def test_a_page_offers_and_fills_them(client, hello, ticket, priya):
    client.force_login(priya)
    offer = client.get(f"{ticket.get_desk_url()}canned/?q=hel").content.decode()
    assert f"{ticket.get_desk_url()}canned/{hello.pk}/" in offer
    assert "Hello" not in client.get(f"{ticket.get_desk_url()}canned/?q=zzz").content.decode()
    text = client.get(f"{ticket.get_desk_url()}canned/{hello.pk}/")
    assert text.content.decode() == f"Hello Amara, about {ticket.ticket_id}. Priya Nair"
    assert text["Content-Type"].startswith("text/plain")


def test_without_scripts_the_text_comes_behind_what_was_typed(client, hello, ticket, priya):
    client.force_login(priya)
    data = {"body": "My draft", "canned": hello.pk}
    page = client.post(f"{ticket.get_desk_url()}insert/reply/", data).content.decode()
    assert f"My draft\n\nHello Amara, about {ticket.ticket_id}" in page
    assert not Comment.objects.exists()


def test_people_keep_them_on_pages(client, priya, hello):
    client.force_login(priya)
    form = {"title": "Logs", "folder": "", "audience": "own", "team": "", "body": "{nonsense}"}
    refused = client.post("/desk/answers/canned/new/", form)
    assert refused.status_code == 422
    assert "{nonsense}" in refused.content.decode()
    assert client.post("/desk/answers/canned/new/", form | {"body": "Send logs"}).status_code == 302
    assert "Logs" in client.get("/desk/answers/canned/").content.decode()
    client.post(f"/desk/answers/canned/{hello.pk}/delete/")
    assert not CannedResponse.objects.filter(pk=hello.pk).exists()
    form = {"title": "Urgent", "audience": "own", "priority": "4", "note": "Look"}
    assert client.post("/desk/answers/macros/new/", form).status_code == 302
    assert "Priority Urgent" in client.get("/desk/answers/macros/").content.decode()


def test_a_macro_does_all_of_it_and_says_so(client, raise_ticket, priya, printing, amara):
    ticket = raise_ticket()
    macro = macro_of(
        priya,
        to_me=True,
        priority=Priority.HIGH,
        category=printing,
        tags="vpn, logs",
        note="Asked {customer.name}",
        reply="Which device?",
        status=Status.WAITING,
    )
    client.force_login(priya)
    page = client.get(f"{ticket.get_desk_url()}macro/{macro.pk}/").content.decode()
    assert "Asked Amara Okafor" in page
    assert "Status Waiting on customer" in page
    seen = ticket.events.last().pk
    answer = client.post(f"{ticket.get_desk_url()}macro/{macro.pk}/", {"seen": seen, "version": 1})
    assert answer.status_code == 302
    services.release_due_replies(now=ticket.raised_at.replace(year=2100))
    ticket.refresh_from_db()
    assert (ticket.technician, ticket.priority, ticket.category) == (priya, 3, printing)
    assert ticket.status == Status.WAITING
    assert {row.tag.name for row in ticket.tag_rows.all()} == {"vpn", "logs"}
    assert ticket.events.filter(type=EventType.MACRO_APPLIED).get().changes == {"macro": "Ask"}
    told = client_of(amara).get(f"/api/tickets/{ticket.ticket_id}").content.decode()
    assert "macro" not in told
    assert "Which device?" in told


def test_a_macro_obeys_the_rights_of_who_uses_it_and_does_all_or_nothing(ticket, priya, mei):
    macro = macro_of(priya, priority=Priority.LOW, note="Hm", status=Status.PENDING)
    with pytest.raises(PermissionDenied):
        desk.apply_macro(macro, ticket, actor=mei)
    with pytest.raises(ValidationError, match="can't become"):
        desk.apply_macro(macro, ticket, actor=priya)
    ticket.refresh_from_db()
    assert ticket.priority == Priority.NORMAL
    assert not Comment.objects.exists()


def test_a_macro_must_do_something_and_end_with_a_summary(priya):
    with pytest.raises(ValidationError, match="does nothing"):
        macro_of(priya)
    with pytest.raises(ValidationError, match="what was done"):
        macro_of(priya, status=Status.RESOLVED)


def test_all_of_it_works_by_rest(ticket, priya, hello):
    client = client_of(priya)
    made = client.post("/api/canned-responses", {"title": "B", "body": "Bye"}, format="json").json()
    address = f"/api/canned-responses/{made['id']}"
    assert client.put(address, {"body": "{no}"}, format="json").status_code == 400
    assert client.put(address, {"folder": "End"}, format="json").status_code == 200
    assert client.get(address).json()["folder"] == "End"
    filled = client.get(f"/api/tickets/{ticket.ticket_id}/canned-responses/{hello.pk}").json()
    assert filled["text"].startswith("Hello Amara")
    macro = {"title": "Up", "priority": "Urgent", "tags": "a, b"}
    number = client.post("/api/macros", macro, format="json").json()["id"]
    assert client.get("/api/macros").json()[0]["tags"] == ["a", "b"]
    used = client.post(f"/api/tickets/{ticket.ticket_id}/macros/{number}", {}, format="json")
    assert used.status_code == 200
    ticket.refresh_from_db()
    assert ticket.priority == Priority.URGENT
    assert client.delete(f"/api/macros/{number}").json() == {"deleted": True}
    assert client.delete(address).json() == {"deleted": True}
