"""The living reference shows every part, and every icon that a template names exists."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ICON_IN_TEMPLATE = re.compile(r"""\{%\s*icon\s+["']([\w-]+)["']|icon_name="([\w-]+)\"""")


@pytest.mark.django_db
def test_the_reference_page_opens_in_development(client):
    page = client.get("/dev/components/").content.decode()
    assert "Components" in page
    assert "Waiting for you" in page


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = (ROOT / "static/img/icons.svg").read_text()
    missing = {
        name
        for template in (ROOT / "templates").rglob("*.html")
        for names in ICON_IN_TEMPLATE.findall(template.read_text())
        for name in names
        if name and f'id="i-{name}"' not in sprite
    }
    assert missing == set()


def test_no_template_holds_a_script_or_a_style():
    pages = [
        page
        for page in (ROOT / "templates").rglob("*.html")
        if "email" not in page.parts  # mails know no stylesheet
    ]
    guilty = [
        str(page)
        for page in pages
        if re.search(
            r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=|javascript:", page.read_text()
        )
    ]
    assert guilty == []
