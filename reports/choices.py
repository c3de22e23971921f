"""Closed sets of words about figures."""

from django.db import models


class Dimension(models.TextChoices):
    """What figures are grouped by."""

    WEEK = "week", "Week"
    CATEGORY = "category", "Category"
    PRIORITY = "priority", "Priority"
    TECHNICIAN = "technician", "Technician"
    ORGANIZATION = "organization", "Organisation"


class TimeDimension(models.TextChoices):
    """What time spent is grouped by."""

    TECHNICIAN = "technician", "Technician"
    TICKET = "ticket", "Ticket"
    CUSTOMER = "customer", "Customer"
    ORGANIZATION = "organization", "Organisation"
    CATEGORY = "category", "Category"
