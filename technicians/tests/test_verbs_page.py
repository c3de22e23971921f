"""What technicians do with a ticket, through HTTP."""

import pytest
from django.contrib.messages import get_messages

from accounts.tests.factories import CustomerFactory
from technicians.models import Technician
from technicians.tests.conftest import go_out
from tickets import services
from tickets.choices import Priority, Status, Visibility
from tickets.models import Comment, Ticket, TicketEvent

pytestmark = pytest.mark.django_db
HTMX = {"HTTP_HX_REQUEST": "true"}
VERBS = {
    "take": {},
    "assign": {"technician": ""},
    "status": {"status": "On Hold"},
    "reply": {"body": "Hello"},
    "note": {"note": "Hello"},
    "resolve": {"resolution_summary": "Done."},
    "close": {"resolution_summary": "Done."},
    "reopen": {},
    "set/priority": {"priority": "4"},
    "set/category": {"category": "1"},
}


def url(ticket, verb):
    return f"{ticket.get_desk_url()}{verb}/"


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


@pytest.fixture
def post(client):
    def post(user, ticket, verb, data=None, **headers):
        client.force_login(user)
        ticket.refresh_from_db()
        data = {"version": ticket.version, **(data if data is not None else VERBS[verb])}
        return client.post(url(ticket, verb), data, **headers)

    return post


def test_take(post, raise_ticket, priya):
    free = raise_ticket()
    response = post(priya, free, "take")
    free.refresh_from_db()
    assert (response.status_code, response.url) == (302, free.get_desk_url())
    assert (free.technician, free.status) == (priya, Status.ASSIGNED)
    assert said(response) == ["Ticket taken"]


def test_take_in_a_list_answers_with_the_row_and_an_undo(post, client, raise_ticket, priya):
    free = raise_ticket()
    html = post(priya, free, "take", **HTMX).content.decode()
    assert "Taken: it is in your queue now" in html
    assert 'hx-swap-oob="beforeend:#toasts"' in html
    assert f'action="{url(free, "assign")}"' in html
    post(priya, free, "assign", {"technician": ""})
    free.refresh_from_db()
    assert free.technician is None


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_of_two_who_take_the_second_reads_who_was_first(
    post, client, raise_ticket, priya, mei, headers
):
    free = raise_ticket()
    post(mei, free, "take")
    response = post(priya, free, "take", **headers)
    free.refresh_from_db()
    assert free.technician == mei
    if headers:
        assert response.status_code == 409
        assert "Mei Tanaka took it a moment ago" in response.content.decode()
    else:
        assert said(response)[-1] == "Mei Tanaka took it a moment ago"
    assert TicketEvent.objects.filter(ticket=free, type="assigned").count() == 1


def test_another_category_s_ticket_is_not_there_to_take(post, raise_ticket, pavel, mei):
    free = raise_ticket()
    assert post(pavel, free, "take").status_code == 404
    services.take_ticket(free, actor=mei)
    assert post(pavel, free, "take").status_code == 404


def test_start_wait_and_hold(post, ticket, priya):
    for status in (Status.IN_PROGRESS, Status.WAITING, Status.ON_HOLD):
        assert post(priya, ticket, "status", {"status": status}).status_code == 302
        ticket.refresh_from_db()
        assert ticket.status == status


@pytest.mark.parametrize("status", ["", "closed", "Pending", "Nonsense", "On Hold\x00"])
def test_a_status_that_makes_no_sense_changes_nothing(post, ticket, priya, status):
    assert post(priya, ticket, "status", {"status": status}).status_code == 422
    ticket.refresh_from_db()
    assert ticket.status == Status.ASSIGNED


def test_reply_reaches_the_customer(post, client, ticket, priya, amara):
    response = post(priya, ticket, "reply", {"body": "Try this.\n\nThen that."})
    assert response.url == f"{ticket.get_desk_url()}#latest"
    go_out()
    comment = Comment.objects.get()
    assert (comment.visibility, comment.body) == (Visibility.PUBLIC, "Try this.\n\nThen that.")
    client.force_login(amara)
    assert "Try this." in client.get(ticket.get_absolute_url()).content.decode()


