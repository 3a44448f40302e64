"""What strict readers demand of Bedrock's binary frames."""

import json
from typing import Any

from tests.support.aws_messages import read_messages
from tests.support.legal_blocks import Blocks

__all__ = ["check_bedrock"]

Payload = dict[str, Any]

WORDS = {
    "end_turn",
    "tool_use",
    "max_tokens",
    "stop_sequence",
    "guardrail_intervened",
    "content_filtered",
    "malformed_model_output",
    "malformed_tool_use",
    "model_context_window_exceeded",
}
KINDS = {
    "text": "text",
    "citation": "text",
    "reasoningContent": "reasoning",
    "toolUse": "tool",
    "toolResult": "result",
    "image": "image",
}


def check_bedrock(data: bytes) -> None:
    """Assert the order of a conversation's binary frames, which botocore reads."""
    written = _read_aws(data)
    names = [name for name, _ in written]
    failed = names[-1].endswith("Exception")
    if failed:
        assert type(written.pop()[1]["message"]) is str
        names.pop()
        if not names:
            return
    after = {"messageStop", "metadata"}
    ends = [name for name in names if name in after]
    # Before an exception, the usage so far may be told without a stop.
    broken = [[], ["metadata"]] if failed else []
    assert ends in [["messageStop"], ["messageStop", "metadata"], *broken]
    assert names[len(names) - len(ends) :] == ends
    assert names[0] == "messageStart"
    assert names.count("messageStart") == 1
    blocks = Blocks()
    reason = None
    for name, payload in written:
        match name:
            case "messageStart":
                assert payload["role"] == "assistant"
            case "messageStop":
                reason = payload["stopReason"]
                assert reason in WORDS
                assert blocks.open is None
            case "metadata":
                counts = ("inputTokens", "outputTokens", "totalTokens")
                assert [type(payload["usage"][count]) for count in counts] == [int] * 3
                assert type(payload["metrics"]["latencyMs"]) is int
            case _:
                _check_bedrock_block(name, payload, blocks)
    if not failed and reason != "max_tokens":
        blocks.check_arguments()


def _read_aws(data: bytes) -> list[tuple[str, Payload]]:
    """Return name and payload of every frame; botocore checks lengths and sums."""
    found: list[tuple[str, Payload]] = []
    size = 0
    for message in read_messages(data):
        size += int.from_bytes(data[size : size + 4])
        kind = message.headers[":message-type"]
        assert kind in {"event", "exception"}
        assert message.headers[":content-type"] == "application/json"
        name = message.headers[f":{kind}-type"]
        assert name.endswith("Exception") == (kind == "exception")
        found.append((name, json.loads(message.payload)))
    assert size == len(data)
    return found


def _check_bedrock_block(name: str, payload: Payload, blocks: Blocks) -> None:
    """Text and reasoning begin with their first delta, a call with an event of its own."""
    index = payload["contentBlockIndex"]
    if name == "contentBlockStart":
        [(key, start)] = payload["start"].items()
        blocks.start(index, KINDS[key], call=key == "toolUse")
        if key == "toolUse":
            assert type(start["toolUseId"]) is str
            assert start["toolUseId"]
            assert type(start["name"]) is str
    elif name == "contentBlockDelta":
        [(key, delta)] = payload["delta"].items()
        if blocks.open is None:
            assert key in {"text", "citation", "reasoningContent"}
            blocks.start(index, KINDS[key])
        blocks.go_on(index, {KINDS[key]})
        if key == "toolUse":
            blocks.arguments[-1] += delta["input"]
        elif key == "text":
            assert type(delta) is str
        elif key == "reasoningContent":
            assert len(delta) == 1
            assert type(next(iter(delta.values()))) is str
    else:
        assert name == "contentBlockStop"
        blocks.stop(index)
