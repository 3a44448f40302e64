"""Tool calls whose pieces interleave, put in the order that a target can say."""

from __future__ import annotations

import json
from typing import Any, Protocol

from attrs import evolve

from onechunk._arguments import Arguments, as_object, is_exact
from onechunk._json import loads, loads_exact
from onechunk._loss import Loss, call_path
from onechunk._marks import is_object
from onechunk._parts import Part, ToolCall

__all__ = ["FreeCalls", "Holder", "SerialCalls", "WholeCalls"]


class Holder(Protocol):
    """Holds parts of one choice back until the target can say them.

    Attributes:
        idle: True if a part that is no call goes through as it is.
        losses: What was bent; the caller empties it.
        missing: How many calls were left out.
    """

    losses: list[Loss]
    missing: int

    @property
    def idle(self) -> bool: ...

    def feed(self, parts: list[Part]) -> list[Part]:
        """Return what can be said now."""
        ...

    def flush(self, *, whole: bool = True) -> list[Part]:
        """Return what was held: the choice ends, and is not *whole* if it was cut off."""
        ...


class FreeCalls:
    """Holds nothing: the target can say pieces of several calls in turn."""

    idle = True

    def __init__(self, choice: int = 0) -> None:
        del choice
        self.losses: list[Loss] = []
        self.missing = 0

    def feed(self, parts: list[Part]) -> list[Part]:
        """Return *parts*."""
        return parts

    def flush(self, *, whole: bool = True) -> list[Part]:
        """Return nothing."""
        del whole
        return []


class SerialCalls:
    """Lets one call end before the next begins, for targets whose blocks cannot overlap.

    While a call's arguments are no whole JSON value, what is not of that call waits. Whatever
    waits comes out in the order in which it began, each call in one piece.

    Args:
        choice: Number of the choice, for the losses.
    """

    def __init__(self, choice: int = 0) -> None:
        self.losses: list[Loss] = []
        self.missing = 0
        self._choice = choice
        self._open: int | None = None
        self._arguments = Arguments()
        self._waiting: dict[int | None, list[Part]] = {}
        self._ended: set[int | None] = set()
        self._begun: set[int | None] = set()
        # Heads whose name has not come yet, with what came of their arguments.
        self._nameless: dict[int | None, ToolCall] = {}
        # Arguments `{}` of the open call, which are its own only if no others come.
        self._empty: ToolCall | None = None

    @property
    def idle(self) -> bool:
        """True if no call is open."""
        return self._open is None and not self._nameless

    def feed(self, parts: list[Part]) -> list[Part]:
        """Return what can be said now."""
        out: list[Part] = []
        for part in parts:
            if type(part) is ToolCall and part.index not in self._begun:
                named = self._named(part)
                if named is not None:
                    self._begin_all(part.index, out)
                    self._take(part.index, named, out)
            else:
                self._take(part.index if type(part) is ToolCall else None, part, out)
        return out

    def _take(self, key: int | None, part: Part, out: list[Part]) -> None:
        """Say *part* now or let it wait."""
        if self._open is None:
            self._say(key, part, out)
        elif key == self._open:
            self._say(key, part, out)
            if self._waiting and self._arguments.whole:
                self._go_on(out)
        elif not self._waiting and self._arguments.whole:
            self._close(out)
            self._say(key, part, out)
        else:
            self._waiting.setdefault(key, []).append(part)

    def flush(self, *, whole: bool = True) -> list[Part]:
        """Return what waits."""
        out: list[Part] = []
        self._begin_all(None, out)
        self._close(out, whole=whole)
        for key, parts in self._waiting.items():
            for part in parts:
                self._say(key, part, out)
            self._close(out, whole=whole)
        self._waiting.clear()
        return out

    def _named(self, part: ToolCall) -> ToolCall | None:
        """Return *part* as the head of its call; None until its name has come, which must be first.

        What came of the arguments before goes with it.
        """
        head = self._nameless.pop(part.index, None)
        if head is not None:
            arguments = part.arguments
            if isinstance(arguments, str) and isinstance(head.arguments, str):
                arguments = head.arguments + arguments
            said = head.arguments if arguments is None else arguments
            part = evolve(head, name=part.name, arguments=said)
        if part.name is None:
            self._nameless[part.index] = part
            return None
        self._begun.add(part.index)
        return part

    def _begin_all(self, key: int | None, out: list[Part]) -> None:
        """Begin calls that still have no name, since another begins: their order would be lost."""
        for index, head in self._nameless.items():
            if index != key:
                self._begun.add(index)
                self._take(index, head, out)
        self._nameless.clear()

    def _say(self, key: int | None, part: Part, out: list[Part]) -> None:
        if type(part) is ToolCall:
            if key in self._ended:
                # Its block is closed: white space is no loss, anything else is.
                if isinstance(part.arguments, str) and not part.arguments.strip():
                    return
                path = f"{call_path(self._choice, key)}.arguments"
                self.losses.append(Loss("dropped", path, part.arguments))
                return
            self._open = key
            part = self._without_empty(part)
            known = self._arguments.free.plain
            said = self._arguments.add(part.arguments)
            if self._arguments.free.plain and not known:
                path = f"{call_path(self._choice, key)}.arguments"
                self.losses.append(Loss("changed", path, part.arguments))
            part = part if said is part.arguments else evolve(part, arguments=said)
        out.append(part)

    def _without_empty(self, part: ToolCall) -> ToolCall:
        """Hold `{}` back until the call ends: some send it first and the arguments behind it."""
        if part.arguments == "{}" and not self._arguments.said:
            self._empty = evolve(part, id=None, name=None)
            return evolve(part, arguments=None)
        if self._empty is not None and part.arguments:
            path = f"{call_path(self._choice, part.index)}.arguments"
            self.losses.append(Loss("dropped", path, self._empty.arguments))
            self._empty = None
        return part

    def _close(self, out: list[Part], *, whole: bool = True) -> None:
        if self._open is not None:
            self._ended.add(self._open)
            rest = self._arguments.free.end(whole=whole)
            if rest:
                out.append(ToolCall(self._open, arguments=rest))
        if self._empty is not None:
            out.append(self._empty)
        self._open = self._empty = None
        self._arguments = Arguments()

    def _go_on(self, out: list[Part]) -> None:
        """Say what waits, up to a call that is not whole."""
        while self._waiting:
            self._close(out)
            key = next(iter(self._waiting))
            for part in self._waiting.pop(key):
                self._say(key, part, out)
            if self._open is not None and not self._arguments.whole:
                return


