import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.tests.api.clients import client_of
from accounts.tests.factories import AdminFactory, CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Attachment, Comment, DoomedFile
from tickets.tests.factories import CategoryFactory
from tickets.tests.files import content_of, photo, png, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def category():
    return CategoryFactory(name="Network")


@pytest.fixture
def technician(category):
    return TechnicianFactory(categories=[category]).user


@pytest.fixture
def ticket(customer, category, technician):
    ticket = services.create_ticket(
        customer=customer, actor=customer, description="It hums", category=category
    )
    return services.take_ticket(ticket, actor=technician)


def send(client, name="error.png", content=None, **headers):
    file = SimpleUploadedFile(name, png() if content is None else content)
    return client.post("/api/files", {"file": file}, format="multipart", headers=headers)


def files_of(client, ticket):
    entries = client.get(f"/api/tickets/{ticket.ticket_id}").json()["timeline"]
    return {entry["type"]: [file["name"] for file in entry["files"]] for entry in entries}


def test_a_file_is_uploaded_and_sent_with_each_kind_of_message(
    customer, technician, category, settings
):
    client, staff = client_of(customer), client_of(technician)
    answer = send(client)
    assert answer.status_code == 201
    row = answer.json()
    assert (row["name"], row["content_type"], row["state"]) == ("error.png", "image/png", "clean")
    assert row["size"] == len(png())
    raised = client.post(
        f"/api/tickets/customer/{customer.public_id}",
        {"issue_category": "Network", "issue_description": "x", "file_ids": [row["file_id"]]},
    )
    number = raised.json()["ticket_id"]
    path = f"/api/tickets/{number}"
    staff.post(f"{path}/take")
    for verb, who, name in (
        ("replies", client, "a.txt"),
        ("replies", staff, "b.txt"),
        ("notes", staff, "c.txt"),
    ):
        sent = send(who, name, b"text").json()["file_id"]
        answer = who.post(f"{path}/{verb}", {"body": "See", "file_ids": [sent]})
        assert answer.status_code == 201, answer.json()
    told = [
        file["name"] for entry in staff.get(f"{path}/timeline").json() for file in entry["files"]
    ]
    assert sorted(told) == ["a.txt", "b.txt", "c.txt", "error.png"]
    seen = client.get(path).content.decode()
    assert "c.txt" not in seen
    assert "b.txt" in seen


def test_who_sees_the_message_downloads_the_file(customer, technician, ticket):
    file = uploaded(technician, "notes.txt", b"0123456789")
    services.add_reply(ticket, actor=technician, body="See", attachments=[file])
    url = f"/api/files/{file.pk}"
    answer = client_of(customer).get(url)
    assert b"".join(answer) == b"0123456789"
    assert answer["Content-Disposition"] == 'attachment; filename="notes.txt"'
    assert (
        answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    )
    part = client_of(customer).get(url, headers={"range": "bytes=2-3"})
    assert (part.status_code, b"".join(part)) == (206, b"23")
    assert b"".join(client_of(customer).head(url)) == b""
    for stranger in (CustomerFactory(), TechnicianFactory().user):
        refused = client_of(stranger).get(url)
        unknown = client_of(stranger).get(f"/api/files/{uuid.uuid4()}")
        assert refused.status_code == unknown.status_code == 404
        assert refused.content == unknown.content
    assert client_of().get(url).status_code == 401


def test_j04_the_file_of_a_note_is_nothing_to_the_customer(customer, technician, ticket):
    file = uploaded(technician, "CANARY.jpg", photo())
    services.add_note(ticket, actor=technician, body="See", attachments=[file])
    client = client_of(customer)
    assert client.get(f"/api/files/{file.pk}").status_code == 404
    assert client.delete(f"/api/files/{file.pk}").status_code == 404
    assert b"CANARY" not in client.get(f"/api/tickets/{ticket.ticket_id}/timeline").content


