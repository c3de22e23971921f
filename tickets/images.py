"""Images made anew: what is shown is never the file that somebody sent."""

import io
from typing import BinaryIO

from PIL import Image, ImageOps

SHOWN = (1600, 1600)
THUMBNAIL = (480, 320)
SHOWN_TYPE = "image/webp"
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
# Pixels that are decoded at most; a JPEG is decoded at a fraction of its size.
MAX_PIXELS = 40_000_000
MAX_JPEG_PIXELS = 250_000_000
QUALITY = 82
# Pillow's own alarm would be a warning first; the limits above are asked before anything is read.
Image.MAX_IMAGE_PIXELS = None


class NotAnImage(Exception):
    """Nothing that can be shown: damaged, or far too large."""


def measure(file: BinaryIO) -> tuple[int, int] | None:
    """Return width and height in pixels from the image's head, None for what can't be shown."""
    file.seek(0)
    try:
        with Image.open(file, formats=FORMATS) as image:
            _check(image)
            # A camera held upright writes a lying picture and a note to turn it.
            turned = image.getexif().get(0x0112, 1) >= 5
            width, height = image.size
            return (height, width) if turned else (width, height)
    except (NotAnImage, OSError, ValueError, SyntaxError, OverflowError, TypeError):
        return None
    finally:
        file.seek(0)


def make_anew(file: BinaryIO, box: tuple[int, int]) -> bytes:
    """Return the image as WebP, at most as large as `box`, upright, without any metadata.

    Raises `NotAnImage`.
    """
    try:
        with Image.open(file, formats=FORMATS) as image:
            _check(image)
            image.draft("RGB", box)
            image.load()
            # Before anything copies it: turning needs the note, nothing else of it is kept.
            upright = ImageOps.exif_transpose(image)
            upright.thumbnail(box)
            alpha = "A" in upright.mode or "transparency" in upright.info
            plain = upright.convert("RGBA" if alpha else "RGB")
            plain.info = {}
            target = io.BytesIO()
            plain.save(target, "WEBP", quality=QUALITY, method=4, exif=b"", xmp=b"", icc_profile="")
            return target.getvalue()
    except (OSError, ValueError, SyntaxError, OverflowError, TypeError, MemoryError) as error:
        raise NotAnImage(str(error)) from error


def _check(image: Image.Image) -> None:
    width, height = image.size
    most = MAX_JPEG_PIXELS if image.format == "JPEG" else MAX_PIXELS
    if not 0 < width * height <= most:
        raise NotAnImage(f"{width} x {height} pixels")
