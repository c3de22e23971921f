"""Account events and seals: the database refuses to change or delete them from here on."""

from django.db import migrations

from accounts.append_only import append_only


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_audit_details")]

    operations = [
        migrations.RemoveField(model_name="accountevent", name="changes"),
        migrations.RemoveField(model_name="accountevent", name="address"),
        migrations.RemoveField(model_name="accountevent", name="link"),
        append_only("accounts_accountevent"),
        append_only("accounts_auditseal", key="seq"),
    ]
