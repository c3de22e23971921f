"""A customer raises a ticket, follows it and ends it; with scripts, without, and with bad luck."""

import pytest
from django.db import transaction
from playwright.sync_api import expect

from accounts.tests.factories import CustomerFactory
from technicians.tests.factories import TechnicianFactory
from tickets import services
from tickets.models import Ticket
from tickets.tests.factories import CategoryFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SIZES = {"desk": {"width": 1440, "height": 900}, "phone": {"width": 390, "height": 844}}
SCRIPTS = [
    "<script>window.hit = 1</script>",
    '"><img src=x onerror="window.hit = 1">',
    "<svg/onload=window.hit=1>",
    "javascript:window.hit=1",
    "</title></textarea><script>window.hit = 1</script>",
    "{{constructor.constructor('window.hit=1')()}}",
    '<div hx-get="/" hx-trigger="load" hx-on::load="window.hit=1">x</div>',
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<details open ontoggle=window.hit=1>",
    "<a href='data:text/html,<script>opener.hit=1</script>'>x</a>",
]


@pytest.fixture
def printing(live_server):
    with transaction.atomic():
        printing = CategoryFactory(name="Copying")
        CategoryFactory(name="Queues", parent=printing)
        CategoryFactory(name="Toner", parent=printing)
    return printing


@pytest.fixture
def ticket(customer, technician):
    ticket = services.create_ticket(
        customer=customer,
        actor=customer,
        subject="No tunnel",
        description="Since Tuesday.",
        category_text="Tunnels",
    )
    services.assign_ticket(ticket, technician=technician.user, actor=None)
    services.add_reply(
        ticket, actor=technician.user, body="Which one? See https://example.com/tunnels"
    )
    return services.resolve_ticket(
        ticket, actor=technician.user, resolution_summary="A new tunnel."
    )


def test_raise_reply_and_accept(customer_page, desk_url, printing):
    page = customer_page
    page.goto(desk_url("tickets:home"))
    page.get_by_label("What is wrong, in a few words").fill("Toner is empty")
    page.locator("main").get_by_role("button", name="Raise a ticket").click()
    expect(page.get_by_label("Subject")).to_have_value("Toner is empty")
    page.wait_for_load_state("load")  # and the scripts have run
    with page.expect_response("**/subcategories/**"):
        page.locator("#id_category").select_option(label="Copying")
    options = page.get_by_label("Subcategory").locator("option")
    expect(options).to_have_text(["Choose a subcategory", "Queues", "Toner"])
    page.get_by_label("What happened?").fill("The tray says so.")
    page.get_by_role("button", name="Raise ticket").click()
    expect(page.locator(".sum")).to_be_focused()
    page.get_by_label("Subcategory").select_option(label="Toner")
    page.get_by_role("button", name="Raise ticket").click()
    page.get_by_role("heading", name="Toner is empty").wait_for()
    page.get_by_label("Your reply").fill("It is the black one.")
    page.get_by_role("button", name="Send reply").click()
    page.get_by_text("Reply sent").wait_for()
    expect(page.locator(".msg")).to_have_count(2)
    expect(page).to_have_url(desk_url(Ticket.objects.get().get_absolute_url()))

    ticket = Ticket.objects.get()
    services.resolve_ticket(ticket, actor=None, resolution_summary="Filled up.")
    page.reload()
    page.get_by_role("button", name="Yes, it is solved").click()
    page.get_by_role("heading", name="This ticket is closed").wait_for()


def test_it_is_not_solved(customer_page, desk_url, ticket):
    page = customer_page
    page.goto(desk_url("tickets:ticket-detail", ticket.ticket_id))
    page.get_by_text("No, it is not solved").click()
    page.get_by_label("What is still wrong?").fill("It came back.")
    page.get_by_role("button", name="Reopen the ticket").click()
    page.get_by_text("The ticket is open again.").wait_for()
    expect(page.locator("#thread").get_by_text("It came back.")).to_be_visible()


def test_the_draft_waits_on_the_device_until_it_was_sent(customer_page, desk_url, printing):
    page = customer_page
    address = desk_url("tickets:ticket-create")
    page.goto(address)
    with page.expect_response("**/subcategories/**"):
        page.locator("#id_category").select_option(label="Copying")
    page.get_by_label("Subcategory").select_option(label="Queues")
    page.get_by_label("Subject").fill("Stuck")
    page.get_by_label("What happened?").fill("Two\n\n  lines")
    page.get_by_text("Draft saved on this device").wait_for()
    page.goto(desk_url("tickets:home"))
    page.goto(address)
    expect(page.get_by_label("What happened?")).to_have_value("Two\n\n  lines")
    expect(page.get_by_label("Subcategory").locator(":checked")).to_have_text("Queues")
    page.get_by_role("button", name="Raise ticket").click()
    page.get_by_role("heading", name="Stuck").wait_for()
    page.goto(address)
    expect(page.get_by_label("What happened?")).to_have_value("")


