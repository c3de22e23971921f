"""Mounts every app."""

from django.conf import settings
from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from ticketing.api.errors import unknown_address
from ticketing.components_page import ComponentsView

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("ticketing.api.urls")),  # first: asked most often
    path("api", unknown_address, name="api-root"),
    path("", include("tickets.urls")),
    path("accounts/", include("accounts.urls")),
    path("", include("sla.urls")),
    path("desk/", include("technicians.urls")),
    path("", include("mailboxes.urls")),
    path("", include("notifications.urls")),
    path("reports/", include("reports.urls")),
    path("", include("operations.urls")),
    path("admin/", admin.site.urls),
]

if settings.DEVELOPMENT:
    urlpatterns += [path("dev/components/", ComponentsView.as_view(), name="components")]

handler400 = "ticketing.error_pages.bad_request"
handler403 = "ticketing.error_pages.forbidden"
handler404 = "ticketing.error_pages.not_found"
handler500 = "ticketing.error_pages.server_error"