def test_reply_and_wait_for_the_customer(post, ticket, priya):
    post(priya, ticket, "reply", {"body": "Which one?", "then_status": "Waiting on Customer"})
    go_out()
    ticket.refresh_from_db()
    assert ticket.status == Status.WAITING


def test_reply_and_resolve_asks_what_was_done(post, ticket, priya):
    data = {"body": "It works again.", "then_status": "Resolved"}
    response = post(priya, ticket, "reply", data)
    html = response.content.decode()
    assert response.status_code == 422
    assert "Say in a sentence what was done" in html
    assert "It works again." in html
    assert not Comment.objects.exists()
    post(priya, ticket, "reply", data | {"resolution_summary": "A new cable."})
    go_out()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution_summary) == (Status.RESOLVED, "A new cable.")
    assert Comment.objects.get().body == "It works again."


def test_a_reply_that_cannot_go_on_leaves_nothing_behind(post, ticket, priya):
    assert post(priya, ticket, "reply", {"body": "x", "then_status": "Pending"}).status_code == 422
    assert go_out() == 0
    assert not Comment.objects.exists()


@pytest.mark.parametrize("verb", ["reply", "note"])
@pytest.mark.parametrize("text", ["", "   \n", "x" * 50_001])
def test_texts_that_cannot_be_stored_come_back(post, ticket, priya, verb, text):
    field = "body" if verb == "reply" else "note"
    response = post(priya, ticket, verb, {field: text})
    assert response.status_code == 422
    assert b"Error:" in response.content
    assert text in response.content.decode()
    assert not Comment.objects.exists()


def test_nul_is_refused_and_emoji_is_kept(post, ticket, priya):
    assert post(priya, ticket, "reply", {"body": "a\x00b"}).status_code == 422
    post(priya, ticket, "reply", {"body": "Thanks 👩‍👩‍👧 e\u0301"})
    go_out()
    assert Comment.objects.get().body == "Thanks 👩‍👩‍👧 e\u0301"


def test_a_note_stays_inside_whatever_else_is_sent(post, client, ticket, priya, amara):
    data = {"note": "CANARY", "body": "CANARY", "then_status": "Resolved", "kind": "reply"}
    assert post(priya, ticket, "note", data).status_code == 302
    assert [comment.visibility for comment in Comment.objects.all()] == [Visibility.INTERNAL]
    client.force_login(amara)
    assert "CANARY" not in client.get(ticket.get_absolute_url()).content.decode()


def test_a_note_sent_to_the_reply_address_is_refused(post, ticket, priya):
    assert post(priya, ticket, "reply", {"note": "CANARY"}).status_code == 422
    assert not Comment.objects.exists()


def test_resolve_needs_a_summary(post, ticket, priya):
    response = post(priya, ticket, "resolve", {"resolution_summary": " "})
    assert response.status_code == 422
    assert 'value="resolve" data-key="e" data-opens="resolve-resolution_summary" checked' in (
        response.content.decode()
    )
    assert post(priya, ticket, "resolve", {"resolution_summary": "A cable."}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED


def test_close_and_reopen(post, ticket, priya):
    assert post(priya, ticket, "close", {}).status_code == 422
    post(priya, ticket, "close", {"resolution_summary": "Sent twice."})
    ticket.refresh_from_db()
    assert ticket.status == Status.CLOSED
    post(priya, ticket, "reopen")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.technician) == (Status.IN_PROGRESS, priya)


def test_a_resolved_ticket_closes_without_another_summary(post, ticket, priya):
    services.resolve_ticket(ticket, actor=priya, resolution_summary="A cable.")
    assert post(priya, ticket, "close", {}).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.status, ticket.resolution_summary) == (Status.CLOSED, "A cable.")


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_handover_leads_to_the_list(post, client, ticket, priya, mei, headers):
    response = post(priya, ticket, "assign", {"technician": mei.public_id}, **headers)
    ticket.refresh_from_db()
    assert ticket.technician == mei
    assert said(response) == ["Assigned to Mei Tanaka"]
    assert (response.headers.get("HX-Redirect") or response.url) == "/desk/tickets/"
    assert client.get(ticket.get_desk_url()).status_code == 404


