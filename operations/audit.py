"""The chain over all facts: made by the worker, checked by `verify_audit`.

Writers never wait for the chain: they sign their row and are done. Within a second or so a worker
seals what is not sealed yet, in the order of the rows, under one lock. A row that commits late is
sealed late; a worker that is killed leaves nothing behind.
"""

import hmac
import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Count, Exists, Max, Min, OuterRef
from django.utils import timezone

from accounts.choices import FactKind
from accounts.facts import Fact, audit_keys, digest_of, encode, is_signed, sign
from accounts.models import AccountEvent, AuditHead, AuditSeal
from tickets.models import TicketEvent

logger = logging.getLogger("desk.audit")

MODELS: dict[int, type[Fact]] = {FactKind.ACCOUNT: AccountEvent, FactKind.TICKET: TicketEvent}
BATCH = 2_000
# How far behind the newest sealed row one looks for rows that committed late: at each round, and
# every few minutes. Once a day everything is looked through.
NEAR, FAR = 1_000, 200_000
COLUMNS = ("seq", "kind", "fact", "at", "hash")


def seal_new_facts(*, reach: int = NEAR) -> int:
    """Seal facts that are not sealed yet, at most 2000 of each kind; return how many.

    `reach` is how many numbers behind the newest sealed fact are looked at. While another worker
    seals, nothing is done.
    """
    after = {kind: _newest_sealed(kind) - reach for kind in MODELS}
    if not any(_unsealed(kind, after[kind]).exists() for kind in MODELS):
        return 0
    return len(_seal(after, wait=False))


def seal_everything() -> int:
    """Seal all there is, rows of long transactions included; return how many."""
    count, after = 0, dict.fromkeys(MODELS, 0)
    while done := _seal(after, wait=True):
        count += len(done)
        after |= dict(done)
    return count


def seal_late_facts() -> int:
    """Seal what committed long after its neighbours; return how many."""
    return seal_new_facts(reach=FAR)


def _newest_sealed(kind: int) -> int:
    return AuditSeal.objects.filter(kind=kind).aggregate(newest=Max("fact"))["newest"] or 0


def _unsealed(kind: int, after: int) -> Any:
    rows: Any = MODELS[kind]._default_manager.filter(pk__gt=after).order_by("pk")
    return rows.filter(~Exists(AuditSeal.objects.filter(kind=kind, fact=OuterRef("pk"))))


def _seal(after: dict[int, int], *, wait: bool) -> list[tuple[int, int]]:
    """Seal a batch of the facts with higher numbers than `after`; return (kind, number) of each."""
    with transaction.atomic():
        head = _locked_head(wait=wait)
        if head is None:
            return []
        facts = [
            (kind, *values)
            for kind, model in MODELS.items()
            for values in _unsealed(kind, after[kind]).values_list("pk", *model.SEALED)[:BATCH]
        ]
        _append(head, facts)
    return [(kind, pk) for kind, pk, *_ in facts]


def _locked_head(*, wait: bool) -> AuditHead | None:
    AuditHead.objects.bulk_create([AuditHead(pk=1)], ignore_conflicts=True)
    skips = connection.features.has_select_for_update_skip_locked and not wait
    return AuditHead.objects.select_for_update(skip_locked=skips).filter(pk=1).first()


def _append(head: AuditHead, facts: Iterable[tuple[Any, ...]]) -> None:
    key, now, rows = audit_keys()[0], timezone.now(), []
    for kind, pk, *values in facts:
        head.seq += 1
        head.hash = link(head.hash, head.seq, now, encode(kind, pk, *values), key)
        rows.append((head.seq, int(kind), pk, now, head.hash))
    if rows:
        _insert(rows)
        head.mac = sign(encode(head.seq, head.hash), key)
        head.save()


def link(before: str, seq: int, at: datetime, fact: bytes, key: bytes) -> str:
    """Return the hash of a seal: over the one before, its place, its moment and the fact."""
    return hmac.digest(key, encode(before, seq, at) + fact, "sha256").hex()


