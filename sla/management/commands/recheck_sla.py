"""Compute every ticket's clocks anew from its events, and say where what is stored differs."""

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.numbers import number_of
from sla.models import Clock
from sla.services import Finding, recheck_some
from tickets.models import Ticket
from tickets.models.ticket import TICKET_PREFIX

# Tickets that are in memory at once.
BATCH = 200
# After so many tickets it says how far it is.
SAY_EVERY = 5_000


class Command(BaseCommand):
    """Reports differences; changes nothing. Ends with 1 where there are some."""

    help = __doc__

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("tickets", nargs="*", help="numbers like TKT0042; none: all tickets")

    def handle(self, *args: Any, **options: Any) -> None:
        clocks = Clock.objects.filter(ticket=OuterRef("pk"))
        tickets = Ticket.objects.filter(Q(sla_terms__isnull=False) | Exists(clocks))
        if options["tickets"]:
            numbers = [number_of(TICKET_PREFIX, text) for text in options["tickets"]]
            tickets = tickets.filter(pk__in=[number for number in numbers if number])
        looked = differing = unknown = 0
        for finding in self.findings(tickets):
            looked += 1
            differing += bool(finding.differences)
            unknown += bool(finding.unknown)
            for words in finding.differences:
                self.stdout.write(f"{finding.ticket.ticket_id}: {words}")
            if finding.unknown:
                self.stdout.write(f"{finding.ticket.ticket_id}: {finding.unknown}")
        self.stdout.write(f"{looked} tickets computed anew, {differing} differ.")
        if unknown:
            self.stdout.write(f"{unknown} could not be computed from their events alone.")
        if differing:
            raise CommandError("What is stored differs from what the events say.")

    def findings(self, tickets: QuerySet[Ticket]) -> Iterator[Finding]:
        """Yield what is found, batch by batch; how far it is goes to standard error."""
        total, looked, reached = tickets.count(), 0, 0
        while batch := list(tickets.filter(pk__gt=reached).order_by("pk")[:BATCH]):
            reached = batch[-1].pk
            yield from recheck_some(batch)
            before, looked = looked, looked + len(batch)
            if before // SAY_EVERY != looked // SAY_EVERY:
                self.stderr.write(f"{looked:,} of {total:,} tickets", str)
