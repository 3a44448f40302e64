"""What OpenAI's two accumulators make of streams of responses.

Read in `openai.lib.streaming.responses._responses` and `openai.lib.responses_websocket`, version
3.57.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from onechunk.mapping import is_list, is_object
from tests.interop.accumulated import Call, object_of
from tests.interop.accumulators import response_whole
from tests.interop.bodies import hear_events, until_done
from tests.interop.kinds import Case, Kind, refuse

__all__ = ["ENDS", "RESPONSES", "RESPONSES_EVENTS"]

Object = dict[str, Any]


def _events(case: Case) -> None:
    case.retell([each.value for each in until_done(hear_events(case.body.sent))])


def _error(case: Case) -> None:
    if any(payload.get("error") for payload in case.payloads):
        case.whole = type(case.whole)(failed=True)


def _raised(case: Case) -> bool:
    return case.whole.failed and not case.whole.answers


def _no_created(case: Case) -> None:
    if not _raised(case) and case.payloads[0].get("type") != "response.created":
        refuse(case, "RuntimeError")


def _of_type(case: Case, *kinds: str) -> Iterator[Object]:
    return (each for each in case.payloads if each.get("type") in kinds)


_LIFE: Final = tuple(
    f"response.{each}"
    for each in ("created", "queued", "in_progress", "completed", "failed", "incomplete")
)
_LAST: Final = _LIFE[3:]


def _moving_ids(case: Case) -> None:
    ids = {each["response"].get("id") for each in _of_type(case, *_LIFE)}
    if len(ids) > 1:
        refuse(case, "RuntimeError")


def _moving_items(case: Case) -> None:
    known: dict[Any, Any] = {}
    for each in _of_type(case, "response.output_item.added", "response.output_item.done"):
        if not is_object(item := each.get("item")):
            continue
        named = item.get("type") in {"function_call", "custom_tool_call", "shell_call"}
        identity = item.get("type"), item.get("call_id"), None if named else item.get("id")
        if known.setdefault(each.get("output_index"), identity) != identity:
            refuse(case, "RuntimeError")


def _not_completed(case: Case) -> None:
    if not _raised(case) and not any(_of_type(case, "response.completed")):
        refuse(case, "RuntimeError")


def _end(case: Case) -> Object:
    ends = [*_of_type(case, *_LAST)]
    return object_of(ends[0].get("response")) if ends else {}


def _empty_output(case: Case) -> None:
    end = _end(case)
    if not _raised(case) and end.get("output") == []:
        case.whole.answers = response_whole(end, []).answers


def _said_twice(case: Case) -> None:
    """Take what the end says where the recording was shortened: pieces and whole differ."""
    pieces = "".join(each["delta"] for each in _of_type(case, "response.output_text.delta"))
    wholes = "".join(each["text"] for each in _of_type(case, "response.output_text.done"))
    end = _end(case)
    if not _raised(case) and pieces and pieces != wholes and end.get("output"):
        case.whole.answers = response_whole(end, end["output"]).answers


def _role_at_end(case: Case) -> None:
    added = _of_type(case, "response.output_item.added")
    if not any(each["item"].get("type") == "message" for each in added if each.get("item")):
        items: list[Object] = _end(case).get("output") or []
        roles = [item["role"] for item in items if item.get("type") == "message"]
        if roles and case.whole.answers:
            case.whole.answers[0].role = roles[-1]


def _servers_calls(case: Case) -> None:
    end = _end(case)
    tools = end.get("tools")
    names = {each.get("name") for each in tools} if is_list(tools) else None
    for item in end.get("output") or ():
        if item.get("type") == "custom_tool_call" and names is not None:
            call = Call(item.get("call_id"), item.get("name"), item.get("input") or "")
            if call.name not in names and call not in case.whole.answers[0].calls:
                case.whole.answers[0].calls.append(call)


def _error_event(case: Case) -> None:
    if not _raised(case) and any(_of_type(case, "error")):
        refuse(case, "ResponsesWebSocketError")


def _other_id(case: Case) -> None:
    ids = {each["response"].get("id") for each in _of_type(case, *_LIFE)}
    if not _raised(case) and len(ids) > 1:
        refuse(case, "ValueError")


def _reasoning_without_part(case: Case) -> None:
    added = _of_type(case, "response.content_part.added")
    parts = [object_of(each.get("part")) for each in added]
    has_part = any(part.get("type") == "reasoning_text" for part in parts)
    if any(_of_type(case, "response.reasoning_text.delta")) and not has_part:
        refuse(case, "ValueError")


def _unknown_end(case: Case) -> None:
    if any(_of_type(case, "response.cancelled")) and case.whole.answers:
        case.whole.answers[0].finish = None


_FRAMING: Final = Kind(
    "events that are none by the standard",
    "stream",
    "As with chat completions.",
    _events,
)
_ERROR: Final = Kind(
    "an error",
    "sdk",
    "It is raised, and what came before it cannot be had.",
    _error,
)
_COPILOT: Final = "GitHub Copilot names the response anew in every event, "
ENDS: Final = (
    Kind(
        "an empty output at the end",
        "sdk",
        "ChatGPT's own backend ends with `output: []`, which replaces everything that was "
        "streamed; only null would not.",
        _empty_output,
    ),
    Kind(
        "two texts",
        "stream",
        "The pieces are not what the end repeats: the recording was shortened by hand. "
        "`accumulate` joins the pieces.",
        _said_twice,
    ),
    Kind(
        "a role that only the end names",
        "onechunk",
        "Where a message stands in the last event alone, its text is taken and its role is not.",
        _role_at_end,
    ),
    Kind(
        "custom calls that the server answers",
        "choice",
        "xAI's own search comes as a custom tool call whose name is none of the request's tools. "
        "Here it is `Other`, since no client is to run it.",
        _servers_calls,
    ),
)

RESPONSES: Final = (
    _FRAMING,
    _ERROR,
    Kind(
        "no `response.created`",
        "sdk",
        "Another first event, such as `response.queued` of a response in the background, is a "
        "`RuntimeError`.",
        _no_created,
    ),
    Kind("an id that changes", "vendor", f"{_COPILOT}which is a `RuntimeError`.", _moving_ids),
    Kind(
        "an item that changes",
        "vendor",
        "So it is where the type or an id of an item changes from its first event to its last.",
        _moving_items,
    ),
    Kind(
        "no `response.completed`",
        "sdk",
        "`get_final_response` knows no other end: an answer that was cut off "
        "(`response.incomplete`), failed or was cancelled is a `RuntimeError`, and cannot be had.",
        _not_completed,
    ),
    *ENDS,
)

RESPONSES_EVENTS: Final = (
    _FRAMING,
    _ERROR,
    Kind(
        "an error that lies flat",
        "sdk",
        "An `error` event raises `ResponsesWebSocketError`.",
        _error_event,
    ),
    Kind("an id that changes", "vendor", f"{_COPILOT}which is a `ValueError`.", _other_id),
    Kind(
        "reasoning without a part",
        "vendor",
        "`response.reasoning_text.delta` without the event that begins its part, as Bedrock sends "
        "it, is a `ValueError`.",
        _reasoning_without_part,
    ),
    Kind(
        "`response.cancelled`",
        "sdk",
        "It is no end for it: the status stays what it was.",
        _unknown_end,
    ),
    *ENDS,
)
