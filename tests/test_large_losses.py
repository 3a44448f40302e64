"""Losses that are large: all are reported, and the report stays small."""

from __future__ import annotations

import json
from typing import Any

from onechunk import Decoder, Loss, Translator, losses

MOST = 1 << 24


def event(**more: Any) -> bytes:
    """Return an event of OpenAI's dialect with more keys than it knows."""
    said = {"id": "a", "choices": [{"index": 0, "delta": {"content": "tide"}}], **more}
    return f"data: {json.dumps(said)}\n\n".encode()


def lost(translator: Translator) -> list[Loss]:
    """Return what was dropped of residue."""
    return [loss for loss in translator.losses if loss.path.startswith("$.extra")]


def test_a_report_stays_small() -> None:
    """Of more than is kept the values are left out, never the losses."""
    translator = Translator("openai", "anthropic")
    for number in range(40):
        translator.feed(event(**{f"k{number}": "x" * 1_000_000}))
    found = lost(translator)
    assert [loss.path for loss in found] == [f"$.extra.k{number}" for number in range(40)]
    kept = [loss.value for loss in found if loss.value is not None]
    assert 0 < sum(map(len, kept)) < MOST
    assert len(kept) == 16


def test_one_large_loss() -> None:
    """It is reported without its value, be it empty all through."""
    value: list[Any] = [[]] * 300_000
    translator = Translator("openai", "anthropic")
    translator.feed(event(z=value))
    translator.feed(event(z=value))
    [found] = lost(translator)
    assert (found.kind, found.path, found.value) == ("dropped", "$.extra.z", None)
    [chunk] = Decoder("openai").feed(event(z=value))
    alone = [loss for loss in losses("anthropic", chunk) if loss.path.startswith("$.extra")]
    assert alone == [Loss("dropped", "$.extra.z", None)]


def test_large_keys() -> None:
    """Each is reported, though nobody remembers that it came."""
    translator = Translator("openai", "anthropic")
    for letter in "ab" * 3:
        translator.feed(event(**{letter * 5000: 1}))
    assert [loss.path for loss in lost(translator)] == [f"$.extra.{x * 5000}" for x in "ab"]


def test_what_is_empty_is_no_loss() -> None:
    """Empty residue of a usual size counts for nothing."""
    translator = Translator("openai", "anthropic")
    translator.feed(event(z=[[], {"a": [None, ""]}] * 100))
    assert lost(translator) == []
