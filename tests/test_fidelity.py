"""Law 4 over real streams: every ordered pair of dialects, and the page that shows them."""

import re

import pytest

from docs.fidelity import PAGE, core_streams, families, measured, silent

FAMILIES = families()


@pytest.mark.parametrize("target", FAMILIES)
def test_nothing_is_lost_without_a_word(target: str) -> None:
    """Between every dialect and this one, what is lost of a real stream stands in the report."""
    assert silent(measured(core_streams(), [target])) == []


@pytest.mark.parametrize("table", ["recordings", "core"])
def test_page_has_every_pair(table: str) -> None:
    """The page has a row for every source and a column for every target, and a share in each."""
    text = PAGE.read_text(encoding="utf-8").partition(f"<!-- measured: {table} -->")[2]
    lines = [line for line in text.partition("<!-- end -->")[0].splitlines() if "|" in line]
    head, _, *rows = [re.findall(r"`([\w-]+)`|(\d+) %", line) for line in lines]
    sources = [row for row in rows if len(row) > 2]

    assert [name for name, _ in head] == FAMILIES
    assert {row[0][0] for row in sources} <= set(FAMILIES)
    assert all(len(row) == 1 + len(FAMILIES) for row in sources)
    if table == "recordings":
        assert [row[0][0] for row in sources] == FAMILIES
