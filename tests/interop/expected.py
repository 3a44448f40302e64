"""What a client must hear of a source, and which losses must be named where it cannot."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from tests.interop.answer import Answer, Call, Said
from tests.interop.source import Converted

__all__ = ["CHAT", "COMPLETIONS", "MISTRAL", "Reader", "check"]

_OPENAI_WORDS = {
    "stop": "stop",
    "length": "length",
    "tool_calls": "tool_calls",
    "content_filter": "content_filter",
    "pause": "stop",
    "cancelled": "stop",
    "other": "stop",
}


@frozen
class Reader:
    """What a dialect's readers can hear.

    Attributes:
        words: Finish words by reason; a reason that is missing is an error.
        refusals: True if a refusal is not text.
        chat: True if there are reasoning and tool calls.
        fails: Finish words that say that the answer failed.
    """

    words: Mapping[str, str]
    refusals: bool = False
    chat: bool = True
    fails: frozenset[str] = frozenset()


CHAT = Reader(_OPENAI_WORDS, refusals=True)
COMPLETIONS = Reader({**_OPENAI_WORDS, "tool_calls": "stop"}, chat=False)
MISTRAL = Reader(
    {
        **_OPENAI_WORDS,
        "content_filter": "error",
        "cancelled": "error",
        "error": "error",
    },
    fails=frozenset({"error"}),
)


def check(reader: Reader, said: Said, heard: Said, converted: Converted) -> None:
    """Compare an answer with its source.

    Args:
        reader: What the client can hear.
        said: What onechunk says of the source, up to where the client stops.
        heard: What the client made of the stream.
        converted: The stream, with the losses that were named.
    """
    for index in sorted({*said.heard, *heard.heard}):
        source = said.answers.get(index, Answer())
        answer = heard.answers.get(index, Answer())
        _check_texts(reader, source, answer, converted)
        _check_calls(reader, source, answer, converted)
        if not heard.failed:
            _check_finish(reader, source, answer, converted)
    if not heard.failed or reader.fails:
        assert heard.usage == said.usage
    if heard.heard:
        assert heard.id == said.id or converted.lost("invented", "$.id")
        assert heard.model == said.model or converted.lost("invented", "$.model")


def _check_texts(reader: Reader, source: Answer, answer: Answer, converted: Converted) -> None:
    assert answer.words == source.words
    if reader.refusals:
        assert answer.text == source.text
        assert answer.refusal == source.refusal
    elif source.refusal:
        assert converted.lost("changed", ".parts[")
    if reader.chat:
        assert answer.reasoning == source.reasoning
    elif source.reasoning:
        assert converted.lost("dropped", ".parts[")


def _check_calls(reader: Reader, source: Answer, answer: Answer, converted: Converted) -> None:
    calls = [call for call in source.calls if call != Call()]
    if not reader.chat:
        assert not calls or converted.lost("dropped", ".parts[")
        return
    assert len(answer.calls) == len(calls)
    for call, other in zip(calls, answer.calls, strict=True):
        assert other.value == call.value
        assert (other.name or None) == call.name
        if other.id != call.id:
            assert converted.lost("invented" if call.id is None else "dropped", "].id")


def _check_finish(reader: Reader, source: Answer, answer: Answer, converted: Converted) -> None:
    if source.finish is None:
        usual = "tool_calls" if source.calls and reader.chat else "stop"
        assert answer.finish == usual
        assert converted.lost("invented", ".finish.reason")
    else:
        assert answer.finish == reader.words[source.finish]
        assert answer.finish == source.finish or converted.lost("changed", ".finish.reason")
