import pytest
from django.db import connection

from accounts.tests.factories import AdminFactory, CustomerFactory, TechnicianUserFactory
from tickets.models import Ticket
from tickets.search import SAMPLE, excerpt, marked, search_tickets, walk_is_cheaper
from tickets.tests.factories import TicketFactory

pytestmark = pytest.mark.django_db


def found(text, queryset=None):
    queryset = Ticket.objects.all() if queryset is None else queryset
    return sorted(search_tickets(queryset, text).values_list("number", flat=True))


@pytest.fixture
def desk():
    printer = TicketFactory(subject="Printer jams", description="Paper stuck in tray two.")
    vpn = TicketFactory(subject="No VPN", description="Mr O'Brien can't open report.pdf from home")
    umlaut = TicketFactory(subject="Zürich office", description="The c++ build is slow; a-b tests")
    return printer, vpn, umlaut


@pytest.mark.parametrize(
    ("text", "which"),
    [
        ("printer", [0]),
        ("PRINTER paper", [0]),
        ("tray jams", [0]),
        ("tray vpn", []),
        ("pape", [0]),
        ("pa", []),
        ("pap jams", []),
        ("o'brien", [1]),
        ("report.pdf", [1]),
        ("report", [1]),
        ("zürich", [2]),
        ("ZÜRICH", [2]),
        ("c++", [2]),
        ("a-b", [2]),
        ("", [0, 1, 2]),
        ("   ", [0, 1, 2]),
        ("\x00", [0, 1, 2]),
        ("printer 🖨", [0]),
    ],
)
def test_all_words_must_be_there_and_the_last_may_be_a_beginning(desk, text, which):
    assert found(text) == [desk[index].number for index in which]


@pytest.mark.parametrize(
    ("language", "text", "which"),
    [
        ("english", "printers", [0]),
        ("english", "crashed printing", [0]),
        ("english", "CRASHING", [0]),
        ("english", "batteries", [1]),
        ("english", "keys lost", [1]),
        ("english", "use", [2]),  # a beginning of "users", as the last word
        ("english", "using the", []),
        ("english", "the drucker", []),
        ("german", "die drucker", [3]),
        ("german", "druckern", [3]),
        ("simple", "printers", []),
        ("simple", "batteries", []),
        ("simple", "druckern", []),
        ("simple", "printer", [0]),
    ],
)
def test_words_are_found_in_other_endings_of_the_desks_language(settings, language, text, which):
    settings.SEARCH_LANGUAGE = language
    texts = (
        "The printer crashes",
        "Battery empty, key lost",
        "All users of the list",
        "Die Druckers drucken nicht",
    )
    desk = [TicketFactory(subject=subject, description="-").number for subject in texts]
    assert found(text) == [desk[index] for index in which]


def test_other_endings_are_marked():
    parts = marked("Printers print; the printer's battery", "printing batteries")
    assert [text for text, is_hit in parts if is_hit] == ["Printers", "print", "printer", "battery"]


@pytest.mark.parametrize("form", ["TKT{:04d}", "tkt{}", "#{}", "{}", " TKT-{:04d} "])
def test_a_number_finds_its_ticket_and_texts_that_mention_it(desk, form):
    TicketFactory.create_batch(3)
    wanted = form.format(desk[1].number)
    mention = TicketFactory(description=f"Like {wanted.strip()}, again").number
    assert found(wanted) == [desk[1].number, mention]


def test_an_address_finds_the_tickets_of_that_customer(desk):
    ticket = desk[0]
    assert found(ticket.customer.email.upper()) == [ticket.number]
    mention = TicketFactory(description="Please copy nobody@example.org on this").number
    assert found("nobody@example.org") == [mention]


@pytest.mark.parametrize(
    "text",
    [
        "NEAR(", "NEAR(a b, 3)", "a AND", "OR", "NOT x", '"', "'", '""" \'\'\'', "(", ")", "*", "a*",
        "^a", "subject:x", "a:*", "a & b", "a | !b", "<->", "\\", "\\'", "%", "%s", "%(x)s", "--", ";",
        "🖨", "\ud800", "a\x00b", "+", "-", "{}", "1e999", "9" * 18, "9" * 30, "٤٢", "²", "x" * 1_000_000,
        "word " * 200_000, "\u202e", "a\u0300", "हिन्दी", "日本語", "TKT", "#", "TKT-", "@", "a@b", "a@b.c@d",
    ],
)  # fmt: skip
def test_no_text_makes_it_fail(desk, text):
    assert isinstance(found(text), list)
    assert isinstance(search_tickets(Ticket.objects.all(), text).count(), int)


