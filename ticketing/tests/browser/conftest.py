"""A real browser against a real server: who is signed in, and what axe says of a page.

def test_a_page(customer_page, desk_url, assert_accessible):
    customer_page.goto(desk_url("tickets:ticket-list"))
    assert_accessible(customer_page)
"""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.db import transaction
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from accounts.tests.factories import AdminFactory, CustomerFactory
from scripts.run_tests import browser_path
from technicians.tests.factories import TechnicianFactory
from tickets.tests.factories import CategoryFactory

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PATIENCE = 10_000  # milliseconds that a page may take on a busy machine
expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Use the system's Chromium; containers lack the kernel features of its sandbox."""
    return {"executable_path": browser_path(), "args": ["--no-sandbox", "--disable-dev-shm-usage"]}


@pytest.fixture
def desk_url(live_server: Any) -> Callable[..., str]:
    """Turn a URL name, or a path, into a full address of the running desk."""

    def address(name: str, *args: object) -> str:
        return live_server.url + (name if name.startswith("/") else reverse(name, args=args))

    return address


@pytest.fixture
def open_context(browser: Browser, live_server: Any) -> Iterator[Callable[..., BrowserContext]]:
    """Make browser windows (keyword arguments as playwright's `new_context`).

    A request that leaves the desk, a script error or a refusal by the content policy fails the
    test.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def note_request(request: Any) -> None:
        if not request.url.startswith((live_server.url, "data:", "blob:", "about:")):
            faults.append(f"a request left the desk: {request.url}")

    def note_console(message: Any) -> None:
        if "Content Security Policy" in message.text:
            faults.append(message.text)

    def make(**options: Any) -> BrowserContext:
        context = browser.new_context(**options)
        context.set_default_timeout(PATIENCE)
        context.on("request", note_request)
        context.on("console", note_console)
        context.on("weberror", lambda error: faults.append(f"script error: {error.error}"))
        contexts.append(context)
        return context

    yield make
    for context in contexts:
        context.close()
    assert not faults, faults


@pytest.fixture
def context(open_context: Callable[..., BrowserContext]) -> BrowserContext:
    """The window of the plain `page` fixture: nobody is signed in."""
    return open_context()


@pytest.fixture
def sign_in(open_context: Callable[..., BrowserContext], live_server: Any) -> Callable[..., Page]:
    """Open a page as a person: `sign_in(person, viewport={...})`; the sign-in form has its tests."""

    def page_of(person: Any, **options: Any) -> Page:
        client = Client()
        client.force_login(person)
        assert client.session[SESSION_KEY]
        context = open_context(**options)
        name = settings.SESSION_COOKIE_NAME
        cookie = {"name": name, "value": client.cookies[name].value, "url": live_server.url}
        context.add_cookies([cookie])  # type: ignore[list-item]
        return context.new_page()

    return page_of


@pytest.fixture
def customer(live_server: Any) -> Any:
    with transaction.atomic():
        return CustomerFactory()


@pytest.fixture
def technician(live_server: Any) -> Any:
    """The technician; `technician.user` is the account."""
    with transaction.atomic():
        return TechnicianFactory()


@pytest.fixture
def category(live_server: Any) -> Any:
    with transaction.atomic():
        return CategoryFactory(name="Tunnels")


@pytest.fixture
def priya(category: Any) -> Any:
    """The account of a technician who serves the category."""
    with transaction.atomic():
        return TechnicianFactory(user__name="Priya Nair", categories=[category]).user


@pytest.fixture
def admin(live_server: Any) -> Any:
    with transaction.atomic():
        return AdminFactory()


@pytest.fixture
def customer_page(sign_in: Callable[..., Page], customer: Any) -> Page:
    return sign_in(customer)


@pytest.fixture
def technician_page(sign_in: Callable[..., Page], technician: Any) -> Page:
    return sign_in(technician.user)


@pytest.fixture
def admin_page(sign_in: Callable[..., Page], admin: Any) -> Page:
    return sign_in(admin)


@pytest.fixture
def assert_accessible() -> Callable[..., None]:
    """Fail with axe-core's findings if the page breaks a rule of WCAG 2.2 AA."""

    def check(page: Page, *, context: str | None = None) -> None:
        rules = {"runOnly": {"type": "tag", "values": WCAG}}
        found = Axe().run(page, context=context, options=rules).response["violations"]
        report = [
            f"{rule['id']}: {rule['help']}\n    "
            + "\n    ".join(f"{node['target']} {node['html'][:160]}" for node in rule["nodes"])
            for rule in found
        ]
        assert not report, f"{page.url}\n" + "\n".join(report)

    return check
