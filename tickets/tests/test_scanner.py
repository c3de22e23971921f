"""With a virus scanner: nobody else gets a file before it was looked at. clamd is played here."""

import socketserver
import struct
import tempfile
import threading

import pytest
from django.urls import reverse

from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.choices import EventType, FileState
from tickets.services import scan_waiting_files
from tickets.tests.factories import CategoryFactory
from tickets.tests.files import content_of, uploaded

pytestmark = pytest.mark.django_db
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(socketserver.StreamRequestHandler):
    """As much of clamd as INSTREAM needs."""

    def handle(self):
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := struct.unpack("!L", self.rfile.read(4))[0]:
            content += self.rfile.read(size)
        found = b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"
        self.wfile.write(self.server.answer or found)


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, settings):
    # pytest's own folders can be too long for a socket's name.
    with tempfile.TemporaryDirectory() as folder:
        if request.param == "tcp":
            server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd)
            settings.CLAMAV_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
        else:
            server = socketserver.ThreadingUnixStreamServer(f"{folder}/clamd.ctl", Clamd)
            settings.CLAMAV_URL = f"unix://{server.server_address}"
        server.answer = b""
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def technician():
    return TechnicianFactory().user


@pytest.fixture
def ticket(customer, technician):
    ticket = services.create_ticket(
        customer=customer, actor=customer, description="It hums", category=CategoryFactory()
    )
    return services.assign_ticket(ticket, technician=technician, actor=AdminFactory())


def sent(ticket, actor, name="notes.txt", content=b"some text"):
    file = uploaded(actor, name, content)
    services.add_reply(ticket, actor=actor, body="See", attachments=[file])
    file.refresh_from_db()
    return file


def gets(client, person, file):
    client.force_login(person)
    answer = client.get(file.get_absolute_url())
    return b"".join(answer) if answer.streaming else answer.status_code


def test_d15_a_file_waits_for_the_scanner_and_is_then_let_through(
    client, clamd, ticket, customer, technician
):
    file = sent(ticket, customer)
    assert file.state == FileState.PENDING
    assert gets(client, customer, file) == b"some text"
    assert gets(client, technician, file) == 404
    assert "Being checked" in client.get(ticket.get_desk_url()).content.decode()
    assert scan_waiting_files() == 1
    assert gets(client, technician, file) == b"some text"


def test_d15_an_infected_file_is_blocked_and_kept(client, clamd, ticket, customer, technician):
    file = sent(ticket, customer, "eicar.txt", EICAR)
    scan_waiting_files()
    file.refresh_from_db()
    assert (file.state, file.finding) == (FileState.QUARANTINED, "Eicar-Signature")
    for person in (customer, technician, AdminFactory()):
        assert gets(client, person, file) == 404
    assert content_of(file) == EICAR
    client.force_login(technician)
    desk = client.get(ticket.get_desk_url()).content.decode()
    assert "Blocked by the virus scanner" in desk
    assert "The virus scanner blocked" in desk
    client.force_login(customer)
    portal = client.get(ticket.get_absolute_url()).content.decode()
    assert "Blocked by the virus scanner" in portal
    assert file.get_absolute_url() not in portal
    assert ticket.events.filter(type=EventType.FILE_BLOCKED).count() == 1
    assert scan_waiting_files() == 0


@pytest.mark.parametrize("trouble", ["down", "silent", "odd", "limit"])
def test_d15_while_the_scanner_is_away_files_wait(
    client, clamd, settings, ticket, customer, technician, trouble
):
    file = sent(ticket, customer)
    there = settings.CLAMAV_URL
    if trouble == "down":
        settings.CLAMAV_URL = "tcp://127.0.0.1:1"
    answers = {"silent": b"\0", "odd": b"what?\0"}
    clamd.answer = answers.get(trouble, b"INSTREAM size limit exceeded. ERROR\0")
    assert scan_waiting_files() == 0
    file.refresh_from_db()
    assert file.state == FileState.PENDING
    assert gets(client, technician, file) == 404
    settings.CLAMAV_URL, clamd.answer = there, b""
    assert scan_waiting_files() == 1
    assert gets(client, technician, file) == b"some text"


def test_without_a_scanner_files_are_clean_at_once(client, ticket, customer, technician):
    file = sent(ticket, customer)
    assert gets(client, technician, file) == b"some text"


def test_what_waited_for_a_scanner_that_is_no_more_is_let_through(
    clamd, settings, ticket, customer
):
    file = sent(ticket, customer)
    settings.CLAMAV_URL = ""
    assert scan_waiting_files() == 1
    file.refresh_from_db()
    assert file.is_clean


def test_an_admin_lets_a_blocked_file_through(client, clamd, ticket, customer, technician):
    file = sent(ticket, customer, "eicar.txt", EICAR)
    scan_waiting_files()
    client.force_login(AdminFactory())
    changelist = reverse("admin:tickets_attachment_changelist")
    assert "Eicar-Signature" in client.get(f"{changelist}?state=quarantined").content.decode()
    form = {"action": "release", "_selected_action": str(file.pk)}
    assert "Let them through" in client.post(changelist, form).content.decode()
    client.post(changelist, form | {"confirmed": "yes"})
    assert gets(client, technician, file) == EICAR
    assert ticket.events.filter(type=EventType.FILE_RELEASED).exists()


def test_an_admin_removes_files_from_the_list(client, ticket, customer):
    file = sent(ticket, customer)
    fresh = uploaded(customer, "fresh.txt")
    client.force_login(AdminFactory())
    changelist = reverse("admin:tickets_attachment_changelist")
    form = {"action": "remove", "_selected_action": [str(file.pk), str(fresh.pk)]}
    client.post(changelist, form | {"confirmed": "yes", "reason": "A password"})
    file.refresh_from_db()
    fresh.refresh_from_db()
    assert (file.removed_reason, fresh.removed_at) == ("A password", None)
    for state in ("", "?state=fresh", "?state=removed", "?state=pending"):
        assert client.get(changelist + state).status_code == 200
    page = client.get(reverse("admin:tickets_attachment_change", args=[file.pk]))
    assert page.status_code == 200
    assert client.post(changelist.replace("attachment/", "attachment/add/")).status_code == 403
