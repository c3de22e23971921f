"""Files in a bucket that speaks S3 over HTTP, by the one setting that names it."""

from pathlib import Path

import boto3
import pytest
from django.test import override_settings
from moto.server import ThreadedMotoServer

from accounts.tests.factories import AdminFactory, CustomerFactory
from ticketing.configuration import file_storage
from tickets import services, storage
from tickets.models import Attachment
from tickets.tests.factories import TicketFactory
from tickets.tests.files import named, photo, uploaded

pytestmark = pytest.mark.django_db


@pytest.fixture
def bucket(settings):
    """A bucket that the desk keeps its files in."""
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    address = "http://{}:{}".format(*server.get_host_and_port())
    keys = {"aws_access_key_id": "key", "aws_secret_access_key": "secret"}
    store = boto3.resource("s3", endpoint_url=address, region_name="us-east-1", **keys)
    bucket = store.Bucket("desk")
    bucket.create()
    url = f"s3://key:secret@desk/files?endpoint_url={address}&region_name=us-east-1"
    with override_settings(STORAGES={**settings.STORAGES, "default": file_storage(url)}):
        yield bucket
    bucket.objects.all().delete()
    server.stop()


def keys(bucket):
    return sorted(found.key for found in bucket.objects.all())


def test_a_file_goes_into_the_bucket_and_comes_out_of_it(client, bucket):
    ticket = TicketFactory()
    client.force_login(ticket.customer)
    answer = client.post("/files/", {"files": named("photo.jpg", photo((900, 600)))})
    assert answer.status_code == 201
    file = Attachment.objects.get()
    assert keys(bucket) == [f"files/{file.stored_as}"]
    assert not (Path(storage.incoming_folder()).parent / file.stored_as).exists()

    services.add_reply(ticket, actor=ticket.customer, body="See", attachments=[file])
    got = client.get(file.get_absolute_url(), headers={"range": "bytes=0-3"})
    assert (got.status_code, b"".join(got)) == (206, photo((900, 600))[:4])
    thumbnail = client.get(f"{file.get_absolute_url()}thumbnail/")
    assert (thumbnail.status_code, thumbnail["Content-Type"]) == (200, "image/webp")
    assert b"".join(thumbnail)
    assert keys(bucket) == [f"files/{file.stored_as}", f"files/{file.stored_as}.thumb.webp"]


def test_what_is_removed_leaves_the_bucket(bucket, django_capture_on_commit_callbacks):
    ticket = TicketFactory()
    file = uploaded(ticket.customer)
    services.add_reply(ticket, actor=ticket.customer, body="See", attachments=[file])
    with django_capture_on_commit_callbacks(execute=True):
        services.remove_attachment(file, actor=AdminFactory())
    assert keys(bucket) == []


def test_files_and_rows_that_disagree_are_found(bucket):
    customer = CustomerFactory()
    kept, lost = uploaded(customer), uploaded(customer)
    bucket.Object(f"files/{lost.stored_as}").delete()
    bucket.put_object(Key="files/attachments/ab/cd/abcd", Body=b"nobody knows it")
    assert services.find_strays() == {
        "without_row": ["attachments/ab/cd/abcd"],
        "without_file": [str(lost.pk)],
    }
    assert f"files/{kept.stored_as}" in keys(bucket)
