"""Straight-line source text for the tables, line by line."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any, Self

__all__ = ["Source"]


class Source:
    """A function being written: lines with indentation, and the objects that they name."""

    def __init__(self, signature: str) -> None:
        self._lines = [f"def {signature}:"]
        self._depth = 1
        self._names = count()
        self.scope: dict[str, Any] = {}

    def __call__(self, *lines: str) -> None:
        """Add *lines* at the present depth; four more spaces in a line go one deeper."""
        self._lines += ["    " * self._depth + line for line in lines]

    def indent(self, header: str) -> Source:
        """Add *header* and go one deeper until the `with` block ends."""
        self(header)
        return self

    def __enter__(self) -> Self:
        """Go one deeper."""
        self._depth += 1
        return self

    def __exit__(self, *_: object) -> None:
        """Come back."""
        self._depth -= 1

    def name(self, value: object) -> str:
        """Return a name under which the function sees *value*."""
        for name, known in self.scope.items():
            if known is value:
                return name
        name = f"{getattr(value, '__name__', 'g')}_{next(self._names)}"
        if not name.isidentifier():
            name = f"g_{next(self._names)}"
        self.scope[name] = value
        return name

    def variable(self, stem: str) -> str:
        """Return a fresh local name."""
        return f"{stem}{next(self._names)}"

    def text(self) -> str:
        """Return the source."""
        return "\n".join(self._lines) + "\n"

    def function(self) -> Callable[..., Any]:
        """Compile the source and return the function."""
        text = self.text()
        name = text[4 : text.index("(")]
        space = dict(self.scope)
        exec(compile(text, f"<onechunk {name}>", "exec"), space)  # noqa: S102 - our own text only
        made: Callable[..., Any] = space[name]
        made.__doc__ = text
        return made
