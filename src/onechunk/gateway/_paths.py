"""Which route a path belongs to, and what of it is sent on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, unquote

from onechunk.asgi._types import Scope
from onechunk.gateway._config import Route

__all__ = ["leaves_its_place", "path_of", "route_of"]

_DOTS: Final = frozenset({".", ".."})
_TIMES: Final = 3
"""How often a path may have been encoded; servers behind the upstream may decode it again."""


def path_of(scope: Scope) -> str:
    """Return the path of a request as it was sent, without its query."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        return quote(scope["path"], safe="/%:@!$&'()*+,;=~")
    return raw.partition(b"?")[0].decode("latin-1")


def route_of(routes: Sequence[Route], path: str) -> Route | None:
    """Return the first route whose prefix the path begins with, in whole segments."""
    for route in routes:
        if path == route.prefix or path.startswith(f"{route.prefix}/"):
            return route
    return None


def leaves_its_place(path: str) -> bool:
    """Say whether a server might understand the path to lead above where it begins."""
    for _ in range(_TIMES):
        if not _DOTS.isdisjoint(path.replace("\\", "/").split("/")):
            return True
        decoded = unquote(path, "latin-1")
        if decoded == path:
            return False
        path = decoded
    return True
