"""What a type checker knows of chunks and their parts."""

from __future__ import annotations

from typing import Any, Literal, assert_never, assert_type

from onechunk import (
    UNSET,
    Choice,
    Chunk,
    Citation,
    Error,
    Finish,
    FinishReason,
    Frame,
    Logprobs,
    Loss,
    Media,
    Other,
    Part,
    Reasoning,
    Refusal,
    Text,
    TokenLogprob,
    ToolCall,
    Unset,
    Usage,
)


def chunk_fields(chunk: Chunk) -> None:
    """Every field has a closed type, residue aside."""
    assert_type(chunk.id, str | None)
    assert_type(chunk.model, str | None)
    assert_type(chunk.created, float | None)
    assert_type(chunk.choices, list[Choice])
    assert_type(chunk.usage, Usage | None)
    assert_type(chunk.error, Error | None)
    assert_type(chunk.done, bool)
    assert_type(chunk.dialect, str | None)
    assert_type(chunk.frame, Frame | None)
    assert_type(chunk.extra, dict[str, Any])


def conveniences(chunk: Chunk) -> None:
    """The usual answers need no test for None."""
    assert_type(chunk.text, str)
    assert_type(chunk.reasoning, str)
    assert_type(chunk.refusal, str)
    assert_type(chunk.tool_calls, list[ToolCall])
    assert_type(chunk.finish_reason, FinishReason | None)
    chunk.text = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def choice_fields(choice: Choice) -> None:
    """A choice knows its parts."""
    assert_type(choice.index, int | None)
    assert_type(choice.role, str | None)
    assert_type(choice.parts, list[Part])
    assert_type(choice.finish, Finish | None)
    assert_type(choice.stop, int | str | None)
    assert_type(choice.logprobs, Logprobs | None)


def parts_are_closed(part: Part) -> str:
    """A match over all classes of parts is complete."""
    match part:
        case Text() | Refusal() | Reasoning():
            assert_type(part.text, str)
            return part.text
        case ToolCall():
            assert_type(part.arguments, str | dict[str, Any] | None)
            return part.name or ""
        case Citation():
            assert_type(part.references, list[int | str] | None)
            return part.url or ""
        case Media():
            assert_type(part.kind, Literal["audio", "image", "document", "file"])
            return part.kind
        case Other():
            assert_type(part.type, str | None)
            return part.type or ""
        case _:
            assert_never(part)


def reasons_are_closed(reason: FinishReason) -> bool:
    """A match over all reasons is complete."""
    match reason:
        case FinishReason.STOP | FinishReason.LENGTH | FinishReason.TOOL_CALLS:
            return True
        case FinishReason.CONTENT_FILTER | FinishReason.ERROR | FinishReason.OTHER:
            return False
        case FinishReason.PAUSE | FinishReason.CANCELLED:
            return False
        case _:
            assert_never(reason)


def unset_is_narrowed(value: str | Unset) -> None:
    """What is not UNSET is the value."""
    if value is not UNSET:
        assert_type(value, str)


def counts(usage: Usage, token: TokenLogprob, error: Error, loss: Loss) -> None:
    """Counts may be missing; a loss names its kind."""
    assert_type(usage.input_tokens, int | None)
    assert_type(usage.extra, dict[str, Any])
    assert_type(token.top, list[TokenLogprob] | None)
    assert_type(error.code, str | int | None)
    assert_type(loss.kind, Literal["dropped", "changed", "invented"])
    loss.path = "$"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def wrong_values() -> None:
    """What is no part, or no word, is refused before it runs."""
    Choice(parts=["x"])  # type: ignore[list-item]  # pyright: ignore[reportArgumentType]
    Text(5)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Media("video")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    Finish("stop")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
