"""K01, K04: what every page and every answer says about scripts, frames and being kept."""

from collections.abc import Iterator
from typing import Any

import pytest

from ticketing.tests.test_permission_matrix import API, PAGES, ROLES, Row, World, ask, read
from ticketing.tests.test_permission_matrix import world as world

# Never from elsewhere, and never written into the page: what a stranger slips in does not run.
FOREIGN = {"'unsafe-inline'", "'unsafe-eval'", "'unsafe-hashes'", "*", "http:", "https:", "data:"}


def each_answer(row: Row) -> dict[int, str]:
    """Return one role for each status that the row knows; signed in wherever there is a choice."""
    return dict(zip(row.statuses, ROLES, strict=True))


def answers(table: str, world: World) -> Iterator[tuple[str, str, Any]]:
    for row in read(table):
        for role in each_answer(row).values():
            yield str(row), role, ask(row, role, world)


def policy_of(answer: Any) -> dict[str, list[str]]:
    parts = (part.split() for part in answer.get("Content-Security-Policy", "").split(";"))
    return {words[0]: words[1:] for words in parts if words}


def faults(answer: Any, role: str) -> set[str]:
    """Return what the answer's headers leave open."""
    policy = policy_of(answer)
    default = policy.get("default-src", ["*"])
    wrong = set()
    if FOREIGN & set(policy.get("script-src", default)):
        wrong.add("script-src")
    if policy.get("object-src", default) != ["'none'"]:
        wrong.add("object-src")
    if policy.get("frame-ancestors") != ["'none'"] or answer["X-Frame-Options"] != "DENY":
        wrong.add("frames")
    kept = {word.strip() for word in answer.get("Cache-Control", "").split(",")}
    if role != "anon" and not kept & {"no-store", "private"}:
        wrong.add("kept")
    return wrong | faults_of_page(answer, policy)


def faults_of_page(answer: Any, policy: dict[str, list[str]]) -> set[str]:
    """These two don't fall back on `default-src`; a sandbox has neither forms nor a base."""
    if "text/html" not in answer.get("Content-Type", "") or "sandbox" in policy:
        return set()
    expected = {"base-uri": ["'none'"], "form-action": ["'self'"]}
    return {name for name, value in expected.items() if policy.get(name) != value}


@pytest.mark.parametrize("table", [PAGES, API], ids=["pages", "api"])
def test_k01_k04_no_answer_runs_a_strangers_script_is_framed_or_kept(
    table: str, world: World
) -> None:
    asked = [(row, role, faults(answer, role)) for row, role, answer in answers(table, world)]
    assert asked
    assert [found for found in asked if found[2]] == []
