"""What must go together does: rooms, entry points, recordings, words, hazards."""

from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import onechunk_adapters
from onechunk import FinishReason, load_adapters
from tests.support.recordings import RECORDINGS

ROOMS = {path.parent.name for path in Path(onechunk_adapters.__path__[0]).glob("*/__init__.py")}

HAZARDS = {
    "absent, null, empty": ["mistral/content-null-empty-absent", "openai/delta-null"],
    "defaults invented on read": ["mistral/tool-call-id-null-string"],
    "arguments object or string": ["mistral/tool-call-arguments-object"],
    "content string or list": ["mistral/content-of-every-type", "openai/content-as-list"],
    "reasoning in three places": ["mistral/thinking-then-text", "llama/reasoning-content"],
    "legacy completion has no delta": ["completions/r9s-whole", "completions/r9s-stream"],
    "stop reason in four forms": [
        "llama/stop-reason-int",
        "llama/stop-reason-string",
        "llama/stop-reason-tagged-int",
        "llama/stop-reason-tagged-string",
    ],
    "tool calls": ["mistral/tool-calls-single-object", "openai/tool-calls-interleaved"],
    "closed words": ["openai/finish-unknown-word", "openai/role-unknown-word"],
    "unknown fields": [
        "mistral/unknown-keys-everywhere",
        "openai/unknown-keys-at-every-level",
        "llama/response-hash-and-signature",
    ],
    "usage": ["mistral/usage-extras", "llama/plain-usage-on-every-chunk"],
    "logprobs in four shapes": [
        "mistral/logprobs-with-token-ids",
        "openai/logprobs-bytes-null-and-floor",
        "llama/logprobs-only-top",
        "completions/stream-logprobs-with-echo",
    ],
    "objects of the wrong shape": ["openai/wrong-shapes-in-known-fields"],
    "unknown tool types": ["mistral/tool-type-unknown", "openai/tool-type-unknown-or-custom"],
    "names of keys": ["mistral-ts/usage-extras-nested", "mistral-ts/unknown-keys-everywhere"],
    "envelope and end": ["openai/truncated-no-finish-no-done", "llama/no-done"],
    "numbers and ids": ["openai/numbers-huge-and-typed", "openai/created-float"],
    "several candidates": [
        "mistral/two-candidates-interleaved",
        "openai/three-choices-interleaved",
    ],
    "order of keys": ["openai/key-order-alphabetical", "mistral/keys-sorted-by-a-proxy"],
}
"""What a lossless chunk must survive, and the recordings that show it."""


def test_rooms_are_entry_points() -> None:
    """Every room is found through the entry points, and every adapter has a room."""
    adapters = load_adapters().values()

    assert {_room(adapter.dialect) for adapter in adapters} == ROOMS


def _room(dialect: str) -> str:
    """Return the folder of a dialect; two forms of one wire share theirs."""
    name = dialect.replace("-", "_")
    return name if name in ROOMS else name.rpartition("_")[0]


def test_profiles_are_entry_points() -> None:
    """Every profile names its room, so that no other is imported to find it."""
    profiles = {each.name: each.dialect for each in load_adapters().values()}
    points = {point.name: point.load().name for point in entry_points(group="onechunk.profiles")}

    assert points == {name: owner for name, owner in profiles.items() if name != owner}


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_rooms_are_alike(room: str) -> None:
    """Every room has the same files."""
    files = {path.name for path in (Path(onechunk_adapters.__path__[0]) / room).iterdir()}

    assert {"__init__.py", "wire.py", "words.py", "mapping.py"} <= files
    assert any(name.startswith("demo.") for name in files)


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_words_are_total(room: str) -> None:
    """Every reason has a word, and every word that is written is read as that reason or kept."""
    words = import_module(f"onechunk_adapters.{room}.words")

    assert set(words.WORDS) == set(FinishReason)
    assert {word for word in words.WORDS.values() if word is not None} <= set(words.REASONS)


def test_every_adapter_is_recorded() -> None:
    """Each dialect has at least twelve recordings, each profile at least two."""
    counts = {name: sum(each.dialect == name for each in RECORDINGS) for name in load_adapters()}

    assert set(counts) == {recording.dialect for recording in RECORDINGS}
    for name, adapter in load_adapters().items():
        assert counts[name] >= (12 if adapter.dialect == name else 2), name


def test_hazards_are_recorded() -> None:
    """All nineteen hazards of the four families have recordings that show them."""
    known = {recording.id for recording in RECORDINGS}

    assert len(HAZARDS) == 19
    assert {case for cases in HAZARDS.values() for case in cases} <= known
