from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0013_desk_undo_seconds")]

    operations = [
        migrations.AddField(
            model_name="comment",
            name="submission_key",
            field=models.UUIDField(blank=True, editable=False, null=True),
        ),
        migrations.AddConstraint(
            model_name="comment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("submission_key__isnull", False)),
                fields=("author", "submission_key"),
                name="comment_submission_unique",
            ),
        ),
    ]
