from importlib import import_module

from django.db import migrations, models
from django.db.models import F, OuterRef, Subquery
from django.db.models.functions import Coalesce


def search_again(apps, schema_editor):
    """Make the search's triggers anew: SQLite builds the table again for a column."""
    if schema_editor.connection.vendor == "sqlite":
        import_module("tickets.migrations.0003_search").create(apps, schema_editor)


def mark(apps, schema_editor):
    """Find the tickets whose customer already has a note for an answer."""
    ticket, comment = apps.get_model("tickets", "Ticket"), apps.get_model("tickets", "Comment")

    def newest(visibility):
        found = comment.objects.filter(ticket=OuterRef("pk"), visibility=visibility)
        return Coalesce(Subquery(found.order_by("-id").values("id")[:1]), 0)

    waiting = ticket.objects.filter(awaits_reply=True)
    noted = waiting.annotate(noted=newest("internal"), said=newest("public"))
    numbers = list(noted.filter(noted__gt=F("said")).values_list("pk", flat=True))
    ticket.objects.filter(pk__in=numbers).update(answered_by_note=True)


class Migration(migrations.Migration):
    dependencies = [("tickets", "0015_outgoing_reply")]

    operations = [
        migrations.RunPython(migrations.RunPython.noop, search_again),
        migrations.AddField(
            model_name="ticket",
            name="answered_by_note",
            field=models.BooleanField(db_default=False, default=False),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("deleted_at__isnull", True), ("answered_by_note", True)),
                fields=["-priority", "raised_at", "number"],
                name="ticket_answered_by_note",
            ),
        ),
        migrations.RunPython(search_again, migrations.RunPython.noop),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
