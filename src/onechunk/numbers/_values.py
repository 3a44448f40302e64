"""What to record of one operation, under the names of the conventions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from onechunk.numbers._conventions import (
    ATTRIBUTES,
    METRIC_ATTRIBUTES,
    METRICS,
    Metric,
    Operation,
    Side,
)
from onechunk.numbers._numbers import Numbers

__all__ = ["Attributes", "Measurement", "attributes", "measurements", "written"]

Attributes = dict[str, str | bool | int | float | tuple[str, ...]]
"""Names of the conventions to values that OpenTelemetry takes."""

_ABOVE: Final = 2**63
"""Exporters write counts in 64 bits, and the wire's integers may have any size."""


class Measurement(NamedTuple):
    """One value to record."""

    metric: Metric
    value: float
    attributes: Attributes


def attributes(
    numbers: Numbers, operation: Operation, *, error_type: str | None = None
) -> Attributes:
    """Return the attributes of the span of one operation; nothing for what was not said.

    The finish reasons are the vendor's words, in order of choices; `error` stands for a choice
    that never finished. The error's type is its code, else its type, else `_OTHER`.

    Args:
        numbers: Of its answer.
        operation: What the caller knows of it.
        error_type: What broke the operation where the stream does not say it: the name of an
            exception, such as `TimeoutError`.
    """
    return _named(ATTRIBUTES, numbers, operation, _error_type(numbers, error_type))


def measurements(
    numbers: Numbers,
    operation: Operation,
    *,
    side: Side = "client",
    error_type: str | None = None,
) -> Iterator[Measurement]:
    """Yield what to record of one operation; nothing for what was not measured or not said.

    Args:
        numbers: Of its answer.
        operation: What the caller knows of it.
        side: Whose metrics.
        error_type: As for `attributes`.
    """
    failure = _error_type(numbers, error_type)
    shared = _named(METRIC_ATTRIBUTES, numbers, operation, None)
    for metric in METRICS:
        if metric.side != side or (failure is not None and metric.failed == "left out"):
            continue
        named: Attributes = {}
        if failure is not None and metric.failed == "named":
            named["error.type"] = failure
        for path, own in metric.values.items():
            found = _look_up(path, {"numbers": numbers})
            said: Attributes = {**shared, **named, **own}
            for value in found if found.__class__ is tuple else (found,):
                if value is not None:
                    yield Measurement(metric, value, said)


def _named(
    names: Iterable[str], numbers: Numbers, operation: Operation, failure: str | None
) -> Attributes:
    known = {
        "numbers": numbers,
        "operation": operation,
        "error_type": failure,
        # It is set on streams and on nothing else.
        "streamed": True if numbers.chunks else None,
        "finish_reasons": _finish_reasons(numbers),
    }
    found = {name: _look_up(ATTRIBUTES[name], known) for name in names}
    return {name: value for name, value in found.items() if value is not None}


def _look_up(path: str, known: Mapping[str, Any]) -> Any:
    """Return the value at *path*; None if it, or anything on the way, is None or unfit."""
    first, *rest = path.split(".")
    value: Any = known[first]
    for name in rest:
        value = None if value is None else getattr(value, name)
    if isinstance(value, str):
        return written(value)
    if isinstance(value, int):
        return value if 0 <= value < _ABOVE else None
    return value


def written(text: str) -> str:
    """Return *text* as UTF-8 can say it: a vendor may send lone surrogates."""
    return text.encode("utf-8", "replace").decode("utf-8")


def _error_type(numbers: Numbers, given: str | None) -> str | None:
    error = numbers.message.error
    if given is not None or error is None:
        return given
    return written(_code(error.code) or error.type or "_OTHER")


def _code(code: str | int | None) -> str | None:
    """Return an error's code as a word; None where there is none, or it is no code."""
    if isinstance(code, int):
        # Python does not write all digits that the wire may have.
        return str(code) if abs(code) < _ABOVE else None
    return code or None


def _finish_reasons(numbers: Numbers) -> tuple[str, ...] | None:
    finishes = [choice.finish for choice in numbers.message.choices]
    words = ["error" if each is None else each.raw or each.reason.value for each in finishes]
    return tuple(map(written, words)) or None
