"""Addresses of the pages about targets."""

from django.urls import path

from sla import views

app_name = "sla"

urlpatterns = [
    path("tickets/new/promise/", views.PromisedReply.as_view(), name="promise"),
    path("desk/tickets/<str:ticket_id>/targets/", views.Explain.as_view(), name="explain"),
]
