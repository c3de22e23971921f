"""Finding, making, changing and staffing categories."""

from collections.abc import Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from accounts.choices import AccountEventType
from accounts.compiled import objects_of
from accounts.models import User
from accounts.permissions import require_admin
from accounts.services.events import record
from accounts.text import check_text
from tickets.models import Category, CategoryTechnician, Ticket
from tickets.models.category import CATEGORY_LENGTH, DESCRIPTION_LENGTH

# Written out, because each new ticket asks and the ORM takes longer to put the query together
# than the database to answer. A top category comes before a subcategory of the same name.
_FIND = f"""
    SELECT category.* FROM {Category._meta.db_table} AS category
    LEFT JOIN {Category._meta.db_table} AS parent ON parent.id = category.parent_id
    WHERE category.is_active AND (parent.id IS NULL OR parent.is_active)
      AND LOWER(category.name) = LOWER(%s) {{}}
    ORDER BY category.parent_id NULLS FIRST, category.id LIMIT 1
"""  # noqa: S608
FIND = _FIND.format("")
FIND_CHILD = _FIND.format("AND LOWER(parent.name) = LOWER(%s)")


def find_category(text: str) -> Category | None:
    """Return the active category that a client means by `Network` or `Network / VPN`, if any.

    A subcategory's name alone is understood where no top category has that name.
    """
    name, _, child = (part.strip() for part in text.partition("/"))
    query, names = (FIND_CHILD, [child, name]) if child else (FIND, [name])
    return next(iter(objects_of(Category, query, names)), None)


def file_under(text: str) -> tuple[Category | None, str]:
    """Return the category that a client's words mean, if any, and the words to keep beside it.

    Words that are the category's name to the letter (as the REST contract writes it) need no
    keeping.
    """
    category = find_category(text)
    if category is None:
        return None, text
    return category, "" if category.parent_id is None and category.name == text else text


def ensure_category(text: str) -> Category:
    """Return the category that `text` means, made new at the top level where there is none.

    One of that name that is not offered any more is found as well: names are unique.
    """
    check_text("category", text, max_length=CATEGORY_LENGTH)
    name = text.strip()
    retired = Category.objects.top_level().filter(name__iexact=name)
    return find_category(text) or retired.first() or Category.objects.create(name=name)


@transaction.atomic
def set_served_categories(technician: User, categories: Iterable[Category]) -> None:
    """Let the technician serve exactly these categories; the first one is the main one."""
    CategoryTechnician.objects.filter(user=technician).delete()
    CategoryTechnician.objects.bulk_create(
        CategoryTechnician(category=category, user=technician, position=position)
        for position, category in enumerate(dict.fromkeys(categories))
    )


def add_category(
    *,
    name: str,
    actor: User,
    parent: Category | None = None,
    description: str = "",
    position: int = 0,
    is_active: bool = True,
) -> Category:
    """Make a category, or with `parent` a subcategory; `position` orders it among its likes."""
    category = Category(
        name=name,
        parent=parent,
        description=description,
        position=position,
        is_active=is_active,
    )
    return _store(category, actor)


def change_category_settings(
    category: Category,
    *,
    name: str,
    actor: User,
    parent: Category | None,
    description: str,
    position: int,
    is_active: bool,
) -> Category:
    """Set what a category is called, where it stands and whether it is offered."""
    category = Category.objects.select_related("parent").get(pk=category.pk)
    before = _settings_of(category)
    category.name, category.parent, category.description = name, parent, description
    category.position, category.is_active = position, is_active
    return _store(category, actor, before)


@transaction.atomic
def set_category_active(category: Category, *, active: bool, actor: User) -> bool:
    """Offer the category for new tickets, or no longer; False where that was so already."""
    require_admin(actor)
    changed = Category.objects.filter(pk=category.pk, is_active=not active)
    if not changed.update(is_active=active):
        return False
    changes = {"category": str(category), "is_active": [not active, active]}
    record(None, AccountEventType.CATEGORY_CHANGED, actor=actor, changes=changes)
    return True


@transaction.atomic
def delete_category(category: Category, *, actor: User) -> None:
    """Delete a category that nothing uses; a used one can only be deactivated."""
    require_admin(actor)
    if is_category_used(category):
        raise ValidationError("Tickets or subcategories use it. Deactivate it instead.", "used")
    changes = {"category": str(category)}
    Category.objects.filter(pk=category.pk).delete()
    record(None, AccountEventType.CATEGORY_DELETED, actor=actor, changes=changes)


def is_category_used(category: Category) -> bool:
    """Return whether tickets (deleted ones included) or subcategories hang on the category."""
    return Ticket.objects.filter(category=category).exists() or category.subcategories.exists()


@transaction.atomic
def _store(category: Category, actor: User, before: dict[str, Any] | None = None) -> Category:
    require_admin(actor)
    category.name = check_text("name", category.name, max_length=CATEGORY_LENGTH).strip()
    check_text("description", category.description, max_length=DESCRIPTION_LENGTH, required=False)
    if category.parent and category.pk and category.subcategories.exists():
        raise ValidationError({"parent": "It has subcategories, so it can't become one itself."})
    category.full_clean()
    try:
        with transaction.atomic():
            category.save()
    except IntegrityError as error:
        raise ValidationError({"name": "There is such a category already."}, "taken") from error
    after = _settings_of(category)
    changes = {key: [(before or {}).get(key), value] for key, value in after.items()}
    changes = {key: pair for key, pair in changes.items() if pair[0] != pair[1]}
    if changes:
        kind = AccountEventType.CATEGORY_CHANGED if before else AccountEventType.CATEGORY_ADDED
        record(None, kind, actor=actor, changes={"category": str(category), **changes})
    return category


def _settings_of(category: Category) -> dict[str, Any]:
    names = ("name", "description", "position", "is_active")
    values = {name: getattr(category, name) for name in names}
    return values | {"parent": category.parent.name if category.parent else None}
