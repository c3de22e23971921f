"""Text that was copied from where customers must not look. Pure: no database, no settings."""

import re
from collections.abc import Iterable

# So many words in a row are no chance any more, and no greeting either.
SHINGLE_WORDS = 8
# A whole text may be shorter than that, and still too long for a chance.
SHORTEST_TEXT = 5
MOST_CHARACTERS = 200_000

# Scripts that write no blanks between words: each character counts.
UNSPACED = "\u0e00-\u0e7f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff"
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")


def copied_words(text: str, secrets: Iterable[str], known: Iterable[str] = ()) -> str:
    """Return the first words of `text` that stand in one of `secrets` too, "" for none.

    At least `SHINGLE_WORDS` words in a row, or a whole secret of at least `SHORTEST_TEXT`,
    whatever their case and punctuation. What is also in one of `known` (texts that the reader has
    anyway) is no leak.
    """
    words, found, known = _words(text), [_words(part) for part in secrets], list(known)
    long = set().union(*(_shingles(part, SHINGLE_WORDS) for part in found))
    copied = _copied_run(words, long, known, SHINGLE_WORDS)
    for size in range(SHINGLE_WORDS - 1, SHORTEST_TEXT - 1, -1):
        short = {tuple(part) for part in found if len(part) == size}
        copied = copied or _copied_run(words, short, known, size)
    return copied


def _copied_run(
    words: list[str], secret: set[tuple[str, ...]], known: Iterable[str], size: int
) -> str:
    """Return the first run of `words` of which each `size` in a row are secret, "" for none."""
    shingles = _shingles(words, size)
    secret = secret & set(shingles)
    if not secret:
        return ""
    for part in known:
        secret -= set(_shingles(_words(part), size))
    first = next((at for at, shingle in enumerate(shingles) if shingle in secret), None)
    if first is None:
        return ""
    last = first
    while last + 1 < len(shingles) and shingles[last + 1] in secret:
        last += 1
    return " ".join(words[first : last + size])


def _words(text: str) -> list[str]:
    return WORD.findall(text[:MOST_CHARACTERS].casefold())


def _shingles(words: list[str], size: int) -> list[tuple[str, ...]]:
    return [tuple(words[at : at + size]) for at in range(len(words) - size + 1)]
