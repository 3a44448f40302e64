"""Losses are measured, not declared: what is written is read again and compared."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from onechunk._adapter import Adapter, Rules, own
from onechunk._chunk import Choice, Chunk, ExtraPolicy, Logprobs
from onechunk._codec import away_payloads, is_away
from onechunk._compare import compare
from onechunk._errors import UNWRITABLE, EncodeError, WireError, unwritable
from onechunk._finish import Finish, FinishReason
from onechunk._loss import Loss
from onechunk._marks import is_object
from onechunk._parts import Part, Text, ToolCall
from onechunk._registry import get_adapter
from onechunk._silence import NOTHING, Level, Silence

__all__ = ["first_choice", "losses", "measure", "silence_of"]


def losses(dialect: str, chunk: Chunk, *, extra: ExtraPolicy = "home") -> list[Loss]:
    """Return what `encode` into *dialect* drops, changes or makes up.

    At home nothing is lost. Empty residue (null, empty strings) and padding count for nothing.

    Raises:
        EncodeError: The chunk cannot be written.
        UnknownDialectError: No adapter has the name.
    """
    return measure(get_adapter(dialect), chunk, extra=extra)


def measure(adapter: Adapter, chunk: Chunk, *, extra: ExtraPolicy = "home") -> list[Loss]:
    """Return the losses of one chunk written alone.

    Raises:
        EncodeError: As `losses` does.
    """
    try:
        return _measure(adapter, chunk, extra)
    except EncodeError:
        raise
    except WireError as error:
        raise EncodeError(error.message, dialect=adapter.name, path=error.path) from error
    except UNWRITABLE as exc:
        raise unwritable(exc, adapter.name) from exc


def _measure(adapter: Adapter, chunk: Chunk, extra: ExtraPolicy) -> list[Loss]:
    says = chunk.choices or chunk.usage or chunk.error or chunk.extra
    if not is_away(adapter, chunk, extra) or (chunk.done and not says):
        return []
    left_out: list[Loss] = []
    rules = adapter.rules
    if rules.choices == "one":
        chunk, left_out = first_choice(chunk)
    silence = silence_of(chunk)
    of_calls = silence.of(ToolCall)
    written = away_payloads(adapter, _sparing(chunk, rules), extra=extra)
    back = _sparing(_read_back(adapter, written), rules)
    meant = _sparing(chunk, rules, gaps=of_calls)
    if adapter.stage is not None:
        meant = _with_joined_calls(meant, of_calls)
    return left_out + compare(meant, back, silence)


def silence_of(chunk: Chunk) -> Silence:
    """Return what of *chunk*'s residue says nothing where it is written in another dialect.

    Only its own dialect knows: a key that says nothing in the target may say something here.
    """
    return get_adapter(chunk.dialect).silence if chunk.dialect else Silence()


def first_choice(chunk: Chunk) -> tuple[Chunk, list[Loss]]:
    """Return *chunk* without candidates but the first, and the losses that these are."""
    indexes = [n if each.index is None else each.index for n, each in enumerate(chunk.choices)]
    others = [Loss("dropped", f"$.choices[{index}]", index) for index in indexes if index]
    if not others:
        return chunk, []
    first = [each for each, index in zip(chunk.choices, indexes, strict=True) if not index]
    return evolve(chunk, choices=first), others


def _read_back(adapter: Adapter, written: list[dict[str, Any]]) -> Chunk:
    """Read the payloads of one chunk as one chunk."""
    chunks = [adapter.read(own(payload, dialect=adapter.name)) for payload in written]
    if adapter.stage is None:
        return chunks[0]
    memory = adapter.remember()
    whole = Chunk()
    choices: dict[int, Choice] = {}
    for chunk in chunks:
        if memory is not None:
            memory.read(chunk)
        for name in ("id", "model", "created", "usage", "error"):
            if getattr(chunk, name) is not None:
                setattr(whole, name, getattr(chunk, name))
        for choice in chunk.choices:
            known = choices.setdefault(choice.index or 0, Choice(choice.index))
            for part in choice.parts:
                _join(known.parts, part)
            for name in ("role", "finish", "stop"):
                if getattr(choice, name) is not None:
                    setattr(known, name, getattr(choice, name))
            known.logprobs = _join_logprobs(known.logprobs, choice.logprobs)
    whole.choices = list(choices.values())
    return whole


def _join_logprobs(one: Logprobs | None, two: Logprobs | None) -> Logprobs | None:
    """Return the tokens of both; the residue is that of the later."""
    if one is None or two is None:
        return two if one is None else one
    joined = evolve(two)
    for name in ("content", "refusal"):
        tokens = [*(getattr(one, name) or ()), *(getattr(two, name) or ())]
        setattr(joined, name, tokens or None)
    return joined


def _join(parts: list[Part], part: Part) -> None:
    """Add *part*; a piece of a call goes to the call that is there."""
    if type(part) is ToolCall and part.id is None and part.name is None:
        for known in parts:
            if type(known) is ToolCall and known.index == part.index:
                text = part.arguments if isinstance(part.arguments, str) else ""
                known.arguments = f"{known.arguments or ''}{text}"
                return
    parts.append(part)


def _with_joined_calls(chunk: Chunk, silence: Level) -> Chunk:
    """Return *chunk* with the pieces of each call joined, as they are when read back."""
    choices: list[Choice] = []
    for choice in chunk.choices:
        parts: list[Part] = []
        for part in choice.parts:
            before = len(parts)
            # What is joined to must be a copy.
            _join(parts, evolve(part) if type(part) is ToolCall else part)
            if len(parts) == before:
                parts.append(_gap(part, silence))
        choices.append(evolve(choice, parts=parts))
    return evolve(chunk, choices=choices)


def _sparing(chunk: Chunk, rules: Rules, *, gaps: Level | None = None) -> Chunk:
    """Return *chunk* without what one chunk cannot tell, and what `Shaper` reports itself.

    That is whether pieces of arguments make a whole, and whether calls came. With *gaps*, which
    tell residue of calls that says nothing, a piece leaves its place.
    """
    if rules.calls != "whole" and not rules.tells:
        return chunk
    choices: list[Choice] = []
    for choice in chunk.choices:
        parts = choice.parts
        if rules.calls == "whole":
            spared = [(part, _whole(part)) for part in parts]
            parts = [
                whole or _gap(part, gaps or NOTHING)
                for part, whole in spared
                if gaps is not None or whole is not None
            ]
        finish = choice.finish
        if rules.tells and finish is not None and finish.reason is FinishReason.TOOL_CALLS:
            finish = Finish(FinishReason.STOP)
        choices.append(evolve(choice, parts=parts, finish=finish))
    return evolve(chunk, choices=choices)


def _whole(part: Part) -> Part | None:
    """Return a call without the text of its arguments; None for a piece of them."""
    if type(part) is not ToolCall or is_object(part.arguments):
        return part
    if part.id is None and part.name is None:
        return None
    return evolve(part, arguments={})


def _gap(part: Part, silence: Level) -> Text:
    """Return what stands where a call was, so that every other part keeps its number."""
    said = {key: each for key, each in part.extra.items() if not silence.covers(key, each)}
    return Text("", extra=said)