def _insert(rows: list[tuple[Any, ...]]) -> None:
    table = AuditSeal._meta.db_table
    columns = ", ".join(COLUMNS)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        adapt = connection.ops.adapt_datetimefield_value
        cursor.executemany(
            f"INSERT INTO {table} ({columns}) VALUES (%s, %s, %s, %s, %s)",  # noqa: S608
            [(seq, kind, fact, adapt(at), hash_) for seq, kind, fact, at, hash_ in rows],
        )


# Checking ------------------------------------------------------------------------------------


@dataclass
class Report:
    """What a check found: `problem` names the first bad row, empty where all is well."""

    seals: int = 0
    unsealed: int = 0
    erased: int = 0
    problem: str = ""
    head: str = ""


class Broken(Exception):
    """The first row that is not as it was written."""


def verify(*, heads: Iterable[str] = ()) -> Report:
    """Walk through the whole chain and what is not sealed yet; stop at the first bad row.

    `heads` are exported ones (`seq:hash`), which the chain must still contain.
    """
    report = Report()
    try:
        expected = dict(_parsed(head) for head in heads)
        _Walk(report, expected).run()
    except Broken as problem:
        report.problem = str(problem)
    return report


def _parsed(head: str) -> tuple[int, str]:
    seq, _, mark = head.strip().partition(":")
    if not (seq.isdigit() and len(mark) == 64):
        raise Broken(f"{head.strip()!r:.100} is no exported head; it looks like 4711:5f3c…")
    return int(seq), mark


class _Walk:
    """One pass over the chain, in batches: its memory doesn't grow with the chain."""

    def __init__(self, report: Report, expected: dict[int, str]) -> None:
        self.report, self.expected, self.keys = report, expected, audit_keys()
        self.seq, self.hash = 0, ""

    def run(self) -> None:
        """Raise `Broken` at the first bad row."""
        self.check_head_exists()
        while batch := list(
            AuditSeal.objects.filter(seq__gt=self.seq).order_by("seq").values_list(*COLUMNS)[:BATCH]
        ):
            self.check_batch(batch)
        self.check_end()
        for kind in MODELS:
            self.check_unsealed(kind)
            self.check_copies(kind)

    def check_head_exists(self) -> None:
        first = AuditSeal.objects.order_by("seq").values_list("seq", flat=True).first()
        if first is not None and first < 1:
            raise Broken(f"Seal {first}: inserted; the chain begins at 1.")

    def check_batch(self, batch: list[tuple[int, int, int, datetime, str]]) -> None:
        facts = {
            kind: self.load(kind, [row[2] for row in batch if row[1] == kind]) for kind in MODELS
        }
        for seq, kind, pk, at, mark in batch:
            if seq != self.seq + 1:
                raise Broken(f"Seal {self.seq + 1}: missing; it was deleted.")
            if kind not in facts:
                raise Broken(f"Seal {seq}: changed; it names no kind of facts.")
            values = facts[kind].get(pk)
            if values is None:
                raise Broken(f"Seal {seq}: {describe(kind, pk)} is missing; it was deleted.")
            row = encode(kind, pk, *values[:-6])
            if not any(link(self.hash, seq, at, row, key) == mark for key in self.keys):
                raise Broken(
                    f"Seal {seq}: {describe(kind, pk, values)} was changed, exchanged or put there"
                    " after it was sealed."
                )
            self.check_row(kind, pk, values, f"Seal {seq}: ")
            self.seq, self.hash = seq, mark
            if self.expected.pop(seq, mark) != mark:
                raise Broken(f"Seal {seq}: it is not the one that was exported as the head.")
        self.report.seals = self.seq

    def load(self, kind: int, numbers: list[int]) -> dict[int, tuple[Any, ...]]:
        """Return the columns of facts with those of their details, by key."""
        if not numbers:
            return {}
        rows: Any = MODELS[kind]._default_manager.filter(pk__in=numbers)
        return {row[0]: row[1:] for row in self.with_details(kind, rows)}

    @staticmethod
    def with_details(kind: int, rows: Any) -> Any:
        detail = [f"detail__{name}" for name in ("event_id", "salt", "changes", "address", "mac")]
        return rows.order_by().values_list("pk", *MODELS[kind].SEALED, "mac", *detail)

    def check_row(self, kind: int, pk: int, values: tuple[Any, ...], place: str = "") -> None:
        """Check the row's own signature, and its detail against the digest."""
        sealed = values[:-6]
        mac, owner, salt, changes, address, detail_mac = values[-6:]
        if not is_signed(encode(kind, *sealed), mac, self.keys):
            raise Broken(f"{place}{describe(kind, pk, values)} was changed or put there by hand.")
        digest = sealed[-1]
        if bool(digest) != (owner is not None):
            raise Broken(f"{place}the detail of {describe(kind, pk, values)} was deleted or added.")
        if not digest or (salt and digest_of(salt, changes, address) == digest):
            return
        if salt or not is_signed(encode(kind, pk, "", changes, address), detail_mac, self.keys):
            raise Broken(f"{place}the detail of {describe(kind, pk, values)} was changed.")
        self.report.erased += 1

    def check_end(self) -> None:
        head = AuditHead.objects.filter(pk=1).first()
        seq, mark = (head.seq, head.hash) if head else (0, "")
        if seq > self.seq:
            raise Broken(f"Seal {self.seq + 1}: missing; the end of the chain was cut off.")
        if head and seq and not is_signed(encode(seq, mark), head.mac, self.keys):
            raise Broken(f"Seal {seq}: the head of the chain was changed.")
        if self.expected:
            seq = min(self.expected)
            raise Broken(
                f"Seal {self.seq + 1}: missing; the head that was exported is seal {seq}, so the"
                " end of the chain was cut off."
            )
        self.report.head = f"{self.seq}:{self.hash}" if self.seq else ""

    def check_unsealed(self, kind: int) -> None:
        """What is not sealed yet must at least be signed: a row put in by hand is not."""
        for batch in _batches(kind):
            for pk, *values in self.with_details(kind, batch):
                self.check_row(kind, pk, tuple(values), "Not sealed yet: ")
                self.report.unsealed += 1

    @staticmethod
    def check_copies(kind: int) -> None:
        """A signed row that was inserted once more is signed as well, but it is a copy."""
        rows: Any = MODELS[kind]._default_manager.order_by().values("mac")
        copies = rows.annotate(count=Count("pk"), newest=Max("pk"), first=Min("pk"))
        for copy in copies.filter(count__gt=1).order_by("newest")[:1]:
            raise Broken(f"{describe(kind, copy['newest'])} is a copy of {copy['first']}.")


