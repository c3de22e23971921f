from django.db import migrations, models


class Migration(migrations.Migration):
    """Of tickets from before, not every change of their terms is an event."""

    dependencies = [("sla", "0004_missed_clocks")]

    operations = [
        migrations.AddField(
            model_name="ticketterms",
            name="is_recorded",
            field=models.BooleanField(default=False),
        ),
        migrations.AlterField(
            model_name="ticketterms",
            name="is_recorded",
            field=models.BooleanField(default=True),
        ),
    ]
