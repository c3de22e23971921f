"""The side table of ticket events: what can be erased of them."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0009_drop_needless_indexes"), ("accounts", "0004_audit_tables")]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="raised_from",
            # Nullable, so that SQLite does not rebuild the table and lose the triggers of 0003.
            field=models.CharField(blank=True, editable=False, max_length=45, null=True),
        ),
        *[
            migrations.AddField(
                model_name="ticketevent", name=name, field=field, preserve_default=False
            )
            for name, field in (
                ("request_id", models.CharField(blank=True, default="", max_length=64)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("mac", models.CharField(default="", editable=False, max_length=32)),
            )
        ],
        migrations.CreateModel(
            name="TicketEventDetail",
            fields=[
                ("salt", models.CharField(blank=True, editable=False, max_length=32)),
                ("changes", models.JSONField(blank=True, default=dict)),
                ("address", models.CharField(blank=True, max_length=45)),
                ("mac", models.CharField(editable=False, max_length=32)),
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="detail",
                        serialize=False,
                        to="tickets.ticketevent",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
