from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0016_answered_by_note"),
    ]

    operations = [
        migrations.AddField(
            model_name="outgoingreply",
            name="asked",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AddField(
            model_name="outgoingreply",
            name="confirmed",
            field=models.JSONField(blank=True, default=list),
        ),
        migrations.AlterField(
            model_name="outgoingreply",
            name="reason",
            field=models.CharField(blank=True, max_length=1000),
        ),
    ]
