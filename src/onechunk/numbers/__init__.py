"""Numbers of a stream, as pure functions over timed chunks, and their OpenTelemetry names.

Times are in seconds, of any clock that does not go backwards. Only `timed` and `atimed` read a
clock, and it can be passed in. `onechunk.otel` records the numbers.
"""

from onechunk.numbers._conventions import (
    ATTRIBUTES,
    CONVENTIONS,
    METRIC_ATTRIBUTES,
    METRICS,
    SCHEMA_URL,
    Metric,
    Operation,
    Side,
)
from onechunk.numbers._numbers import Numbers
from onechunk.numbers._says import says_something
from onechunk.numbers._stopwatch import ClockError, Stopwatch, numbers_of
from onechunk.numbers._timed import atimed, timed
from onechunk.numbers._values import Attributes, Measurement, attributes, measurements

__all__ = [
    "ATTRIBUTES",
    "CONVENTIONS",
    "METRICS",
    "METRIC_ATTRIBUTES",
    "SCHEMA_URL",
    "Attributes",
    "ClockError",
    "Measurement",
    "Metric",
    "Numbers",
    "Operation",
    "Side",
    "Stopwatch",
    "atimed",
    "attributes",
    "measurements",
    "numbers_of",
    "says_something",
    "timed",
]
