"""A provider for LiteLLM: it asks a server of any dialect, and onechunk reads the stream."""

from collections.abc import AsyncIterator, Iterator
from typing import Any

import httpx
import litellm
from litellm.llms.custom_llm import CustomLLMError
from litellm.types.utils import GenericStreamingChunk

from onechunk import Chunk, Decoder, OnechunkError, Text, ToolCall, Translator


class Handler(litellm.CustomLLM):
    """Streams from a server that takes OpenAI's requests and answers in *dialect*."""

    def __init__(self, dialect: str) -> None:
        super().__init__()
        self.dialect = dialect

    def streaming(self, *_: Any, **call: Any) -> Iterator[GenericStreamingChunk]:
        """Yield what the server says, as LiteLLM's own chunks."""
        answer = Answer(self.dialect)
        try:
            with httpx.Client(timeout=60) as client, client.stream(**request(call)) as response:
                response.raise_for_status()
                for data in response.iter_bytes():
                    yield from answer.feed(data)
                yield from answer.close()
        except (OnechunkError, httpx.HTTPError) as error:
            raise CustomLLMError(502, "the upstream failed") from error

    async def astreaming(self, *_: Any, **call: Any) -> AsyncIterator[GenericStreamingChunk]:
        """Yield the same for `acompletion`, and for LiteLLM's proxy."""
        answer = Answer(self.dialect)
        try:
            async with (
                httpx.AsyncClient(timeout=60) as client,
                client.stream(**request(call)) as response,
            ):
                response.raise_for_status()
                async for data in response.aiter_bytes():
                    for piece in answer.feed(data):
                        yield piece
                for piece in answer.close():
                    yield piece
        except (OnechunkError, httpx.HTTPError) as error:
            raise CustomLLMError(502, "the upstream failed") from error


def request(call: dict[str, Any]) -> dict[str, Any]:
    """Return what to send; a server that is asked otherwise needs another body here."""
    body = {"model": call["model"], "messages": call["messages"], "stream": True}
    return {
        "method": "POST",
        "url": call["api_base"],
        "headers": {**call["headers"], "authorization": f"Bearer {call['api_key']}"},
        "json": {**body, **call["optional_params"]},
    }


class Answer:
    """Makes LiteLLM's chunks of the server's bytes, by way of OpenAI's dialect."""

    def __init__(self, dialect: str) -> None:
        # It completes what LiteLLM needs, such as ids of calls, and tells of a stream that broke.
        self.translator = Translator(dialect, "openai", repair=True)
        self.decoder = Decoder("openai")

    def feed(self, data: bytes) -> Iterator[GenericStreamingChunk]:
        """Yield what the bytes say."""
        for chunk in self.decoder.feed(self.translator.feed(data)):
            yield from pieces(chunk)

    def close(self) -> Iterator[GenericStreamingChunk]:
        """Yield what the end says."""
        for chunk in self.decoder.feed(self.translator.close()):
            yield from pieces(chunk)


def pieces(chunk: Chunk) -> Iterator[GenericStreamingChunk]:
    """Yield what a chunk says; LiteLLM's chunks have no place for reasoning."""
    if chunk.error is not None:
        raise CustomLLMError(502, chunk.error.message)
    for choice in chunk.choices:
        for part in choice.parts:
            if isinstance(part, Text):
                yield piece(choice.index, text=part.text)
            elif isinstance(part, ToolCall):
                function = {"name": part.name, "arguments": part.arguments}
                call = {"id": part.id, "type": "function", "function": function}
                yield piece(choice.index, tool_use={**call, "index": part.index})
        if choice.finish is not None:
            yield piece(choice.index, is_finished=True, finish_reason=choice.finish.raw)
    if chunk.usage is not None:
        read, written = chunk.usage.input_tokens or 0, chunk.usage.output_tokens or 0
        counts = {"prompt_tokens": read, "completion_tokens": written}
        yield piece(0, usage={**counts, "total_tokens": read + written})


def piece(index: int | None, **said: Any) -> GenericStreamingChunk:
    """Return a chunk with all the keys that LiteLLM asks for."""
    nothing = {"text": "", "tool_use": None, "is_finished": False, "finish_reason": ""}
    return GenericStreamingChunk(**{**nothing, "usage": None, "index": index or 0, **said})
