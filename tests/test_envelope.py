"""What every chunk repeats: whatever a chunk says of it is heard by readers, or reported."""

from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from onechunk import Choice, Chunk, Defaults, Encoder, Error, Finish, FinishReason, Text, Usage
from tests.support.legal import check_legal
from tests.support.streams import decode_all
from tests.test_meaning import TARGETS

SAYS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "text": {"choices": [Choice(0, parts=[Text("a")])]},
    "finish": {"choices": [Choice(0, finish=Finish(FinishReason.STOP))]},
    "usage": {"usage": Usage(1, 2, 3)},
    "error": {"error": Error("boom")},
}

ENVELOPES = st.fixed_dictionaries(
    {
        "says": st.sampled_from(sorted(SAYS)),
        "id": st.sampled_from([None, "", "a", "b"]),
        "model": st.sampled_from([None, "", "m", "n"]),
        "created": st.sampled_from([None, 0, 1_790_150_400, 1_790_150_401]),
    }
)


def chunk_of(says: str, **envelope: Any) -> Chunk:
    """Return a chunk."""
    return Chunk(**envelope, **SAYS[says])


def unheard(target: str, chunks: list[Chunk], **options: Any) -> list[tuple[str, Any]]:
    """Return what of the envelope is neither in the stream nor in the report."""
    encoder = Encoder(target, **options)
    out = b"".join(map(encoder.feed, chunks)) + encoder.close()
    check_legal(out, target)
    back = decode_all(target, [out])
    reported = {loss.path for loss in encoder.losses if loss.kind != "invented"}
    said = {
        (name, value)
        for chunk in chunks
        for name in ("id", "model", "created")
        if (value := getattr(chunk, name))
    }
    heard = {(name, getattr(chunk, name)) for chunk in back for name in ("id", "model", "created")}
    return sorted((name, value) for name, value in said - heard if f"$.{name}" not in reported)


LATE: list[dict[str, Any]] = [
    {"says": "text", "id": "", "model": "", "created": 0},
    {"says": "text", "id": "a", "model": "m", "created": 1_790_150_400},
    {"says": "finish", "id": "a", "model": "m", "created": 1_790_150_400},
]
CHANGED: list[dict[str, Any]] = [
    {"says": "text", "id": "a", "model": "m", "created": None},
    {"says": "finish", "id": "a", "model": "n", "created": None},
    {"says": "usage", "id": "a", "model": "m", "created": None},
]
FAILED: list[dict[str, Any]] = [
    {"says": "error", "id": "a", "model": "m", "created": 1_790_150_400}
]


@pytest.mark.parametrize("repair", [False, True])
@pytest.mark.parametrize("target", TARGETS)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(envelopes=st.lists(ENVELOPES, min_size=1, max_size=6), ends=st.booleans())
@example(envelopes=LATE, ends=True)
@example(envelopes=CHANGED, ends=True)
@example(envelopes=FAILED, ends=False)
def test_all_is_heard_or_reported(
    target: str, envelopes: list[dict[str, Any]], *, ends: bool, repair: bool
) -> None:
    """No id, model or time vanishes, wherever in a stream it is said."""
    chunks = [chunk_of(**envelope) for envelope in envelopes]
    chunks += [Chunk(done=True)] if ends else []
    assert unheard(target, chunks, repair=repair) == []


@pytest.mark.parametrize("target", TARGETS)
def test_defaults_stand_where_nothing_is_said(target: str) -> None:
    """An empty id or model and a time of 0 are none: readers get the defaults."""
    defaults = Defaults(id="own", model="mine", created=1_790_150_400)
    encoder = Encoder(target, defaults=defaults)
    chunks = [chunk_of(**LATE[0]), chunk_of("finish", id="", model="", created=0), Chunk(done=True)]
    out = b"".join(map(encoder.feed, chunks)) + encoder.close()
    heard = {
        name: {value for chunk in decode_all(target, [out]) if (value := getattr(chunk, name))}
        for name in ("id", "model", "created")
    }
    made_up = {loss.path: loss.value for loss in encoder.losses if loss.kind == "invented"}
    for name, values in heard.items():
        assert values in [set(), {getattr(defaults, name)}]
        assert (made_up.get(f"$.{name}") == getattr(defaults, name)) == bool(values)
