"""The technician workspace; admins work on the same pages and see every ticket."""

from technicians.views.absences import (
    AbsenceChange,
    AbsenceEnd,
    AbsenceReturn,
    Absences,
    OneAbsence,
)
from technicians.views.answers import (
    AnswerDelete,
    AnswerEdit,
    Answers,
    CannedInsert,
    CannedOffer,
    CannedText,
    MacroUse,
)
from technicians.views.bulk import Bulk, BulkProgress, BulkUndo
from technicians.views.customer_merging import CustomerMerging, CustomerUnmerging
from technicians.views.customers import Customer, CustomerNotes, Customers, OnBehalf
from technicians.views.dashboard import Dashboard, Pulse
from technicians.views.exporting import Export, ExportFile, ExportProgress
from technicians.views.handing_over import HandedOver, TicketHandover
from technicians.views.history import TicketAsItWas, TicketHistory
from technicians.views.keeping import TicketKeep
from technicians.views.keys import Keys
from technicians.views.merging import TicketMerge, TicketUnmerge
from technicians.views.organizations import OneOrganization, OrganizationNotes, Organizations
from technicians.views.people import TicketPeople
from technicians.views.presence import TicketPresence
from technicians.views.profile import Availability, Profile
from technicians.views.redaction import TicketRedact
from technicians.views.relations import TicketLink, TicketUnlink
from technicians.views.saved_views import ViewChange, ViewDefault, ViewDelete, ViewMove, Views
from technicians.views.search import Search
from technicians.views.splitting import TicketSplit
from technicians.views.tags import TicketTag, TicketUntag
from technicians.views.teams import Teams
from technicians.views.texts import Colleagues, DraftDiscard, DraftRestore, DraftSave, TicketPreview
from technicians.views.ticket_list import ListColumns, TicketList
from technicians.views.ticket_page import TicketDetail
from technicians.views.ticket_verbs import (
    TicketAssign,
    TicketClose,
    TicketDismiss,
    TicketNote,
    TicketReopen,
    TicketReply,
    TicketResolve,
    TicketSet,
    TicketStatus,
    TicketTake,
)
from technicians.views.unsent import Discard, SendHeld, TakeBack, TicketSending, Unsent

__all__ = [
    "AbsenceChange",
    "AbsenceEnd",
    "AbsenceReturn",
    "Absences",
    "AnswerDelete",
    "AnswerEdit",
    "Answers",
    "Availability",
    "Bulk",
    "BulkProgress",
    "BulkUndo",
    "CannedInsert",
    "CannedOffer",
    "CannedText",
    "Colleagues",
    "Customer",
    "CustomerMerging",
    "CustomerNotes",
    "CustomerUnmerging",
    "Customers",
    "Dashboard",
    "Discard",
    "DraftDiscard",
    "DraftRestore",
    "DraftSave",
    "Export",
    "ExportFile",
    "ExportProgress",
    "HandedOver",
    "Keys",
    "ListColumns",
    "MacroUse",
    "OnBehalf",
    "OneAbsence",
    "OneOrganization",
    "OrganizationNotes",
    "Organizations",
    "Profile",
    "Pulse",
    "Search",
    "SendHeld",
    "TakeBack",
    "Teams",
    "TicketAsItWas",
    "TicketAssign",
    "TicketClose",
    "TicketDetail",
    "TicketDismiss",
    "TicketHandover",
    "TicketHistory",
    "TicketKeep",
    "TicketLink",
    "TicketList",
    "TicketMerge",
    "TicketNote",
    "TicketPeople",
    "TicketPresence",
    "TicketPreview",
    "TicketRedact",
    "TicketReopen",
    "TicketReply",
    "TicketResolve",
    "TicketSending",
    "TicketSet",
    "TicketSplit",
    "TicketStatus",
    "TicketTag",
    "TicketTake",
    "TicketUnlink",
    "TicketUnmerge",
    "TicketUntag",
    "Unsent",
    "ViewChange",
    "ViewDefault",
    "ViewDelete",
    "ViewMove",
    "Views",
]
