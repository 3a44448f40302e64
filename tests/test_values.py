"""Chunks as values: compared, copied, edited, and asked the usual questions."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from copy import copy, deepcopy
from typing import Any

import attrs
import pytest

import onechunk
from onechunk import (
    DERIVED,
    UNSET,
    Choice,
    Chunk,
    EncodeError,
    Encoder,
    Finish,
    FinishReason,
    Loss,
    Part,
    Reasoning,
    Refusal,
    Repairer,
    Text,
    ToolCall,
    Usage,
    decode,
    encode,
    losses,
)
from tests.support.families import of_choices
from tests.support.frames import payloads
from tests.support.recordings import RECORDINGS
from tests.test_laws import ILLEGAL

VALUES = [
    value
    for name in onechunk.__all__
    if isinstance(value := getattr(onechunk, name), type) and attrs.has(value)
]


def chunk() -> Chunk:
    """Return a chunk that says something of everything."""
    parts: list[Part] = [
        Text("Hi"),
        Reasoning("so"),
        Text(" you"),
        ToolCall(0, "i", "f", "{}"),
        Refusal("no"),
    ]
    first = Choice(0, "assistant", parts, Finish(FinishReason.STOP, "stop"), extra={"x": UNSET})
    return Chunk("a", "m", 1, [first, Choice(1)], Usage(1, 2, 3), extra={"y": {"z": DERIVED}})


def test_conveniences() -> None:
    """The usual questions are answered from the first choice."""
    whole = chunk()
    assert whole.text == "Hi you"
    assert whole.reasoning == "so"
    assert whole.refusal == "no"
    assert whole.tool_calls == [ToolCall(0, "i", "f", "{}")]
    assert whole.finish_reason is FinishReason.STOP


@pytest.mark.parametrize("empty", [Chunk(), Chunk(choices=[Choice()])], ids=["chunk", "choice"])
def test_nothing_said(empty: Chunk) -> None:
    """Where nothing was said the answers are empty, not errors."""
    assert (empty.text, empty.reasoning, empty.refusal) == ("", "", "")
    assert empty.tool_calls == []
    assert empty.finish_reason is None


def test_conveniences_are_not_storage() -> None:
    """What is computed cannot be set."""
    for name in ("text", "reasoning", "refusal", "tool_calls", "finish_reason"):
        with pytest.raises(AttributeError):
            setattr(chunk(), name, "x")


def test_equality() -> None:
    """Two chunks that say the same are equal; one that says more is not."""
    assert chunk() == chunk()
    assert chunk() is not chunk()
    for edit in ("id", "model", "created", "done", "dialect"):
        other = chunk()
        setattr(other, edit, "other")
        assert other != chunk()
    other = chunk()
    other.choices[0].parts[0] = Text("Ho")
    assert other != chunk()
    other = chunk()
    other.extra["y"]["z"] = None
    assert other != chunk()
    one: Part = Text("x")
    two: Part = Refusal("x")
    assert one != two


def test_fresh_defaults() -> None:
    """No two values share what can be changed."""
    Chunk().choices.append(Choice())
    Chunk().extra["x"] = 1
    Choice().parts.append(Text(""))
    assert Chunk() == Chunk()
    assert Chunk().choices == []
    assert Chunk().extra == {}
    assert Choice().parts == []


@pytest.mark.parametrize("value", VALUES, ids=lambda value: value.__name__)
def test_slots(value: type[Any]) -> None:
    """Values have slots: a misspelt field is an error. Adapters cache what they compile."""
    slotted = not hasattr(value, "__dict__") or "__slots__" in vars(value)
    assert slotted
    if value.__name__ != "Adapter":
        made = object.__new__(value)
        with pytest.raises(AttributeError):
            made.tetx = 1


def pickled(value: Any) -> Any:
    """Return what another process would get."""
    return pickle.loads(pickle.dumps(value))  # noqa: S301 - our own


COPIES: list[Callable[[Any], Any]] = [pickled, deepcopy]


@pytest.mark.parametrize("again", COPIES)
def test_copies(again: Callable[[Any], Any]) -> None:
    """A chunk passes between processes; the marks stay the same objects."""
    copied = again(chunk())
    assert copied == chunk()
    assert copied.choices[0].extra["x"] is UNSET
    assert copied.extra["y"]["z"] is DERIVED
    copied.extra["y"]["z"] = 1
    assert copied != chunk()


@pytest.mark.parametrize("name", sorted({recording.dialect for recording in RECORDINGS}))
def test_recorded_copies(name: str) -> None:
    """Every decoded chunk, its residue included, can be copied, pickled and compared."""
    for recording in RECORDINGS:
        if recording.dialect == name and recording.id not in ILLEGAL:
            for payload in payloads(recording.data)[:5]:
                made = decode(name, payload)
                assert pickled(made) == made
                assert deepcopy(made) == made
                assert encode(name, deepcopy(made)) == payload


def test_marks() -> None:
    """The marks are single objects that say their name and are no text."""
    for mark, name in ((UNSET, "UNSET"), (DERIVED, "DERIVED")):
        assert repr(mark) == name
        assert copy(mark) is mark
        assert deepcopy(mark) is mark
        assert pickled(mark) is mark
    assert not UNSET


def test_finish_reasons() -> None:
    """Reasons are words, so that they compare and print as such."""
    assert [*FinishReason] == [
        "stop",
        "length",
        "tool_calls",
        "content_filter",
        "error",
        "pause",
        "cancelled",
        "other",
    ]
    assert f"{FinishReason.STOP}" == "stop"


def test_losses_are_values() -> None:
    """A loss is frozen and says in its representation what it is."""
    loss = Loss("dropped", "$.extra.x", 1, 3)
    assert loss == Loss("dropped", "$.extra.x", 1, 3)
    assert repr(loss) == "Loss(kind='dropped', path='$.extra.x', value=1, event=3)"
    with pytest.raises(attrs.exceptions.FrozenInstanceError):
        loss.path = "$"  # type: ignore[misc]


def test_payload_is_not_changed() -> None:
    """Neither `decode` changes its payload nor `encode` its chunk, nor is anything shared."""
    for name in of_choices():
        payload = {
            "id": "a",
            "choices": [{"index": 0, "delta": {"content": [{"type": "new", "x": [1]}]}, "y": {}}],
            "usage": {"prompt_tokens": 1, "z": {"w": [2]}},
            "k": {"l": [3]},
        }
        before = deepcopy(payload)
        made = decode(name, payload)
        kept = deepcopy(made)
        assert payload == before
        for extra in ("home", "always", "never"):
            written = encode(name, made, extra=extra)
            assert made == kept
            spoil(written)
            assert made == kept
        spoil(payload)
        assert made == kept


def spoil(value: Any) -> None:
    """Change everything that can be changed, at every level."""
    if hasattr(value, "values"):
        for each in value.values():
            spoil(each)
        value["spoilt"] = True
    elif hasattr(value, "append"):
        for each in value:
            spoil(each)
        value.append("spoilt")


@pytest.mark.parametrize("make", [Encoder, Repairer])
def test_defaults_that_are_none(make: Any) -> None:
    """What does not say what stands in for what is missing is refused at once."""
    with pytest.raises(EncodeError, match="defaults are needed, not int"):
        make("openai", defaults=5)


@pytest.mark.parametrize("value", [5, None, {}, Chunk(choices=None)])  # type: ignore[arg-type]
def test_losses_of_what_is_no_chunk(value: Any) -> None:
    """It is refused in words, as `encode` does."""
    with pytest.raises(EncodeError):
        losses("mistral", value)
