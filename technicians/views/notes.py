"""Notes of the desk about customers and organisations."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.http import AuthenticatedHttpRequest
from accounts.numbers import row_key
from technicians.forms.customers import CustomerNoteForm
from tickets.forms import add_errors


def change_notes(
    request: AuthenticatedHttpRequest, notes: Any, *, add: Callable[..., Any], remove: Any
) -> CustomerNoteForm | None:
    """Write a note, or remove the one that the form names (`note`).

    Return the form where nothing was written, None once it is done and said.
    """
    if "note" in request.POST:
        note = notes.filter(pk=row_key(request.POST["note"]) or 0).first()
        try:
            if note is not None:
                remove(note, actor=request.user)
        except PermissionDenied as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, "Note removed")
        return None
    form = CustomerNoteForm(request.POST)
    if not form.is_valid():
        return form
    try:
        add(body=form.cleaned_data["body"], actor=request.user)
    except ValidationError as error:
        add_errors(form, error)
        return form
    messages.success(request, "Note added")
    return None
