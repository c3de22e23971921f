"""Files for tests: small ones of each kind."""

import io
import zipfile

from django.core.files.base import ContentFile
from PIL import Image

from tickets import services, storage
from tickets.models import Attachment


def png(size=(40, 30), color="teal") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", size, color).save(target, "PNG")
    return target.getvalue()


def photo(size=(300, 200)) -> bytes:
    """A JPEG that tells where it was taken, and with what."""
    target = io.BytesIO()
    image = Image.new("RGB", size, "navy")
    exif = image.getexif()
    exif[0x010F] = "SecretCamera"
    exif.get_ifd(0x8825)[1] = "N"
    image.save(target, "JPEG", exif=exif)
    return target.getvalue()


def zipped(name="readme.txt", content=b"hello") -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, content)
    return target.getvalue()


PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def named(name: str, content: bytes = b"some text") -> ContentFile:
    """A file as a browser sends it."""
    return ContentFile(content, name=name)


def content_of(attachment: Attachment) -> bytes:
    """What is stored of a file."""
    with storage.open_file(attachment.stored_as) as file:
        return file.read()


def uploaded(uploader, name="notes.txt", content=b"some text") -> Attachment:
    """A fresh upload."""
    return services.store_file(uploader=uploader, name=name, content=ContentFile(content))
