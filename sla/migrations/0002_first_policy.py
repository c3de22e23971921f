"""Working hours and a policy to begin with; open tickets get clocks from now on."""

from django.conf import settings
from django.db import migrations
from django.utils import timezone

NINE_TO_FIVE = [[9 * 60, 17 * 60]]


def add(apps, schema_editor):
    """Ship a promise that a small desk can keep, unless there is one already."""
    models = {
        name: apps.get_model("sla", name)
        for name in (
            "BusinessCalendar",
            "CalendarVersion",
            "Policy",
            "PolicyVersion",
            "EscalationLevel",
            "Retargeting",
        )
    }
    if models["Policy"].objects.exists():
        return
    calendar = models["BusinessCalendar"].objects.create(name="Office hours")
    calendar.current = models["CalendarVersion"].objects.create(
        calendar=calendar,
        number=1,
        time_zone=settings.TIME_ZONE,
        week=[NINE_TO_FIVE] * 5 + [[], []],
    )
    calendar.save()
    policy = models["Policy"].objects.create(name="Standard", position=100)
    policy.current = models["PolicyVersion"].objects.create(
        policy=policy,
        number=1,
        calendar=calendar,
        first_response=8 * 60,
        next_response=8 * 60,
        resolution=40 * 60,
        pauses=["Waiting on Customer", "On Hold"],
    )
    policy.save()
    levels = models["EscalationLevel"].objects
    levels.create(policy=policy, amount=75, unit="percent", tell_technician=True)
    levels.create(policy=policy, amount=100, unit="percent", tell_technician=True, tell_lead=True)
    if apps.get_model("tickets", "Ticket").objects.exists():
        models["Retargeting"].objects.create(asked_at=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("sla", "0001_initial"), ("tickets", "0026_next_due")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
