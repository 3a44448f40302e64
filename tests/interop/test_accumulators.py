"""What `accumulate` makes of a stream, beside what the official SDKs make of the same bytes.

A difference must be one that the SDK's own code predicts: `kinds_*.py` say how, the page
`docs/accumulators.md` counts them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from importlib.metadata import distribution
from typing import Any

import pytest

from docs.accumulators import PAGE
from tests.interop.accumulated import Call, differences, whole_of, whole_of_message
from tests.interop.accumulators import HELPERS, Helper
from tests.interop.bodies import Body, as_events, bodies
from tests.interop.comparisons import KINDS, answers, helpers_of, hold, hold_repeat
from tests.interop.kinds import Found
from tests.interop.repeats import MADE_UP, REPEATS
from tests.interop.replay import Replay
from tests.interop.twins import Twin, find_twins
from tests.support.corpus import corpus_files, find_corpus
from tests.support.recordings import RECORDINGS, Recording
from tests.support.streams import decode_all
from tests.test_corpus import FOLDERS, dialect_of

Hold = Callable[[Helper, Body], Found]

ANSWERS = [
    (recording, helper)
    for recording in RECORDINGS
    for helper in HELPERS.values()
    if any(helper in helpers_of(body) for body in answers(recording.dialect, recording.data)[:1])
]

every_helper = pytest.mark.parametrize("name", HELPERS)


def _chunk(**said: Any) -> dict[str, Any]:
    return {"id": "a", "object": "chat.completion.chunk", "model": "m", **said}


def _response(kind: str, **said: Any) -> dict[str, Any]:
    return {"type": kind, "sequence_number": 0, **said}


_ITEM = {"type": "message", "id": "i", "role": "assistant", "status": "completed"}
_PART: dict[str, Any] = {"type": "output_text", "annotations": []}
_PLACE = {"output_index": 0, "content_index": 0, "item_id": "i"}
_WHOLE = {"id": "r", "object": "response", "model": "m", "status": "completed"}


def _text_response(streamed: str, said: str, output: list[Any]) -> list[Any]:
    whole: dict[str, Any] = {**_ITEM, "content": [{**_PART, "text": said}]}
    return [
        _response("response.created", response={**_WHOLE, "status": "in_progress", "output": []}),
        _response("response.output_item.added", output_index=0, item={**_ITEM, "content": []}),
        _response("response.content_part.added", **_PLACE, part={**_PART, "text": ""}),
        _response("response.output_text.delta", **_PLACE, delta=streamed, logprobs=[]),
        _response("response.output_text.done", **_PLACE, text=said, logprobs=[]),
        _response("response.output_item.done", output_index=0, item=whole),
        _response("response.completed", response={**_WHOLE, "output": output}),
    ]


SHORTENED = _text_response(
    "The hen sleeps.",
    "The hen sleeps in the barn.",
    [{**_ITEM, "content": [{**_PART, "text": "The hen sleeps in the barn."}]}],
)
EMPTIED = _text_response("The hen sleeps.", "The hen sleeps.", [])

SHOWN: dict[tuple[str, str], tuple[str, list[Any]]] = {
    ("openai-chat", "choices out of order"): (
        "openai",
        [
            _chunk(choices=[{"index": 1, "delta": {"content": "b"}, "finish_reason": "stop"}]),
            _chunk(choices=[{"index": 0, "delta": {"content": "a"}, "finish_reason": "stop"}]),
        ],
    ),
    ("openai-responses", "an empty output at the end"): ("responses", EMPTIED),
    ("openai-responses", "two texts"): ("responses", SHORTENED),
    ("openai-events", "two texts"): ("responses", SHORTENED),
}
"""Streams that show a kind which no recording does."""


FINISHED_TWICE = [
    _chunk(choices=[{"index": 0, "delta": {"content": "a"}, "finish_reason": "stop"}]),
    _chunk(choices=[{"index": 0, "delta": {"content": "b"}, "finish_reason": "tool_calls"}]),
]


@pytest.fixture(scope="module")
def held(request: pytest.FixtureRequest, replay: Replay) -> Hold:
    """Hold a helper against `accumulate`; every answer is asked for once."""
    known: dict[tuple[str, bytes], Found] = {}

    def held(helper: Helper, body: Body) -> Found:
        key = helper.name, body.sent
        if key not in known:
            client = request.getfixturevalue(helper.client)
            known[key] = hold(helper, client, replay, body)
        return known[key]

    return held


@pytest.mark.parametrize(
    ("recording", "helper"), ANSWERS, ids=[f"{one.id}-{two.name}" for one, two in ANSWERS]
)
def test_recording(recording: Recording, helper: Helper, held: Hold) -> None:
    """A helper says what `accumulate` does, or exactly what its code makes of the stream."""
    for body in answers(recording.dialect, recording.data):
        found = held(helper, body)
        assert found.unexplained == {}
        assert found.kinds or found.different == {}


@every_helper
def test_corpus(name: str, held: Hold) -> None:
    """So it is with real streams."""
    failures = {
        place: found.unexplained or found.different
        for place, body in _core()
        if HELPERS[name] in helpers_of(body)
        and ((found := held(HELPERS[name], body)).unexplained or found.different)
        and (found.unexplained or not found.kinds)
    }

    assert failures == {}


@cache
def _core() -> list[tuple[str, Body]]:
    return [
        (file.file, body)
        for folder, surfaces in FOLDERS.items()
        for file in corpus_files("streams", dialects={folder}, surfaces=set(surfaces))
        if file.core
        for body in answers(dialect_of(file), file.data)
    ]


@pytest.mark.parametrize("shown", SHOWN, ids=" ".join)
def test_shown_kind(shown: tuple[str, str], held: Hold) -> None:
    """A kind that no recording shows is shown by a stream made for it."""
    helper, kind = shown
    dialect, payloads = SHOWN[shown]
    [body] = bodies(dialect, dialect, as_events(dialect, payloads))
    found = held(HELPERS[helper], body)

    assert found.different != {}
    assert found.unexplained == {}
    assert kind in found.kinds


def test_last_finish_word(held: Hold) -> None:
    """A finish word that comes later counts, in the SDK as here."""
    [body] = bodies("openai", "openai", as_events("openai", FINISHED_TWICE))

    assert held(HELPERS["openai-chat"], body).different == {}
    assert whole_of(decode_all("openai", [body.data])).answers[0].finish == "tool_calls"


@every_helper
def test_every_kind_is_met(name: str, held: Hold) -> None:
    """Each kind is in a recording, and most recordings show none."""
    found = [
        held(helper, body)
        for recording, helper in ANSWERS
        if helper.name == name
        for body in answers(recording.dialect, recording.data)
    ]
    met = {kind for each in found for kind in each.kinds}

    assert met | {kind for helper, kind in SHOWN if helper == name} == {
        kind.name for kind in KINDS[name]
    }
    assert sum(not each.different for each in found) > len(found) / 2


@pytest.mark.parametrize("dialect", REPEATS)
def test_repeated_answer(dialect: str) -> None:
    """What a stream repeats as a whole at its end is the message, but for what is told."""
    found = [
        (recording.id, each)
        for recording in RECORDINGS
        if recording.dialect == dialect and recording.id not in MADE_UP
        for body in answers(dialect, recording.data)
        for each in hold_repeat(body)
    ]
    met = {kind for _, each in found for kind in each.kinds}

    assert found
    assert {place: each.unexplained for place, each in found if each.unexplained} == {}
    assert met <= {kind.name for kind in REPEATS[dialect].kinds}
    assert any(not each.different for _, each in found)


def test_repeated_answer_in_corpus() -> None:
    """So it is with real streams."""
    failures = {
        place: found.unexplained
        for place, body in _core()
        for found in hold_repeat(body)
        if found.unexplained
    }

    assert failures == {}


def test_twins() -> None:
    """The same answer, streamed and whole, makes the same message."""
    twins = list(find_twins())
    failures = {twin.file: found for twin in twins if (found := _otherwise(twin))}

    assert failures == {}
    assert twins or find_corpus() is None


def _otherwise(twin: Twin) -> dict[Any, Any]:
    """Return what differs, but for what is another at every request, and what was not sent."""
    one, two = whole_of(twin.chunks), whole_of_message(twin.message)
    for each in (one, two):
        for answer in each.answers:
            answer.calls = [Call(None, call.name, call.value) for call in answer.calls]
    found = differences(one, two, {"id", "usage"})
    silent = {"role", "finish"}
    return {key: pair for key, pair in found.items() if key[1] not in silent or pair[0]}


@pytest.mark.parametrize("sdk", ["cohere", "ollama", "llama_api_client", "botocore"])
def test_no_helper(sdk: str) -> None:
    """The other SDKs have no accumulator: nothing in them is named like one."""
    files = distribution(sdk).files or []
    sources = [str(file.locate()) for file in files if file.suffix == ".py"]
    names = [
        name
        for source in sources
        for name in _functions(source)
        if "accumulate" in name or "get_final" in name
    ]

    assert sources
    assert names == []


def _functions(source: str) -> list[str]:
    with open(source, encoding="utf-8") as file:  # noqa: PTH123 - a path of the distribution's
        return re.findall(r"^\s*(?:async )?(?:def|class) (\w+)", file.read(), re.MULTILINE)


@every_helper
def test_page(name: str) -> None:
    """The page tells of every helper, and of every kind how it comes about."""
    text = PAGE.read_text(encoding="utf-8")

    assert HELPERS[name].call in text
    for kind in KINDS[name]:
        assert f"| {kind.name} |" in text
        assert kind.why in text
