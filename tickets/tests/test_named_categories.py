"""What a category's name in a client's words leads to."""

import pytest

from tickets.models import Category
from tickets.services import ensure_category
from tickets.tests.factories import CategoryFactory

pytestmark = pytest.mark.django_db


def test_an_unknown_name_becomes_a_category():
    made = ensure_category(" Projectors ")
    assert (made.name, made.parent, made.is_active) == ("Projectors", None, True)
    assert ensure_category("PROJECTORS") == made


def test_the_name_of_a_category_that_is_not_offered_any_more_means_that_one():
    retired = CategoryFactory(name="Fax machines", is_active=False)
    assert ensure_category("fax machines") == retired
    assert Category.objects.filter(name__iexact="fax machines").count() == 1
