"""Numbers of streams to OpenTelemetry: metrics, and the attributes of a span."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

from onechunk._errors import OnechunkError
from onechunk.numbers import METRICS, SCHEMA_URL, Numbers, Operation, Side, attributes, measurements
from onechunk.numbers._values import written

if TYPE_CHECKING:
    from opentelemetry.metrics import MeterProvider
    from opentelemetry.trace import Span

__all__ = ["Recorder"]


class Recorder:
    """Records the numbers of one operation after another, as the semantic conventions have them.

    The histograms are made once, with the buckets that the conventions advise. What to record is
    what `onechunk.numbers.measurements` and `onechunk.numbers.attributes` say.

    Args:
        meter_provider: Where metrics go; None for the global provider.
        side: `client` for what sends requests, a gateway included, `server` for what runs the
            model.

    Raises:
        OnechunkError: The OpenTelemetry API is not installed; the extra `otel` brings it.
    """

    def __init__(
        self, meter_provider: MeterProvider | None = None, *, side: Side = "client"
    ) -> None:
        try:
            from opentelemetry import metrics, trace  # an extra
        except ModuleNotFoundError as exc:
            if (exc.name or "").partition(".")[0] != "opentelemetry":
                raise
            message = "recording numbers needs: pip install 'onechunk[otel]'"
            raise OnechunkError(message) from exc
        self._trace = trace
        self._side: Side = side
        meter = metrics.get_meter(
            "onechunk", version("onechunk"), meter_provider, schema_url=SCHEMA_URL
        )
        self._histograms = {
            metric.name: meter.create_histogram(
                metric.name,
                metric.unit,
                metric.description,
                explicit_bucket_boundaries_advisory=metric.boundaries,
            )
            for metric in METRICS
            if metric.side == side
        }

    def record(
        self,
        numbers: Numbers,
        operation: Operation,
        *,
        span: Span | None = None,
        error_type: str | None = None,
    ) -> None:
        """Record the metrics of one operation and, given its span, set the attributes on it.

        An operation that failed sets the span's status too. The span is neither started nor
        ended here; it must not have ended yet.

        Args:
            numbers: Of its answer.
            operation: What the caller knows of it.
            span: Of the operation; None to record metrics alone.
            error_type: What broke the operation where the stream does not say it: the name of an
                exception, such as `TimeoutError`.
        """
        context = None if span is None else self._trace.set_span_in_context(span)
        found = measurements(numbers, operation, side=self._side, error_type=error_type)
        for metric, value, said in found:
            self._histograms[metric.name].record(value, said, context)
        if span is None:
            return
        of_span = attributes(numbers, operation, error_type=error_type)
        span.set_attributes(of_span)
        if "error.type" in of_span:
            error = numbers.message.error
            words = None if error is None or error.message is None else written(error.message)
            span.set_status(self._trace.StatusCode.ERROR, words)