def _batches(kind: int) -> Iterator[Any]:
    model: Any = MODELS[kind]
    last = 0
    while numbers := list(_unsealed(kind, last).values_list("pk", flat=True)[:BATCH]):
        yield model.objects.filter(pk__in=numbers)
        last = numbers[-1]


def describe(kind: int, pk: int, values: tuple[Any, ...] | None = None) -> str:
    """Return how a row is called: by table and number, and what it says of itself."""
    label = "ticket event" if kind == FactKind.TICKET else "account event"
    if values is None:
        return f"{label} {pk}"
    facts = dict(zip(MODELS[kind].SEALED, values, strict=False))
    return f"{label} {pk} ({facts['type']}, {facts['at']:%Y-%m-%d %H:%M:%S} UTC)"


# The head ------------------------------------------------------------------------------------


def current_head() -> str:
    """Return the head of the chain as it is exported (`seq:hash`), "" for an empty chain."""
    seal = AuditSeal.objects.order_by("-seq").values_list("seq", "hash").first()
    return f"{seal[0]}:{seal[1]}" if seal else ""


def export_head() -> str:
    """Seal what there is and write the head to the log, and a line of `AUDIT_HEAD_FILE` if set.

    Whoever keeps the lines elsewhere can tell later whether the end of the chain was cut off.
    """
    seal_everything()
    head = current_head()
    if head:
        logger.info("audit head %s", head)
        if settings.AUDIT_HEAD_FILE:
            with Path(settings.AUDIT_HEAD_FILE).open("a", encoding="utf-8") as file:
                file.write(f"{timezone.now().isoformat(timespec='seconds')} {head}\n")
    return head
