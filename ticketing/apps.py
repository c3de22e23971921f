from django.apps import AppConfig
from django.contrib.admin import apps as admin_apps


class TicketingConfig(AppConfig):
    default = True
    name = "ticketing"


class DeskAdminConfig(admin_apps.AdminConfig):
    """Django's admin with the desk's own site."""

    default = False
    default_site = "ticketing.admin_site.DeskAdminSite"
