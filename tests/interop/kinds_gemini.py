"""What a chat of Google's SDK remembers of a streamed answer.

Read in `google.genai.chats`, version 3.6: it appends the content of every chunk's first candidate.
"""

from __future__ import annotations

import json
from typing import Any, Final

from onechunk.mapping import is_list, is_object
from tests.interop.accumulated import Answer, Call, Whole
from tests.interop.kinds import Case, Kind, refuse

__all__ = ["GEMINI"]

Object = dict[str, Any]


def _framing(case: Case) -> None:
    text = case.body.sent.decode("utf-8", "replace")
    for event in text.replace("\r\n", "\n").split("\n\n"):
        lines = [line.removeprefix("data:") for line in event.split("\n") if line.strip()]
        try:
            json.loads("\n".join(lines) or "{}")
        except ValueError:
            refuse(case, "UnknownApiResponseError")
            return


def _numbers_for_words(case: Case) -> None:
    for payload in case.payloads:
        for candidate in _candidates(payload):
            if isinstance(candidate.get("finishReason"), int):
                refuse(case, "AttributeError")


def _candidates(payload: Any) -> list[Object]:
    found = payload.get("candidates") if is_object(payload) else None
    return [each for each in found if is_object(each)] if is_list(found) else []


def _error(case: Case) -> None:
    if case.whole.failed:
        case.whole = Whole(failed=True, answers=[Answer()])


def _first_candidates(case: Case) -> None:
    firsts = [
        {**payload, "candidates": [{**found[0], "index": 0}]}
        for payload in case.payloads
        if (found := _candidates(payload))
    ]
    if not case.whole.failed and any(
        len(found := _candidates(payload)) > 1 or any(each.get("index") for each in found)
        for payload in case.payloads
    ):
        case.retell(firsts)


def _parts(payload: Any) -> list[Object]:
    content = next((each.get("content") for each in _candidates(payload)), None)
    parts = content.get("parts") if is_object(content) else None
    return [each for each in parts if is_object(each)] if is_list(parts) else []


def _streamed_arguments(case: Case) -> None:
    calls: list[Object] = [
        part["functionCall"]
        for payload in case.payloads
        for part in _parts(payload)
        if is_object(part.get("functionCall"))
    ]
    if any("partialArgs" in call or call.get("willContinue") for call in calls):
        case.whole.answers[0].calls = [
            Call(call.get("id"), call.get("name"), call.get("args") or {}) for call in calls
        ]


GEMINI: Final = (
    Kind(
        "events that are none by the standard",
        "stream",
        "Events that no blank line parts, and a byte order mark, are an `UnknownApiResponseError`.",
        _framing,
    ),
    Kind(
        "numbers for words",
        "sdk",
        "A finish reason that is a number, as older endpoints send it in JSON, is an "
        "`AttributeError`.",
        _numbers_for_words,
    ),
    Kind(
        "an error in mid-stream",
        "sdk",
        "The history is written when the stream has ended well: after an error, the text that "
        "came before it is in no history.",
        _error,
    ),
    Kind(
        "candidates mixed",
        "sdk",
        "It takes the first candidate of every chunk, whatever its `index`: where candidates come "
        "in chunks of their own, their texts become one, and of those in one chunk only the first "
        "is kept.",
        _first_candidates,
    ),
    Kind(
        "arguments that are streamed",
        "sdk",
        "`partialArgs` are not joined: every piece becomes a call of its own, most without a name, "
        "and none has arguments.",
        _streamed_arguments,
    ),
)
