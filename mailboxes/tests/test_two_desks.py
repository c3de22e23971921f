"""E12: two desks, or two mailboxes of one, write to each other: it ends, and nothing is lost.

The desks know nothing of each other: each is a process with a database, a key, a domain and files
of its own; its mails go to a mail server, and what arrives there is piped into the other one.
"""

import json
import shutil
import subprocess
import sys
from email import message_from_bytes, policy

import pytest
from django.conf import settings as project

from mailboxes.choices import Outcome
from mailboxes.models import Mailbox
from mailboxes.tests.letters import bring, letter, sent
from notifications.models import Delivery
from notifications.tests.smtp_server import SMTPServer
from notifications.tests.test_worker_processes import Desk
from tickets.models import Ticket

WORK = """
from mailboxes.services import process_due
from notifications.tasks import deliver_due
while process_due() + deliver_due():
    pass
"""
# Somebody at the desk raises a ticket for the other desk, which may be new here, and writes to it.
ASK = """
from accounts.services import customer_at
from accounts.tests.factories import AdminFactory
from tickets.services import add_reply, assign_ticket, create_ticket
from technicians.tests.factories import TechnicianFactory
from django.db import transaction
with transaction.atomic():
    person = TechnicianFactory().user
    customer = customer_at(sys.argv[1], name="Other desk", actor=None)
    ticket = create_ticket(
        customer=customer, actor=person, description="What they should mend.", category_text="x"
    )
    ticket = assign_ticket(ticket, technician=person, actor=AdminFactory())
    add_reply(ticket, actor=person, body=sys.argv[2])
"""
# Somebody takes the newest ticket that nobody has, and answers; or answers on what they have.
ANSWER = """
from accounts.models import User
from accounts.tests.factories import AdminFactory
from tickets.models import Ticket
from tickets.services import add_reply, assign_ticket
from technicians.tests.factories import TechnicianFactory
from django.db import transaction
last = {"then_status": "Resolved", "resolution_summary": "Mended."} if "end" in sys.argv else {}
with transaction.atomic():
    ticket = Ticket.objects.latest("number")
    if ticket.technician is None:
        ticket = assign_ticket(ticket, technician=TechnicianFactory().user, actor=AdminFactory())
    add_reply(ticket, actor=ticket.technician, body=sys.argv[1], **last)
"""
STATE = """
import json
from collections import Counter
from mailboxes.models import InboundMail
from notifications.models import Delivery
from tickets.models import Comment, Ticket
tell(json.dumps({
    "outcomes": Counter(InboundMail.objects.values_list("outcome", flat=True)),
    "kept": InboundMail.objects.filter(stored_as__isnull=False).count(),
    "states": Counter(Delivery.objects.values_list("state", flat=True)),
    "tickets": Ticket.objects.count(),
    "said": list(Comment.objects.order_by("id").values_list("body", flat=True)),
}))
"""
# What gateways take out of mails on their way, at worst.
MARKS = ["Auto-Submitted", "X-Auto-Response-Suppress", "X-SupportDesk-Message", "List-Unsubscribe"]
THREAD = ["In-Reply-To", "References", "Reply-To"]
MOST_ROUNDS = 12


SERVE = """
import io, json, sys, traceback
from types import SimpleNamespace
from django.core.management import call_command
from django.db import transaction
for line in sys.stdin:
    code, args, mail = json.loads(line)
    told = io.StringIO()
    try:
        if mail:
            given = SimpleNamespace(buffer=io.BytesIO(mail.encode("latin-1")))
            sys.stdin, kept = given, sys.stdin
            try:
                call_command("receive_mail", *args)
            finally:
                sys.stdin = kept
        else:
            exec(code, {"sys": SimpleNamespace(argv=["", *args]), "tell": told.write})
        answer = [True, told.getvalue()]
    except BaseException:
        answer = [False, traceback.format_exc()]
    print(json.dumps(answer), flush=True)
"""


class MailedDesk(Desk):
    """A desk with a mail address, in a process of its own that does what it is told."""

    def __init__(self, name, folder, port):
        super().__init__(f"sqlite:///{folder / name}.sqlite3", port)
        self.address = f"support@{name}.example"
        self.env |= {
            "SECRET_KEY": f"{name}-" * 12,
            "SITE_URL": f"https://{name}.example",
            "ALLOWED_HOSTS": f"{name}.example",
            "INBOUND_ADDRESS": self.address,
            "DEFAULT_FROM_EMAIL": f"Desk {name} <{self.address}>",
            "MEDIA_ROOT": str(folder / f"{name}-files"),
        }
        setup = "import sys, django\ndjango.setup()\n"
        self.process = subprocess.Popen(  # noqa: S603
            [sys.executable, "-c", setup + SERVE],
            env=self.env,
            cwd=project.BASE_DIR,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )

    def ask(self, code, *args, mail=b""):
        """Let the desk run the code; return what it tells."""
        self.process.stdin.write(json.dumps([code, args, mail.decode("latin-1")]) + "\n")
        self.process.stdin.flush()
        well, told = json.loads(self.process.stdout.readline())
        assert well, told
        return told

    def take(self, recipient, raw):
        """Take a mail by the command that a mail server pipes it into."""
        self.ask("", recipient, mail=raw)

    def state(self):
        return json.loads(self.ask(STATE))

    def end(self):
        self.process.stdin.close()
        self.process.stdout.close()
        self.process.wait(20)


