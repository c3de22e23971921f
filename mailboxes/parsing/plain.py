"""Plain text parts: line ends, and lines that were broken only for the way (RFC 3676)."""

import re

LINE_ENDS = re.compile(r"\r\n|\r|\n")
QUOTES = re.compile(r">*")


def lines_of(text: str) -> str:
    """Return the text with one kind of line end and no blanks at the ends of its lines."""
    return "\n".join(line.rstrip(" \t") for line in LINE_ENDS.split(text)).strip("\n")


def unflow(text: str, *, delete_space: bool = False) -> str:
    """Return format=flowed text with its paragraphs whole again."""
    done: list[str] = []
    depth, flows = 0, False
    for line in LINE_ENDS.split(text):
        level = len(QUOTES.match(line)[0])  # type: ignore[index]
        words = line[level:].removeprefix(" ")
        is_signature = words == "-- "
        if flows and level == depth and not is_signature:
            done[-1] += words
        else:
            done.append((">" * level + " " if level else "") + words)
        flows = words.endswith(" ") and not is_signature
        if flows and delete_space:
            done[-1] = done[-1][:-1]
        depth = level
    return "\n".join(done)
