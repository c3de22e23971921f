"""Nothing is left over: uploads never sent, tickets purged, processes killed in between."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from accounts.tests.factories import AdminFactory, CustomerFactory
from tickets import services, storage
from tickets.choices import EventType
from tickets.models import Attachment, DoomedFile, Ticket
from tickets.services import find_strays, purge_deleted_tickets, tidy_files
from tickets.tests.factories import CategoryFactory
from tickets.tests.files import photo, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def customer():
    return CustomerFactory()


@pytest.fixture
def admin():
    return AdminFactory()


@pytest.fixture
def ticket(customer):
    return services.create_ticket(
        customer=customer,
        actor=customer,
        description="It hums",
        category=CategoryFactory(),
        attachments=[uploaded(customer, "described.jpg", photo())],
    )


def files_on_disk(settings):
    return {
        path.relative_to(settings.MEDIA_ROOT).as_posix()
        for path in settings.MEDIA_ROOT.rglob("*")
        if path.is_file()
    }


def age(model, **past):
    field = "due_at" if model is DoomedFile else "created_at"
    model.objects.update(**{field: timezone.now() - timedelta(**past)})


def committed(django_capture_on_commit_callbacks, verb, *args, **kwargs):
    with django_capture_on_commit_callbacks(execute=True):
        return verb(*args, **kwargs)


def test_d12_an_upload_that_is_never_sent_goes_after_a_day(
    customer, ticket, settings, django_capture_on_commit_callbacks
):
    kept = ticket.attachments.get()
    uploaded(customer)
    assert committed(django_capture_on_commit_callbacks, tidy_files) == 0
    assert Attachment.objects.count() == 2
    age(Attachment, hours=25)
    assert committed(django_capture_on_commit_callbacks, tidy_files) > 0
    assert Attachment.objects.get() == kept
    assert files_on_disk(settings) == {kept.stored_as}
    assert not DoomedFile.objects.exists()


def test_d12_a_process_killed_before_the_row_leaves_nothing(customer, settings):
    """The file is there, its row never came."""
    name = services.reserve_name()
    storage.store_bytes(name, b"half")
    assert find_strays() == {"without_row": [], "without_file": []}
    assert tidy_files() == 0
    age(DoomedFile, minutes=1)
    assert tidy_files() == 1
    assert files_on_disk(settings) == set()


def test_d12_a_process_killed_after_the_row_went_leaves_nothing(customer, settings):
    """The row is gone, and whoever should have deleted the file is dead."""
    file = uploaded(customer)
    services.discard_file(file, actor=customer)
    assert files_on_disk(settings) == {file.stored_as}
    assert find_strays() == {"without_row": [], "without_file": []}
    assert tidy_files() == 1
    assert files_on_disk(settings) == set()


def test_d12_what_broken_uploads_left_goes_after_an_hour(settings):
    import os

    folder = storage.incoming_folder()
    folder.mkdir(parents=True)
    for name, hours in (("old", 2), ("new", 0)):
        (folder / name).write_bytes(b"x")
        moment = timezone.now().timestamp() - hours * 3600
        os.utime(folder / name, (moment, moment))
    assert tidy_files() == 1
    assert files_on_disk(settings) == {"incoming/new"}


def test_a_purged_ticket_takes_its_files_along(
    client, customer, admin, ticket, settings, django_capture_on_commit_callbacks
):
    services.add_reply(ticket, actor=customer, body="See", attachments=[uploaded(customer)])
    services.add_note(ticket, actor=admin, body="Odd", attachments=[uploaded(admin)])
    client.force_login(customer)
    assert b"".join(
        client.get(f"{ticket.attachments.get(comment=None).get_absolute_url()}thumbnail/")
    )
    assert len(files_on_disk(settings)) == 4
    services.delete_ticket(ticket, actor=admin)
    assert len(files_on_disk(settings)) == 4
    Ticket.objects.update(deleted_at=timezone.now() - timedelta(days=31))
    assert committed(django_capture_on_commit_callbacks, purge_deleted_tickets) == 1
    assert not Attachment.objects.exists()
    assert files_on_disk(settings) == set()


def test_removing_a_file_deletes_it_and_says_who_did(
    client, customer, admin, ticket, settings, django_capture_on_commit_callbacks
):
    file = ticket.attachments.get()
    client.force_login(customer)
    assert b"".join(client.get(f"{file.get_absolute_url()}thumbnail/"))
    client.force_login(admin)
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(f"{file.get_absolute_url()}remove/", {"reason": "A password"})
    assert answer.status_code == 302
    file.refresh_from_db()
    assert (file.removed_by, file.removed_reason, file.stored_as) == (admin, "A password", None)
    assert files_on_disk(settings) == set()
    assert client.get(file.get_absolute_url()).status_code == 404
    assert ticket.events.last().type == EventType.FILE_REMOVED
    desk = client.get(ticket.get_desk_url()).content.decode()
    assert "described.jpg" in desk
    assert "A password" in desk
    client.force_login(customer)
    portal = client.get(ticket.get_absolute_url()).content.decode()
    assert "A file was removed" in portal
    assert "described.jpg" not in portal
    assert "A password" not in portal


def test_the_removal_of_a_notes_file_leaves_no_trace_for_the_customer(
    client, customer, admin, ticket
):
    services.add_note(ticket, actor=admin, body="Odd", attachments=[uploaded(admin)])
    client.force_login(customer)
    before = client.get(ticket.get_absolute_url())
    services.remove_attachment(Attachment.objects.get(uploader=admin), actor=admin)
    after = client.get(ticket.get_absolute_url())
    assert [e.pk for e in before.context["entries"]] == [e.pk for e in after.context["entries"]]


@pytest.mark.parametrize("who", ["customer", "technician"])
def test_only_admins_remove_files(ticket, customer, who):
    from django.core.exceptions import PermissionDenied

    from technicians.tests.factories import TechnicianFactory

    actor = customer if who == "customer" else TechnicianFactory().user
    with pytest.raises(PermissionDenied):
        services.remove_attachment(ticket.attachments.get(), actor=actor)


def test_files_and_rows_that_disagree_are_named(customer, settings, capsys, caplog):
    lost, kept = uploaded(customer), uploaded(customer)
    (settings.MEDIA_ROOT / lost.stored_as).unlink()
    stray = storage.new_name()
    storage.store_bytes(stray, b"whose?")
    assert find_strays() == {"without_row": [stray], "without_file": [str(lost.pk)]}
    with pytest.raises(SystemExit):
        call_command("check_files")
    said = capsys.readouterr().out
    assert f"file without a row: {stray}" in said
    assert f"row without its file: {lost.pk}" in said
    assert services.report_strays() == 2
    assert files_on_disk(settings) == {kept.stored_as, stray}


def test_agreement_is_said(customer, capsys):
    uploaded(customer)
    call_command("check_files")
    assert "Every file has its row" in capsys.readouterr().out


@pytest.mark.django_db(transaction=True)
def test_the_backup_holds_the_files_and_not_those_under_way(settings, tmp_path):
    import tarfile

    from operations.backups import make_backup

    with transaction.atomic():
        file = uploaded(CustomerFactory())
    storage.incoming_folder().mkdir()
    (storage.incoming_folder() / "upload-x").write_bytes(b"half")
    manifest = make_backup(tmp_path / "backup.tar.gz")
    assert manifest["sha256"][f"media/{file.stored_as}"] == file.sha256
    with tarfile.open(tmp_path / "backup.tar.gz") as tar:
        assert not [name for name in tar.getnames() if "incoming" in name]
