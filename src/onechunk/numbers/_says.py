"""Whether a chunk holds anything that the model made."""

from __future__ import annotations

from onechunk._chunk import Chunk
from onechunk._parts import Citation, Media, Other, Part, Reasoning, Refusal, Text, ToolCall

__all__ = ["says_something"]


def says_something(chunk: Chunk) -> bool:
    """Say whether any choice of *chunk* says something of the answer.

    That is a text, reasoning or refusal that is not empty, a signature, encrypted reasoning, a
    tool call's id, name or arguments, the data, URL, id or transcript of media, a citation, or
    content without a word here. A role, a finish, an empty text, usage, logprobs alone, an error
    and the end mark are not.
    """
    return any(_says(part) for choice in chunk.choices for part in choice.parts)


def _says(part: Part) -> bool:
    match part:
        case Text() | Refusal():
            return part.text != ""
        case Reasoning():
            return bool(part.text or part.signature or part.encrypted)
        case ToolCall():
            # Arguments that come as an object are whole, also those of a call without any.
            return bool(part.id or part.name or part.arguments or part.arguments == {})
        case Media():
            return bool(part.data or part.url or part.id or part.transcript)
        case Citation() | Other():
            return True
