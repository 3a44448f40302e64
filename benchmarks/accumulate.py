"""What it costs to join, look at and repair a stream, and that all of it is linear.

Every figure is a ratio to `orjson.loads` of the same payloads in the same run, or a time beside
those of the OpenAI SDK's accumulator and LangChain's, which join the same chunks. A peer that takes
longer than `PATIENCE` is stopped, and larger sizes are left out.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any

import orjson
from langchain_core.messages import AIMessageChunk
from openai.lib.streaming.chat import ChatCompletionStreamState
from openai.types.chat import ChatCompletionChunk

from benchmarks.streams import events_of, payloads
from onechunk import Accumulator, Chunk, Decoder, Message, Repairer, accumulate, split

Case = Callable[[], object]

DIALECTS = ("openai", "mistral", "llama", "anthropic", "gemini")
SIZES = (1_000, 10_000, 100_000)
ARGUMENTS = 10_000_000
"""Characters of the one argument that is cut into as many fragments as a size says."""

PATIENCE = 20.0
"""Seconds that a peer may take."""


def chunks_of(dialect: str, texts: list[bytes]) -> list[Chunk]:
    """Return the chunks of a stream with these payloads."""
    decoder = Decoder(dialect)
    return [chunk for event in events_of(dialect, texts) for chunk in decoder.feed(event)]


def parse(texts: Iterable[bytes]) -> object:
    """Parse every payload."""
    return [orjson.loads(text) for text in texts]


def look(chunks: Iterable[Chunk]) -> object:
    """Add every chunk and look at the message behind each."""
    accumulator = Accumulator()
    for chunk in chunks:
        accumulator.add(chunk)
        _ = accumulator.message
    return accumulator.finish()


def mend(dialect: str, chunks: Iterable[Chunk]) -> object:
    """Repair every chunk of a stream."""
    repairer = Repairer(dialect)
    for chunk in chunks:
        repairer.feed(chunk)
    return repairer.close()


def by_openai(texts: Iterable[bytes]) -> object:
    """Join with the accumulator of the OpenAI SDK, the chunks being ready made."""
    state: Any = ChatCompletionStreamState()
    for chunk in patiently(texts):
        state.handle_chunk(chunk)
    return state.current_completion_snapshot


def by_langchain(messages: Iterable[AIMessageChunk]) -> object:
    """Join as LangChain's streams do, by adding one message to the other."""
    joined: Any = None
    for message in patiently(messages):
        joined = message if joined is None else joined + message
    return joined


def patiently(values: Iterable[Any]) -> Iterator[Any]:
    """Yield *values* as long as `PATIENCE` lasts.

    Raises:
        TimeoutError: It is over.
    """
    end = time.process_time() + PATIENCE
    for value in values:
        if time.process_time() > end:
            raise TimeoutError
        yield value


def ready_for_openai(texts: Iterable[bytes]) -> list[Any]:
    """Return the SDK's own chunks."""
    return [ChatCompletionChunk.model_construct(**_typed(orjson.loads(text))) for text in texts]


def _typed(payload: dict[str, Any]) -> dict[str, Any]:
    chunk = ChatCompletionChunk.model_validate(payload)
    return {name: getattr(chunk, name) for name in ChatCompletionChunk.model_fields}


def ready_for_langchain(chunks: Iterable[Chunk]) -> list[AIMessageChunk]:
    """Return the messages that say the same."""
    made: list[AIMessageChunk] = []
    for chunk in chunks:
        calls: list[Any] = [
            {
                "name": c.name,
                "args": c.arguments,
                "id": c.id,
                "index": c.index,
                "type": "tool_call_chunk",
            }
            for c in chunk.tool_calls
        ]
        made.append(AIMessageChunk(content=chunk.text, tool_call_chunks=calls))
    return made


