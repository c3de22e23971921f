"""What is new in a text, and what is history or signature.

Nothing is dropped: what is cut off is the second of the two texts. Forwarded mails are no history.
In doubt a line is new.
"""

import re
from functools import lru_cache
from typing import NamedTuple

from mailboxes.parsing import phrases
from mailboxes.parsing.markdown import HISTORY, SIGNATURE, SIGNATURE_END
from tickets.file_types import TURNING

QUOTED = re.compile(r"\s{0,3}>")
RULE = re.compile(r"^\s*[-_*=—]{3,}\s*$")
MARKUP = re.compile(r"[*_]{1,3}")
LINK = re.compile(r"\[([^\[\]]{0,200})\]\([^()\s]{0,1000}\)")
DELIMITER = re.compile(r"^(?:--|—|__)\s*$")
COLON = re.compile("[:\uff1a][^\\w:\uff1a]{0,20}$")
SIGNATURE_LINES = 20
HEADER_LINES = 12
ATTRIBUTION_LENGTH = 400
TURNS = re.compile("[" + "".join(sorted(TURNING)) + "]")
GAPS = re.compile(r"\n(?:[ \t]*\n){2,}")
MARKS = re.compile(f"[{HISTORY}{SIGNATURE}{SIGNATURE_END}]")


class Split(NamedTuple):
    new: str
    quoted: str


class Cut(NamedTuple):
    """Where history begins. `sure`: also in a mail that doesn't look like a reply."""

    line: int
    after_marks: int
    sure: bool


def split(text: str, *, is_reply: bool = False, is_forward: bool = False) -> Split:
    """Return what is new and the rest. `is_reply`, `is_forward`: by the header."""
    lines, signature = _take_signature(text.split("\n"))
    cut = None if is_forward else _find(lines, is_reply=is_reply)
    lines = [line for line in lines if line != HISTORY] if cut is None else lines
    new, history = (lines, []) if cut is None else _divide(lines, cut)
    if cut is None and is_reply and not is_forward:
        new, history = _bare_quotes(new)
    new, more = _typed_signature(new)
    signature += more
    if not _has_words(new) and not (is_reply and cut is not None):
        if not _has_words(history):
            return Split(_text(new or signature), _text(signature if new else []))
        new, history = new + history, []
    if not _has_words(new) and signature and not _has_words(history):
        new, signature = signature, []
    return Split(_text(new), _folded([*signature, "", *history]))


def is_reply(subject: str) -> bool:
    return bool(phrases.REPLY_SUBJECT.match(subject))


def is_forward(subject: str) -> bool:
    return bool(phrases.FORWARD_SUBJECT.match(subject))


def _text(lines: list[str]) -> str:
    return MARKS.sub("", "\n".join(lines)).strip("\n").rstrip()


def _folded(lines: list[str]) -> str:
    return GAPS.sub("\n\n", _text(lines))


def _has_words(lines: list[str]) -> bool:
    return any(line.strip(" >-_*\t") and not MARKS.match(line) for line in lines)


def _bare(line: str) -> str:
    """Return a line without its Markdown and outer blanks."""
    plain = MARKUP.sub("", LINK.sub(r"\1", line[:2_000]))
    return TURNS.sub("", plain).strip()


