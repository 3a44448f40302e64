"""Laws 1, 4 and 7 on payloads that no server sends: recorded ones with one value exchanged."""

import copy
import json
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from onechunk import Decoder, EncodeError, Encoder, WireError, decode, encode, load_adapters, losses
from onechunk.mapping import is_list, is_object
from tests.support.frames import payloads
from tests.support.json_equal import difference
from tests.test_laws import LEGAL

DIALECTS = sorted(name for name, each in load_adapters().items() if each.dialect == name)

every_dialect = pytest.mark.parametrize("dialect", DIALECTS)

ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, "", "x", "null", "{}", 0, -1, 1, 1.0, 1.5, 1e300, 2**70, True, False),
        *([], {}, [None], ["x"], [[]], [{}], {"type": "x"}, {"text": "x"}, {"x": None}),
        *([{"type": "text", "text": "x"}], {"index": 0}, "2026-11-21T08:00:00Z", "AAAA", "é"),
    ]
)
"""Values of every JSON type, likely ones among them."""

Path = tuple[str | int, ...]


@cache
def recorded(dialect: str) -> list[dict[str, Any]]:
    """Return the payloads of a dialect's recordings, long ones left out."""
    found = [p for each in LEGAL if each.dialect == dialect for p in payloads(each.data)]
    return [payload for payload in found if len(str(payload)) < 3_000]


def paths(value: Any, here: Path = ()) -> Iterator[Path]:
    """Yield the path of every value in *value*."""
    items: Any = ()
    if is_object(value):
        items = value.items()
    elif is_list(value):
        items = enumerate(value)
    for key, each in items:
        yield (*here, key)
        yield from paths(each, (*here, key))


def mutate(draw: Callable[[Any], Any], payload: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of *payload* with one or two of its values exchanged or taken out."""
    payload = copy.deepcopy(payload)
    for _ in range(draw(st.integers(1, 2))):
        found = list(paths(payload))
        if not found:
            break
        *outer, last = draw(st.sampled_from(found))
        key: Any = last
        holder: Any = payload
        for step in outer:
            holder = holder[step]
        taken_out = is_object(holder) and draw(st.booleans())
        if taken_out:
            del holder[key]
        else:
            holder[key] = copy.deepcopy(draw(ODD))
    return payload


@st.composite
def mutated(draw: st.DrawFn, dialect: str) -> dict[str, Any]:
    """Draw a recorded payload with one or two of its values exchanged or taken out."""
    return mutate(draw, draw(st.sampled_from(recorded(dialect))))


slowly = settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.data_too_large]
)


@every_dialect
@slowly
@given(data=st.data())
def test_mutated_payload(dialect: str, data: st.DataObject) -> None:
    """A payload with odd values is the same when it comes back, or is refused with its place."""
    payload = data.draw(mutated(dialect))
    given_payload = copy.deepcopy(payload)
    try:
        chunk = decode(dialect, payload)
    except WireError as error:
        said = error.dialect, str(error.path)[:1]
    else:
        said = dialect, "$"
        assert difference(payload, encode(dialect, chunk)) == ""
    assert said == (dialect, "$")
    assert difference(payload, given_payload, "the given dict") == ""


@every_dialect
@slowly
@given(data=st.data())
def test_mutated_payload_away(dialect: str, data: st.DataObject) -> None:
    """Whatever was decoded can be written in every dialect, and its losses told, or is refused."""
    payload = data.draw(mutated(dialect))
    target = data.draw(st.sampled_from(DIALECTS))
    try:
        [chunk] = Decoder(dialect, framing="ndjson").feed(_line(payload))
    except WireError:
        return
    try:
        encoder = Encoder(target)
        written = encoder.feed(chunk) + encoder.close()
        losses(target, chunk)
    except EncodeError as error:
        written, refused_by = b"", error.dialect
    else:
        refused_by = target
    assert refused_by == target
    decoder = Decoder(target)
    if written:
        decoder.feed(written)
        decoder.close()


def _line(payload: dict[str, Any]) -> bytes:

    return json.dumps(payload).encode() + b"\n"
