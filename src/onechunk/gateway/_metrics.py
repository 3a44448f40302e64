"""What the gateway counts, for Prometheus."""

from __future__ import annotations

from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

from onechunk.gateway._record import Record
from onechunk.numbers import METRICS

__all__ = ["CONTENT_TYPE_LATEST", "Metrics"]

_ROUTE: Final = ("route", "source", "target")
"""Labels of all but the gauge: few values each, and none that a client can make up."""

_FIRST_CHUNK: Final = "gen_ai.client.operation.time_to_first_chunk"
_DURATION: Final = "gen_ai.client.operation.duration"
_METRICS: Final = {metric.name: metric for metric in METRICS}


class Metrics:
    """The counters of one gateway, in a registry of their own."""

    def __init__(self) -> None:
        registry = self._registry = CollectorRegistry()
        self.open = Gauge(
            "onechunk_streams_open", "Requests that are being answered.", registry=registry
        )
        self._requests = Counter(
            "onechunk_requests",
            "Requests, by what the client was answered and how it ended.",
            (*_ROUTE, "status", "outcome"),
            registry=registry,
        )
        self._chunks = Counter(
            "onechunk_chunks", "Events that upstreams sent.", _ROUTE, registry=registry
        )
        self._losses = Counter(
            "onechunk_losses",
            "What translations lost: each kind at each place once for each answer.",
            (*_ROUTE, "kind"),
            registry=registry,
        )
        self._problems = Counter(
            "onechunk_problems",
            "What was wrong with the upstreams' streams, and was repaired.",
            (*_ROUTE, "kind"),
            registry=registry,
        )
        self._errors = Counter(
            "onechunk_errors",
            "Requests that did not end as they should, by the class of what went wrong.",
            (*_ROUTE, "kind"),
            registry=registry,
        )
        self._first_chunk = _histogram(_FIRST_CHUNK, registry)
        self._duration = _histogram(_DURATION, registry)

    def add(self, record: Record) -> None:
        """Count a request that is over."""
        route = record.route
        labels = ("none", "none", "none")
        if route is not None:
            labels = (route.prefix or "/", route.source, record.target or route.target)
        status = "none" if record.status is None else str(record.status)
        self._requests.labels(*labels, status, record.outcome).inc()
        if record.chunks:
            self._chunks.labels(*labels).inc(record.chunks)
        for kind, count in record.losses.items():
            self._losses.labels(*labels, kind).inc(count)
        for kind, count in record.problems.items():
            self._problems.labels(*labels, kind).inc(count)
        if record.error is not None:
            self._errors.labels(*labels, record.error).inc()
        if record.outcome != "refused":
            self._duration.labels(*labels).observe(record.duration)
        if record.first_chunk is not None and record.chunks:
            self._first_chunk.labels(*labels).observe(record.first_chunk)

    def text(self) -> bytes:
        """Return everything in Prometheus' text format."""
        return generate_latest(self._registry)


def _histogram(name: str, registry: CollectorRegistry) -> Histogram:
    """Return OpenTelemetry's histogram of that name, as Prometheus has it."""
    metric = _METRICS[name]
    return Histogram(
        f"{name.replace('.', '_')}_seconds",
        metric.description,
        _ROUTE,
        buckets=metric.boundaries,
        registry=registry,
    )
