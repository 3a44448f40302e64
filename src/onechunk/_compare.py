"""Two chunks by meaning: what the second lacks, has otherwise, or has alone."""

from __future__ import annotations

import json
from typing import Any, Final

from attrs import evolve, fields

from onechunk._arguments import as_object, is_exact
from onechunk._chunk import Choice, Chunk, Logprobs, TokenLogprob
from onechunk._loss import Loss
from onechunk._marks import Json, is_list, is_object
from onechunk._parts import Citation, Media, Other, Reasoning, Refusal, Text, ToolCall
from onechunk._silence import DEPTH, Level, Silence
from onechunk.mapping._writer import bare

__all__ = ["MOST_KEPT", "compare", "weight"]

MOST_KEPT: Final = 1 << 24
"""So many bytes of what was lost are kept, about, of one value and of a stream: a hostile one may
lose as much as it likes."""

_HEAD: Final = 64
"""Bytes that any value takes, about."""

_ADDRESS = {"block", "extra", "index", "text"}
"""Fields of a part that say where it is, or that are compared otherwise."""


def compare(
    chunk: Chunk,
    back: Chunk,
    silence: Silence | None = None,
) -> list[Loss]:
    """Return what *back* loses of *chunk*; text counts as joined, however it is cut.

    Args:
        chunk: What was meant.
        back: What was read again.
        silence: What of residue says nothing; None where only what is empty does not.
    """
    found = _Comparison(silence or Silence())
    chunk, back = _each_once(chunk), _each_once(back)
    for name in ("id", "model", "created"):
        found.value(f"$.{name}", getattr(chunk, name), getattr(back, name))
    found.fields("$.usage", chunk.usage, back.usage)
    found.fields("$.error", chunk.error, back.error)
    found.residue("$", chunk, back)
    others = {choice.index or 0: choice for choice in back.choices}
    for number, choice in enumerate(chunk.choices):
        index = number if choice.index is None else choice.index
        found.choice(f"$.choices[{number}]", choice, others.pop(index, Choice(index)))
    for number, choice in enumerate(others.values(), len(chunk.choices)):
        found.choice(f"$.choices[{number}]", Choice(choice.index), choice)
    return found.losses


def _each_once(chunk: Chunk) -> Chunk:
    """Return *chunk* with what it says of a choice in several places said in one."""
    indexes = [n if each.index is None else each.index for n, each in enumerate(chunk.choices)]
    if len({*indexes}) == len(indexes):
        return chunk
    choices: dict[int, Choice] = {}
    for index, choice in zip(indexes, chunk.choices, strict=True):
        known = choices.get(index)
        if known is None:
            choices[index] = evolve(choice, parts=[*choice.parts])
            continue
        known.parts += choice.parts
        known.extra = known.extra | choice.extra
        for name in ("role", "finish", "stop", "logprobs"):
            if getattr(known, name) is None:
                setattr(known, name, getattr(choice, name))
    return evolve(chunk, choices=[*choices.values()])