def test_only_technicians_can_be_given_a_ticket(post, ticket, priya, amara, admin, mei):
    mei.is_active = False
    mei.save()
    for wrong in (amara.public_id, "TEC9999", "x" * 500, mei.public_id, "1"):
        assert post(priya, ticket, "assign", {"technician": wrong}).status_code == 422
    ticket.refresh_from_db()
    assert ticket.technician == priya


def test_an_admin_assigns_and_works_on_any_ticket(post, raise_ticket, admin, mei, printing):
    ticket = raise_ticket(category=printing)
    assert post(admin, ticket, "assign", {"technician": mei.public_id}).status_code == 302
    assert post(admin, ticket, "note", {"note": "Look at this first"}).status_code == 302
    assert post(admin, ticket, "reply", {"body": "On it"}).status_code == 302
    assert post(admin, ticket, "status", {"status": "In Progress"}).status_code == 302
    assert post(admin, ticket, "resolve", {"resolution_summary": "Done."}).status_code == 302
    ticket.refresh_from_db()
    assert ticket.status == Status.RESOLVED


def test_priority_and_category(post, ticket, priya, printing):
    assert post(priya, ticket, "set/priority", {"priority": "4"}).status_code == 302
    assert post(priya, ticket, "set/category", {"category": printing.pk}).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.priority, ticket.category) == (Priority.URGENT, printing)


def test_a_property_by_htmx_shows_the_change_everywhere_and_can_be_undone(post, ticket, priya):
    response = post(priya, ticket, "set/priority", {"priority": "4"}, **HTMX)
    html = response.content.decode()
    assert response.status_code == 200
    assert "<html" not in html
    for part in ('id="panel"', 'id="ticket-head" hx-swap-oob', "outerHTML:#thread", "Undo"):
        assert part in html
    ticket.refresh_from_db()
    assert f'id="reply-version" value="{ticket.version}" hx-swap-oob' in html
    assert "<textarea" not in html  # what is being written stays
    post(priya, ticket, "set/priority", {"priority": "2"})
    ticket.refresh_from_db()
    assert ticket.priority == Priority.NORMAL


@pytest.mark.parametrize(
    ("verb", "data"),
    [
        ("set/priority", {"priority": "9"}),
        ("set/priority", {"priority": "High"}),
        ("set/priority", {}),
        ("set/category", {"category": "999999"}),
        ("set/category", {"category": ""}),
        ("set/category", {"category": "9" * 30}),
    ],
)
def test_a_property_that_makes_no_sense_is_refused(post, ticket, priya, verb, data):
    before = Ticket.objects.values().get()
    assert post(priya, ticket, verb, data).status_code == 422
    assert Ticket.objects.values().get() == before


def test_there_are_no_other_properties(post, ticket, priya):
    for field in ("customer", "version", "status"):
        assert post(priya, ticket, f"set/{field}", {field: "1"}).status_code == 404


def test_a_stale_reply_is_refused_with_the_news_and_the_text(post, client, ticket, priya, amara):
    seen = TicketEvent.objects.order_by("-id").first().pk
    stale = ticket.version
    services.add_reply(ticket, actor=amara, body="It works again, never mind.")
    client.force_login(priya)
    data = {"body": "Please restart it.", "version": stale, "seen": seen}
    response = client.post(url(ticket, "reply"), data)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Please restart it." in html
    assert "It works again, never mind." in html
    assert "Amara Okafor</bdi></b> replied" in html
    assert "Send anyway" in html
    assert Comment.objects.count() == 1
    newest = TicketEvent.objects.order_by("-id").first().pk
    assert f'id="reply-seen" value="{newest}"' in html
    assert f'name="override" value="{seen}"' in html
    data |= {"seen": newest, "override": seen}
    assert client.post(url(ticket, "reply"), data).status_code == 302
    go_out()
    assert Comment.objects.count() == 2
    event = TicketEvent.objects.get(type="sent_anyway")
    assert (event.actor, event.changes) == (priya, {"overridden": ["Amara Okafor: Reply"]})


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_stale_status_is_refused_and_can_be_repeated(post, client, ticket, priya, admin, headers):
    stale = ticket.version
    seen = TicketEvent.objects.order_by("-id").first().pk
    services.change_status(ticket, status=Status.IN_PROGRESS, actor=admin)
    client.force_login(priya)
    data = {"status": "On Hold", "version": stale, "seen": seen}
    response = client.post(url(ticket, "status"), data, **headers)
    html = response.content.decode()
    assert response.status_code == 409
    assert "Alex Admin" in html
    assert "Do it anyway" in html
    ticket.refresh_from_db()
    assert ticket.status == Status.IN_PROGRESS
    assert f'name="version" value="{ticket.version}"' in html
    client.post(url(ticket, "status"), data | {"version": ticket.version})
    ticket.refresh_from_db()
    assert ticket.status == Status.ON_HOLD