def test_the_result_takes_filters_orders_and_stays_within_what_one_may_read(desk):
    customer = CustomerFactory()
    own = TicketFactory(customer=customer, description="Paper again")
    hits = search_tickets(Ticket.objects.visible_to(customer), "paper")
    assert list(hits.newest_first().values_list("number", flat=True)) == [own.number]
    after = search_tickets(Ticket.objects.all(), "paper").visible_to(customer).most_urgent_first()
    assert [ticket.number for ticket in after.for_list()[:5]] == [own.number]
    assert found("paper", Ticket.objects.visible_to(TechnicianUserFactory())) == []
    assert len(found("paper", Ticket.objects.visible_to(AdminFactory()))) == 2
    assert found(customer.email, Ticket.objects.visible_to(CustomerFactory())) == []


def test_a_changed_and_a_removed_ticket_are_found_by_what_they_say_now(desk):
    printer, vpn, _ = desk
    Ticket.objects.filter(pk=printer.pk).update(description="Toner is empty")
    assert found("tray") == []
    assert found("toner") == [printer.number]
    Ticket.objects.filter(pk=vpn.pk).delete()
    assert found("vpn") == []


def ages(*, every, first=0, last=1_000_000):
    """Which tickets of the sample have a word that every so manieth ticket of an age range has."""
    return [age for n, age in enumerate(a for a in SAMPLE if first <= a < last) if n % every == 0]


@pytest.mark.parametrize(
    ("having", "is_cheaper"),
    [
        (ages(every=1), True),
        (ages(every=30), True),
        (ages(every=30, last=2_000), True),  # a small desk
        (ages(every=400), False),
        ([], False),
        ([3, 17, 200], False),  # some new ones, and no old ones
        (ages(every=30, first=1_000), True),  # common, but not on this day
        (ages(every=30, first=300_000, last=330_000), False),  # an incident of long ago
    ],
)
def test_a_list_is_walked_for_common_words_only(having, is_cheaper):
    assert walk_is_cheaper(having) is is_cheaper


@pytest.mark.skipif(connection.vendor != "sqlite", reason="triggers are SQLite's way")
def test_the_triggers_are_there_after_all_migrations():
    """A migration that rebuilds the table drops them: it has to run `0003_search.create` again."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'ticket_search%'"
        )
        assert cursor.fetchone() == (3,)


@pytest.mark.parametrize(
    ("text", "typed", "hits"),
    [
        ("Printer jams, printer_two", "PRINTER", ["Printer", "printer"]),
        ("Imprinter and printers", "printer", ["printers"]),
        ("Tray two, trays", "tray two", ["Tray", "two", "trays"]),
        ("O'Brien: report.pdf", "o'brien report.pdf", ["O", "Brien", "report", "pdf"]),
        ("<b>tray</b> (a+)+ $", "<b> tray", ["b", "tray", "b"]),
        ("Nothing of it", "TKT-", []),
        ("", "tray", []),
        ("Zürich", "ZÜRICH", ["Zürich"]),
    ],
)
def test_the_words_that_were_found_are_marked_and_nothing_is_lost(text, typed, hits):
    parts = marked(text, typed)
    assert [part for part, is_hit in parts if is_hit] == hits
    assert "".join(part for part, _ in parts) == text


def test_an_excerpt_is_short_and_says_where_the_first_hit_is():
    text = "one two " * 500 + "the paper\n is stuck " + "three four " * 500
    parts = excerpt(text, "stuck")
    shown = "".join(part for part, _ in parts)
    assert ("stuck", True) in parts
    assert shown.startswith("… ")
    assert shown.endswith(" …")
    assert "the paper is stuck three" in shown
    assert len(shown) < 160
    assert set(shown.split()) <= {*text.split(), "…"}
    assert excerpt(text, "vpn") == []
    assert excerpt("Stuck again", "stuck") == [("Stuck", True), (" again", False)]
    assert len(excerpt("x" * 20_000 + " stuck" + "y" * 20_000, "stu")) <= 3
