"""Which route a path belongs to, and what of it is sent on."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final
from urllib.parse import quote, unquote

from onechunk.asgi._types import Scope
from onechunk.gateway._config import Route

__all__ = ["below", "leaves_its_place", "path_of", "route_of"]

_DOTS: Final = frozenset({".", ".."})
_LONG: Final = re.compile(
    "[\xc0\xc1][\x80-\xbf]|\xe0[\x80-\x9f][\x80-\xbf]|\xf0[\x80-\x8f][\x80-\xbf]{2}"
)
"""ASCII as over-long UTF-8 (read as Latin-1), which some servers take for what it would be."""

_ABSOLUTE: Final = re.compile("[A-Za-z][-+.0-9A-Za-z]*://[^/?#]*")
"""How a path begins where a client takes us for a proxy (RFC 9112, section 3.2.2)."""

_TIMES: Final = 3
"""How often a path may have been encoded; servers behind the upstream may decode it again."""


def path_of(scope: Scope) -> str:
    """Return the path of a request as it was sent, without its query and whose it is."""
    raw: bytes | None = scope.get("raw_path")
    if raw is None:
        return quote(scope["path"], safe="/%:@!$&'()*+,;=~")
    path = raw.partition(b"?")[0].decode("latin-1")
    whose = _ABSOLUTE.match(path)
    return path if whose is None else path[whose.end() :] or "/"


def below(root: str, path: str) -> str:
    """Return what of a path stands below the place at which the gateway is mounted.

    Args:
        root: ASGI's `root_path`, which is not encoded. Not every server repeats it in the path.
        path: As it was sent.
    """
    root = root.rstrip("/")
    parts = path.split("/")
    head = 1 + root.count("/")
    if root and unquote("/".join(parts[:head])) == root:
        return "/" + "/".join(parts[head:])
    return path


def route_of(routes: Sequence[Route], path: str) -> Route | None:
    """Return the first route whose prefix the path begins with, in whole segments."""
    for route in routes:
        if path == route.prefix or path.startswith(f"{route.prefix}/"):
            return route
    return None


def leaves_its_place(path: str) -> bool:
    """Say whether a server might understand the path to lead above where it begins."""
    for _ in range(_TIMES):
        segments = _LONG.sub(_shortened, path).replace("\\", "/").split("/")
        # What stands behind a semicolon is a parameter of the segment, for some servers.
        if not _DOTS.isdisjoint(segment.partition(";")[0] for segment in segments):
            return True
        decoded = unquote(path, "latin-1")
        if decoded == path:
            return False
        path = decoded
    return True


def _shortened(found: re.Match[str]) -> str:
    """Return the character that is written too long; the last two bytes have all of it."""
    lead, last = found[0][-2], found[0][-1]
    return chr((ord(lead) & 0x3F) << 6 & 0x7F | ord(last) & 0x3F)
