"""What OpenTelemetry is told: names that its conventions have, and what the stream said."""

from __future__ import annotations

import os
import subprocess
import sys
from importlib import import_module, metadata
from pathlib import Path
from types import ModuleType
from typing import Any

import attrs
import pytest
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import (
    HistogramDataPoint,
    InMemoryMetricReader,
    Metric,
    ScopeMetrics,
)
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv.attributes import error_attributes, server_attributes
from opentelemetry.semconv.schemas import Schemas
from opentelemetry.trace import SpanKind, StatusCode

from onechunk import Choice, Chunk, Error, Finish, FinishReason, Message, Text, Usage
from onechunk.numbers import (
    ATTRIBUTES,
    METRIC_ATTRIBUTES,
    METRICS,
    SCHEMA_URL,
    Numbers,
    Operation,
    attributes,
    measurements,
    numbers_of,
)
from onechunk.otel import Recorder
from tests.support.recordings import Recording
from tests.support.streams import decode_all
from tests.test_laws import LEGAL

# The conventions as their own package has them; what is in development there has no types.
GEN_AI_ATTRIBUTES = import_module("opentelemetry.semconv._incubating.attributes.gen_ai_attributes")
GEN_AI_METRICS = import_module("opentelemetry.semconv._incubating.metrics.gen_ai_metrics")

CHAT = Operation("chat", "acme_ai", "asked", "llm.example.com", 443)
NAMED = {
    "gen_ai.operation.name": "chat",
    "gen_ai.provider.name": "acme_ai",
    "gen_ai.request.model": "asked",
    "gen_ai.response.model": "answers",
    "server.address": "llm.example.com",
    "server.port": 443,
}
COUNTS = Usage(100, 5, 105, 60, 30, 2)


def answer(*, error: Error | None = None, usage: Usage | None = COUNTS) -> Numbers:
    """Return the numbers of a stream of four chunks."""
    finish = Finish(FinishReason.STOP, "end_turn") if error is None else None
    chunks = [
        Chunk("a1", "answers", choices=[Choice(role="assistant")]),
        Chunk("a1", "answers", choices=[Choice(parts=[Text("Low tide")])]),
        Chunk("a1", "answers", choices=[Choice(parts=[Text(" at noon.")], finish=finish)]),
        Chunk("a1", "answers", usage=usage, error=error),
    ]
    return numbers_of(zip((0.5, 1.0, 1.25, 3.0), chunks, strict=True), started=0.0)


OVERLOADED = Error("try again later", "overloaded_error")
FAILED = answer(error=OVERLOADED)


def constants(*modules: ModuleType) -> set[str]:
    """Return the names that modules of the conventions define."""
    return {value for each in modules for value in vars(each).values() if isinstance(value, str)}


def test_names_stand_in_the_conventions() -> None:
    """Every name of an attribute or metric is one of the conventions' own package."""
    known = constants(GEN_AI_ATTRIBUTES, error_attributes, server_attributes)
    assert {*ATTRIBUTES} <= known
    assert {*METRIC_ATTRIBUTES} <= {*ATTRIBUTES}
    for metric in METRICS:
        for own in metric.values.values():
            assert {*own} <= known
    assert {metric.name for metric in METRICS} <= constants(GEN_AI_METRICS)
    assert Schemas.V1_41_1.value == SCHEMA_URL


def test_every_metric_of_an_answer_is_known(reader: InMemoryMetricReader) -> None:
    """The conventions' metrics of models' answers are all there, in their units."""
    provider = provider_of(reader)
    meter = provider.get_meter("conventions")
    for name, create in vars(GEN_AI_METRICS).items():
        if name.startswith("create_"):
            create(meter).record(1)
    found = {metric.name: metric.unit for metric in scope_of(reader).metrics}
    assert found == {metric.name: metric.unit for metric in METRICS}


