"""The laws over recordings of real services; nothing where they are absent."""

import json
from codecs import BOM_UTF8

import pytest

from onechunk import Chunk, OnechunkError, Refusal, Text, Translator, decode_message
from tests.support.corpus import CorpusFile, corpus_files
from tests.support.frames import payloads
from tests.support.laws import chunk_round_trip, object_round_trip, stream_round_trip
from tests.support.streams import decode_all, pieces
from tests.support.whole import body_round_trip, split_round_trip

FOLDERS = {
    "anthropic": {"messages": "anthropic"},
    "azure": {"chat": "azure", "responses": "responses"},
    "bedrock": {"bedrock_converse": "bedrock", "bedrock_invoke": "bedrock"},
    "cohere": {"cohere_v1": "cohere-v1", "cohere_v2": "cohere"},
    "deepseek": {"chat": "deepseek"},
    "gemini": {"generateContent": "gemini"},
    "groq": {"chat": "groq"},
    "llama_vllm": {"chat": "llama", "text": "completions"},
    "mistral": {"chat": "mistral"},
    "ollama": {"ollama_chat": "ollama", "ollama_generate": "ollama"},
    "openai_chat": {"chat": "openai"},
    "openai_responses": {"responses": "responses"},
    "openai_text": {"text": "completions"},
    "openrouter": {"chat": "openrouter", "messages": "anthropic", "responses": "responses"},
    "other_openai_dialect": {"chat": "openai", "responses": "responses", "text": "completions"},
    "perplexity": {"chat": "perplexity"},
    "xai": {"chat": "xai", "responses": "responses"},
}
"""Folder of the corpus to its surfaces, and the dialect of each.

Not covered: surfaces of agents (Bedrock's agent, Gemini's interactions), Anthropic's legacy
`/v1/complete`, and TGI's native stream.
"""

NOT_LEGAL_WIRE = {
    "responses/openai_chat/UKGovernmentBEIS-inspect_ai__dataset_test_dataset_samples-mcq.json": (
        "a data set of questions whose `choices` are strings, and no response"
    ),
}

WHOLE = {**FOLDERS, "bedrock": {"converse": "bedrock"}}
"""The same for answers that came whole; bodies of errors are none."""

every_folder = pytest.mark.parametrize("folder", FOLDERS)


def dialect_of(file: CorpusFile) -> str:
    """Return the dialect that a file is of; what a model's own events are, they tell."""
    if file.surface == "bedrock_invoke" and "type" in payloads(file.data)[0]:
        return "anthropic"
    return FOLDERS[file.dialect][file.surface]


def streams(folder: str) -> list[CorpusFile]:
    """Return the streams of a folder that are of a family here."""
    return corpus_files("streams", dialects={folder}, surfaces=set(FOLDERS[folder]))


@every_folder
def test_streams(folder: str) -> None:
    """Laws 1 to 3 hold for every recorded stream."""
    failures = {
        file.file: found
        for file in streams(folder)
        if (found := _failure(dialect_of(file), file.data))
    }

    assert failures == {}


def _failure(dialect: str, data: bytes) -> str:
    found = next(filter(None, (chunk_round_trip(dialect, each) for each in payloads(data))), "")
    found = found or stream_round_trip(dialect, data)
    whole = decode_all(dialect, [data])
    if not found and any(decode_all(dialect, pieces(data, size)) != whole for size in (7, 1000)):
        return "chunks depend on the cuts"
    return found


@every_folder
def test_responses(folder: str) -> None:
    """Law 1 holds for every recorded response that is whole, but for what is none."""
    failures: dict[str, str] = {}
    for file in corpus_files("responses", dialects={folder}, surfaces={"chat", "text"}):
        try:
            found = chunk_round_trip(dialect_of(file), json.loads(file.data))
        except OnechunkError as error:
            found = str(error)
        if bool(found) != (file.file in NOT_LEGAL_WIRE):
            failures[file.file] = found

    assert failures == {}


@every_folder
def test_whole_responses(folder: str) -> None:
    """Laws 1 and 6 hold for every answer that came whole, also by way of the wire object."""
    failures: dict[str, str] = {}
    for file in corpus_files("responses", dialects={folder}, surfaces=set(WHOLE[folder])):
        dialect = WHOLE[folder][file.surface]
        try:
            payload = json.loads(file.data.removeprefix(BOM_UTF8))
            found = body_round_trip(dialect, payload)
            found = found or object_round_trip(f"{dialect}.whole", payload)
            found = found or split_round_trip(decode_message(dialect, file.data))
        except OnechunkError as error:
            found = str(error)
        if bool(found) != (file.file in NOT_LEGAL_WIRE):
            failures[file.file] = found

    assert failures == {}


@every_folder
def test_translation(folder: str) -> None:
    """A recorded stream in another dialect has the same text, whole or in pieces, and ends."""
    for file in streams(folder):
        dialect = dialect_of(file)
        target = "mistral" if dialect != "mistral" else "openai"
        translator = Translator(dialect, target)
        out = b"".join(translator.feed(each) for each in pieces(file.data, 512))
        out += translator.close()
        before = decode_all(dialect, [file.data])
        after = decode_all(target, [out])

        assert out.endswith(b"data: [DONE]\n\n"), file.file
        # Some files hold several answers: what is behind the first end is reported.
        behind = any(loss.path == "$" for loss in translator.losses)
        assert _said(after) == _said(before) or behind, file.file


def _said(chunks: list[Chunk]) -> dict[int, str]:
    said: dict[int, str] = {}
    for chunk in chunks:
        for number, choice in enumerate(chunk.choices):
            index = number if choice.index is None else choice.index
            for part in choice.parts:
                if isinstance(part, Text | Refusal) and part.text:
                    said[index] = said.get(index, "") + part.text
    return said
