"""The customer portal, and what everybody who reads a ticket shares: its files and documents."""

from tickets.views.documents import TicketExportView, TicketPrintView
from tickets.views.files import (
    FileDiscard,
    FileDownload,
    FileRemove,
    FileShown,
    FileUpload,
    TicketFileDiscard,
    TicketFileDownload,
    TicketFileShown,
    TicketFileUpload,
)
from tickets.views.guests import GuestOpenView, GuestVerbView
from tickets.views.messages import MessageEditView, MessageWithdrawView
from tickets.views.pages import HomeView, SubcategoriesView, TicketCreateView, TicketListView
from tickets.views.people import TicketPeopleView
from tickets.views.previews import CreatePreviewView, TicketPreviewView
from tickets.views.ratings import RateByLinkView, TicketRateView
from tickets.views.ticket import (
    TicketAcceptView,
    TicketDetailView,
    TicketReopenView,
    TicketReplyView,
)

__all__ = [
    "CreatePreviewView",
    "FileDiscard",
    "FileDownload",
    "FileRemove",
    "FileShown",
    "FileUpload",
    "GuestOpenView",
    "GuestVerbView",
    "HomeView",
    "MessageEditView",
    "MessageWithdrawView",
    "RateByLinkView",
    "SubcategoriesView",
    "TicketAcceptView",
    "TicketCreateView",
    "TicketDetailView",
    "TicketExportView",
    "TicketFileDiscard",
    "TicketFileDownload",
    "TicketFileShown",
    "TicketFileUpload",
    "TicketListView",
    "TicketPeopleView",
    "TicketPreviewView",
    "TicketPrintView",
    "TicketRateView",
    "TicketReopenView",
    "TicketReplyView",
]