@pytest.mark.parametrize("verb", ["resolve", "close"])
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_a_summary_is_guarded_like_a_reply(client, ticket, priya, amara, verb, headers):
    seen = TicketEvent.objects.order_by("-id").first().pk
    services.add_reply(ticket, actor=amara, body="It is back, worse than before.")
    client.force_login(priya)
    data = {"resolution_summary": "A new cable.", "version": ticket.version, "seen": seen}
    response = client.post(url(ticket, verb), data, **headers)
    html = response.content.decode()
    assert response.status_code == 409
    assert "It is back, worse than before." in html
    assert Ticket.objects.get().status == Status.ASSIGNED
    newest = TicketEvent.objects.order_by("-id").first().pk
    if not headers:
        assert "A new cable.</textarea>" in html
        assert "Resolve anyway" in html
        assert "Close anyway" in html
        assert f'id="resolve-seen" value="{newest}"' in html
        assert f'name="override" value="{seen}"' in html
    assert client.post(url(ticket, verb), data | {"seen": newest, "override": seen}).url
    ticket.refresh_from_db()
    assert ticket.resolution_summary == "A new cable."
    event = TicketEvent.objects.get(type="sent_anyway")
    told = {"overridden": ["Amara Okafor: Reply"], "then_status": ticket.status}
    assert (event.actor, event.changes) == (priya, told)
    page = client.get(ticket.get_desk_url()).content.decode()
    assert f"set the ticket to <b>{ticket.status.lower()}</b> anyway" in page


def test_what_matters_to_nobody_holds_no_summary_up(client, ticket, priya, admin):
    seen, stale = TicketEvent.objects.order_by("-id").first().pk, ticket.version
    services.change_priority(ticket, priority=4, actor=admin)
    client.force_login(priya)
    data = {"resolution_summary": "A new cable.", "version": stale, "seen": seen}
    assert client.post(url(ticket, "resolve"), data).status_code == 302
    assert not TicketEvent.objects.filter(type="sent_anyway").exists()


def test_who_resolves_what_a_colleague_has_resolved_is_asked_and_loses_no_word(
    client, ticket, priya, admin
):
    seen = TicketEvent.objects.order_by("-id").first().pk
    services.resolve_ticket(ticket, actor=admin, resolution_summary="Done by Alex")
    client.force_login(priya)
    data = {"resolution_summary": "A new cable.", "seen": seen}
    refused = client.post(url(ticket, "resolve"), data)
    assert refused.status_code == 409
    assert "A new cable.</textarea>" in refused.content.decode()
    newest = TicketEvent.objects.order_by("-id").first().pk
    client.post(url(ticket, "resolve"), data | {"seen": newest, "override": seen})
    ticket.refresh_from_db()
    assert ticket.resolution_summary == "A new cable."
    assert ticket.events.filter(type="resolved").count() == 1
    change = ticket.events.get(type="summary_changed").changes
    assert change == {"resolution_summary": ["Done by Alex", "A new cable."]}


SECRET = "The customer has not paid since March so do the least you can"


@pytest.mark.parametrize("verb", ["resolve", "close"])
def test_words_of_a_note_leave_with_no_summary_unasked(client, ticket, priya, verb):
    services.add_note(ticket, actor=priya, body=SECRET)
    client.force_login(priya)
    data = {"resolution_summary": SECRET, "seen": TicketEvent.objects.order_by("-id").first().pk}
    refused = client.post(url(ticket, verb), data)
    html = refused.content.decode()
    assert refused.status_code == 409
    assert "copied from an internal note" in html
    key = html.split('name="confirmed" value="')[1].split('"')[0]
    assert client.post(url(ticket, verb), data | {"confirmed": key}).status_code == 302
    assert ticket.events.get(type="sent_anyway").changes["overridden"] == [
        "Words are copied from an internal note."
    ]


