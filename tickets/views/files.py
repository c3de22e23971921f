"""Files: uploading in advance, throwing away, downloading, looking at."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.shortcuts import get_object_or_404, redirect
from django.views import View

from accounts.access import AdminRequiredMixin, RoleRequiredMixin
from accounts.choices import Role
from accounts.http import AuthenticatedHttpRequest
from accounts.numbers import number_of
from tickets import storage
from tickets.access import TicketAccessMixin
from tickets.file_forms import store_files
from tickets.guests import file_path
from tickets.http import download, file_response, readable_file
from tickets.images import SHOWN_TYPE
from tickets.models import Attachment, Ticket
from tickets.models.ticket import TICKET_PREFIX
from tickets.services import discard_file, make_image, remove_attachment


class FilePage(RoleRequiredMixin, View):
    """For everybody who has signed in."""

    roles = tuple(Role)
    request: AuthenticatedHttpRequest

    def find(self, pk: Any) -> Attachment:
        """Return the file if the reader may have it; 404 in every other case."""
        return readable_file(self.request.user, pk)


class FileDownload(FilePage):
    """A file whose message the reader may see; for anybody else it does not exist."""

    def get(self, request: AuthenticatedHttpRequest, pk: Any, **kwargs: Any) -> HttpResponseBase:
        return download(request, self.find(pk), request.user)


class FileShown(FilePage):
    """An image, made anew: `shown` to look at, `thumbnail` for the conversation."""

    ENDINGS = {"shown": storage.SHOWN, "thumbnail": storage.THUMBNAIL}

    def get(
        self, request: AuthenticatedHttpRequest, pk: Any, size: str, **kwargs: Any
    ) -> HttpResponseBase:
        attachment = self.find(pk)
        if size not in self.ENDINGS or not attachment.is_image:
            raise Http404
        name = make_image(attachment, self.ENDINGS[size])
        if not name:
            raise Http404
        title = f"{attachment.name.rpartition('.')[0]}.webp"
        tag = f"{attachment.pk}-{size}"
        return file_response(request, name, title, SHOWN_TYPE, tag=tag, inline=True)


class FileUpload(FilePage):
    """Uploads before a form is sent, one or several; the answer says what became of them."""

    takes_files = True

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        files, errors = store_files(request)
        status = errors[0].status if errors else 201 if files else 400
        sentences = [sentence for error in errors for sentence in error.messages]
        if not files and not errors:
            sentences = ["Choose a file."]
        rows = [self.row(file) for file in files]
        return JsonResponse({"files": rows, "message": " ".join(sentences)}, status=status)

    def row(self, file: Attachment) -> dict[str, Any]:
        """Return what the page shows of a fresh upload."""
        return {
            "id": str(file.pk),
            "name": file.name,
            "size": file.size,
            "icon": file.icon,
            "discard": file_path(file.pk, self.request.user, "discard"),
        }


class FileDiscard(FilePage):
    """Throwing a fresh upload away before it is sent."""

    def post(self, request: AuthenticatedHttpRequest, pk: Any, **kwargs: Any) -> HttpResponse:
        own = Attachment.objects.fresh().filter(uploader=request.user)
        discard_file(get_object_or_404(own, pk=pk), actor=request.user)
        return HttpResponse(status=204)


# Below a ticket's own address, where the cookie of its guests goes -----------------------------


class OfTicket(TicketAccessMixin, FilePage):
    """For everybody who may read the ticket, guests too."""

    guests = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.number = number_of(TICKET_PREFIX, kwargs["ticket_id"])
        return super().dispatch(request, *args, **kwargs)

    def find(self, pk: Any) -> Attachment:
        """Return the file if it is one of the ticket, or of one that was merged into it."""
        attachment = super().find(pk)
        ticket = attachment.ticket
        if ticket is None or self.number not in (ticket.pk, ticket.merged_into_id):
            raise Http404
        return attachment


class TicketFileDownload(OfTicket, FileDownload):
    pass


class TicketFileShown(OfTicket, FileShown):
    pass


class TicketFileUpload(OfTicket, FileUpload):
    """Uploads for a reply to a ticket that one may read."""

    def post(self, request: AuthenticatedHttpRequest, **kwargs: Any) -> HttpResponse:
        get_object_or_404(Ticket.objects.visible_to(request.user), pk=self.number or 0)
        return super().post(request, **kwargs)


class TicketFileDiscard(OfTicket, FileDiscard):
    pass


class FileRemove(AdminRequiredMixin, View):
    """An admin deletes a file that should not be there; a line says who did it."""

    def post(self, request: AuthenticatedHttpRequest, pk: Any) -> HttpResponse:
        found = Attachment.objects.visible_to(request.user).filter(ticket__isnull=False)
        attachment = get_object_or_404(found, pk=pk)
        try:
            removed = remove_attachment(
                attachment, actor=request.user, reason=request.POST.get("reason", "")
            )
        except ValidationError as error:
            messages.error(request, " ".join(error.messages))
        else:
            messages.success(request, f"{removed.name} is removed")
        ticket: Ticket | None = attachment.ticket
        assert ticket is not None
        return redirect(ticket.get_desk_url())
