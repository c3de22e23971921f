"""How log lines look: one line a record, nothing secret, nothing that breaks the line."""

import contextvars
import json
import logging
import re
import traceback
from datetime import UTC, datetime
from typing import Any

request_id: contextvars.ContextVar[str] = contextvars.ContextVar("request_id", default="")

# What a record may carry beside its message (`extra=`); everything else stays out.
FACTS = (
    *("method", "route", "status", "ms", "user", "address"),
    *("event", "job", "worker", "delivery", "mail", "attempts", "pause"),
)

_HIDDEN = (
    (re.compile(r"[\w.+%-]+@(?=[\w-]+(\.[\w-]+)*)"), "***@"),
    (re.compile(r"eyJ[\w-]{8,}(\.[\w-]+){1,2}"), "[token]"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 [hidden]"),
    (
        re.compile(r"(?i)\b(password|passwd|secret|token|authorization|cookie|key)=[^\s&;,)]+"),
        r"\1=[hidden]",
    ),
    (re.compile(r"://[^/\s:@]+:[^/\s@]+@"), "://[hidden]@"),
)
_UNPRINTABLE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]"
)


def redact(text: str) -> str:
    """Return `text` without mail names, tokens, passwords and credentials in addresses."""
    for pattern, replacement in _HIDDEN:
        text = pattern.sub(replacement, text)
    return text


def one_line(text: str) -> str:
    """Return `text` with each control, direction and line character written as an escape."""
    return _UNPRINTABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


class _Formatter(logging.Formatter):
    def facts(self, record: logging.LogRecord) -> dict[str, Any]:
        """Return the record's own facts and the id of the request that it belongs to."""
        facts = {name: getattr(record, name) for name in FACTS if hasattr(record, name)}
        if request_id.get():
            facts["request_id"] = request_id.get()
        return facts

    def error(self, record: logging.LogRecord) -> str:
        """Return the traceback of the record, or an empty text."""
        if not record.exc_info or record.exc_info[0] is None:
            return ""
        return redact("".join(traceback.format_exception(*record.exc_info)).rstrip())

    def time(self, record: logging.LogRecord) -> str:
        """Return the record's moment in UTC, ISO 8601 with milliseconds."""
        return datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")


class TextFormatter(_Formatter):
    """Lines for a person's terminal; a traceback follows its line, indented."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line, and its traceback as indented lines."""
        facts = "".join(
            f" {name}={fact}" for name, fact in self.facts(record).items() if fact != ""
        )
        head = f"{self.time(record)[11:23]} {record.levelname:<7} {record.name}: "
        line = one_line(head + redact(record.getMessage() + facts))
        trace = [f"    {one_line(part)}" for part in self.error(record).split("\n") if part]
        return "\n".join([line, *trace])


class JsonFormatter(_Formatter):
    """Lines for a log collector: one JSON object each."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line of JSON (ASCII, so that no character can break it)."""
        entry = {
            "time": self.time(record),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": redact(record.getMessage()),
            **{
                name: redact(fact) if isinstance(fact, str) else fact
                for name, fact in self.facts(record).items()
            },
        }
        if error := self.error(record):
            entry["error"] = error
        return json.dumps(entry, ensure_ascii=True, default=str)


class RouteFilter(logging.Filter):
    """Rewrites Django's own request records: the route for the path, no traceback for an outage.

    Paths may carry one-time tokens; a database that is away would fill the log with tracebacks.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        """Return True always; the record is changed in place."""
        request = getattr(record, "request", None)
        match = getattr(request, "resolver_match", None)
        if request is not None:
            record.msg = "answered %s on %s"
            record.args = (
                getattr(record, "status_code", 500),
                f"/{match.route}" if match else "an unknown address",
            )
        if getattr(record, "status_code", None) == 503:
            record.exc_info = None
            record.levelno, record.levelname = logging.WARNING, "WARNING"
        return True
