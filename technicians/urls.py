from django.urls import path, re_path

from technicians import views
from tickets.views import TicketPrintView

app_name = "technicians"
urlpatterns = [
    path("", views.Dashboard.as_view(), name="dashboard"),
    path("profile/", views.Profile.as_view(), name="profile"),
    path("availability/", views.Availability.as_view(), name="availability"),
    path("unsent/", views.Unsent.as_view(), name="unsent"),
    re_path(r"^answers/(?P<kind>canned|macros)/$", views.Answers.as_view(), name="answers"),
    re_path(
        r"^answers/(?P<kind>canned|macros)/new/$", views.AnswerEdit.as_view(), name="answer-new"
    ),
    re_path(
        r"^answers/(?P<kind>canned|macros)/(?P<pk>[0-9]{1,18})/$",
        views.AnswerEdit.as_view(),
        name="answer-edit",
    ),
    re_path(
        r"^answers/(?P<kind>canned|macros)/(?P<pk>[0-9]{1,18})/delete/$",
        views.AnswerDelete.as_view(),
        name="answer-delete",
    ),
    path("absences/", views.Absences.as_view(), name="absences"),
    re_path(r"^absences/(?P<pk>[0-9]{1,18})/$", views.OneAbsence.as_view(), name="absence"),
    re_path(
        r"^absences/(?P<pk>[0-9]{1,18})/change/$",
        views.AbsenceChange.as_view(),
        name="absence-change",
    ),
    re_path(r"^absences/(?P<pk>[0-9]{1,18})/end/$", views.AbsenceEnd.as_view(), name="absence-end"),
    re_path(
        r"^absences/(?P<pk>[0-9]{1,18})/return/$",
        views.AbsenceReturn.as_view(),
        name="absence-return",
    ),
    path("teams/", views.Teams.as_view(), name="teams"),
    path("colleagues/", views.Colleagues.as_view(), name="colleagues"),
    path("pulse/", views.Pulse.as_view(), name="pulse"),
    path("keys/", views.Keys.as_view(), name="keys"),
    path("organizations/", views.Organizations.as_view(), name="organization-list"),
    re_path(
        r"^organizations/(?P<pk>[0-9]{1,18})/$",
        views.OneOrganization.as_view(),
        name="organization",
    ),
    re_path(
        r"^organizations/(?P<pk>[0-9]{1,18})/notes/$",
        views.OrganizationNotes.as_view(),
        name="organization-notes",
    ),
    path("customers/", views.Customers.as_view(), name="customer-list"),
    path("customers/<str:customer_id>/", views.Customer.as_view(), name="customer"),
    path(
        "customers/<str:customer_id>/notes/", views.CustomerNotes.as_view(), name="customer-notes"
    ),
    path(
        "customers/<str:customer_id>/merge/",
        views.CustomerMerging.as_view(),
        name="customer-merge",
    ),
    path(
        "customers/<str:customer_id>/unmerge/",
        views.CustomerUnmerging.as_view(),
        name="customer-unmerge",
    ),
    path("tickets/new/", views.OnBehalf.as_view(), name="ticket-create"),
    path("search/", views.Search.as_view(), name="search"),
    path("tickets/", views.TicketList.as_view(), name="ticket-list"),
    path("bulk/", views.Bulk.as_view(), name="bulk"),
    path("bulk/<uuid:pk>/", views.BulkProgress.as_view(), name="bulk-action"),
    path("bulk/<uuid:pk>/undo/", views.BulkUndo.as_view(), name="bulk-undo"),
    path("export/", views.Export.as_view(), name="export"),
    path("export/<uuid:pk>/", views.ExportProgress.as_view(), name="list-export"),
    path("export/<uuid:pk>/file/", views.ExportFile.as_view(), name="list-export-file"),
    path("columns/", views.ListColumns.as_view(), name="list-columns"),
    path("views/", views.Views.as_view(), name="view-list"),
    path("views/<int:pk>/change/", views.ViewChange.as_view(), name="view-change"),
    path("views/<int:pk>/delete/", views.ViewDelete.as_view(), name="view-delete"),
    path("views/<int:pk>/move/", views.ViewMove.as_view(), name="view-move"),
    path("views/<int:pk>/default/", views.ViewDefault.as_view(), name="view-default"),
    path("tickets/<str:ticket_id>/", views.TicketDetail.as_view(), name="ticket-detail"),
    path(
        "tickets/<str:ticket_id>/presence/",
        views.TicketPresence.as_view(),
        name="ticket-presence",
    ),
    path("tickets/<str:ticket_id>/canned/", views.CannedOffer.as_view(), name="canned-offer"),
    path(
        "tickets/<str:ticket_id>/canned/<int:pk>/", views.CannedText.as_view(), name="canned-text"
    ),
    path(
        "tickets/<str:ticket_id>/insert/<str:kind>/",
        views.CannedInsert.as_view(),
        name="canned-insert",
    ),
    path("tickets/<str:ticket_id>/macro/<int:pk>/", views.MacroUse.as_view(), name="macro-use"),
    path("tickets/<str:ticket_id>/take/", views.TicketTake.as_view(), name="ticket-take"),
    path("tickets/<str:ticket_id>/assign/", views.TicketAssign.as_view(), name="ticket-assign"),
    path(
        "tickets/<str:ticket_id>/handover/", views.TicketHandover.as_view(), name="ticket-handover"
    ),
    path("handed-over/<str:token>/", views.HandedOver.as_view(), name="handed-over"),
    path("tickets/<str:ticket_id>/status/", views.TicketStatus.as_view(), name="ticket-status"),
    path("tickets/<str:ticket_id>/reply/", views.TicketReply.as_view(), name="ticket-reply"),
    path("tickets/<str:ticket_id>/sending/", views.TicketSending.as_view(), name="ticket-sending"),
    path(
        "tickets/<str:ticket_id>/unsent/<int:pk>/take-back/",
        views.TakeBack.as_view(),
        name="unsent-take-back",
    ),
    path(
        "tickets/<str:ticket_id>/unsent/<int:pk>/send/",
        views.SendHeld.as_view(),
        name="unsent-send",
    ),
    path(
        "tickets/<str:ticket_id>/unsent/<int:pk>/discard/",
        views.Discard.as_view(),
        name="unsent-discard",
    ),
    path("tickets/<str:ticket_id>/note/", views.TicketNote.as_view(), name="ticket-note"),
    path("tickets/<str:ticket_id>/resolve/", views.TicketResolve.as_view(), name="ticket-resolve"),
    path(
        "tickets/<str:ticket_id>/preview/<str:kind>/",
        views.TicketPreview.as_view(),
        name="ticket-preview",
    ),
    path("tickets/<str:ticket_id>/draft/<str:kind>/", views.DraftSave.as_view(), name="draft-save"),
    path(
        "tickets/<str:ticket_id>/draft/<str:kind>/discard/",
        views.DraftDiscard.as_view(),
        name="draft-discard",
    ),
    path(
        "tickets/<str:ticket_id>/draft/<str:kind>/restore/",
        views.DraftRestore.as_view(),
        name="draft-restore",
    ),
    path("tickets/<str:ticket_id>/close/", views.TicketClose.as_view(), name="ticket-close"),
    path("tickets/<str:ticket_id>/reopen/", views.TicketReopen.as_view(), name="ticket-reopen"),
    path(
        "tickets/<str:ticket_id>/print/",
        TicketPrintView.as_view(),
        name="ticket-print",
    ),
    path("tickets/<str:ticket_id>/history/", views.TicketHistory.as_view(), name="ticket-history"),
    path(
        "tickets/<str:ticket_id>/as-it-was/",
        views.TicketAsItWas.as_view(),
        name="ticket-as-it-was",
    ),
    path("tickets/<str:ticket_id>/redact/", views.TicketRedact.as_view(), name="ticket-redact"),
    path("tickets/<str:ticket_id>/link/", views.TicketLink.as_view(), name="ticket-link"),
    path("tickets/<str:ticket_id>/merge/", views.TicketMerge.as_view(), name="ticket-merge"),
    path("tickets/<str:ticket_id>/unmerge/", views.TicketUnmerge.as_view(), name="ticket-unmerge"),
    path(
        "tickets/<str:ticket_id>/split/<int:message>/",
        views.TicketSplit.as_view(),
        name="ticket-split",
    ),
    path("tickets/<str:ticket_id>/unlink/", views.TicketUnlink.as_view(), name="ticket-unlink"),
    path("tickets/<str:ticket_id>/tag/", views.TicketTag.as_view(), name="ticket-tag"),
    path("tickets/<str:ticket_id>/untag/", views.TicketUntag.as_view(), name="ticket-untag"),
    path(
        "tickets/<str:ticket_id>/keep/<str:what>/", views.TicketKeep.as_view(), name="ticket-keep"
    ),
    path("tickets/<str:ticket_id>/dismiss/", views.TicketDismiss.as_view(), name="ticket-dismiss"),
    path(
        "tickets/<str:ticket_id>/people/<str:what>/",
        views.TicketPeople.as_view(),
        name="ticket-people",
    ),
    path("tickets/<str:ticket_id>/set/<str:field>/", views.TicketSet.as_view(), name="ticket-set"),
]
