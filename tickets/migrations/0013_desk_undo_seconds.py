import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0012_events_append_only")]

    operations = [
        migrations.AddField(
            model_name="desksettings",
            name="undo_seconds",
            field=models.PositiveSmallIntegerField(
                default=10,
                help_text="For how many seconds a reply that staff send from a page can be taken back; 0 sends at once.",
                validators=[django.core.validators.MaxValueValidator(120)],
            ),
        ),
    ]
