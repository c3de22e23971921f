"""Move what can be erased of account events beside them, and sign the events."""

import secrets

from django.db import migrations

from accounts.facts import audit_keys, digest_of, encode, sign

BATCH = 2_000
KIND = 1


def rows_in_batches(model):
    """Yield lists of rows in the order of their keys."""
    last = 0
    while rows := list(model.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        yield rows
        last = rows[-1].pk


def forwards(apps, schema_editor):
    event_model = apps.get_model("accounts", "AccountEvent")
    detail_model = apps.get_model("accounts", "AccountEventDetail")
    key = audit_keys()[0]
    for events in rows_in_batches(event_model):
        details = []
        for event in events:
            address = str(event.address or "")
            if event.changes or address or event.link_id:
                salt = secrets.token_hex(16)
                event.digest = digest_of(salt, event.changes, address)
                details.append(
                    detail_model(
                        event_id=event.pk,
                        salt=salt,
                        changes=event.changes,
                        address=address,
                        link_id=event.link_id,
                        mac=sign(encode(KIND, event.pk, salt, event.changes, address), key),
                    )
                )
            values = (event.user_id, event.type, event.actor_id, event.at, "", event.digest)
            event.mac = sign(encode(KIND, *values), key)
        detail_model.objects.bulk_create(details)
        event_model.objects.bulk_update(events, ["digest", "mac"], batch_size=200)


def backwards(apps, schema_editor):
    detail_model = apps.get_model("accounts", "AccountEventDetail")
    event_model = apps.get_model("accounts", "AccountEvent")
    for details in rows_in_batches(detail_model):
        for detail in details:
            event_model.objects.filter(pk=detail.event_id).update(
                changes=detail.changes, address=detail.address or None, link=detail.link_id
            )
    detail_model.objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_audit_tables")]

    operations = [migrations.RunPython(forwards, backwards)]