SECONDS = "0.01 0.02 0.04 0.08 0.16 0.32 0.64 1.28 2.56 5.12 10.24 20.48 40.96 81.92"
COUNTED = "1 4 16 64 256 1024 4096 16384 65536 262144 1048576 4194304 16777216 67108864"
FIRST = "0.001 0.005 0.01 0.02 0.04 0.06 0.08 0.1 0.25 0.5 0.75 1.0 2.5 5.0 7.5 10.0"
EACH = "0.01 0.025 0.05 0.075 0.1 0.15 0.2 0.3 0.4 0.5 0.75 1.0 2.5"
BOUNDARIES = {
    "gen_ai.client.token.usage": COUNTED,
    "gen_ai.client.operation.duration": SECONDS,
    "gen_ai.client.operation.time_to_first_chunk": SECONDS,
    "gen_ai.client.operation.time_per_output_chunk": SECONDS,
    "gen_ai.server.request.duration": SECONDS,
    "gen_ai.server.time_to_first_token": FIRST,
    "gen_ai.server.time_per_output_token": EACH,
}


def test_boundaries() -> None:
    """The buckets are those that the conventions advise."""
    found = {metric.name: metric.boundaries for metric in METRICS}
    assert found == {name: tuple(map(float, BOUNDARIES[name].split())) for name in BOUNDARIES}


@pytest.fixture
def reader() -> InMemoryMetricReader:
    """A reader that keeps what was recorded."""
    return InMemoryMetricReader()


@pytest.fixture
def spans() -> InMemorySpanExporter:
    """An exporter that keeps what was ended."""
    return InMemorySpanExporter()


def provider_of(reader: InMemoryMetricReader) -> MeterProvider:
    """Return a provider that tells *reader*."""
    return MeterProvider([reader], shutdown_on_exit=False)


def scope_of(reader: InMemoryMetricReader) -> ScopeMetrics:
    """Return what one scope recorded."""
    data = reader.get_metrics_data()
    assert data is not None
    [resource] = data.resource_metrics
    [scope] = resource.scope_metrics
    return scope


def points_of(metric: Metric) -> list[HistogramDataPoint]:
    """Return the data points of a histogram."""
    return [point for point in metric.data.data_points if isinstance(point, HistogramDataPoint)]


Recorded = dict[str, list[tuple[int, float, dict[str, Any]]]]


def recorded(reader: InMemoryMetricReader) -> Recorded:
    """Return count, sum and attributes of every histogram's points."""
    return {
        metric.name: [
            (point.count, point.sum, dict(point.attributes or {})) for point in points_of(metric)
        ]
        for metric in scope_of(reader).metrics
    }


def test_metrics_of_a_stream(reader: InMemoryMetricReader) -> None:
    """A client's metrics are recorded with the real SDK, and only what was said is counted."""
    Recorder(provider_of(reader)).record(answer(), CHAT)
    assert recorded(reader) == {
        "gen_ai.client.operation.duration": [(1, 3.0, NAMED)],
        "gen_ai.client.token.usage": [
            (1, 100, {**NAMED, "gen_ai.token.type": "input"}),
            (1, 5, {**NAMED, "gen_ai.token.type": "output"}),
        ],
        "gen_ai.client.operation.time_to_first_chunk": [(1, 0.5, NAMED)],
        "gen_ai.client.operation.time_per_output_chunk": [(3, 2.5, NAMED)],
    }
    scope = scope_of(reader)
    assert scope.scope.name == "onechunk"
    assert scope.scope.version == metadata.version("onechunk")
    assert scope.scope.schema_url == SCHEMA_URL
    bounds = {metric.name: metric.boundaries for metric in METRICS}
    units = {metric.name: (metric.unit, metric.description) for metric in METRICS}
    for metric in scope.metrics:
        assert (metric.unit, metric.description) == units[metric.name]
        for point in points_of(metric):
            assert tuple(point.explicit_bounds) == bounds[metric.name]


