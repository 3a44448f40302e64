"""Streams that repeat their whole answer at the end: the vendor's own accumulator, so to say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from attrs import frozen

from onechunk.mapping import is_object
from tests.interop.accumulated import Answer, Call, Whole, object_of, place_of
from tests.interop.accumulators import response_whole
from tests.interop.clients_events import named
from tests.interop.kinds import Case, Kind, choices_of
from tests.interop.kinds_responses import ENDS

__all__ = ["MADE_UP", "REPEATS", "Repeat"]

Payloads = list[Any]


@frozen
class Repeat:
    """What is repeated in streams of a dialect or profile.

    Attributes:
        where: Its place, for people.
        find: What it says; None where a stream does not come to it.
        unsaid: Aspects that are not repeated.
        kinds: In what ways it says otherwise than the stream.
    """

    where: str
    find: Callable[[Payloads], Whole | None]
    unsaid: frozenset[str] = frozenset()
    kinds: tuple[Kind, ...] = ()


def _response(payloads: Payloads) -> Whole | None:
    ends = ("response.completed", "response.incomplete", "response.failed")
    for payload in payloads:
        if payload.get("type") in ends and is_object(end := payload.get("response")):
            return response_whole(end, end.get("output") or [])
    return None


def _stream_end(payloads: Payloads) -> Whole | None:
    ends: list[Any] = [each for each in payloads if each.get("event_type") == "stream-end"]
    end: dict[str, Any] = ends[0] if ends else {}
    said = end.get("response")
    if not is_object(said) or "text" not in said:
        return None
    answer = Answer(text=said["text"], finish=end.get("finish_reason"))
    for call in said.get("tool_calls") or ():
        answer.calls.append(Call(None, call["name"], call["parameters"]))
    for each in said.get("citations") or ():
        answer.citations.append(place_of(each.get("start"), each.get("end")))
    meta = object_of(said.get("meta"))
    names = ("input_tokens", "output_tokens", "reasoning_tokens")
    counts = named(meta.get("tokens") or {}, {name: name for name in names})
    counts |= named(meta, {"cached_tokens": "cached_input_tokens"})
    return Whole(said.get("generation_id"), answers=[answer], usage=counts)


def _message(payloads: Payloads) -> Whole | None:
    messages = [
        choice["message"]
        for payload in payloads
        for choice in choices_of(payload)
        if is_object(choice.get("message"))
    ]
    if not messages:
        return None
    said = messages[-1]
    reasoning = said.get("reasoning_content") or ""
    return Whole(answers=[Answer(said.get("role"), said.get("content") or "", reasoning)])


def _last_id(case: Case) -> None:
    ids = [each["response"].get("id") for each in case.payloads if is_object(each.get("response"))]
    case.whole.id = ids[-1] if ids else case.whole.id


def _plan(case: Case) -> None:
    for answer in case.whole.answers:
        answer.text = answer.reasoning + answer.text


_BESIDE: Final = frozenset(
    {"id", "model", "usage", "failed", "refusal", "calls", "citations", "tokens", "finish"}
)

MOVING_ID: Final = Kind(
    "an id that changes",
    "vendor",
    "GitHub Copilot names the response anew in every event; the first id counts here.",
    _last_id,
)
PLAN: Final = Kind(
    "a plan before calls",
    "choice",
    "What is said before tools are called is reasoning here, and text in Cohere's repetition.",
    _plan,
)

REPEATS: Final[Mapping[str, Repeat]] = {
    "responses": Repeat("the last event's `response`", _response, kinds=(MOVING_ID, *ENDS)),
    "cohere-v1": Repeat(
        "the `response` of `stream-end`",
        _stream_end,
        frozenset({"model", "role", "reasoning", "failed"}),
        (PLAN,),
    ),
    "minimax": Repeat("the last chunk's `message`", _message, _BESIDE),
    "perplexity": Repeat("the running `message`", _message, _BESIDE),
}
"""By dialect or profile."""

MADE_UP: Final = {
    "cohere-v1/unknown-keys-everywhere": "its end was written for its keys, and says something else"
}
"""Recordings that repeat something else than they say."""