def test_the_same_key_stores_a_file_once(customer, settings):
    client = client_of(customer)
    answers = [send(client, idempotency_key="k1") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert Attachment.objects.count() == 1
    other = send(client, content=png(color="red"), idempotency_key="k1")
    assert other.status_code == 422
    assert content_of(Attachment.objects.get()) == png()
    assert not Attachment.objects.filter(stored_as__in=DoomedFile.objects.values("name")).exists()


@pytest.mark.parametrize(
    ("name", "content", "status", "code"),
    [
        ("a.exe", b"MZ", 400, "file_kind"),
        ("a.png", b"GIF89a", 400, "file_kind"),
        ("a.txt", b"x" * 1_000_001, 413, "file_too_large"),
        ("a.txt", b"x" * 3_000_000, 413, "too_large"),
    ],
)
def test_a_refusal_says_why(customer, name, content, status, code):
    services.change_desk_settings(actor=AdminFactory(), file_mb=1, files_per_message=1)
    for headers in ({}, {"idempotency_key": "k"}):
        answer = send(client_of(customer), name, content, **headers)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not Attachment.objects.exists()


def test_d09_beyond_the_quota(customer):
    services.change_desk_settings(actor=AdminFactory(), file_quota_mb=0)
    answer = send(client_of(customer))
    assert (answer.status_code, answer.json()["code"]) == (409, "quota")


def test_a_body_that_is_no_form_with_one_file(customer):
    client = client_of(customer)
    assert client.post("/api/files", {"file": "x"}).status_code == 415
    assert client.post("/api/files", {}, format="multipart").status_code == 400
    assert client.post("/api/files", {"file": "text"}, format="multipart").status_code == 400
    two = {"file": [SimpleUploadedFile("a.txt", b"a"), SimpleUploadedFile("b.txt", b"b")]}
    assert client.post("/api/files", two, format="multipart").status_code == 400
    assert not Attachment.objects.exists()


def test_an_own_upload_is_thrown_away_until_it_is_sent(customer, ticket):
    client = client_of(customer)
    file = uploaded(customer)
    assert client_of(CustomerFactory()).delete(f"/api/files/{file.pk}").status_code == 404
    assert client.delete(f"/api/files/{file.pk}").json() == {"deleted": True}
    assert client.delete(f"/api/files/{file.pk}").status_code == 404
    sent = uploaded(customer)
    services.add_reply(ticket, actor=customer, body="See", attachments=[sent])
    assert client.delete(f"/api/files/{sent.pk}").status_code == 404


@pytest.mark.parametrize("kind", ["foreign", "sent", "unknown"])
def test_a_message_takes_only_own_fresh_uploads(customer, technician, ticket, kind):
    file = uploaded(technician if kind == "foreign" else customer)
    if kind == "sent":
        services.add_reply(ticket, actor=customer, body="See", attachments=[file])
    named = str(uuid.uuid4()) if kind == "unknown" else str(file.pk)
    before = Comment.objects.count()
    answer = client_of(customer).post(
        f"/api/tickets/{ticket.ticket_id}/replies", {"body": "See", "file_ids": [named]}
    )
    assert answer.status_code == 400
    assert "file_ids" in answer.json()["errors"]
    assert Comment.objects.count() == before


def test_an_admin_removes_a_file_for_good(customer, technician, ticket):
    file = uploaded(customer, "secret.txt")
    services.add_reply(ticket, actor=customer, body="See", attachments=[file])
    url = f"/api/files/{file.pk}/remove"
    assert client_of(technician).post(url, {}).status_code == 403
    answer = client_of(AdminFactory()).post(url, {"reason": "A password"})
    assert (answer.status_code, answer.json()["state"]) == (200, "removed")
    assert files_of(client_of(customer), ticket)["reply_added"] == [None]
    assert client_of(customer).get(f"/api/files/{file.pk}").status_code == 404
