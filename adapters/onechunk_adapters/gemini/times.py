"""Unix seconds and the times of RFC 3339 that Vertex AI writes, in UTC and with microseconds."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Final

from onechunk import Json
from onechunk.mapping import Object, Via
from onechunk_adapters._times import write_time

__all__ = ["CREATED"]

_KEY: Final = "createTime"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_FORM: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{6})?Z", re.ASCII)


def _read(value: Json, rest: Object) -> float | None:
    """Take a time that is written again just as it stands; any other stays residue."""
    if not isinstance(value, str) or _FORM.fullmatch(value) is None:
        return None
    try:
        since = datetime.fromisoformat(value) - _EPOCH
    except ValueError:
        return None
    seconds = since.total_seconds() if since.microseconds else since // timedelta(seconds=1)
    if write_time(seconds) != value:
        return None
    del rest[_KEY]
    return seconds


def _write(created: float, out: Object, _: Object) -> None:
    out[_KEY] = write_time(created)


def _write_nothing(*_: object) -> None:
    """Leave the time out: the Gemini API has none, and readers need none."""


CREATED: Final = Via(_KEY, "created", _read, _write, write_away=_write_nothing)
"""The row of the time."""
