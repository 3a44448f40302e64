"""What is hardest to say in the dialects of events, heard by each vendor's client."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from onechunk import Translator
from tests.interop.answer import Said
from tests.interop.targets import INSTALLED, TARGETS
from tests.support.event_streams import ANSWERS, write

Ask = Callable[[str, bytes], Said]

ARGUMENTS = ['{"city":"Tórshavn","days":[1,2]}', '{"q":"\\"}{\\""}']
CALLERS = [target for target in INSTALLED if TARGETS[target].reader.calls]


def translate(source: str, target: str, body: bytes) -> bytes:
    """Translate a stream."""
    translator = Translator(source, target)
    return translator.feed(body) + translator.close()


def chunk(delta: object, finish: str | None = None) -> bytes:
    """Write one chunk of a chat."""
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    head = {"id": "id_1", "object": "chat.completion.chunk", "created": 1, "model": "model-1"}
    return b"data: %b\n\n" % json.dumps(head | {"choices": [choice]}).encode()


def interleaved() -> bytes:
    """Write two calls, a character of each in turn."""
    heads = [
        {
            "index": number,
            "id": f"call_{number}",
            "type": "function",
            "function": {"name": f"tool_{number}", "arguments": ""},
        }
        for number in range(len(ARGUMENTS))
    ]
    out = [chunk({"role": "assistant", "content": None, "tool_calls": heads})]
    for place in range(max(map(len, ARGUMENTS))):
        for number, arguments in enumerate(ARGUMENTS):
            if place < len(arguments):
                fragment = {"index": number, "function": {"arguments": arguments[place]}}
                out.append(chunk({"tool_calls": [fragment]}))
    return b"".join([*out, chunk({}, "tool_calls"), b"data: [DONE]\n\n"])


@pytest.mark.parametrize("target", CALLERS)
def test_interleaved_calls(target: str, ask: Ask) -> None:
    """Two calls whose fragments alternate arrive whole and apart."""
    said = ask(target, translate("openai", target, interleaved()))
    answer = said.answers[0]
    assert not said.failed
    assert [call.name for call in answer.calls] == ["tool_0", "tool_1"]
    assert [call.value for call in answer.calls] == [json.loads(each) for each in ARGUMENTS]
    if TARGETS[target].reader.ids:
        assert [call.id for call in answer.calls] == ["call_0", "call_1"]
    assert TARGETS[target].reader.meaning(answer) == "tool_calls"
    assert answer.words == ""


@pytest.mark.parametrize("target", INSTALLED)
def test_cumulative_usage(target: str, ask: Ask) -> None:
    """Anthropic's last counts are the totals: none is summed, and what they leave out stays."""
    events = ANSWERS["anthropic"]()
    events[0]["message"]["usage"]["input_tokens"] = 2479
    so_far = {"stop_reason": None, "stop_sequence": None}
    counts = {"input_tokens": 100_000, "output_tokens": 500}
    events.insert(-2, {"type": "message_delta", "delta": so_far, "usage": counts})
    events[-2]["usage"] = {"input_tokens": 404_500, "output_tokens": 510}
    usage = ask(target, translate("anthropic", target, write("anthropic", events))).usage
    expected = {
        "input_tokens": 404_502,
        "output_tokens": 510,
        "total_tokens": 405_012,
        "cached_input_tokens": 2,
    }
    for name in TARGETS[target].reader.counts & expected.keys() - {"total_tokens"}:
        assert usage[name] == expected[name]
    assert {name: expected.get(name, 0) for name in usage} == usage
