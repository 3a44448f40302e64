"""What Anthropic's two accumulators make of streams of messages.

Read in `anthropic.lib.streaming._messages` and `._beta_messages`, version 2.14.
"""

from __future__ import annotations

import json
from typing import Any, Final

from attrs import evolve
from jiter import from_json

from onechunk.mapping import is_object
from tests.interop.accumulators import message_answer
from tests.interop.bodies import hear_events
from tests.interop.kinds import Case, Kind, refuse

__all__ = ["ANTHROPIC", "ANTHROPIC_BETA"]


def _named_events(case: Case) -> None:
    heard = [each for each in hear_events(case.body.sent) if each.name not in {None, "ping"}]
    if any(each.value is None for each in heard):
        refuse(case, "JSONDecodeError")
    else:
        case.retell([each.value for each in heard])


def _no_start(case: Case) -> None:
    starts = [n for n, each in enumerate(case.payloads) if each.get("type") == "message_start"]
    if starts:
        case.retell(case.payloads[starts[0] :])
    elif not case.whole.failed:
        refuse(case, "AssertionError")


def _wrong_arguments(case: Case) -> None:
    texts = [call.arguments for answer in case.whole.answers for call in answer.calls]
    if any(_begun(text) is None for text in texts):
        refuse(case, "ValueError")


def _cut_arguments(case: Case) -> None:
    for answer in case.whole.answers:
        answer.calls = [evolve(call, arguments=_begun(call.arguments)) for call in answer.calls]


def _begun(arguments: Any) -> Any:
    """Return arguments, and what jiter makes of those that are cut off; None if that is nothing."""
    if not isinstance(arguments, str) or not arguments:
        return arguments
    try:
        begun: Any = from_json(arguments.encode("utf-8", "replace"), partial_mode=True)
    except ValueError:
        return None
    try:
        json.loads(arguments)
    except ValueError:
        return begun
    return arguments


def _whole_at_start(case: Case) -> None:
    first = next((each for each in case.payloads if each.get("type") == "message_start"), None)
    if first is not None and first["message"].get("content") and case.whole.answers:
        case.whole.answers[0] = message_answer(first["message"])


def _fallback(case: Case) -> None:
    for payload in case.payloads:
        block = payload.get("content_block")
        if is_object(block) and block.get("type") == "fallback":
            case.whole.model = block["to"]["model"]


ANTHROPIC: Final = (
    Kind(
        "events without a name",
        "stream",
        "Its reader passes over data without an `event:` line, which proxies leave out, and reads "
        "whatever has one as JSON, `[DONE]` too. A stream without names is an `AssertionError`.",
        _named_events,
    ),
    Kind(
        "no `message_start`",
        "stream",
        "What comes before it is not accumulated, and a stream without it is an `AssertionError`.",
        _no_start,
    ),
    Kind(
        "arguments that are no JSON",
        "sdk",
        "They are parsed anew at every fragment; text that can be no JSON is a `ValueError`, and "
        "the message is withheld.",
        _wrong_arguments,
    ),
    Kind(
        "arguments that are cut off",
        "sdk",
        "They become the object that was begun, without the last string: nobody can tell that the "
        "call is not whole. `accumulate` keeps the text, and `ToolCall.parse` says so.",
        _cut_arguments,
    ),
    Kind(
        "content in `message_start`",
        "onechunk",
        "A call that code of Anthropic's makes comes whole in `message_start`, with its stop "
        "reason. Here it is residue of the message.",
        _whole_at_start,
    ),
)

ANTHROPIC_BETA: Final = (
    *ANTHROPIC,
    Kind(
        "the model that a fallback names",
        "choice",
        "The beta accumulator takes the model from a `fallback` block; here the block is kept as "
        "`Other`, and the model is the one that the message names.",
        _fallback,
    ),
)