def test_one_recorder_for_many(reader: InMemoryMetricReader) -> None:
    """A recorder adds one operation after another, each under its own attributes."""
    recorder = Recorder(provider_of(reader))
    other = attrs.evolve(CHAT, provider="other_ai")
    for operation in (CHAT, CHAT, other):
        recorder.record(answer(), operation)
    assert recorded(reader)["gen_ai.client.operation.duration"] == [
        (2, 6.0, NAMED),
        (1, 3.0, {**NAMED, "gen_ai.provider.name": "other_ai"}),
    ]


def test_metrics_of_a_server(reader: InMemoryMetricReader) -> None:
    """What runs the model records the server's metrics, and none of the client's."""
    Recorder(provider_of(reader), side="server").record(answer(), CHAT)
    assert recorded(reader) == {
        "gen_ai.server.request.duration": [(1, 3.0, NAMED)],
        "gen_ai.server.time_to_first_token": [(1, 1.0, NAMED)],
        "gen_ai.server.time_per_output_token": [(1, 0.5, NAMED)],
    }


def test_metrics_of_a_failure(reader: InMemoryMetricReader) -> None:
    """Durations of failures carry the error's type; a server's times of tokens are left out."""
    Recorder(provider_of(reader)).record(FAILED, CHAT)
    found = recorded(reader)
    assert found["gen_ai.client.operation.duration"] == [
        (1, 3.0, {**NAMED, "error.type": "overloaded_error"})
    ]
    assert found["gen_ai.client.operation.time_to_first_chunk"] == [(1, 0.5, NAMED)]
    assert {point[2].get("error.type") for point in found["gen_ai.client.token.usage"]} == {None}
    other = InMemoryMetricReader()
    Recorder(provider_of(other), side="server").record(FAILED, CHAT)
    assert {*recorded(other)} == {"gen_ai.server.request.duration"}


def test_what_was_not_said_is_not_recorded(reader: InMemoryMetricReader) -> None:
    """Without usage no tokens are recorded; without chunks only the duration, if it is known."""
    recorder = Recorder(provider_of(reader))
    recorder.record(Numbers(), CHAT)
    assert reader.get_metrics_data() is None
    recorder.record(numbers_of([], started=0.0, ended=9.0), CHAT, error_type="TimeoutError")
    assert {*recorded(reader)} == {"gen_ai.client.operation.duration"}
    recorder.record(answer(usage=Usage(output_tokens=5)), CHAT)
    [(_, _, said)] = recorded(reader)["gen_ai.client.token.usage"]
    assert said["gen_ai.token.type"] == "output"


def span_of(spans: InMemorySpanExporter, numbers: Numbers, **more: Any) -> ReadableSpan:
    """Return a span that a recorder was given."""
    provider = TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(spans))
    tracer = provider.get_tracer("test")
    recorder = Recorder(MeterProvider(shutdown_on_exit=False))
    with tracer.start_as_current_span("chat asked", kind=SpanKind.CLIENT) as span:
        recorder.record(numbers, CHAT, span=span, **more)
        assert span.is_recording()
    [found] = spans.get_finished_spans()
    return found


def test_attributes_of_a_span(spans: InMemorySpanExporter) -> None:
    """A span gets what the answer says of itself, in the conventions' words."""
    span = span_of(spans, answer())
    assert dict(span.attributes or {}) == {
        **NAMED,
        "gen_ai.request.stream": True,
        "gen_ai.response.id": "a1",
        "gen_ai.response.finish_reasons": ("end_turn",),
        "gen_ai.response.time_to_first_chunk": 0.5,
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 5,
        "gen_ai.usage.cache_read.input_tokens": 60,
        "gen_ai.usage.cache_creation.input_tokens": 30,
        "gen_ai.usage.reasoning.output_tokens": 2,
    }
    assert span.status.status_code is StatusCode.UNSET
    assert {*ATTRIBUTES} - {*(span.attributes or {})} == {"error.type"}


