"""Copies of a wire object that differ in one string and in the padding."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from onechunk._marks import is_list
from onechunk.mapping._source import Source
from onechunk.wire._base import Wire
from onechunk.wire._plan import plans

__all__ = ["object_copier"]

Step = tuple[str, bool]
"""A field, and whether what matters stands there in a list."""


def object_copier(model: Wire, text: str, pad: str) -> Callable[[str, str | None], Any] | None:
    """Return a function from text and padding to a copy of *model* that holds them.

    None if *model* does not hold *text* in one place, or holds other values that all copies would
    share.

    Args:
        model: What to copy.
        text: The string in *model* that the first argument stands for.
        pad: The string in *model*, if any, that the second argument stands for.
    """
    found = _find(model, text)
    if found is None:
        return None
    pad_name = next((p.name for p in plans(type(model)) if getattr(model, p.name) == pad), None)
    pad_key = next((key for key, value in model.extra.items() if value == pad), None)
    levels, steps = found
    kinds = tuple(type(level) for level in levels)
    make = _maker(kinds, steps, pad_name, pad_key)
    return make(*levels)  # type: ignore[no-any-return]


def _find(model: Wire, text: str) -> tuple[list[Wire], tuple[Step, ...]] | None:
    """Return the objects on the way to *text*, outermost first, and the steps between them.

    None if there is another object, or a list, that all copies would share.
    """
    levels, steps = [model], list[Step]()
    while True:
        level = levels[-1]
        inner = [(p.name, getattr(level, p.name)) for p in plans(type(level))]
        shared: list[Any] = [each for each in level.extra.values() if isinstance(each, dict | list)]
        holders: list[tuple[str, Any]] = [
            (name, each) for name, each in inner if isinstance(each, Wire | list | dict)
        ]
        texts = [name for name, each in inner if isinstance(each, str) and each == text]
        if shared or len(holders) + len(texts) != 1:
            return None
        if texts:
            return levels, (*steps, (texts[0], False))
        name, value = holders[0]
        in_list = is_list(value) and len(value) == 1
        inside = value[0] if in_list else value
        if not isinstance(inside, Wire):
            return None
        levels.append(inside)
        steps.append((name, in_list))


@lru_cache(maxsize=512)
def _maker(
    kinds: tuple[type[Wire], ...],
    steps: tuple[Step, ...],
    pad_name: str | None,
    pad_key: str | None,
) -> Callable[..., Any]:
    """Return a function from the objects on the way to the copier; written once for each way."""
    numbers = range(len(kinds))
    s = Source(f"make({', '.join(f'o{n}' for n in numbers)})")
    for n in numbers:
        s(f"x{n} = {{**o{n}.extra}}.copy if o{n}.extra else dict")
    with s.indent("def copy(text, pad):"):
        for n in reversed(numbers):
            s(f"c{n} = {s.name(partial(object.__new__, kinds[n]))}()")
            name, in_list = steps[n]
            inner = "text" if n == len(kinds) - 1 else f"[c{n + 1}]" if in_list else f"c{n + 1}"
            for plan in plans(kinds[n]):
                value = inner if plan.name == name else f"o{n}.{plan.name}"
                value = "pad" if n == 0 and plan.name == pad_name else value
                s(f"c{n}.{plan.name} = {value}")
            s(f"c{n}.extra = x{n}()")
        if pad_key is not None:
            s(f"c0.extra[{pad_key!r}] = pad")
        s("return c0")
    s("return copy")
    return s.function()
