"""Mailboxes that are opened by OAuth 2: tokens are renewed, kept secret, and faults are named."""

import json
import threading
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone
from imap_tools import MailBoxUnencrypted

from accounts.models import AccountEvent
from accounts.tests.factories import AdminFactory
from mailboxes.choices import Security, SignIn
from mailboxes.models import Mailbox
from mailboxes.services import diagnose, fetch, fetch_all, save_mailbox
from mailboxes.tests.dovecot import PASSWORD, PROGRAM, Dovecot
from mailboxes.tests.letters import letter

needs_dovecot = pytest.mark.skipif(not PROGRAM, reason="needs dovecot; CI has it")
pytestmark = pytest.mark.django_db
CLIENT_SECRET = "client-secret-of-ours"


class TokenServer:
    """A provider: `/token` renews once for each refresh token, `/check` tells the mail server."""

    def __init__(self):
        self.asked, self.good, self.count, self.refuses = [], {}, 0, None
        self.refresh, self.rotates, self.seconds = "refresh-0", True, 3600
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):
                length = int(self.headers["Content-Length"])
                given = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
                status, said = server.answer(self.path, given)
                body = said.encode() if isinstance(said, str) else json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args):
                pass

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, daemon=True).start()

    def answer(self, path, given):
        if path.startswith("/check"):
            user = self.good.get(given.get("token"))
            return 200, {"active": user is not None, "username": user or ""}
        self.asked.append(given)
        if self.refuses is not None:
            return self.refuses
        if given.get("refresh_token") != self.refresh:
            return 400, {"error": "invalid_grant", "error_description": "It was ended."}
        self.count += 1
        token = f"access-{self.count}"
        self.good[token] = "tokens"
        said = {"access_token": token, "expires_in": self.seconds, "token_type": "Bearer"}
        if self.rotates:
            self.refresh = said["refresh_token"] = f"refresh-{self.count}"
        return 200, said


@pytest.fixture
def provider():
    server = TokenServer()
    yield server
    server.http.shutdown()
    server.http.server_close()


@pytest.fixture(params=["xoauth2", "xoauth2 oauthbearer"])
def server(provider, request):
    if not PROGRAM:
        pytest.skip("needs dovecot; CI has it")
    server = Dovecot(tokens=f"{provider.url}/check", mechanisms=request.param)
    server.start()
    yield server
    server.stop()


def given(provider, **changes):
    return {
        "name": "Support",
        "is_active": True,
        "address": "support@localhost",
        "host": "127.0.0.1",
        "port": 1,
        "security": Security.NONE,
        "username": "tokens",
        "sign_in": SignIn.RENEWED,
        "token_url": f"{provider.url}/token",
        "client_id": "desk",
        "scope": "imap offline_access",
        "folder": "INBOX",
        "takes_older": True,
        "trusted_server": "",
        "category": None,
        "team": None,
    } | changes


def made(provider, **changes):
    fields = given(provider, **changes)
    actor = AdminFactory()
    return save_mailbox(
        Mailbox(), actor=actor, secret="refresh-0", client_secret=CLIENT_SECRET, **fields
    )


def fresh(mailbox):
    return Mailbox.objects.get(pk=mailbox.pk)


def test_a_token_is_renewed_when_it_ends_and_not_before(provider, server):
    mailbox = made(provider, port=server.port)
    with MailBoxUnencrypted("127.0.0.1", server.port).login("tokens", PASSWORD) as box:
        box.append(letter())
    assert fetch_all() == 1
    assert fresh(mailbox).last_error == ""
    assert provider.asked == [
        {
            "grant_type": "refresh_token",
            "refresh_token": "refresh-0",
            "client_id": "desk",
            "client_secret": CLIENT_SECRET,
            "scope": "imap offline_access",
        }
    ]
    assert fetch(fresh(mailbox)) == 0
    assert provider.count == 1
    Mailbox.objects.update(access_until=timezone.now() + timedelta(seconds=30))
    assert fetch(fresh(mailbox)) == 0
    # The refresh token that came with the first answer.
    assert [asked["refresh_token"] for asked in provider.asked] == ["refresh-0", "refresh-1"]


def test_a_token_that_was_ended_early_is_renewed_at_the_next_look(provider, server):
    mailbox = made(provider, port=server.port)
    assert fetch_all() == 0
    provider.good.clear()
    fetch_all()
    assert "refused the user name or the token" in fresh(mailbox).last_error
    fetch_all()
    assert fresh(mailbox).last_error == ""
    assert provider.count == 2
    works, sentence = diagnose(fresh(mailbox), actor=AdminFactory())
    assert works, sentence
    assert provider.count == 3  # the test asks for a new one anyway


def test_a_refresh_token_that_another_worker_has_used_is_no_fault(provider, server):
    mailbox = made(provider, port=server.port)
    late = fresh(mailbox)
    fetch(fresh(mailbox))
    assert fetch(late) == 0
    assert provider.count == 1


@pytest.mark.parametrize(
    ("refuses", "words"),
    [
        (
            (400, {"error": "invalid_grant", "error_description": "refresh-0 was ended"}),
            "refused to renew the token (400 invalid_grant ... was ended). Sign in there anew",
        ),
        ((401, {"error": "invalid_client"}), "Check the client id and the client secret."),
        ((400, {"error": "invalid_scope"}), "Check the scope."),
        ((500, "<html>"), "answered 500 with something else"),
        ((200, {}), "refused to renew the token (200 )"),
        ((302, {}), "refused to renew the token (302 )"),
    ],
)
def test_the_test_says_why_there_is_no_token(provider, refuses, words):
    mailbox = made(provider)
    provider.refuses = refuses
    works, sentence = diagnose(mailbox, actor=AdminFactory())
    assert not works
    assert words in sentence
    assert "refresh-0" not in sentence
    fetch_all()
    assert words in fresh(mailbox).last_error


def test_a_token_server_that_is_away_is_named(provider):
    mailbox = made(provider)
    provider.http.shutdown()
    provider.http.server_close()
    assert "doesn't answer" in diagnose(mailbox, actor=AdminFactory())[1]


def test_the_secrets_go_in_and_never_come_out(provider, client):
    client.force_login(AdminFactory())
    typed = {k: v for k, v in given(provider).items() if v not in (None, False)}
    typed |= {"password": "refresh-0", "typed_client_secret": CLIENT_SECRET}
    answer = client.post(reverse("admin:mailboxes_mailbox_add"), typed)
    assert answer.status_code == 302, answer.context["errors"]
    mailbox = Mailbox.objects.get()
    assert "Nothing answers" in diagnose(mailbox, actor=AdminFactory())[1]
    mailbox = fresh(mailbox)
    kept = bytes(mailbox.secret) + bytes(mailbox.client_secret) + bytes(mailbox.access_token)
    page = client.get(reverse("admin:mailboxes_mailbox_change", args=[mailbox.pk]))
    told = page.content.decode() + str([event.changes for event in AccountEvent.objects.all()])
    for secret in ("refresh-0", "refresh-1", CLIENT_SECRET, "access-1"):
        assert secret.encode() not in kept
        assert secret not in told
    assert "gAAAA" not in told


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"token_url": ""}, "token_url"),
        ({"client_id": ""}, "client_id"),
        ({"token_url": "http://login.example.com/token"}, "token_url"),
        ({"token_url": "file:///etc/passwd"}, "token_url"),
    ],
)
def test_a_refresh_token_needs_a_safe_place_to_go(provider, changes, field):
    with pytest.raises(ValidationError) as refusal:
        made(provider, **changes)
    assert field in refusal.value.message_dict