def test_a_failed_span(spans: InMemorySpanExporter) -> None:
    """The vendor's error sets type and status."""
    span = span_of(spans, FAILED)
    assert (span.attributes or {})["error.type"] == "overloaded_error"
    assert (span.attributes or {})["gen_ai.response.finish_reasons"] == ("error",)
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description == "try again later"


def test_a_broken_span(spans: InMemorySpanExporter) -> None:
    """What broke a stream that says nothing of it can be told."""
    span = span_of(spans, answer(), error_type="ReadTimeout")
    assert (span.attributes or {})["error.type"] == "ReadTimeout"
    assert span.status.status_code is StatusCode.ERROR
    assert span.status.description is None


def test_metrics_point_to_their_span(reader: InMemoryMetricReader) -> None:
    """An exemplar of a metric carries the span that was given, whichever is current."""
    tracer = TracerProvider(shutdown_on_exit=False).get_tracer("test")
    span = tracer.start_span("chat asked")
    Recorder(provider_of(reader)).record(answer(), CHAT, span=span)
    found = {
        exemplar.span_id
        for metric in scope_of(reader).metrics
        for point in points_of(metric)
        for exemplar in point.exemplars
    }
    assert found == {span.get_span_context().span_id}


def test_a_whole_answer() -> None:
    """An answer that was not streamed has its duration, its tokens and no times of chunks."""
    finishes = [Choice(0, finish=Finish(FinishReason.LENGTH)), Choice(1)]
    message = Message("a1", "answers", choices=finishes, usage=COUNTS)
    numbers = Numbers(message, duration=1.5)
    said = attributes(numbers, CHAT)
    assert said["gen_ai.response.finish_reasons"] == ("length", "error")
    assert not {"gen_ai.request.stream", "gen_ai.response.time_to_first_chunk"} & {*said}
    assert [(each.metric.name, each.value) for each in measurements(numbers, CHAT)] == [
        ("gen_ai.client.operation.duration", 1.5),
        ("gen_ai.client.token.usage", 100),
        ("gen_ai.client.token.usage", 5),
    ]


def test_what_the_caller_does_not_know_is_left_out() -> None:
    """An absent provider, model or server has no attribute."""
    assert attributes(Numbers(), Operation("chat", None)) == {"gen_ai.operation.name": "chat"}


@pytest.mark.parametrize(
    ("error", "given", "word"),
    [
        (None, None, None),
        (None, "TimeoutError", "TimeoutError"),
        (Error("m", "t", "c"), None, "c"),
        (Error("m", "t", 529), None, "529"),
        (Error("m", "t", 0), None, "0"),
        (Error("m", "t", ""), None, "t"),
        (Error("m", "t", 10**5000), None, "t"),
        (Error("m", "t"), None, "t"),
        (Error("m", ""), None, "_OTHER"),
        (Error(), None, "_OTHER"),
        (Error("m", "t", "c"), "ReadTimeout", "ReadTimeout"),
    ],
)
def test_type_of_an_error(error: Error | None, given: str | None, word: str | None) -> None:
    """It is what the caller says, or the vendor's code, or its type, or the word for neither."""
    numbers = Numbers(Message(error=error))
    assert attributes(numbers, CHAT, error_type=given).get("error.type") == word


def test_what_exporters_cannot_write() -> None:
    """Counts of more than 64 bits are left out, and so are negative ones; texts are UTF-8."""
    usage = Usage(2**63, -1, cached_input_tokens=2**63 - 1)
    choices = [Choice(finish=Finish(FinishReason.OTHER, "\ud800!"))]
    error = Error(type="\ud800")
    message = Message("\udfffid", "\ud800m", choices=choices, usage=usage, error=error)
    numbers = Numbers(message, duration=1.0)
    said = attributes(numbers, CHAT)
    assert said["gen_ai.response.id"] == "?id"
    assert said["gen_ai.response.finish_reasons"] == ("?!",)
    assert said["error.type"] == "?"
    assert said["gen_ai.usage.cache_read.input_tokens"] == 2**63 - 1
    assert not {"gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens"} & {*said}
    [duration] = measurements(numbers, CHAT)
    assert duration.attributes == {**NAMED, "gen_ai.response.model": "?m", "error.type": "?"}


