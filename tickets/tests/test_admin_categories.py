"""Categories and the desk's settings in the admin site."""

import pytest
from django.urls import reverse

from accounts.choices import AccountEventType
from accounts.models import AccountEvent
from accounts.tests.factories import AdminFactory
from tickets.models import Category, DeskSettings
from tickets.tests.factories import CategoryFactory, TicketFactory

pytestmark = pytest.mark.django_db
LIST = "/admin/tickets/category/"
EMPTY = {"parent": "", "description": "", "position": 0, "is_active": "on"}


@pytest.fixture(autouse=True)
def admin(client):
    Category.objects.filter(parent__isnull=False).delete()
    Category.objects.all().delete()
    client.force_login(AdminFactory())


def edit(category):
    return reverse("admin:tickets_category_change", args=[category.pk])


def test_the_list_is_the_tree(client):
    second = CategoryFactory(name="B", position=2)
    first = CategoryFactory(name="A", position=1)
    CategoryFactory(name="B child", parent=second)
    CategoryFactory(name="A child 2", parent=first, position=2)
    CategoryFactory(name="A child 1", parent=first, position=1)
    rows = client.get(LIST).context["cl"].result_list
    assert [row.name for row in rows] == ["A", "A child 1", "A child 2", "B", "B child"]


def test_adding_and_changing(client):
    client.post(LIST + "add/", EMPTY | {"name": "Network"})
    category = Category.objects.get()
    client.post(edit(category), {"name": "Net", "parent": "", "description": "", "position": 3})
    category.refresh_from_db()
    assert (category.name, category.position, category.is_active) == ("Net", 3, False)


def test_names_are_unique_under_a_parent_in_any_case(client):
    CategoryFactory(name="Network")
    answer = client.post(LIST + "add/", EMPTY | {"name": "NETWORK"})
    assert answer.status_code == 200
    assert Category.objects.count() == 1


def test_one_level_of_subcategories(client):
    top = CategoryFactory()
    child = CategoryFactory(parent=top)
    other = CategoryFactory()
    below_child = client.post(LIST + "add/", EMPTY | {"name": "X", "parent": child.pk})
    assert below_child.context["adminform"].form.errors["parent"]
    moved = client.post(edit(top), EMPTY | {"name": "Top", "parent": other.pk})
    assert moved.context["adminform"].form.errors["parent"]


def test_a_used_category_can_only_be_deactivated(client):
    used = TicketFactory().category
    delete = reverse("admin:tickets_category_delete", args=[used.pk])
    assert client.get(delete).status_code == 403
    assert client.post(delete, {"post": "yes"}).status_code == 403
    client.post(LIST, {"action": "deactivate", "_selected_action": [used.pk]})
    used.refresh_from_db()
    assert not used.is_active
    client.post(LIST, {"action": "activate", "_selected_action": [used.pk]})
    used.refresh_from_db()
    assert used.is_active


def test_an_unused_category_can_be_deleted(client):
    unused = CategoryFactory()
    delete = reverse("admin:tickets_category_delete", args=[unused.pk])
    assert client.get(delete).status_code == 200
    client.post(delete, {"post": "yes"})
    assert not Category.objects.exists()


def test_the_settings_are_one_row(client):
    answer = client.get("/admin/tickets/desksettings/", follow=True)
    assert answer.context["adminform"].form.initial["reopen_days"] == 14
    url = answer.redirect_chain[-1][0]
    values = answer.context["adminform"].form.initial
    assert client.post(url, {**values, "reopen_days": 400}).status_code == 200
    assert client.post(url, {**values, "undo_seconds": 121}).status_code == 200
    assert client.post(url, {**values, "close_reminder_days": 7}).status_code == 200
    assert client.post(url, {**values, "draft_days": 0}).status_code == 200
    assert client.post(url, {**values, "file_extensions": "../x"}).status_code == 200
    client.post(url, {**values, "reopen_days": 30, "undo_seconds": 0})
    event = AccountEvent.objects.get(type=AccountEventType.SETTINGS_CHANGED)
    assert event.changes == {"reopen_days": [14, 30], "undo_seconds": [10, 0]}
    assert (DeskSettings.load().reopen_days, DeskSettings.load().undo_seconds) == (30, 0)
    client.post(url, {**values, "reopen_days": 30, "file_mb": 25, "file_extensions": "PNG pdf"})
    assert (DeskSettings.load().file_mb, DeskSettings.load().extensions) == (25, ["pdf", "png"])
    assert DeskSettings.load().reopen_days == 30
    assert client.get("/admin/tickets/desksettings/add/").status_code == 403
    assert DeskSettings.objects.count() == 1
