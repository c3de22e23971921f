"""Files that come with a form: those in it, and those uploaded before it was sent."""

from typing import Any

from django.forms import Form
from django.http import HttpRequest

from accounts.http import signed_in
from tickets.models import Attachment, DeskSettings
from tickets.services import FileRefused, own_uploads, store_file, too_large, too_many

FILES, ATTACHED = "files", "attached"


def take_files(request: HttpRequest, form: Form) -> list[Attachment]:
    """Return the files to send with a form; what is wrong with one becomes an error of the form.

    `form.attachments` is the same list: a page that shows the form again keeps them.
    """
    files, errors = _files_of(request)
    form.attachments = files  # type: ignore[attr-defined]
    form.is_valid()  # now: with files a text may be empty
    for error in errors:
        form.add_error(None, error)
    return files


def keep_files(request: HttpRequest, form: Form) -> None:
    """Keep the files of a form that is shown again unsent; only what is wrong with them is said."""
    form.attachments, errors = _files_of(request)  # type: ignore[attr-defined]
    form.is_valid()
    form.errors.clear()
    for error in errors:
        form.add_error(None, error)


def _files_of(request: HttpRequest) -> tuple[list[Attachment], list[FileRefused]]:
    """Return what was uploaded before and what comes with the form, and what is wrong with it."""
    user = signed_in(request)
    asked = request.POST.getlist(ATTACHED)
    files = own_uploads(asked, uploader=user)
    is_gone = len(files) < len(set(asked))
    new, errors = store_files(request)
    files += new
    desk = DeskSettings.load() if files else None
    if desk and len(files) > desk.files_per_message:
        errors.append(too_many(desk))
    if is_gone:
        errors.insert(0, FileRefused("A file is no longer there: add it again."))
    return files, errors


def store_files(request: HttpRequest) -> tuple[list[Attachment], list[FileRefused]]:
    """Store each file of the request as a fresh upload; return them and what was refused."""
    files: list[Attachment] = []
    errors: list[FileRefused] = []
    sent = request.FILES.getlist(FILES)  # reads the body, and with it what the next lines ask
    refused: list[Any] = getattr(request, "too_large_files", [])
    if refused or getattr(request, "has_too_many_files", False):
        desk = DeskSettings.load()
        errors += [too_large(name, desk) for name in refused]
        errors += [too_many(desk)] if getattr(request, "has_too_many_files", False) else []
    for content in sent:
        try:
            stored = store_file(
                uploader=signed_in(request), name=content.name or "", content=content
            )
        except FileRefused as error:
            errors.append(error)
        else:
            files.append(stored)
    return files, errors
