"""What tickets are about: categories with one level of subcategories."""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from tickets.querysets import CategoryQuerySet

CATEGORY_LENGTH = 200
DESCRIPTION_LENGTH = 300


class Category(models.Model):
    """A category (no parent) or a subcategory of one. Inactive ones are offered to nobody."""

    name = models.CharField(max_length=CATEGORY_LENGTH)
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subcategories",
        limit_choices_to={"parent__isnull": True},
    )
    description = models.CharField(
        max_length=DESCRIPTION_LENGTH, blank=True, help_text="Shown where a ticket is raised."
    )
    position = models.PositiveSmallIntegerField(default=0)
    is_active = models.BooleanField(default=True)
    technicians = models.ManyToManyField(
        settings.AUTH_USER_MODEL,
        through="CategoryTechnician",
        related_name="served_categories",
        blank=True,
    )

    teams = models.ManyToManyField(
        "accounts.Team",
        related_name="categories",
        blank=True,
        help_text="Their members serve the category as well, its subcategories included.",
    )

    objects = CategoryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "categories"
        ordering = ["position", "name"]
        constraints = [
            models.UniqueConstraint(
                "parent",
                Lower("name"),
                condition=models.Q(parent__isnull=False),
                name="subcategory_name_unique",
            ),
            models.UniqueConstraint(
                Lower("name"),
                condition=models.Q(parent__isnull=True),
                name="category_name_unique",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parent.name} / {self.name}" if self.parent else self.name

    def clean(self) -> None:
        if self.parent and (self.parent.parent_id or self.parent_id == self.pk):
            raise ValidationError({"parent": "A subcategory can't have subcategories of its own."})


class CategoryTechnician(models.Model):
    """A technician serves a category, its subcategories included; `position` 0 is the main one."""

    category = models.ForeignKey(Category, on_delete=models.CASCADE, related_name="servers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="category_links"
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "id"]
        constraints = [
            models.UniqueConstraint(fields=["category", "user"], name="category_technician_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.user} serves {self.category}"
