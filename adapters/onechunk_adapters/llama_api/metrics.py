"""Meta's list of metrics and usage: numbers that are mostly floats."""

from __future__ import annotations

import math
from typing import Any, Final

from onechunk import DERIVED, UNSET, Json, Usage
from onechunk.mapping import Object, Via, is_list, is_object
from onechunk_adapters.llama_api.words import USAGE

__all__ = ["METRICS", "metrics_of"]

_KEY: Final = "metrics"
_UNIT: Final = "tokens"

# What stands in place of a count that is taken, by how the wire wrote it: `12.0` or `12`.
_MARKS: Final[dict[type[Any], Any]] = {float: DERIVED, int: UNSET}


def _count(value: Json) -> int | None:
    """Return a whole number; None for what is none, or would not come back as it stood."""
    if type(value) is int:
        return value
    if type(value) is not float or not value.is_integer() or math.copysign(1, value) < 0:
        return None
    return int(value)


def _read(value: Json, rest: Object) -> Usage | None:
    if not is_list(value):
        return None
    usage = Usage()
    for each in value:
        if is_object(each):
            _take(each, usage)
    if usage == Usage():
        return None
    # The list belongs to the usage: whoever takes that out takes all of it.
    usage.extra[_KEY] = rest.pop(_KEY)
    return usage


def _take(metric: Object, usage: Usage) -> None:
    name = metric.get("metric")
    to = USAGE.get(name) if isinstance(name, str) else None
    value = metric.get("value")
    count = _count(value)
    if to is None or count is None or getattr(usage, to) is not None:
        return
    setattr(usage, to, count)
    metric["value"] = _MARKS[type(value)]


def _write(usage: Usage, out: Object, _: Object) -> None:
    """Write every metric where it stood, and behind them the counts that had no place."""
    held = usage.extra.get(_KEY)
    written: list[Json] = []
    left = dict(USAGE)
    for each in held if is_list(held) else []:
        value = each.get("value") if is_object(each) else None
        if not is_object(each) or (value is not DERIVED and value is not UNSET):
            written.append(each)
            continue
        count = getattr(usage, left.pop(str(each["metric"])))
        if count is not None:
            written.append({**each, "value": _float(count) if value is DERIVED else count})
    out[_KEY] = [*written, *metrics_of(usage, left)]


def metrics_of(usage: Usage, names: Any = USAGE) -> list[Json]:
    """Return the metrics that say the counts of *usage*."""
    counts = {name: getattr(usage, to) for name, to in names.items()}
    return [
        {"metric": name, "value": _float(count), "unit": _UNIT}
        for name, count in counts.items()
        if count is not None
    ]


def _float(count: int) -> int | float:
    """Return a count as Meta writes it, if that is exact."""
    try:
        value = float(count)
    except OverflowError:
        return count
    return value if value == count else count


METRICS: Final = Via(_KEY, "usage", _read, _write)
