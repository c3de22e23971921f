import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0003_added_to_a_ticket"),
        ("notifications", "0002_delivery_give_up_at"),
        ("tickets", "0009_drop_needless_indexes"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="account_event",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="accounts.accountevent",
            ),
        ),
        migrations.AlterField(
            model_name="delivery",
            name="ticket_event",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="tickets.ticketevent",
            ),
        ),
    ]
