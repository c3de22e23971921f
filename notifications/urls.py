from django.urls import path

from notifications import views

app_name = "notifications"
urlpatterns = [
    path("notifications/", views.PreferencesView.as_view(), name="preferences"),
    path(
        "notifications/unsubscribe/<str:token>/",
        views.UnsubscribeView.as_view(),
        name="unsubscribe",
    ),
    path("notifications/mute/<str:token>/", views.MuteTicketView.as_view(), name="ticket-mute"),
    path("dev/mail/", views.DevMailListView.as_view(), name="dev-mail-list"),
    path("dev/mail/<str:file>/<int:number>/", views.DevMailView.as_view(), name="dev-mail"),
    path(
        "dev/mail/<str:file>/<int:number>/html/",
        views.DevMailHtmlView.as_view(),
        name="dev-mail-html",
    ),
]
