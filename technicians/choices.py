"""Closed sets of words about the work of technicians."""

from django.db import models


class Writing(models.TextChoices):
    """What somebody types on a ticket's page right now."""

    REPLY = "reply", "Reply"
    NOTE = "note", "Internal note"


class AssignmentMethod(models.TextChoices):
    """To whom the desk gives a ticket by itself."""

    ROUND_ROBIN = "round_robin", "In turn"
    LEAST_LOADED = "least_loaded", "Least loaded: open tickets against hours left today"
    BY_SKILL = "by_skill", "By skill: whose category is nearest, then least loaded"


class BulkVerb(models.TextChoices):
    """What is done to many tickets at once."""

    ASSIGN = "assign", "Assign"
    STATUS = "status", "Status"
    PRIORITY = "priority", "Priority"
    CATEGORY = "category", "Category"
    TEAM = "team", "Team"
    TAG = "tag", "Tag"
    REPLY = "reply", "Reply"
    MERGE = "merge", "Merge"


class BulkState(models.TextChoices):
    """How far a change of many tickets is."""

    RUNNING = "running", "Running"
    DONE = "done", "Done"
    UNDOING = "undoing", "Being undone"
    UNDONE = "undone", "Undone"


class ExportFormat(models.TextChoices):
    """As what a list is written into a file."""

    CSV = "csv", "CSV"
    XLSX = "xlsx", "Excel (XLSX)"


class ExportState(models.TextChoices):
    """How far a file is."""

    WAITING = "waiting", "Waiting"
    RUNNING = "running", "Being written"
    DONE = "done", "Ready"
    FAILED = "failed", "Failed"


class Audience(models.TextChoices):
    """Who has a view, a canned response or a macro."""

    OWN = "own", "Only me"
    TEAM = "team", "A team"
    EVERYONE = "everyone", "Everyone at the desk"