def test_the_summary_of_a_reply_that_resolves_is_looked_at_too(client, ticket, priya):
    services.add_note(ticket, actor=priya, body=SECRET)
    client.force_login(priya)
    data = {"body": "Done.", "then_status": "Resolved", "resolution_summary": SECRET}
    assert client.post(url(ticket, "reply"), data).status_code == 409


@pytest.mark.parametrize("verb", ["resolve", "close"])
def test_of_two_who_finish_one_does(post, client, ticket, priya, admin, verb):
    stale = ticket.version
    data = {"resolution_summary": "Done by Priya", "version": stale}
    client.force_login(priya)
    assert client.post(url(ticket, verb), data).status_code == 302
    client.force_login(admin)
    data["resolution_summary"] = "Done by Alex"
    assert client.post(url(ticket, verb), data).status_code == 409
    ticket.refresh_from_db()
    assert ticket.resolution_summary == "Done by Priya"
    assert ticket.events.filter(type__in=["resolved", "closed"]).count() == 1


@pytest.mark.parametrize("version", ["0", "-1", "x", "9" * 30, "1.5"])
def test_a_version_that_is_none_is_refused(post, client, ticket, priya, version):
    client.force_login(priya)
    response = client.post(url(ticket, "reply"), {"body": "Hello", "version": version})
    assert response.status_code == 422
    assert not Comment.objects.exists()


@pytest.mark.parametrize("verb", VERBS)
def test_strangers_find_no_ticket_and_change_nothing(post, client, ticket, verb, pavel, mei, amara):
    before = Ticket.objects.values().get()
    others = [pavel, amara, CustomerFactory()]
    if verb != "take":  # who serves the category reads who was quicker
        others.append(mei)
    for user in others:
        assert post(user, ticket, verb).status_code == 404
        missing = client.post(f"/desk/tickets/TKT9999/{verb}/", VERBS[verb])
        assert missing.status_code == 404
        assert client.get(ticket.get_desk_url()).status_code == 404
    client.logout()
    response = client.post(url(ticket, verb), VERBS[verb])
    assert response.status_code in (302, 401)
    assert Ticket.objects.values().get() == before
    assert not Comment.objects.exists()


def test_who_only_may_take_it_gets_403_and_keeps_the_text(post, raise_ticket, priya):
    free = raise_ticket()
    for verb in ("reply", "note", "resolve", "status", "set/priority"):
        response = post(priya, free, verb)
        assert response.status_code == 403, verb
        if verb in ("reply", "note"):
            assert ">\nHello</textarea>" in response.content.decode()
    free.refresh_from_db()
    assert free.version == 1
    assert not Comment.objects.exists()


def test_from_the_moment_of_reassignment_the_former_technician_is_out(
    post, client, ticket, priya, mei
):
    client.force_login(priya)
    assert client.get(ticket.get_desk_url()).status_code == 200
    services.assign_ticket(ticket, technician=mei, actor=priya)
    for verb in VERBS:
        if verb != "take":
            assert post(priya, ticket, verb).status_code == 404, verb


def test_a_disabled_technician_is_out_at_the_next_request(post, ticket, priya):
    Technician.objects.get(user=priya)
    type(priya).objects.filter(pk=priya.pk).update(is_active=False)
    response = post(priya, ticket, "reply")
    assert response.status_code in (302, 401)
    assert not Comment.objects.exists()


@pytest.mark.parametrize(
    "odd", ["TKT1", "tkt0001", "TKT00001", "42", "TKT" + "9" * 40, "TKT\u0661"]
)
def test_an_odd_number_is_no_ticket(client, ticket, priya, odd):
    client.force_login(priya)
    assert client.get(f"/desk/tickets/{odd}/").status_code == 404
    assert client.post(f"/desk/tickets/{odd}/note/", {"note": "x"}).status_code == 404


def test_a_verb_asked_for_with_get_leads_to_the_ticket(client, ticket, priya):
    client.force_login(priya)
    response = client.get(url(ticket, "reply"))
    assert (response.status_code, response.url) == (302, ticket.get_desk_url())