class _Comparison:
    """Collects the losses, path by path."""

    def __init__(self, silence: Silence) -> None:
        self.losses: list[Loss] = []
        self._silence = silence

    def value(self, path: str, value: Json, other: Json) -> None:
        """Compare one field; None and an empty string say nothing."""
        if value == other or (value in (None, "") and other in (None, "")):
            return
        if value in (None, ""):
            self.losses.append(Loss("invented", path, other))
        else:
            dropped = other in (None, "")
            self.losses.append(Loss("dropped" if dropped else "changed", path, value))

    def fields(self, path: str, value: Any, other: Any) -> None:
        """Compare two attrs values field by field, `extra` as residue."""
        if value is None and other is None:
            return
        if value is not None:
            self.residue(path, value, other)
        for attribute in fields((value if value is not None else other).__class__):
            name = attribute.name
            if (
                name == "total_tokens"
                and other is not None
                and _is_sum(value)
                and other.total_tokens is None
            ):
                # It can be told from the two others.
                continue
            if name not in {"extra", "index", "block"}:
                self.value(f"{path}.{name}", getattr(value, name, None), getattr(other, name, None))

    def choice(self, path: str, choice: Choice, other: Choice) -> None:
        """Compare two choices."""
        # Where a dialect has no roles, what it writes is the assistant's.
        if {choice.role, other.role} != {"assistant", None}:
            self.value(f"{path}.role", choice.role, other.role)
        reason = None if choice.finish is None else choice.finish.reason.value
        self.value(f"{path}.finish.reason", reason, other.finish and other.finish.reason.value)
        self.value(f"{path}.stop", choice.stop, other.stop)
        self.logprobs(f"{path}.logprobs", choice.logprobs, other.logprobs)
        self.residue(path, choice, other)
        self.texts(path, choice, other)
        for text in (Text, Refusal, Reasoning):
            self.pieces(path, text, choice, other)
        for kind in (Reasoning, ToolCall, Citation, Media):
            self.parts(path, kind, choice, other)
        left = [part for part in other.parts if isinstance(part, Other)]
        for number, part in enumerate(choice.parts):
            if isinstance(part, Other):
                match = next((each for each in left if each.value == part.value), None)
                self.residue(f"{path}.parts[{number}]", part, match)
                if match is None:
                    self.losses.append(Loss("dropped", f"{path}.parts[{number}]", part.value))

    def texts(self, path: str, choice: Choice, other: Choice) -> None:
        """Compare text, refusal and reasoning; a refusal that became text is changed, not lost."""
        said = {kind: _joined(choice, kind) for kind in (Text, Refusal, Reasoning)}
        heard = {kind: _joined(other, kind) for kind in (Text, Refusal, Reasoning)}
        if said[Refusal] and heard == {**said, Refusal: "", Text: said[Text] + said[Refusal]}:
            number = _first(choice, Refusal)
            self.losses.append(Loss("changed", f"{path}.parts[{number}]", said[Refusal]))
            return
        for kind, text in said.items():
            place = f"{path}.parts[{_first(choice, kind)}].text"
            self.value(place, text, heard[kind])

    def pieces(self, path: str, kind: type[Any], choice: Choice, other: Choice) -> None:
        """Compare the residue of text that may be cut otherwise: then it counts as joined too."""
        numbered = [(n, part) for n, part in enumerate(choice.parts) if _is_piece(part, kind)]
        heard: list[Any] = [part for part in other.parts if _is_piece(part, kind)]
        if len(heard) != len(numbered):
            joined = {key: value for part in heard for key, value in part.extra.items()}
            heard = [Text("", extra=joined)] * len(numbered)
        for (number, part), match in zip(numbered, heard, strict=True):
            if part.extra:
                self.residue(f"{path}.parts[{number}]", part, match)

    def parts(self, path: str, kind: type[Any], choice: Choice, other: Choice) -> None:
        """Compare the parts of one class in their order."""
        numbered: list[tuple[int, Any]] = [
            (n, part) for n, part in enumerate(choice.parts) if type(part) is kind
        ]
        heard: list[Any] = [part for part in other.parts if type(part) is kind]
        if kind is Reasoning:
            numbered = [each for each in numbered if not _is_piece(each[1], kind)]
            heard = [part for part in heard if not _is_piece(part, kind)]
        for place, (number, part) in enumerate(numbered):
            whole = len(heard) >= len(numbered) - place
            match = heard.pop(0) if heard and (whole or _is_alike(part, heard[0])) else None
            here = f"{path}.parts[{number}]"
            self.residue(here, part, match)
            if match is None and kind is Reasoning:
                # Its text is compared with all the other.
                self.value(f"{here}.signature", part.signature, None)
                self.value(f"{here}.encrypted", part.encrypted, None)
                continue
            if match is None:
                if any(
                    getattr(part, a.name) not in (None, "")
                    for a in fields(kind)
                    if a.name not in _ADDRESS or (a.name == "text" and kind is Citation)
                ):
                    self.losses.append(Loss("dropped", here, _plain(part)))
                continue
            for attribute in fields(kind):
                name = attribute.name
                if name in _ADDRESS and not (name == "text" and kind is Citation):
                    continue
                one, two = getattr(part, name), getattr(match, name)
                if name != "arguments" or not _same_arguments(one, two):
                    self.value(f"{here}.{name}", one, two)

    def logprobs(self, path: str, logprobs: Logprobs | None, other: Logprobs | None) -> None:
        """Compare token by token."""
        if logprobs is None:
            return
        self.residue(path, logprobs, other)
        for name in ("content", "refusal"):
            tokens = getattr(logprobs, name)
            heard: Any = getattr(other, name, None)
            if tokens and not heard:
                self.losses.append(Loss("dropped", f"{path}.{name}", [_plain(t) for t in tokens]))
                for number, token in enumerate(tokens):
                    self.token_residue(f"{path}.{name}[{number}]", token)
                continue
            for number, token in enumerate(tokens or ()):
                match = heard[number] if number < len(heard) else None
                self.token(f"{path}.{name}[{number}]", token, match)

    def token(self, path: str, token: TokenLogprob, other: TokenLogprob | None) -> None:
        """Compare one token and its alternatives."""
        if other is None:
            self.losses.append(Loss("dropped", path, _plain(token)))
            self.token_residue(path, token)
            return
        self.residue(path, token, other)
        for name in ("token", "logprob", "bytes", "token_id"):
            self.value(f"{path}.{name}", getattr(token, name), getattr(other, name))
        for number, each in enumerate(token.top or ()):
            match = other.top[number] if other.top and number < len(other.top) else None
            self.token(f"{path}.top[{number}]", each, match)

    def token_residue(self, path: str, token: TokenLogprob) -> None:
        """Report the residue of a token that is not there, and of its alternatives."""
        self.residue(path, token, None)
        for number, each in enumerate(token.top or ()):
            self.token_residue(f"{path}.top[{number}]", each)

    def residue(self, path: str, value: Any, other: Any) -> None:
        """Report residue that does not stand in the other as well."""
        left = getattr(other, "extra", {})
        level = self._silence.of(value.__class__)
        self._residue(f"{path}.extra", getattr(value, "extra", {}), left, level)

    def _residue(
        self, path: str, value: Json, left: Json, level: Level, depth: int = DEPTH
    ) -> None:
        for key, each in value.items():
            other = left.get(key) if is_object(left) else None
            if level.covers(key, each, depth):
                continue
            if is_object(each) and depth:
                self._residue(f"{path}.{key}", each, other, level.under(key), depth - 1)
            elif each != other:
                kept = bare(each) if weight(each, MOST_KEPT) <= MOST_KEPT else None
                self.losses.append(Loss("dropped", f"{path}.{key}", kept))