class WholeCalls:
    """Makes every call one part whose arguments are an object.

    A call is said when something else begins and its arguments are whole, or when the choice ends.

    Args:
        choice: Number of the choice, for the losses.

    Attributes:
        eager: True to say a call at once whose arguments come as an object.
    """

    def __init__(self, choice: int = 0) -> None:
        self.losses: list[Loss] = []
        self.missing = 0
        self.eager = False
        self._choice = choice
        self._held: dict[int | None, ToolCall] = {}
        self._pieces: dict[int | None, list[str]] = {}
        self._arguments: dict[int | None, Arguments] = {}
        self._ended: set[int | None] = set()

    @property
    def idle(self) -> bool:
        """True if no call is held."""
        return not self._held

    def feed(self, parts: list[Part]) -> list[Part]:
        """Return what can be said now."""
        out: list[Part] = []
        for part in parts:
            if type(part) is not ToolCall:
                self._release(out)
                out.append(part)
                continue
            if part.index in self._held or part.index in self._ended:
                self._add(part)
            else:
                self._release(out)
                self._begin(part)
            if self.eager and is_object(part.arguments) and part.index in self._held:
                out += self._end(part.index)
        return out

    def flush(self, *, whole: bool = True) -> list[Part]:
        """Return every call that is held."""
        return [part for key in list(self._held) for part in self._end(key, whole=whole)]

    def _begin(self, part: ToolCall) -> None:
        self._held[part.index] = evolve(part, arguments=None)
        self._pieces[part.index] = []
        self._arguments[part.index] = Arguments()
        self._add(part)

    def _add(self, part: ToolCall) -> None:
        key = part.index
        held = self._held.get(key)
        if held is None:
            if isinstance(part.arguments, str) and part.arguments.strip():
                path = f"{call_path(self._choice, key)}.arguments"
                self.losses.append(Loss("dropped", path, part.arguments))
            return
        held.id = held.id or part.id
        held.name = held.name or part.name
        self._arguments[key].add(part.arguments)
        if is_object(part.arguments):
            if is_object(held.arguments) and held.arguments != part.arguments:
                path = f"{call_path(self._choice, key)}.arguments"
                self.losses.append(Loss("dropped", path, held.arguments))
            held.arguments = part.arguments
        elif isinstance(part.arguments, str):
            self._pieces[key].append(part.arguments)

    def _release(self, out: list[Part]) -> None:
        for key in list(self._held):
            if not self._arguments[key].whole:
                return
            out += self._end(key)

    def _end(self, key: int | None, *, whole: bool = True) -> list[Part]:
        held = self._held.pop(key)
        # Nothing tells whether plain text was cut off but the end of the answer.
        plain = self._arguments.pop(key).free.plain and whole
        self._ended.add(key)
        text = "".join(self._pieces.pop(key))
        if is_object(held.arguments):
            if text.strip():
                # Beside an object there is no place for text.
                path = f"{call_path(self._choice, key)}.arguments"
                self.losses.append(Loss("dropped", path, text))
        else:
            held.arguments = self._parse(text, key, plain=bool(plain))
        if held.arguments is None:
            # A call that was cut short must not look like one that can be run.
            self.missing += 1
            said = {"id": held.id, "name": held.name, "arguments": text}
            self.losses.append(Loss("dropped", call_path(self._choice, key), said))
            return []
        if held.name is None:
            self.losses.append(Loss("invented", f"{call_path(self._choice, key)}.name", ""))
        return [held]

    def _parse(self, text: str, key: int | None, *, plain: bool) -> dict[str, Any] | None:
        """Return the object that the text of arguments is; None if it is none."""
        path = f"{call_path(self._choice, key)}.arguments"
        if not text.strip():
            self.losses.append(Loss("invented", path, {}))
            return {}
        if plain:
            self.losses.append(Loss("changed", path, text))
            return as_object(text)
        value = _loads_object(text)
        if not is_object(value):
            # Some send `{}` first and the arguments behind it.
            value = _loads_object(text.removeprefix("{}"))
            if is_object(value):
                self.losses.append(Loss("changed", path, text))
        elif not is_exact(text):
            self.losses.append(Loss("changed", path, text))
        return value if is_object(value) else None


def _loads_object(text: str) -> Any:
    """Parse *text*; None if it is no JSON, as NaN is none."""
    data = text.encode("utf-8", "surrogatepass")
    try:
        return loads(data)
    except (ValueError, RecursionError):
        pass
    try:
        value = loads_exact(data)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return None
    return value
