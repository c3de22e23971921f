"""Backup and restore, on the database that the suite runs on."""

import shutil
import tarfile
import threading
from io import BytesIO, StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.utils import timezone

from accounts.tests.factories import CustomerFactory
from notifications.choices import DeliveryState
from notifications.models import Delivery
from operations.models import Worker
from tickets.models import Ticket
from tickets.services import create_ticket

ON_POSTGRESQL = "postgresql" in settings.DATABASES["default"]["ENGINE"]

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        ON_POSTGRESQL and not shutil.which("pg_dump"), reason="needs PostgreSQL's client; CI has it"
    ),
]


@pytest.fixture
def customer():
    with transaction.atomic():
        return CustomerFactory()


@pytest.fixture
def archive(tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "desk.tar.gz"


def _raise(customer, text):
    return create_ticket(
        customer=customer, actor=customer, subject=text, description=text, category_text="Network"
    )


def _restore(archive):
    out = StringIO()
    call_command("restore", archive, "--replace", stdout=out)
    return out.getvalue()


def test_everything_comes_back_and_no_old_mail_goes_out(customer, archive, settings):
    first = _raise(customer, "First, with ümlauts and 'quotes'")
    file = settings.MEDIA_ROOT / "ab" / "photo.bin"
    file.parent.mkdir(parents=True)
    file.write_bytes(bytes(range(256)) * 40)
    waiting = Delivery.objects.filter(state=DeliveryState.WAITING).count()
    assert waiting
    worker = Worker.objects.create(name="desk-1", started_at=timezone.now(), seen_at=timezone.now())
    call_command("backup", archive, stdout=StringIO())
    worker.delete()

    _raise(customer, "After the backup")
    Ticket.objects.filter(pk=first.pk).update(subject="spoiled")
    file.write_bytes(b"spoiled")
    said = _restore(archive)

    assert list(Ticket.objects.values_list("subject", flat=True)) == [first.subject]
    assert file.read_bytes() == bytes(range(256)) * 40
    assert not Delivery.objects.filter(state=DeliveryState.WAITING).exists()
    assert Delivery.objects.filter(state=DeliveryState.HELD).count() == waiting
    assert f"{waiting} waiting mails are held" in said
    assert not Worker.objects.exists(), "the next restore would wait for one that is not there"
    customer.refresh_from_db()
    assert customer.check_password("correct horse battery")
    assert _raise(customer, "Next").number == first.number + 1


def test_a_backup_under_load_holds_all_that_was_acknowledged_before(customer, archive):
    def write():
        try:
            while not stop.is_set():
                numbers.append(_raise(customer, "Under load").number)
        finally:
            connection.close()

    numbers, stop = [], threading.Event()
    writer = threading.Thread(target=write)
    writer.start()
    try:
        while len(numbers) < 5 and writer.is_alive():
            stop.wait(0.05)
        before = list(numbers)
        call_command("backup", archive, stdout=StringIO())
    finally:
        stop.set()
        writer.join()
    assert len(before) >= 5
    _restore(archive)
    kept = list(Ticket.objects.order_by("number").values_list("number", flat=True))
    assert set(before) <= set(kept)
    assert kept == list(range(kept[0], kept[0] + len(kept)))


def test_a_damaged_backup_changes_nothing(customer, archive, settings, tmp_path):
    _raise(customer, "Keep me")
    settings.MEDIA_ROOT.mkdir()
    (settings.MEDIA_ROOT / "a.txt").write_text("whole")
    call_command("backup", archive, stdout=StringIO())
    (tmp_path / "x/media").mkdir(parents=True)
    with tarfile.open(archive) as tar:
        for member in tar:
            (tmp_path / "x" / member.name).write_bytes(tar.extractfile(member).read())
    (tmp_path / "x/media/a.txt").write_text("harmed")
    with tarfile.open(archive, "w:gz") as tar:
        for path in (tmp_path / "x").iterdir():
            tar.add(path, path.name)
    with pytest.raises(CommandError, match=r"media/a\.txt in this backup is damaged"):
        _restore(archive)
    archive.write_bytes(archive.read_bytes()[:300])
    with pytest.raises(CommandError, match="nothing was changed"):
        _restore(archive)
    with pytest.raises(CommandError, match="is not there"):
        _restore(tmp_path / "missing.tar.gz")
    assert Ticket.objects.get().subject == "Keep me"


@pytest.mark.parametrize("kind", [tarfile.REGTYPE, tarfile.SYMTYPE])
def test_a_backup_writes_nothing_beside_its_folder(customer, archive, kind):
    outside = tarfile.TarInfo("../../outside.txt" if kind == tarfile.REGTYPE else "inside")
    outside.type, outside.linkname = kind, "/etc/passwd"
    with tarfile.open(archive, "w:gz") as tar:
        tar.addfile(outside, BytesIO())
    with pytest.raises(CommandError, match="is no file of a backup"):
        _restore(archive)


def test_a_desk_in_use_is_not_replaced_unasked(customer, archive, monkeypatch):
    call_command("backup", archive, stdout=StringIO())
    monkeypatch.setattr("sys.stdin", StringIO())
    with pytest.raises(CommandError, match="--replace"):
        call_command("restore", archive, stdout=StringIO())
    Worker.objects.create(name="host-1")
    with pytest.raises(CommandError, match="stop the desk"):
        _restore(archive)


def test_a_backup_is_readable_by_its_owner_only(archive):
    call_command("backup", archive, stdout=StringIO())
    assert archive.stat().st_mode & 0o777 == 0o600
    assert [path.name for path in archive.parent.glob(".backup-*")] == []