def test_an_impatient_finger_sends_once(customer_page, desk_url, ticket):
    page = customer_page
    page.goto(desk_url("tickets:ticket-detail", ticket.ticket_id))
    page.get_by_label("Your reply").fill("Once.")
    page.evaluate(
        """() => {
            const button = document.querySelector("#reply button[type=submit]");
            for (let press = 0; press < 5; press++) button.click();
        }"""
    )
    page.get_by_text("Reply sent").wait_for()
    page.wait_for_timeout(300)
    assert ticket.comments.filter(body="Once.").count() == 1


def test_offline_the_text_stays(customer_page, desk_url, ticket):
    page = customer_page
    page.goto(desk_url("tickets:ticket-detail", ticket.ticket_id))
    page.get_by_label("Your reply").fill("On the train.")
    page.context.set_offline(True)
    page.get_by_role("button", name="Send reply").click()
    page.get_by_text("You are offline.").wait_for()
    expect(page.get_by_label("Your reply")).to_have_value("On the train.")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    page.get_by_text("Reply sent").wait_for()


def test_everything_works_without_scripts(sign_in, customer, desk_url, printing):
    page = sign_in(customer, java_script_enabled=False)
    page.goto(desk_url("tickets:ticket-create"))
    page.locator("#id_category").select_option(label="Copying")
    page.get_by_label("Subcategory").select_option(label="Queues")
    page.get_by_label("Subject").fill("Plain")
    page.get_by_label("What happened?").fill("Plain text.")
    page.get_by_role("button", name="Raise ticket").click()
    expect(page.get_by_text("You can follow it here.")).to_be_visible()
    page.get_by_label("Your reply").fill("And a reply.")
    page.get_by_role("button", name="Send reply").click()
    expect(page.locator(".msg")).to_have_count(2)
    ticket = Ticket.objects.get()
    services.resolve_ticket(ticket, actor=None, resolution_summary="Filled up.")
    page.reload()
    page.get_by_text("No, it is not solved").click()
    page.get_by_label("What is still wrong?").fill("It is empty again.")
    page.get_by_role("button", name="Reopen the ticket").click()
    page.get_by_text("The ticket is open again.").wait_for()
    page.goto(desk_url("tickets:ticket-list") + "?q=plain")
    expect(page.locator(".tl li")).to_have_count(1)


def test_hostile_text_never_runs(sign_in, desk_url):
    with transaction.atomic():
        customer = CustomerFactory(name=SCRIPTS[1])
        technician = TechnicianFactory(user__name=SCRIPTS[2])
    category = CategoryFactory(name=SCRIPTS[1])
    for text in SCRIPTS:
        ticket = services.create_ticket(
            customer=customer, actor=customer, subject=text, description=text, category=category
        )
        services.assign_ticket(ticket, technician=technician.user, actor=None)
        services.add_reply(ticket, actor=technician.user, body="\n".join(SCRIPTS))
        services.resolve_ticket(ticket, actor=technician.user, resolution_summary=text)
    page = sign_in(customer)
    dialogs = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    addresses = [ticket.get_absolute_url() for ticket in Ticket.objects.all()]
    for address in ["/", "/tickets/?show=all", f"/tickets/?q={SCRIPTS[0]}", *addresses]:
        page.goto(desk_url("/").rstrip("/") + address)
        assert page.evaluate("window.hit") is None, address
    assert dialogs == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_no_rule_of_accessibility_is_broken(
    sign_in, customer, desk_url, assert_accessible, ticket, size, scheme
):
    page = sign_in(customer, viewport=SIZES[size], color_scheme=scheme)
    open_ticket = services.create_ticket(
        customer=customer, actor=customer, description="Open.", category_text="Any"
    )
    for address in (
        desk_url("tickets:home"),
        desk_url("tickets:ticket-list"),
        desk_url("tickets:ticket-list") + "?q=nothing",
        desk_url("tickets:ticket-create"),
        desk_url("tickets:ticket-detail", ticket.ticket_id),
        desk_url("tickets:ticket-detail", open_ticket.ticket_id),
    ):
        page.goto(address)
        assert_accessible(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), address
    page.goto(desk_url("tickets:ticket-create"))
    page.get_by_role("button", name="Raise ticket").click()
    page.locator(".sum").wait_for()
    assert_accessible(page)


@pytest.mark.parametrize("width", [320, 600, 768, 1000])
def test_nothing_scrolls_sideways(sign_in, customer, desk_url, ticket, width):
    page = sign_in(customer, viewport={"width": width, "height": 800})
    for name, *rest in (
        ("tickets:home",),
        ("tickets:ticket-list",),
        ("tickets:ticket-create",),
        ("tickets:ticket-detail", ticket.ticket_id),
    ):
        page.goto(desk_url(name, *rest))
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