def fragments(count: int) -> list[bytes]:
    """Return payloads of one tool call whose argument comes in *count* fragments."""
    piece = "x" * (ARGUMENTS // count)

    def payload(call: dict[str, Any]) -> bytes:
        choice = {
            "index": 0,
            "delta": {"tool_calls": [{"index": 0, **call}]},
            "finish_reason": None,
        }
        said = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
        return json.dumps({**said, "choices": [choice]}).encode()

    head = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": ""}}
    return [payload(head), *(payload({"function": {"arguments": piece}}) for _ in range(count))]


def timed(case: Case) -> float:
    """Return the seconds that a case takes."""
    start = time.process_time()
    case()
    return time.process_time() - start


def ratios(rounds: int, events: int) -> Iterator[tuple[str, list[str]]]:
    """Yield for each dialect what its cases cost, as ratios to parsing."""
    for dialect in DIALECTS:
        texts = payloads(dialect, events)
        chunks = chunks_of(dialect, texts)
        message = accumulate(chunks)
        cases: list[Case] = [
            partial(parse, texts),
            partial(accumulate, chunks),
            partial(look, chunks),
            partial(mend, dialect, chunks),
            partial(_split, message),
        ]
        found = [[timed(case) for case in cases] for _ in range(rounds)]
        base = [row[0] for row in found]
        cells = [
            f"{statistics.median(row[n] / b for row, b in zip(found, base, strict=True)):.2f}"
            for n in range(1, len(cases))
        ]
        spent = statistics.median(row[1] for row in found) / events * 1e6
        yield dialect, [*cells, f"{spent:.2f}"]


def growth(sizes: Sequence[int]) -> Iterator[tuple[str, list[str]]]:
    """Yield the time a chunk, or of all fragments, at each size; beside the peers."""
    kinds: dict[str, Callable[[int], list[bytes]]] = {
        "a chunk of text, µs": lambda size: payloads("openai", size),
        "10 MB of arguments, s": fragments,
    }
    for kind, make in kinds.items():
        rows: dict[str, list[str]] = {}
        tired: set[str] = set()
        for size in sizes:
            texts = make(size)
            chunks = chunks_of("openai", texts)
            cases: dict[str, Callable[[], Case]] = {
                "accumulate": partial(partial, accumulate, chunks),
                "with a look at each": partial(partial, look, chunks),
                "repair": partial(partial, mend, "openai", chunks),
                "openai SDK": partial(_after, by_openai, ready_for_openai, texts),
                "langchain-core": partial(_after, by_langchain, ready_for_langchain, chunks),
            }
            for name, prepare in cases.items():
                row = rows.setdefault(name, [])
                if name in tired:
                    row.append("-")
                    continue
                case = prepare()
                try:
                    spent = timed(case)
                except TimeoutError:
                    tired.add(name)
                    row.append(f"> {PATIENCE:.0f} s")
                    continue
                each = spent / len(texts) * 1e6 if kind.endswith("µs") else spent
                row.append(f"{each:.2f}")
        for name, row in rows.items():
            yield f"{kind}: {name}", row


def _after(function: Callable[[Any], object], ready: Callable[[Any], Any], given: Any) -> Case:
    """Return the case of a peer, whose own chunks are made before it is timed."""
    return partial(function, ready(given))


def _split(message: Message) -> object:
    return list(split(message))


def main() -> int:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=2_000, help="events a stream")
    options.add_argument("--rounds", type=int, default=11, help="rounds of every case")
    options.add_argument("--most", type=int, default=SIZES[-1], help="largest size of the growth")
    chosen = options.parse_args()
    head = ("accumulate", "with looks", "repair", "split", "µs/chunk")
    print(f"{'x orjson.loads':<46}" + "".join(f"{name:>13}" for name in head))
    for dialect, cells in ratios(chosen.rounds, chosen.events):
        print(f"{dialect:<46}" + "".join(f"{cell:>13}" for cell in cells))
    sizes = [size for size in SIZES if size <= chosen.most]
    print(f"\n{'chunks':<46}" + "".join(f"{size:>13,}" for size in sizes))
    for name, cells in growth(sizes):
        print(f"{name:<46}" + "".join(f"{cell:>13}" for cell in cells))
    return 0


if __name__ == "__main__":
    sys.exit(main())
