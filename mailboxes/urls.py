from django.urls import path

from mailboxes import views

app_name = "mailboxes"
urlpatterns = [
    path("desk/mails/<uuid:key>/", views.OriginalView.as_view(), name="original"),
    path("desk/mails/<uuid:key>/raw/", views.RawView.as_view(), name="raw"),
    path("mail/webhook/", views.WebhookView.as_view(), name="webhook"),
    path("dev/mail/write/", views.WriteMailView.as_view(), name="write"),
]
