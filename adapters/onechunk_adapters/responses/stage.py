"""Other dialects' chunks as OpenAI Responses' events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from io import StringIO
from typing import Any, Final

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Error,
    Finish,
    FinishReason,
    Json,
    Loss,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    Usage,
)
from onechunk.events import Block, Blocks, Envelope
from onechunk.mapping import Object
from onechunk_adapters.responses.mapping import USAGE_ROW
from onechunk_adapters.responses.pieces import away_citation, away_tokens, mended
from onechunk_adapters.responses.whole import ASKED, PREFIXES, fill, response
from onechunk_adapters.responses.words import INCOMPLETE, WORDS

__all__ = ["Events"]

PLACES: Final[dict[type[Any], tuple[str, str, str, str]]] = {
    Text: ("content", "response.content_part", "response.output_text", "text"),
    Refusal: ("content", "response.content_part", "response.refusal", "refusal"),
    Reasoning: (
        "summary",
        "response.reasoning_summary_part",
        "response.reasoning_summary_text",
        "text",
    ),
}
"""The list that a part stands in, its events, those of its text, and the text's key."""


class Events(Blocks):
    """Writes the events of one response; what goes on in one message is one item."""

    kinds = frozenset({Text, Reasoning, Refusal, ToolCall, Citation})

    def __init__(self, envelope: Envelope, *, alone: bool = False) -> None:
        super().__init__(envelope, alone=alone)
        self._sequence = 0
        self._id: str | None = None
        self._created: int | None = None
        self._output: list[Json] = []
        # The item and the part that are open, and what was said in the part, or of a call.
        self._item: Object = {}
        self._part_open: Object | None = None
        self._said = StringIO()
        self._usage: Usage | None = None
        self._failing = False
        self._ended = False

    def feed(self, chunk: Chunk) -> list[Object]:
        """Return the events that say what *chunk* says, numbered."""
        events = super().feed(chunk)
        for number, event in enumerate(events, self._sequence):
            event["sequence_number"] = number
        self._sequence += len(events)
        return events

    def begin(self, role: str) -> Iterable[Object]:
        """Open the response."""
        del role  # items have one
        self._id, self._created = self.envelope.id, self.envelope.created
        yield {"type": "response.created", "response": self._response("in_progress")}
        if self.alone:
            return
        yield {"type": "response.in_progress", "response": self._response("in_progress")}
        self.losses += [
            Loss("invented", f"$.extra.response.{key}", value) for key, value in ASKED.items()
        ]

    def open(self, block: Block) -> Iterable[Object]:
        """Open the item of a call; any other opens when something is said in it."""
        if block.kind is ToolCall:
            call = {"arguments": "", "call_id": block.head.id or "", "name": block.head.name or ""}
            yield from self._begin_item("function_call", call, block)

    def say(self, block: Block, part: Any, choice: Choice) -> Iterable[Object]:
        """Say more of a block."""
        match part:
            case Text(text):
                tokens = _tokens(part, choice)
                if text or tokens:
                    yield from self._say(block, text, logprobs=tokens)
            case Refusal(text):
                if text:
                    yield from self._say(block, text)
            case Reasoning(text):
                if text:
                    yield from self._say(block, text)
                if part.encrypted is not None:
                    yield from self._seal(block, part.encrypted)
            case ToolCall(arguments=arguments):
                if arguments and isinstance(arguments, str):
                    self._said.write(arguments)
                    yield self._event("response.function_call_arguments.delta", block) | {
                        "delta": arguments
                    }
            case _:
                yield from self._cite(block, part)

    def close(self, block: Block) -> Iterable[Object]:
        """Close a block: its part, and its item unless that is a message, which may go on."""
        yield from self._end_part(block)
        if block.kind not in {Text, Refusal}:
            yield from self._end_item()

    def finish(self, choice: Choice, usage: Usage | None) -> Iterable[Object]:
        """Say why the response ended."""
        yield from self._end(choice.finish or Finish(FinishReason.STOP), usage)

    def count(self, usage: Usage) -> Iterable[Object]:
        """Say the usage of one chunk; that of a stream stands in its last event."""
        self._usage = usage
        if self.alone:
            yield {"type": "response.in_progress", "response": {"usage": self._count_all(usage)}}

    def fail(self, error: Error) -> Iterable[Object]:
        """Say that the response failed."""
        self._failing = True
        yield from self.shut()
        yield from self._end_item("incomplete")
        said: Object = {"code": error.code, "message": error.message or ""}
        if error.code is None:
            said["code"] = "server_error"
            if not self.alone:
                self.losses.append(Loss("invented", "$.error.code", said["code"]))
        elif not isinstance(error.code, str):
            said["code"] = str(error.code)
        said |= {
            key: value
            for key, value in (("type", error.type), ("param", error.param))
            if value is not None
        }
        if not self.alone:
            self.losses.append(Loss("invented", "$.choices[0].finish.reason", "error"))
        yield from self._last("failed", self._usage, error=said)

    def end(self) -> Iterable[Object]:
        """End a response that had nothing to finish."""
        if not self._ended:
            reason = FinishReason.STOP
            self.losses.append(Loss("invented", "$.choices[0].finish.reason", reason.value))
            yield from self._end(Finish(reason), self._usage)

    def _event(self, name: str, block: Block) -> Object:
        """Return an event within the open item."""
        if not self._item:
            return {"type": name, "item_id": "", "output_index": block.number}
        return {"type": name, "item_id": self._item["id"], "output_index": len(self._output)}

    def _in_part(self, name: str, block: Block) -> Object:
        """Return an event within the open part, which is the last of its list."""
        place = PLACES[block.kind][0]
        number = len(self._item[place]) - 1 if self._item else 0
        return self._event(name, block) | {f"{place}_index": number}

    def _begin_item(self, kind: str, rest: Object, block: Block) -> Iterator[Object]:
        """Begin an item; a message that is open ends."""
        yield from self._end_item()
        number = block.number if self.alone else len(self._output)
        name = f"{PREFIXES[kind]}_{self._id}_{number}"
        self._item = {"id": name, "type": kind, **rest}
        self._said = StringIO()
        if not self._output and not self.alone:
            self.losses.append(Loss("invented", "$.extra.item.id", name))
        if kind != "reasoning":
            self._item["status"] = "in_progress"
        yield {
            "type": "response.output_item.added",
            "output_index": number,
            "item": _copy(self._item),
        }
        if self.alone:
            self._item = {}

    def _end_item(self, status: str = "completed") -> Iterator[Object]:
        item, self._item = self._item, {}
        if not item:
            return
        if "status" in item:
            item["status"] = status
        yield {"type": "response.output_item.done", "output_index": len(self._output), "item": item}
        self._output.append(item)

    def _begin_part(self, block: Block) -> Iterator[Object]:
        """Begin a part, and before it its item, unless they are open."""
        if self.alone or self._part_open is not None:
            return
        place, part_event, _, key = PLACES[block.kind]
        kind = "reasoning" if block.kind is Reasoning else "message"
        if self._item.get("type") != kind:
            yield from self._begin_item(kind, _empty(kind), block)
        part: Object = {"type": "summary_text" if place == "summary" else "refusal", key: ""}
        if block.kind is Text:
            part = {"type": "output_text", "text": "", "annotations": [], "logprobs": []}
        self._item[place].append(part)
        self._part_open = part
        self._said = StringIO()
        yield self._in_part(f"{part_event}.added", block) | {"part": _copy(part)}

    def _end_part(self, block: Block) -> Iterator[Object]:
        """Repeat the text of a part and the part, or the arguments of a call."""
        part, self._part_open = self._part_open, None
        text = mended(self._said.getvalue())
        if block.kind is ToolCall and self._item:
            if not text.strip() and not self._failing:
                # Readers parse arguments as JSON.
                text = "{}"
                path = f"$.choices[0].tool_calls[{block.count}].arguments"
                self.losses.append(Loss("invented", path, text))
                delta = self._event("response.function_call_arguments.delta", block)
                yield delta | {"delta": text}
            self._item["arguments"] = text
            yield self._event("response.function_call_arguments.done", block) | {
                "name": self._item["name"],
                "arguments": text,
            }
        elif part is not None:
            _, part_event, text_event, key = PLACES[block.kind]
            part[key] = text
            done = self._in_part(f"{text_event}.done", block) | {key: text}
            yield done | ({"logprobs": part["logprobs"]} if "logprobs" in part else {})
            yield self._in_part(f"{part_event}.done", block) | {"part": part}

    def _say(self, block: Block, text: str, **more: Json) -> Iterator[Object]:
        yield from self._begin_part(block)
        if self._part_open is not None:
            self._said.write(text)
            for key, value in more.items():
                self._part_open[key] += value
        name = f"{PLACES[block.kind][2]}.delta"
        yield self._in_part(name, block) | {"delta": text, **more}

    def _seal(self, block: Block, encrypted: str) -> Iterator[Object]:
        """Keep what is encrypted for the end of the item."""
        if self.alone:
            item: Object = {"type": "reasoning", "summary": [], "encrypted_content": encrypted}
            yield self._event("response.output_item.done", block) | {"item": item}
            return
        if self._item.get("type") != "reasoning":
            yield from self._begin_item("reasoning", _empty("reasoning"), block)
        self._item["encrypted_content"] = encrypted

    def _cite(self, block: Block, part: Citation) -> Iterator[Object]:
        if not part.url and not part.title:
            return  # it would name no source
        yield from self._begin_part(block)
        found: list[Json] = [] if self._part_open is None else self._part_open["annotations"]
        citation = away_citation(part)
        yield self._in_part("response.output_text.annotation.added", block) | {
            "annotation_index": len(found),
            "annotation": citation,
        }
        found.append(citation)

    def _end(self, finish: Finish, usage: Usage | None) -> Iterator[Object]:
        """End the response as *finish* says."""
        word = WORDS[finish.reason] or "completed"
        incomplete = word in INCOMPLETE
        yield from self._end_item("incomplete" if incomplete else "completed")
        if incomplete:
            yield from self._last("incomplete", usage, incomplete_details={"reason": word})
        else:
            # No client of this API knows an end that is neither, such as a cancelled answer.
            yield from self._last("completed", usage)

    def _last(self, status: str, usage: Usage | None, **more: Json) -> Iterator[Object]:
        self._ended = True
        counts = None if usage is None else self._count_all(usage)
        whole = self._response(status, usage=counts, **more)
        yield {"type": f"response.{status}", "response": whole}

    def _response(self, status: str, **more: Json) -> Object:
        """Return the response object; of one chunk by itself only what the chunk says."""
        head: Object = {"object": "response", "status": status}
        if self.alone and status != "in_progress":
            return {**head, "incomplete_details": None, "error": None, **more}
        envelope = Envelope(self._id, self.envelope.model, self._created)
        return response(envelope, head | {"output": [*self._output]} | more)

    def _count_all(self, usage: Usage) -> Object:
        """Return the usage object with zeros where readers need a count that nobody said."""
        out: Object = {}
        write: Any = USAGE_ROW.write_away
        write(usage, out, {})
        if not self.alone:
            self.losses += fill(out["usage"])
        counts: Object = out["usage"]
        return counts


def _empty(kind: str) -> Object:
    return {"summary": []} if kind == "reasoning" else {"role": "assistant", "content": []}


def _copy(value: Object) -> Object:
    """Return a copy whose lists do not grow."""
    return {key: [*each] if isinstance(each, list) else each for key, each in value.items()}


def _tokens(part: Text, choice: Choice) -> list[Json]:
    """Return the tokens of a choice with the first of its texts."""
    first = next((each for each in choice.parts if type(each) is Text), part)
    if choice.logprobs is None or first is not part:
        return []
    return away_tokens(choice.logprobs)
