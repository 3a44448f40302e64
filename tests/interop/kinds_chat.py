"""What OpenAI's accumulator of chat completions makes of what many servers send.

Read in `openai.lib.streaming.chat._completions` and `openai.lib.streaming._deltas`, version 3.57.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from attrs import evolve

from onechunk.mapping import is_object
from tests.interop.accumulated import Answer, Call, object_of, objects_of
from tests.interop.accumulators import chat_counts
from tests.interop.bodies import hear_events, until_done
from tests.interop.kinds import Case, Kind, choices_of, refuse
from tests.interop.kinds_chat_crashes import CRASHES, deltas_of

__all__ = ["CHAT"]

_CHUNK = "chat.completion.chunk"
Object = dict[str, Any]


def _framing(case: Case) -> None:
    heard = until_done(hear_events(case.body.sent))
    if any(each.value is None for each in heard):
        refuse(case, "JSONDecodeError")
    else:
        case.retell([each.value for each in heard])


def _error(case: Case) -> None:
    for number, payload in enumerate(case.payloads):
        if is_object(payload) and payload.get("error"):
            case.retell(case.payloads[:number])
            case.whole.failed = True
            return


def _object(case: Case) -> None:
    failed = case.whole.failed
    ended = failed and not any(_has_error(payload) for payload in case.payloads)
    case.retell(
        [each for each in case.payloads if is_object(each) and each.get("object") == _CHUNK]
    )
    case.whole.failed = ended
    if not case.payloads and not ended:
        refuse(case, "AssertionError")


def _has_error(payload: Any) -> bool:
    return is_object(payload) and any(key in payload for key in ("error", "detail", "message"))


def _crash(name: str) -> Callable[[Case], None]:
    """Return what expects this crash, where it is the first one."""

    def bend(case: Case) -> None:
        all_found = {
            each: crash
            for each, (find, _) in CRASHES.items()
            if case.payloads and (crash := find(case.payloads)) is not None
        }
        if all_found and name == min(all_found, key=lambda each: all_found[each][0]):
            refuse(case, all_found[name][1])

    return bend


def _first_chunk(case: Case) -> None:
    ids, models = ([each.get(key) for each in case.payloads] for key in ("id", "model"))
    if ids and not ids[0]:
        case.whole.id = None
    if len({model for model in models if model}) > 1 or (models and not models[0]):
        case.whole.model = models[0]


def _answer(case: Case, choice: Object) -> Answer:
    indexes = sorted({each["index"] for _, each, _ in deltas_of(case.payloads)})
    return case.whole.answers[indexes.index(choice["index"])]


def _roles(case: Case) -> None:
    met: set[int] = set()
    for _, choice, delta in deltas_of(case.payloads):
        if isinstance(role := delta.get("role"), str):
            if choice["index"] in met:
                answer = _answer(case, choice)
                answer.role = (answer.role or "") + role
            met.add(choice["index"])


def _empty_first(case: Case) -> None:
    texts: dict[tuple[int, int], str] = {}
    for _, choice, delta in deltas_of(case.payloads):
        for each in objects_of(delta.get("tool_calls")):
            place = choice["index"], each["index"]
            text = each["function"].get("arguments")
            texts[place] = texts.get(place, "") + (text if isinstance(text, str) else "")
    for _, choice, _ in deltas_of(case.payloads):
        said = [text for (index, _), text in texts.items() if index == choice["index"]]
        answer = _answer(case, choice)
        # Where numbers are used again, more is joined than that.
        if len(said) == len(answer.calls):
            answer.calls = [
                evolve(call, arguments=text) if text == f"{{}}{call.arguments}" else call
                for call, text in zip(answer.calls, said, strict=True)
            ]


def _calls(case: Case) -> None:
    calls: dict[tuple[int, int], Object] = {}
    repeating: set[int] = set()
    for _, choice, delta in deltas_of(case.payloads):
        for each in objects_of(delta.get("tool_calls")):
            known = calls.setdefault((choice["index"], each["index"]), {})
            for key, value in {**each["function"], "id": each.get("id")}.items():
                old = known.get(key)
                if value is not None:
                    known[key] = value if old is None or is_object(value) else old + value
                if old and value and key in {"id", "name"}:
                    repeating.add(choice["index"])
    for _, choice, _ in deltas_of(case.payloads):
        if choice["index"] in repeating:
            _answer(case, choice).calls = [
                Call(each.get("id"), each.get("name"), each.get("arguments") or "")
                for (index, _), each in calls.items()
                if index == choice["index"]
            ]


def _tokens(case: Case) -> None:
    met: set[int] = set()
    for number, choice, _ in deltas_of(case.payloads):
        if choice["index"] not in met and number:
            tokens = objects_of(object_of(choice.get("logprobs")).get("content"))
            answer = _answer(case, choice)
            answer.tokens = [each.get("token") for each in tokens] + answer.tokens
        met.add(choice["index"])


OTHER_COUNTS: Final = frozenset(
    {"cached_tokens", "prompt_cache_hit_tokens", "prompt_token_details", "reasoning_tokens"}
)
"""Keys of a usage where vendors have what OpenAI has elsewhere."""


def _has_others(payload: Object) -> bool:
    usage = object_of(payload.get("usage"))
    beside = [payload.get("x_groq"), *choices_of(payload)]
    return bool(OTHER_COUNTS & usage.keys()) or any("usage" in object_of(each) for each in beside)


def _counts(case: Case) -> None:
    given = [counts for each in case.payloads if (counts := chat_counts(each.get("usage")))]
    known = given[-1] if given else {}
    usage = case.whole.usage
    if any(map(_has_others, case.payloads)):
        case.whole.usage = usage = {name: usage[name] for name in usage if name in known}
    if case.body.dialect == "xai" and "output_tokens" in usage:
        usage["output_tokens"] -= usage.get("reasoning_tokens", 0)


def _last_usage(case: Case) -> None:
    if case.payloads and not chat_counts(case.payloads[-1].get("usage")):
        case.whole.usage = {}


def _cut_off(case: Case) -> None:
    errors = {
        "length": "LengthFinishReasonError",
        "content_filter": "ContentFilterFinishReasonError",
    }
    if not case.whole.failed:
        words = (answer.finish for answer in case.whole.answers)
        case.whole.raised = next((errors[word] for word in words if word in errors), None)


CHAT: Final = (
    Kind(
        "events that are none by the standard",
        "stream",
        "Its reader of events follows the standard, where an event without a blank line behind it, "
        "an `error:` line or JSON without `data:` is nothing. A byte order mark hides the first "
        "line. Once there was an `id:` line, an event without data is read as JSON all the same.",
        _framing,
    ),
    Kind(
        "an error beside choices",
        "sdk",
        "A chunk with an `error` is raised as it is; what else it says is lost.",
        _error,
    ),
    Kind(
        "another `object`",
        "sdk",
        "Chunks whose `object` is not exactly `chat.completion.chunk` are passed over in silence, "
        "since Azure's asynchronous filter sends an empty one. Servers that leave the key out have "
        "an empty stream, which is an `AssertionError`; Perplexity's last chunk "
        "(`chat.completion.done`) is lost, and its finish word and usage with it.",
        _object,
    ),
    *(Kind(name, "sdk", why, _crash(name)) for name, (_, why) in CRASHES.items()),
    Kind(
        "id and model of the first chunk",
        "sdk",
        "The first chunk's stand, though they are empty there, or the model is another one later.",
        _first_chunk,
    ),
    Kind(
        "roles joined",
        "sdk",
        "`accumulate_delta` joins all strings but `index` and `type`: a role on every chunk makes "
        "`assistantassistantassistant`.",
        _roles,
    ),
    Kind(
        "an empty object before the arguments",
        "sdk",
        "Databricks begins a call with `{}` and sends the arguments behind it; joined they are no "
        "JSON.",
        _empty_first,
    ),
    Kind(
        "calls joined by number alone",
        "sdk",
        "Ids and names that are repeated are joined like text, and a new id under a number that "
        "was used before does not begin a call: `{}{}` are the arguments.",
        _calls,
    ),
    Kind(
        "log probabilities twice",
        "sdk",
        "A choice that begins in a later chunk than the first takes that chunk's tokens when it is "
        "made and once more when they are added.",
        _tokens,
    ),
    Kind(
        "counts in other places",
        "vendor",
        "It knows no other places for counts than OpenAI's: Groq's `x_groq.usage`, the "
        "`prompt_cache_hit_tokens` of DeepSeek, counts on the top level. xAI's reasoning is not "
        "in its `completion_tokens`, and canonical counts include it.",
        _counts,
    ),
    Kind(
        "usage of the last chunk",
        "sdk",
        "Every chunk's usage replaces the one before, null included: it is lost unless the very "
        "last chunk has it.",
        _last_usage,
    ),
    Kind(
        "answers that were cut off",
        "sdk",
        "`get_final_completion` raises for the finish words `length` and `content_filter` even "
        "where nothing is to be parsed; the answer is still in `current_completion_snapshot`.",
        _cut_off,
    ),
)
