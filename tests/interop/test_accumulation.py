"""OpenAI's own accumulating helper, which joins whatever a stream says twice."""

from __future__ import annotations

import json

import pytest
from openai import OpenAI
from openai.types.chat import ParsedChatCompletion

from tests.interop.answer import Said, join
from tests.interop.readers import CHAT
from tests.interop.replay import Replay
from tests.interop.source import CASES, chunks_of, convert, until_end
from tests.support.recordings import Recording


def in_order(said: Said) -> bool:
    """Say whether choices begin with 0 and in order; without that the helper has an IndexError."""
    return [*said.answers] == [*range(len(said.answers))]


WHOLE = [
    recording
    for recording in CASES
    if not (said := join(until_end(chunks_of(recording)))).broken and said.heard and in_order(said)
]


def collect(client: OpenAI, replay: Replay, body: bytes) -> ParsedChatCompletion[object]:
    """Let the helper read to the end."""
    client = client.with_options(base_url=replay.address(body))
    with client.chat.completions.stream(model="m", messages=[]) as stream:
        stream.until_done()
        return stream.current_completion_snapshot


@pytest.mark.parametrize("recording", WHOLE, ids=lambda recording: recording.id)
def test_helper(recording: Recording, replay: Replay, openai_client: OpenAI) -> None:
    """Role, tool ids and names come once, arguments join, finish words and usage stand."""
    said = join(until_end(chunks_of(recording)))
    whole = collect(openai_client, replay, convert(recording, "openai").body)
    assert len(whole.choices) == len(said.heard)
    for choice in whole.choices:
        source = said.answers[choice.index]
        message = choice.message
        # OpenAI's readers know all of its roles, also those that no model has.
        assert message.role in {"assistant", "developer", "tool"}
        assert (message.content or "") == source.text
        assert (message.refusal or "") == source.refusal
        assert choice.finish_reason in {*CHAT.words.values()}
        calls = message.tool_calls or []
        assert [call.type for call in calls] == ["function"] * len(calls)
        assert len({call.id for call in calls}) == len(calls)
        for call, other in zip(source.calls, calls, strict=False):
            assert call.id in {None, other.id}
            assert call.name == other.function.name
            arguments = other.function.arguments
            if call.whole is None:
                # A call that nothing was said of is one without arguments.
                assert arguments == call.arguments or (not call.arguments and arguments == "{}")
            else:
                assert json.loads(arguments) == call.whole
    if "total_tokens" in said.usage:
        assert whole.usage is not None
        assert whole.usage.total_tokens == said.usage["total_tokens"]
    else:
        sums = {None, 0, said.usage.get("input_tokens", 0) + said.usage.get("output_tokens", 0)}
        assert whole.usage is None or whole.usage.total_tokens in sums
