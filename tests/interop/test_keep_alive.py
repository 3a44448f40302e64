"""The vendors' own clients read past the signs of life that `onechunk.asgi` sends."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from onechunk import load_adapters
from onechunk.asgi._keep_alive import sign_of_life
from tests.interop.answer import Said
from tests.interop.source import CASES, convert
from tests.interop.targets import INSTALLED

EVENTS = [name for name in INSTALLED if load_adapters()[name].framing == "sse"]


@pytest.mark.parametrize("target", EVENTS)
def test_signs_between_events(target: str, ask: Callable[[str, bytes], Said]) -> None:
    """A stream with a sign before each event, and after the last, says the same."""
    [recording] = [each for each in CASES if each.id == "anthropic/text-in-two-blocks"]
    body = convert(recording, target).body
    assert body.count(b"\n\n") > 2
    sign = sign_of_life(target)
    assert ask(target, sign + body.replace(b"\n\n", b"\n\n" + sign)) == ask(target, body)
