"""Indexes for the lists of people: who may not sign in, and words of names (PostgreSQL)."""

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import migrations, models

WORDS = GinIndex(SearchVector("name", "email", config="simple"), name="user_words")


def add_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.add_index(apps.get_model("accounts", "User"), WORDS)


def remove_words(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.remove_index(apps.get_model("accounts", "User"), WORDS)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        migrations.AddIndex(
            model_name="user",
            index=models.Index(
                condition=models.Q(("is_active", False)), fields=["-id"], name="user_inactive"
            ),
        ),
        migrations.RunPython(add_words, remove_words),
    ]
