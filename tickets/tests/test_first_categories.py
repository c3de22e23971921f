from importlib import import_module

import pytest
from django.apps import apps

from tickets.models import Category
from tickets.tests.factories import TicketFactory

migration = import_module("tickets.migrations.0004_first_categories")
pytestmark = pytest.mark.django_db


def test_a_new_desk_has_categories_with_subcategories():
    tops = Category.objects.active().top_level()
    assert tops.count() == len(migration.FIRST_CATEGORIES)
    assert Category.objects.get(name="VPN").parent.name == "Network and Wi-Fi"


def test_going_back_takes_what_is_unused_and_leaves_the_rest():
    used = Category.objects.get(name="VPN")
    TicketFactory(category=used)
    migration.remove(apps, None)
    assert set(Category.objects.values_list("name", flat=True)) == {"Network and Wi-Fi", "VPN"}
    migration.create(apps, None)
    assert Category.objects.count() == 2
