from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.template import engines
from django.utils import timezone

from accounts.templatetags import desk_ui

ROOT = Path(__file__).resolve().parents[2]
SPRITE = (ROOT / "static/img/icons.svg").read_text()


def render(source, **context):
    return engines["django"].from_string("{% load desk_ui %}" + source).render(context)


def context_with_cookie(**cookies):
    return {"request": SimpleNamespace(COOKIES=cookies)}


def test_icon_without_label_is_hidden_from_screen_readers():
    html = desk_ui.icon("inbox")

    assert 'aria-hidden="true"' in html
    assert "#i-inbox" in html


def test_icon_with_label_is_a_named_image_and_escapes_the_name():
    html = desk_ui.icon("inbox", label='"><b>')

    assert 'role="img"' in html
    assert "<b>" not in html


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Amara Okafor", "AO"),
        ("amara", "A"),
        ("Amara van der Berg", "AB"),
        ("", "?"),
        ("   ", "?"),
        ("\u202eevil name", "EN"),
        ("<b> Ok", "O"),
    ],
)
def test_initials_are_taken_from_the_first_and_the_last_word(name, letters):
    assert desk_ui.initials(name) == letters


def test_avatar_of_staff_is_marked_and_nobody_is_an_empty_circle():
    staff = SimpleNamespace(name="Priya Nair", role="technician")
    customer = SimpleNamespace(name="Amara Okafor", role="customer")

    assert "av-staff" in desk_ui.avatar(staff)
    assert "av-staff" not in desk_ui.avatar(customer)
    assert "av-none" in desk_ui.avatar(None)
    assert "av-sm" in desk_ui.avatar("Amara", size="sm")


@pytest.mark.parametrize(
    ("cookie", "shown", "choice"),
    [
        ("dark", "dark", "dark"),
        ("light", "light", "light"),
        ("auto", "light", "auto"),
        ('"><script>', "light", "auto"),
    ],
)
def test_theme_follows_the_cookie_and_nothing_else(cookie, shown, choice):
    html = render("{% theme_attr %}", **context_with_cookie(theme=cookie))

    assert html == f'data-bs-theme="{shown}" data-theme-choice="{choice}"'


def test_theme_needs_no_request():
    assert render("{% theme_attr %}") == 'data-bs-theme="light" data-theme-choice="auto"'


def test_single_line_drops_marks_that_turn_the_text_around_it():
    assert desk_ui.single_line("safe\u202egpj.exe\n\u2066next") == "safegpj.exe next"


def test_moment_says_today_and_carries_the_exact_time():
    html = desk_ui.moment(timezone.now())

    assert ">Today, " in html
    assert 'datetime="' in html
    assert 'title="' in html


@pytest.mark.parametrize(
    ("age", "text"),
    [
        (timedelta(seconds=20), "now"),
        (timedelta(minutes=12), "12 m ago"),
        (timedelta(hours=5, minutes=40), "5 h ago"),
    ],
)
def test_ago_counts_up_to_a_day(age, text):
    assert f">{text}<" in desk_ui.ago(timezone.now() - age)


def test_ago_becomes_a_day_after_24_hours():
    html = desk_ui.ago(timezone.now() - timedelta(days=400))

    assert str((timezone.localtime() - timedelta(days=400)).year) in html
    assert "ago" not in html


def test_times_of_nothing_are_empty():
    assert desk_ui.moment(None) == desk_ui.ago(None) == desk_ui.day(None) == ""


def test_every_listed_icon_is_in_the_sprite():
    names = (ROOT / "scripts/icons.txt").read_text().split()

    assert [name for name in names if f'id="i-{name}"' not in SPRITE] == []