def weight(value: Any, most: int) -> int:
    """Return about how many bytes a value takes; as soon as it is more than *most*."""
    found = 0
    todo = [value]
    while todo and found <= most:
        each = todo.pop()
        found += _HEAD + (len(each) if isinstance(each, str | bytes) else 0)
        if is_object(each):
            todo += [*each, *each.values()]
        elif is_list(each):
            todo += each
    return found


def _is_sum(usage: Any) -> bool:
    counts = getattr(usage, "input_tokens", None), getattr(usage, "output_tokens", None)
    return None not in counts and usage.total_tokens == sum(counts)  # type: ignore[arg-type]


def _is_piece(part: Any, kind: type[Any]) -> bool:
    """Say whether *part* is text of this kind that may be cut anywhere: nothing else is on it."""
    return type(part) is kind and not (kind is Reasoning and (part.signature or part.encrypted))


def _joined(choice: Choice, kind: type[Any]) -> str:
    return "".join(getattr(part, "text", "") for part in choice.parts if type(part) is kind)


def _first(choice: Choice, kind: type[Any]) -> int:
    return next((n for n, part in enumerate(choice.parts) if type(part) is kind), 0)


def _is_alike(part: Any, other: Any) -> bool:
    """Say whether *other* may be what became of *part*, where fewer came than were sent."""
    if type(part) is ToolCall:
        if None not in {part.id, other.id}:
            return bool(part.id == other.id)
        same = _same_arguments(part.arguments, other.arguments)
        return bool(part.name == other.name) and (same or _is_wrapped(part, other))
    if type(part) is not Citation:
        return True
    said = ((getattr(part, each), getattr(other, each)) for each in ("url", "title", "text"))
    return any(one == two and one not in {None, ""} for one, two in said)


def _same_arguments(one: Json, two: Json) -> bool:
    """Say whether an object and a JSON text, in either order, are the same."""
    if isinstance(one, str) == isinstance(two, str):
        return bool(one == two)
    text, value = (one, two) if isinstance(one, str) else (two, one)
    try:
        return bool(json.loads(text) == value) and is_exact(text)
    except (ValueError, TypeError):
        return False


def _is_wrapped(part: ToolCall, other: ToolCall) -> bool:
    text = part.arguments
    return isinstance(text, str) and other.arguments == as_object(text)


def _plain(value: Any) -> dict[str, Json]:
    """Return the fields of a value that are set."""
    found = {a.name: getattr(value, a.name) for a in fields(value.__class__) if a.name != "extra"}
    return {name: each for name, each in found.items() if each not in (None, "", [])}
