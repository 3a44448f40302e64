"""What strict readers demand of the lines of Cohere's v1 chat."""

import json
from typing import Any

from tests.support.characters import characters

__all__ = ["check_cohere_v1"]

Payload = dict[str, Any]

WORDS = {
    "COMPLETE",
    "STOP_SEQUENCE",
    "ERROR",
    "ERROR_TOXIC",
    "ERROR_LIMIT",
    "USER_CANCEL",
    "MAX_TOKENS",
    "TIMEOUT",
}


def check_cohere_v1(data: bytes) -> None:
    """Assert that every line is whole, and that the last one repeats the answer to the letter."""
    lines = data.split(b"\n")
    assert lines.pop() == b""
    written: list[Payload] = [json.loads(line) for line in lines]
    kinds = [line["event_type"] for line in written]
    assert (kinds[0], kinds[-1]) == ("stream-start", "stream-end")
    assert (kinds.count("stream-start"), kinds.count("stream-end")) == (1, 1)
    finished = [line["is_finished"] is True for line in written]
    assert finished == [False] * (len(written) - 1) + [True]
    assert {type(line["is_finished"]) for line in written} == {bool}
    assert type(written[0]["generation_id"]) is str
    text = ""
    calls: list[Payload] = []
    citations: list[Payload] = []
    for line in written[1:-1]:
        match line["event_type"]:
            case "text-generation":
                assert type(line["text"]) is str
                text += line["text"]
            case "tool-calls-chunk":
                assert type(line["tool_call_delta"]) is dict
                # What is said before a call is part of the answer.
                text += line.get("text", "")
            case "tool-calls-generation":
                assert not calls
                assert line["tool_calls"]
                calls += line["tool_calls"]
            case kind:
                assert kind == "citation-generation"
                citations += line["citations"]
    for call in calls:
        assert call.keys() >= {"name", "parameters"}
        assert type(call["name"]) is str
        assert type(call["parameters"]) is dict
    for cited in citations:
        assert [type(cited[key]) for key in ("start", "end", "text")] == [int, int, str]
        assert type(cited["document_ids"]) is list
    _check_end(written[-1], text, calls, citations, written[0]["generation_id"])


def _check_end(
    end: Payload, text: str, calls: list[Payload], citations: list[Payload], generation: str
) -> None:
    """The last line says why the answer ended, and repeats it whole."""
    response = end["response"]
    assert end["finish_reason"] in WORDS
    assert response["finish_reason"] == end["finish_reason"]
    assert characters(response["text"]) == characters(text)
    assert response.get("tool_calls", []) == calls
    assert response.get("citations", []) == citations
    assert response["generation_id"] == generation
    meta = response.get("meta", {})
    for counts in (meta.get("tokens", {}), meta.get("billed_units", {})):
        assert {type(count) for count in counts.values()} <= {int, float}
