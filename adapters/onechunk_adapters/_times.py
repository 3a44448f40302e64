"""Unix seconds and the times of RFC 3339 that some wires have in their place."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

__all__ = ["read_time", "write_time"]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_LAST: Final = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)


def read_time(text: str) -> int | None:
    """Return whole seconds; None if *text* is no time, or one without a zone."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        return None
    return None if time.tzinfo is None else (time - _EPOCH) // timedelta(seconds=1)


def write_time(seconds: float) -> str:
    """Return the time in UTC; what no year of four digits can say is the nearest that can."""
    least = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // timedelta(seconds=1)
    time = _EPOCH + timedelta(seconds=max(least, min(seconds, _LAST)))
    return time.isoformat().replace("+00:00", "Z")