class Post:
    """Carries mails between two desks, without the header fields that it loses."""

    def __init__(self, server, desks):
        self.server, self.desks, self.carried, self.loses = server, desks, 0, ()

    def run(self):
        """Carry until nothing is under way; return to whom each mail went."""
        for _ in range(MOST_ROUNDS):
            for desk in self.desks:
                desk.ask(WORK)
            under_way = self.server.mails[self.carried :]
            if not any(map(self.desk_of, [to for to, _ in under_way])):
                break
            for recipient, raw in under_way:
                if desk := self.desk_of(recipient):
                    desk.take(recipient, self.without(raw))
            self.carried += len(under_way)
        else:
            pytest.fail("They write to each other without end.")

    def desk_of(self, recipient):
        return next((d for d in self.desks if d.address.split("@")[1] in recipient), None)

    def without(self, raw):
        mail = message_from_bytes(raw, policy=policy.SMTP)
        for name in self.loses:
            del mail[name]
        return mail.as_bytes()

    def since(self, before):
        """Return how many mails each desk got after the first `before`."""
        recipients = [to for to, _ in self.server.mails[before:]]
        return [sum(self.desk_of(to) is desk for to in recipients) for desk in self.desks]


@pytest.fixture(scope="module")
def empty(tmp_path_factory):
    """The database of a desk on its first day."""
    where = tmp_path_factory.mktemp("desks") / "empty.sqlite3"
    Desk(f"sqlite:///{where}", port=9).migrate()
    return where


@pytest.fixture
def post(tmp_path, empty):
    names = ("one", "other")
    for name in names:
        shutil.copy(empty, tmp_path / f"{name}.sqlite3")
    with SMTPServer() as server:
        desks = [MailedDesk(name, tmp_path, server.port) for name in names]
        try:
            yield Post(server, desks)
        finally:
            for desk in desks:
                desk.end()


@pytest.mark.slow
def test_e12_two_desks_talk_as_people_do_and_fall_silent(post):
    one, other = post.desks
    one.ask(ASK, other.address, "It leaks.")
    post.run()
    # To the other desk: that there is a ticket, who has it, the letter. Back: one receipt.
    assert post.since(0) == [1, 3]
    before = len(post.server.mails)
    other.ask(ANSWER, "Where?")
    post.run()
    assert post.since(before) == [2, 0]  # who has it there, and the answer
    before = len(post.server.mails)
    one.ask(ANSWER, "At the tap.")
    other.ask(ANSWER, "It is tight now.", "end")
    post.run()
    assert post.since(before) == [1, 1]
    here, there = one.state(), other.state()
    # What people wrote stands on both sides, once.
    words = ["It leaks.", "Where?", "At the tap.", "It is tight now."]
    assert all(word in text for word, text in zip(words, here["said"], strict=True))
    assert sorted(word for word in words for text in there["said"] if word in text) == [
        *("At the tap.", "It is tight now.", "Where?"),
    ]
    assert (here["tickets"], there["tickets"]) == (1, 1)
    # And what programs wrote is kept.
    assert here["outcomes"] == {"ignored": 2, "reply": 2}
    assert there["outcomes"] == {"ignored": 2, "ticket": 1, "reply": 1}
    for desk in (here, there):
        assert desk["kept"] == sum(desk["outcomes"].values())
        assert set(desk["states"]) == {"sent"}


@pytest.mark.slow
@pytest.mark.parametrize("loses", [MARKS, [*MARKS, *THREAD]], ids=["marks", "marks and thread"])
def test_e12_it_ends_where_a_gateway_hides_that_programs_write(post, loses):
    one, other = post.desks
    post.loses = loses
    one.ask(ASK, other.address, "It leaks.")
    post.run()
    assert max(post.since(0)) <= 3 + 3  # what the ticket's making says; then receipts in an hour
    states = [desk.state() for desk in post.desks]
    for state, got in zip(states, post.since(0), strict=True):
        # Each mail is there, became something, and no receipt is in the queue.
        assert sum(state["outcomes"].values()) == state["kept"] == got
        assert set(state["outcomes"]) <= {"ticket", "reply", "suspended", "ignored"}
        assert set(state["states"]) <= {"sent", "dropped"}


@pytest.mark.django_db
def test_e12_two_mailboxes_of_one_desk_do_not_answer_each_other():
    for name in ("sales", "help"):
        Mailbox.objects.create(
            name=name, address=f"{name}@desk.example", host="127.0.0.1", username=name
        )
    for sender, to in [
        ("sales@desk.example", "help@desk.example"),
        ("help@desk.example", "sales@desk.example"),
        ("Sales <SALES+x@Desk.example>", "help@desk.example"),
        ("support@localhost", "sales@desk.example"),
    ]:
        row = bring(letter(sender, to=to))
        assert (row.outcome, row.stored_as is None) == (Outcome.IGNORED, False), sender
        assert "desk itself" in row.reason
    assert not Ticket.objects.exists()
    assert not Delivery.objects.exists()
    # One that hands on to the other brings each customer's mail twice.
    raw = letter(to="sales@desk.example")
    first = bring(raw)
    copy = bring(b"X-Forwarded-To: help@desk.example\n" + raw)
    assert (first.outcome, copy.outcome, copy.copy_of) == (Outcome.TICKET, Outcome.IGNORED, first)
    assert len(sent("ann@example.org")) == 1
