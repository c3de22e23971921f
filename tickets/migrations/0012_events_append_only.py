"""Ticket events: the database refuses to change or delete them from here on."""

import django.db.models.deletion
from django.db import migrations, models

from accounts.append_only import append_only
from tickets.choices import EventType


class Migration(migrations.Migration):
    dependencies = [("tickets", "0011_move_event_details")]

    operations = [
        migrations.RemoveField(model_name="ticketevent", name="changes"),
        migrations.AlterField(
            model_name="ticketevent",
            name="ticket",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="events",
                to="tickets.ticket",
            ),
        ),
        migrations.AlterField(
            model_name="ticketevent",
            name="comment",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="event",
                to="tickets.comment",
            ),
        ),
        migrations.AlterField(
            model_name="ticketevent",
            name="type",
            # The database knows nothing of the choices.
            field=models.CharField(choices=EventType.choices, max_length=40),
        ),
        append_only("tickets_ticketevent"),
    ]