def test_the_words_of_a_status_are_utf8(spans: InMemorySpanExporter) -> None:
    """A vendor's message with lone surrogates does not break an exporter."""
    span = span_of(spans, Numbers(Message(error=Error("\ud800"))))
    assert span.status.description == "?"


@pytest.mark.parametrize("recording", LEGAL, ids=lambda each: each.id)
def test_every_recording_can_be_recorded(recording: Recording) -> None:
    """Whatever a vendor sends, each value is one that OpenTelemetry takes."""
    chunks = decode_all(recording.dialect, [recording.data])
    pairs = ((number / 8, chunk) for number, chunk in enumerate(chunks))
    numbers = numbers_of(pairs, started=0.0)
    said = attributes(numbers, CHAT)
    assert {type(value) for value in said.values()} <= {str, int, float, bool, tuple}
    assert {*said} <= {*ATTRIBUTES}
    found = [*measurements(numbers, CHAT), *measurements(numbers, CHAT, side="server")]
    gaps = [each for each in found if each.metric.name.endswith("time_per_output_chunk")]
    assert len(gaps) == numbers.chunks - 1
    assert all(type(each.value) in {int, float} and each.value >= 0 for each in found)


def run(folder: Path, code: str) -> str:
    """Return what *code* prints in a process of its own that finds modules in *folder* first."""
    found = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": found},
        capture_output=True,
        check=True,
        text=True,
    )
    return done.stdout.strip()


def run_without(folder: Path, name: str, code: str) -> str:
    """Return what *code* prints where importing OpenTelemetry fails for want of *name*."""
    blocker = f"raise ModuleNotFoundError('nothing here', name={name!r})\n"
    (folder / "opentelemetry.py").write_text(blocker)
    return run(folder, code)


RECORD = """
from onechunk import OnechunkError
from onechunk.numbers import Numbers, Operation, attributes
from onechunk.otel import Recorder
print(attributes(Numbers(), Operation("chat", None)))
try:
    Recorder()
except {error} as caught:
    print(caught)
"""


def test_without_the_extra(tmp_path: Path) -> None:
    """Where OpenTelemetry is missing numbers work, and a recorder says what it needs."""
    out = run_without(tmp_path, "opentelemetry", RECORD.format(error="OnechunkError"))
    said, error = out.splitlines()
    assert said == "{'gen_ai.operation.name': 'chat'}"
    assert error == "recording numbers needs: pip install 'onechunk[otel]'"


def test_a_broken_opentelemetry(tmp_path: Path) -> None:
    """Where something else is missing that is said."""
    out = run_without(tmp_path, "somewhere", RECORD.format(error="ModuleNotFoundError"))
    assert out.splitlines()[1] == "nothing here"


GLOBAL = """
from opentelemetry import metrics
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from onechunk.numbers import Numbers, Operation
from onechunk.otel import Recorder
recorder = Recorder()
recorder.record(Numbers(duration=1.0), Operation("chat", None))
reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
recorder.record(Numbers(duration=2.0), Operation("chat", None))
[scope] = reader.get_metrics_data().resource_metrics[0].scope_metrics
print(scope.metrics[0].name, scope.metrics[0].data.data_points[0].sum)
"""


def test_the_global_provider_is_the_default(tmp_path: Path) -> None:
    """Without a provider the global one hears of it, also one that is set later."""
    assert run(tmp_path, GLOBAL) == "gen_ai.client.operation.duration 2.0"
