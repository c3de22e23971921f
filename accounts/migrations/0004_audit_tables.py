"""The side table of account events, and the chain of seals over all facts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

DETAIL = [
    ("salt", models.CharField(blank=True, editable=False, max_length=32)),
    ("changes", models.JSONField(blank=True, default=dict)),
    ("address", models.CharField(blank=True, max_length=45)),
    ("mac", models.CharField(editable=False, max_length=32)),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_added_to_a_ticket")]

    operations = [
        migrations.CreateModel(
            name="AuditHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("seq", models.BigIntegerField(default=0)),
                ("hash", models.CharField(blank=True, max_length=64)),
                ("mac", models.CharField(blank=True, max_length=32)),
            ],
        ),
        migrations.CreateModel(
            name="AuditSeal",
            fields=[
                ("seq", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "kind",
                    models.PositiveSmallIntegerField(
                        choices=[(1, "Account or desk"), (2, "Ticket")]
                    ),
                ),
                ("fact", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("hash", models.CharField(max_length=64)),
            ],
            options={"ordering": ["-seq"]},
        ),
        migrations.AddConstraint(
            model_name="auditseal",
            constraint=models.UniqueConstraint(fields=("kind", "fact"), name="seal_fact_unique"),
        ),
        *[
            migrations.AddField(
                model_name="accountevent", name=name, field=field, preserve_default=False
            )
            for name, field in (
                ("request_id", models.CharField(blank=True, default="", max_length=64)),
                ("digest", models.CharField(blank=True, default="", max_length=64)),
                ("mac", models.CharField(default="", editable=False, max_length=32)),
            )
        ],
        migrations.AlterField(
            model_name="accountevent",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="account_events",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AlterField(
            model_name="accountevent",
            name="actor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.CreateModel(
            name="AccountEventDetail",
            fields=[
                *DETAIL,
                (
                    "event",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="detail",
                        serialize=False,
                        to="accounts.accountevent",
                    ),
                ),
                (
                    "link",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="+",
                        to="accounts.emaillink",
                    ),
                ),
            ],
            options={"abstract": False},
        ),
    ]
