"""A gateway takes text out of canonical chunks; nothing that it took out is written, anywhere."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from onechunk import (
    Chunk,
    Citation,
    Defaults,
    Encoder,
    Media,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    load_adapters,
)
from onechunk.mapping import is_list, is_object
from tests.support.frames import events, payloads, read_frames
from tests.support.recordings import Recording
from tests.support.streams import decode_all, encode_all
from tests.test_laws import LEGAL

COPIES = {
    "bedrock trace.guardrail.modelOutput": "the answer before it was masked",
    "* choices.raw_output": "Fireworks: prompt and completion as the model's template has them",
    "minimax choices.message.reasoning_details": "all details of the stream, joined by id",
    "openai choices.message.content": "all text so far; derived only where a profile says so",
}
"""Residue that repeats text in a form from which it is not derived: dialect, path, and why.

A gateway that redacts leaves residue out (`extra="never"`), or takes these keys out by name.
"""

SOURCES = {
    "anthropic content_block.content": "what the server's own tools found",
    "anthropic content_block.input": "what the server's own tools were asked",
    "anthropic delta.partial_json": "what the server's own tools were asked, in pieces",
    "bedrock delta.toolResult": "what the server's own tools found",
    "cohere-v1 documents": "passages that were found",
    "cohere-v1 response.chat_history": "the conversation before the answer",
    "cohere-v1 response.documents": "passages that were found",
    "cohere-v1 response.search_queries": "what was searched",
    "cohere-v1 response.search_results": "what was searched",
    "cohere-v1 search_queries": "what was searched",
    "cohere-v1 search_results": "what was searched",
    "databricks choices.delta.content.citations": "what a cited document says",
    "gemini candidates.content.parts.executableCode": "what the server's own tool ran",
    "gemini candidates.groundingMetadata": "what was searched, and how to show it",
    "gemini candidates.urlContextMetadata": "addresses of pages that were read",
    "groq choices.delta.annotations": "names of cited documents",
    "groq choices.delta.executed_tools": "what the server's own tools were asked and said",
    "openai choices.delta.annotations": "what a cited page says",
    "openai choices.delta.content.citations": "addresses of cited pages",
    "openrouter choices.delta.annotations": "what a cited page says",
    "openrouter choices.delta.reasoning_details": "what the server's own tools were asked",
    "perplexity choices.delta.reasoning_steps": "what was searched and found",
    "perplexity citations": "addresses of cited pages",
    "perplexity related_questions": "questions that the user may ask next",
    "perplexity search_results": "titles and passages of pages that were found",
    "responses command": "what the server's own tool ran",
    "responses delta": "what the server's own tool ran, in pieces",
    "responses item[file_search_call].queries": "what the server's own tool was asked",
    "responses item[program].code": "what the server's own tool ran",
    "responses item[shell_call].action": "what the server's own tool ran",
    "responses item[tool_search_output].tools": "the tools that there are",
    "responses item[web_search_call].action": "what was searched and found",
    "responses response.output[file_search_call].queries": "what the server's own tool was asked",
    "responses response.output[program].code": "what the server's own tool ran",
    "responses response.output[shell_call].action": "what the server's own tool ran",
    "responses response.output[tool_search_output].tools": "the tools that there are",
    "responses response.output[web_search_call].action": "what was searched and found",
    "responses response.tools": "the tools that the request named",
    "responses results": "titles and passages of pages that were found",
    "writer choices.delta.graph_data": "passages that were found, and questions about them",
    "writer choices.message.graph_data": "the same beside a message that repeats the delta",
}
"""Residue with content of its own, which may share a word with the answer."""

NAMES = frozenset(
    {"id", "model", "object", "role", "type", "name", "provider"}
    | {"finish_reason", "finishReason", "native_finish_reason", "stop_reason", "stopReason"}
    | {"call_id", "toolUseId", "event_type"}
)
"""Keys whose values may share a word with the answer by chance."""

TYPED = ("item", "output")
"""Keys of objects whose type is part of the path: what one type repeats another says itself."""

TARGETS = (
    *("mistral", "openai", "llama", "completions", "anthropic", "gemini", "responses"),
    *("cohere", "cohere-v1", "bedrock", "ollama", "llama-api"),
)

_WORD = re.compile(r"[^\W\d_]{4,}")

Redact = Callable[[str], str]


def _crosses(text: str) -> str:
    return "X" * len(text)


def _label(text: str) -> str:
    return "[redacted]" if text else ""


def redact_part(part: Part, redact: Redact) -> None:
    """Take the words out of one part."""
    if isinstance(part, Text | Reasoning | Refusal):
        part.text = redact(part.text)
    elif isinstance(part, ToolCall):
        whole = not isinstance(part.arguments, str | None)
        part.arguments = {"X": "X"} if whole else part.arguments and redact(str(part.arguments))
    elif isinstance(part, Media):
        part.transcript = part.transcript and redact(part.transcript)
        part.url = part.url and redact(part.url)
    elif isinstance(part, Citation):
        part.title = part.title and redact(part.title)
        part.url = part.url and redact(part.url)
        part.text = part.text and redact(part.text)


def redact_all(chunks: list[Chunk], redact: Redact) -> None:
    """Take the words out of all that is canonical."""
    for chunk in chunks:
        if chunk.error is not None and chunk.error.message:
            chunk.error.message = redact(chunk.error.message)
        for choice in chunk.choices:
            choice.logprobs = None
            for part in choice.parts:
                redact_part(part, redact)


def _texts(chunk: Chunk) -> Iterator[tuple[tuple[Any, ...], str]]:
    """Yield all texts, each with what its pieces have in common."""
    for choice in chunk.choices:
        for part in choice.parts:
            if isinstance(part, Text | Reasoning | Refusal):
                yield (choice.index, type(part)), part.text
            elif isinstance(part, ToolCall) and part.arguments is not None:
                words = " ".join(word for _, word in _strings(part.arguments, keys=True))
                yield (choice.index, part.index), words
            elif isinstance(part, Media):
                yield (choice.index, Media), part.transcript or ""


def secrets_of(chunks: list[Chunk]) -> set[str]:
    """Return every word that is to go, as it stands in one chunk and as the chunks join."""
    joined: dict[tuple[Any, ...], str] = {}
    words: set[str] = set()
    for chunk in chunks:
        for key, text in _texts(chunk):
            joined[key] = joined.get(key, "") + text
            words.update(_WORD.findall(text))
    return words.union(*map(_WORD.findall, joined.values()))


def _strings(value: Any, path: str = "", *, keys: bool = False) -> Iterator[tuple[str, str]]:
    """Yield every string in a JSON value, with the keys on the way to it."""
    if isinstance(value, str):
        yield path, value
    elif is_list(value):
        for each in value:
            yield from _strings(each, path, keys=keys)
    elif is_object(value):
        if path.endswith(TYPED) and isinstance(value.get("type"), str):
            path = f"{path}[{value['type']}]"
        for key, each in value.items():
            if keys:
                yield path, key
            yield from _strings(each, f"{path}.{key}" if path else key, keys=keys)


def _names(data: bytes) -> set[str]:
    """Return the words that names and ids of a stream hold."""
    found = [pair for payload in payloads(data) for pair in _strings(payload)]
    values = [text for path, text in found if path.rpartition(".")[2] in NAMES]
    # What is written of an answer that failed without words.
    values += [Defaults().failed, Defaults().cut_off]
    return {word for text in values for word in _WORD.findall(text)}


def leaks(secrets: set[str], data: bytes) -> dict[str, str]:
    """Return the words that stand in a written stream in spite of all: path and word."""
    return {
        path: word
        for event in events(read_frames(data))
        if event.text is None
        for path, text in _strings(event.value)
        if path.rpartition(".")[2] not in NAMES
        for word in _WORD.findall(text)
        if word in secrets
    }


def excuse(dialect: str, path: str) -> str | None:
    """Return the entry of the tables that names *path*, or what it stands in."""
    entries = [entry.split() for entry in (*COPIES, *SOURCES)]
    for owner, excused in entries:
        if owner in {"*", dialect} and f"{path}.".startswith(f"{excused}."):
            return f"{owner} {excused}"
    return None


@pytest.mark.parametrize("redact", [_crosses, _label])
@pytest.mark.parametrize("recording", LEGAL, ids=lambda each: f"{each.dialect}/{each.path.name}")
def test_redaction(recording: Recording, redact: Redact) -> None:
    """No word that was taken out of a chunk stands in what is written, at home or away."""
    dialect = recording.dialect
    secrets = secrets_of(decode_all(dialect, [recording.data])) - _names(recording.data)
    for target in dict.fromkeys((dialect, *TARGETS)):
        chunks = decode_all(dialect, [recording.data])
        redact_all(chunks, redact)
        found = leaks(secrets, encode_all(target, chunks))

        at_home = {path: word for path, word in found.items() if excuse(dialect, path) is None}
        assert (at_home if target == dialect else found) == {}


@pytest.mark.parametrize("dialect", sorted(load_adapters()))
def test_redaction_without_residue(dialect: str) -> None:
    """Where residue is left out nothing is excused, even at home."""
    for recording in LEGAL:
        if recording.dialect == dialect:
            chunks = decode_all(dialect, [recording.data])
            secrets = secrets_of(chunks) - _names(recording.data)
            redact_all(chunks, _crosses)
            encoder = Encoder(dialect, extra="never")
            data = b"".join(map(encoder.feed, chunks)) + encoder.close()

            assert leaks(secrets, data) == {}


def test_excuses_are_needed() -> None:
    """Every entry of the tables names a key that some recording needs it for."""
    needed: set[str | None] = set()
    for recording in LEGAL:
        chunks = decode_all(recording.dialect, [recording.data])
        secrets = secrets_of(chunks)
        redact_all(chunks, _crosses)
        found = leaks(secrets, encode_all(recording.dialect, chunks))
        needed |= {excuse(recording.dialect, path) for path in found}

    assert {*COPIES, *SOURCES} - needed == set()
