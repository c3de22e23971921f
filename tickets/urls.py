from django.urls import path

from tickets import views

app_name = "tickets"
urlpatterns = [
    path("", views.HomeView.as_view(), name="home"),
    path("g/<str:token>/", views.GuestOpenView.as_view(), name="guest-open"),
    path("tickets/", views.TicketListView.as_view(), name="ticket-list"),
    path("tickets/new/", views.TicketCreateView.as_view(), name="ticket-create"),
    path("tickets/new/preview/", views.CreatePreviewView.as_view(), name="create-preview"),
    path("tickets/new/subcategories/", views.SubcategoriesView.as_view(), name="subcategories"),
    path("tickets/<str:ticket_id>/", views.TicketDetailView.as_view(), name="ticket-detail"),
    path("tickets/<str:ticket_id>/reply/", views.TicketReplyView.as_view(), name="ticket-reply"),
    path(
        "tickets/<str:ticket_id>/messages/<int:message_id>/",
        views.MessageEditView.as_view(),
        name="message-edit",
    ),
    path(
        "tickets/<str:ticket_id>/messages/<int:message_id>/withdraw/",
        views.MessageWithdrawView.as_view(),
        name="message-withdraw",
    ),
    path(
        "tickets/<str:ticket_id>/print/",
        views.TicketPrintView.as_view(),
        name="ticket-print",
    ),
    path(
        "tickets/<str:ticket_id>/export/<str:kind>/",
        views.TicketExportView.as_view(),
        name="ticket-export",
    ),
    path(
        "tickets/<str:ticket_id>/preview/<str:kind>/",
        views.TicketPreviewView.as_view(),
        name="ticket-preview",
    ),
    path(
        "tickets/<str:ticket_id>/guest/<str:what>/",
        views.GuestVerbView.as_view(),
        name="guest-verb",
    ),
    path(
        "tickets/<str:ticket_id>/people/<str:what>/",
        views.TicketPeopleView.as_view(),
        name="ticket-people",
    ),
    path("tickets/<str:ticket_id>/accept/", views.TicketAcceptView.as_view(), name="ticket-accept"),
    path("tickets/<str:ticket_id>/reopen/", views.TicketReopenView.as_view(), name="ticket-reopen"),
    path("tickets/<str:ticket_id>/rate/", views.TicketRateView.as_view(), name="ticket-rate"),
    path(
        "tickets/<str:ticket_id>/files/",
        views.TicketFileUpload.as_view(),
        name="ticket-file-upload",
    ),
    path(
        "tickets/<str:ticket_id>/files/<uuid:pk>/",
        views.TicketFileDownload.as_view(),
        name="ticket-file",
    ),
    path(
        "tickets/<str:ticket_id>/files/<uuid:pk>/discard/",
        views.TicketFileDiscard.as_view(),
        name="ticket-file-discard",
    ),
    path(
        "tickets/<str:ticket_id>/files/<uuid:pk>/<str:size>/",
        views.TicketFileShown.as_view(),
        name="ticket-file-shown",
    ),
    path("rate/<str:token>/", views.RateByLinkView.as_view(), name="rate"),
    path("files/", views.FileUpload.as_view(), name="file-upload"),
    path("files/<uuid:pk>/", views.FileDownload.as_view(), name="file"),
    path("files/<uuid:pk>/discard/", views.FileDiscard.as_view(), name="file-discard"),
    path("files/<uuid:pk>/remove/", views.FileRemove.as_view(), name="file-remove"),
    path("files/<uuid:pk>/<str:size>/", views.FileShown.as_view(), name="file-shown"),
]
