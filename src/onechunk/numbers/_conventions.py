"""The names that OpenTelemetry has for the numbers.

Followed are the semantic conventions for generative AI in release 1.41.1, `docs/gen-ai/
gen-ai-spans.md` (inference) and `gen-ai-metrics.md` of open-telemetry/semantic-conventions: the
last release that has them. Since then they are developed in semantic-conventions-genai, which
renames some and has released nothing yet. What has no name there is given none here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from attrs import frozen

__all__ = [
    "ATTRIBUTES",
    "CONVENTIONS",
    "METRICS",
    "METRIC_ATTRIBUTES",
    "SCHEMA_URL",
    "Metric",
    "Operation",
    "Side",
]

CONVENTIONS: Final = "1.41.1"
"""The release of the semantic conventions that the names are those of."""

SCHEMA_URL: Final = f"https://opentelemetry.io/schemas/{CONVENTIONS}"
"""What says so in telemetry."""

Side = Literal["client", "server"]
"""Who measures: what sends the request, a gateway included, or what runs the model."""


@frozen
class Operation:
    """What only the caller knows of a request; chunks do not say it.

    Attributes:
        name: `chat`, `generate_content` or `text_completion`, or a word of one's own where none
            of these applies.
        provider: The conventions' value for it, or a word of one's own where they have none.
            They require it wherever a provider is called.
        model: The model that was asked for.
        server_address: Host name, address or socket.
        server_port: Required by the conventions beside an address.
    """

    name: str
    provider: str | None
    model: str | None = None
    server_address: str | None = None
    server_port: int | None = None


ATTRIBUTES: Final[Mapping[str, str]] = {
    "gen_ai.operation.name": "operation.name",
    "gen_ai.provider.name": "operation.provider",
    "gen_ai.request.model": "operation.model",
    "server.address": "operation.server_address",
    "server.port": "operation.server_port",
    "error.type": "error_type",
    "gen_ai.request.stream": "streamed",
    "gen_ai.response.id": "numbers.message.id",
    "gen_ai.response.model": "numbers.message.model",
    "gen_ai.response.finish_reasons": "finish_reasons",
    "gen_ai.response.time_to_first_chunk": "numbers.time_to_first_chunk",
    "gen_ai.usage.input_tokens": "numbers.usage.input_tokens",
    "gen_ai.usage.output_tokens": "numbers.usage.output_tokens",
    "gen_ai.usage.cache_read.input_tokens": "numbers.usage.cached_input_tokens",
    "gen_ai.usage.cache_creation.input_tokens": "numbers.usage.cache_write_tokens",
    "gen_ai.usage.reasoning.output_tokens": "numbers.usage.reasoning_tokens",
}
"""Name of a span's attribute to what its value is; what is None is left out."""

METRIC_ATTRIBUTES: Final = (
    "gen_ai.operation.name",
    "gen_ai.provider.name",
    "gen_ai.request.model",
    "server.address",
    "server.port",
    "gen_ai.response.model",
)
"""Those of them that every metric has."""


@frozen
class Metric:
    """One histogram.

    Attributes:
        unit: In UCUM.
        side: Who records it.
        values: What is recorded, each with the attributes that it alone has.
        failed: What becomes of it where the operation failed: recorded with `error.type`,
            recorded all the same, or left out.
        boundaries: Upper bounds of the buckets but the last.
    """

    name: str
    unit: str
    description: str
    side: Side
    values: Mapping[str, Mapping[str, str]]
    failed: Literal["named", "recorded", "left out"]
    boundaries: tuple[float, ...]


_DURATIONS: Final = tuple(0.01 * 2**power for power in range(14))
_COUNTS: Final = tuple(float(4**power) for power in range(14))
_FIRST_TOKENS: Final = (
    *(0.001, 0.005, 0.01, 0.02, 0.04, 0.06, 0.08, 0.1),
    *(0.25, 0.5, 0.75, 1.0, 2.5, 5.0, 7.5, 10.0),
)
_TOKENS: Final = (0.01, 0.025, 0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.75, 1.0, 2.5)
_ALONE: Final[Mapping[str, str]] = {}

METRICS: Final = (
    Metric(
        "gen_ai.client.operation.duration",
        "s",
        "How long an answer took, from the request to its end.",
        "client",
        {"numbers.duration": _ALONE},
        "named",
        _DURATIONS,
    ),
    Metric(
        "gen_ai.client.token.usage",
        "{token}",
        "Tokens of one request and of its answer, as the provider counts them.",
        "client",
        {
            "numbers.usage.input_tokens": {"gen_ai.token.type": "input"},
            "numbers.usage.output_tokens": {"gen_ai.token.type": "output"},
        },
        "recorded",
        _COUNTS,
    ),
    Metric(
        "gen_ai.client.operation.time_to_first_chunk",
        "s",
        "From the request to the first chunk of a stream.",
        "client",
        {"numbers.time_to_first_chunk": _ALONE},
        "recorded",
        _DURATIONS,
    ),
    Metric(
        "gen_ai.client.operation.time_per_output_chunk",
        "s",
        "From one chunk of a stream to the next.",
        "client",
        {"numbers.gaps": _ALONE},
        "recorded",
        _DURATIONS,
    ),
    Metric(
        "gen_ai.server.request.duration",
        "s",
        "How long the model's server took for an answer.",
        "server",
        {"numbers.duration": _ALONE},
        "named",
        _DURATIONS,
    ),
    Metric(
        "gen_ai.server.time_to_first_token",
        "s",
        "From the request to the first token of the answer.",
        "server",
        {"numbers.time_to_first_token": _ALONE},
        "left out",
        _FIRST_TOKENS,
    ),
    Metric(
        "gen_ai.server.time_per_output_token",
        "s",
        "Time for each token of an answer after its first.",
        "server",
        {"numbers.time_per_output_token": _ALONE},
        "left out",
        _TOKENS,
    ),
)
"""Every histogram that is recorded, in the order of the conventions."""
