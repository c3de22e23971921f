"""What became of each row."""

from dataclasses import dataclass, field

TWICE = "its id stands in the old table twice; the first row counts"


@dataclass
class TableReport:
    """One table: counts, and a sentence for each row that was left out or was changed."""

    table: str
    read: int = 0
    taken: int = 0
    present: int = 0
    left_out: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def leave_out(self, key: str | None, reason: str) -> None:
        self.left_out.append(f"{self.table} {shown(key)}: {reason}")

    def remark(self, key: str | None, sentence: str) -> None:
        self.remarks.append(f"{self.table} {shown(key)}: {sentence}")


def shown(key: str | None) -> str:
    """Return an id as it may be printed: no control characters, not too long."""
    if not key:
        return "(no id)"
    return key if key.isprintable() and len(key) <= 60 else repr(key[:60])


@dataclass
class Report:
    """All tables, in the order in which they were read."""

    tables: list[TableReport] = field(default_factory=list)

    def table(self, name: str) -> TableReport:
        report = TableReport(name)
        self.tables.append(report)
        return report

    @property
    def is_complete(self) -> bool:
        """Whether every row has found its place."""
        return not any(table.left_out for table in self.tables)