def _take_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Take out the signatures that programs marked, as far as they stand before the history."""
    kept: list[str] = []
    taken: list[str] = []
    inside, past = 0, False
    for line in lines:
        mark = line.strip("> ")
        past |= mark == HISTORY
        if mark == SIGNATURE:
            inside += 1
        elif mark == SIGNATURE_END:
            inside = max(0, inside - 1)
        elif inside and not past:
            taken.append(line)
        else:
            kept.append(line)
    return kept, taken


def _find(lines: list[str], *, is_reply: bool) -> Cut | None:
    """Return where history begins, None for nowhere: behind all where a forwarded mail begins."""
    none_of_it = Cut(len(lines), len(lines), sure=True)
    for number, line in enumerate(lines):
        stripped = line.strip()
        if not stripped:
            continue
        bare = _bare(stripped.lstrip("> "))
        if phrases.FORWARDED.match(bare):
            return none_of_it
        cut = _cut_at(lines, number, stripped, bare)
        if cut is None:
            continue
        if stripped == HISTORY and _forwards(lines, number):
            return none_of_it
        if cut.sure or is_reply:
            return cut._replace(line=_with_rule(lines, cut.line))
    return None


def _cut_at(lines: list[str], number: int, stripped: str, bare: str) -> Cut | None:
    if phrases.OWN_MARK.match(bare):
        return Cut(number, len(lines), sure=True)
    if stripped == HISTORY:
        return Cut(number, _after_attribution(lines, number + 1), sure=True)
    if QUOTED.match(stripped):
        return None
    if phrases.ORIGINAL.match(bare):
        return Cut(number, len(lines), sure=True)
    if is_header_block(lines, number):
        return Cut(number, len(lines), sure=False)
    length = attribution_lines(lines, number)
    if length:
        following = _next_words(lines, number + length)
        return Cut(number, following, sure=_is_quote(lines, following))
    return None


def is_header_block(lines: list[str], number: int) -> bool:
    """Whether "From: ... Sent: ... To: ... Subject: ..." begins here."""
    first = label_of(lines[number])
    if first not in ("from", "sent"):
        return False
    kinds = {first, *(label_of(line) for line in lines[number + 1 : number + HEADER_LINES])}
    return "from" in kinds and len(kinds & {"sent", "to", "subject"}) >= 2


@lru_cache(maxsize=100)
def label_of(line: str) -> str:
    """Return which field of a header a line shows, "" for none."""
    match = phrases.LABEL.match(_bare(line)) if ":" in line or "\uff1a" in line else None
    return (match.lastgroup or "") if match else ""


def attribution_lines(lines: list[str], number: int) -> int:
    """Return how many lines "On ..., ... wrote:" takes, 0 for none; programs break it."""
    joined = ""
    if not any(COLON.search(line) for line in lines[number : number + 4]):
        return 0
    for count, line in enumerate(lines[number : number + 4], start=1):
        bare = _bare(line)
        if not bare or QUOTED.match(bare) or len(joined) + len(bare) > ATTRIBUTION_LENGTH:
            return 0
        if MARKS.match(bare) or (joined and _opens(bare) and not _opens(lines[number].strip())):
            return 0
        joined = f"{joined} {bare}".strip()
        if bare.endswith((":", "\uff1a")) and _attributes(joined, lines, number + count):
            return count if count == 1 or phrases.DATE.search(lines[number]) else 0
    return 0


def _opens(line: str) -> bool:
    return bool(phrases.OPENER.match(line))


def _attributes(line: str, lines: list[str], following: int) -> bool:
    if not phrases.ATTRIBUTES.search(line):
        return False
    # In any other language: a date and a time, and the quote right below.
    is_dated = phrases.DATED.search(line) and _is_quote(lines, following)
    return bool(phrases.ATTRIBUTION.search(line) or is_dated)


def _after_attribution(lines: list[str], start: int) -> int:
    """Return where the quote begins after a mark, the end where there is none."""
    at = _next_words(lines, start)
    while at < len(lines) and lines[at].strip() in (HISTORY, SIGNATURE, SIGNATURE_END):
        at = _next_words(lines, at + 1)
    if at >= len(lines):
        return at
    if length := attribution_lines(lines, at):
        at = _next_words(lines, at + length)
    while at < len(lines) and lines[at].strip() == HISTORY:
        at = _next_words(lines, at + 1)
    return at if at < len(lines) and QUOTED.match(lines[at]) else len(lines)


def _forwards(lines: list[str], number: int) -> bool:
    """Whether what a program marked as quoted is a forwarded mail."""
    return any(
        phrases.FORWARDED.match(_bare(line.strip().lstrip("> ")))
        for line in lines[number + 1 : number + 8]
    )


def _is_quote(lines: list[str], number: int) -> bool:
    number = _next_words(lines, number)
    return number < len(lines) and bool(QUOTED.match(lines[number]))


def _next_words(lines: list[str], start: int) -> int:
    while start < len(lines) and not lines[start].strip():
        start += 1
    return start


def _with_rule(lines: list[str], number: int) -> int:
    """Let a line of dashes above the history belong to it."""
    above = number - 1
    while above >= 0 and not lines[above].strip():
        above -= 1
    return above if above >= 0 and RULE.match(lines[above]) else number


def _divide(lines: list[str], cut: Cut) -> tuple[list[str], list[str]]:
    """Divide at the cut; what was written below or between the quotes is new."""
    start = cut.after_marks
    if start >= len(lines):
        return lines[: cut.line], lines[cut.line :]
    end = _quote_end(lines, start)
    above, below = lines[: cut.line], lines[end:]
    if not _has_words(below):
        return above, lines[cut.line :]
    between = [line for line in below if QUOTED.match(line)]
    if not between:
        return [*above, *([""] if above else []), *below], lines[cut.line : end]
    # Answers between the quotes: they need what they answer.
    kept, trailing = _bare_quotes(below)
    return [*above, "", *lines[start:end], *kept], trailing


def _quote_end(lines: list[str], start: int) -> int:
    """Return the end of a quote; lines that a program broke belong to it, if a quote follows."""
    end = number = start
    while number < len(lines):
        if QUOTED.match(lines[number]):
            end = number + 1
        elif lines[number].strip() and lines[number].strip() != HISTORY:
            break
        number += 1
    return end


def _bare_quotes(lines: list[str]) -> tuple[list[str], list[str]]:
    """Cut off quotes without a beginning at the end of a reply, or at its top."""
    end = len(lines)
    while end and (QUOTED.match(lines[end - 1]) or not lines[end - 1].strip()):
        end -= 1
    if _has_words(lines[:end]):
        return lines[:end], lines[end:]
    return lines, []


def _typed_signature(lines: list[str]) -> tuple[list[str], list[str]]:
    """Cut off what stands below "-- ", and the line that a telephone adds."""
    taken: list[str] = []
    for number in range(max(0, len(lines) - SIGNATURE_LINES), len(lines)):
        if DELIMITER.match(lines[number]) and _has_words(lines[:number]):
            lines, taken = lines[:number], lines[number:]
            break
    last = _last_words(lines)
    while last > 0 and phrases.SENT_FROM.match(_bare(lines[last])) and _has_words(lines[:last]):
        if len(_bare(lines[last])) > 120:
            break
        lines, taken = lines[:last], lines[last:] + taken
        last = _last_words(lines)
    return lines, taken


def _last_words(lines: list[str]) -> int:
    last = len(lines) - 1
    while last > 0 and not lines[last].strip():
        last -= 1
    return last
