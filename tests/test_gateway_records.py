"""What the gateway tells of its requests."""

from __future__ import annotations

import json
import logging

import httpx
import pytest

from onechunk.gateway import Route
from tests.support.gateway import (
    ASK,
    EVENT,
    EVENTS,
    JSON,
    QUOTED,
    SECRET,
    STOP,
    between,
    error_of,
    gateway,
    is_whole,
    settle,
)
from tests.support.upstream import SECONDS, Answer, Upstream


def metrics_of(client: httpx.Client) -> dict[str, float]:
    """Return all samples but those of buckets and times of creation."""
    lines = settle(client).splitlines()
    samples = [line.rpartition(" ") for line in lines if not line.startswith("#")]
    return {
        name: float(value)
        for name, _, value in samples
        if "_bucket{" not in name and "_created" not in name
    }


def test_metrics(upstream: Upstream) -> None:
    """Every request is counted by what became of it, under labels that no client can make up."""
    with between(upstream, Answer([EVENT, EVENT, STOP], EVENTS)) as client:
        client.post("/", json=ASK)
        client.post(f"/{SECRET}", json={"model": SECRET}, headers={"onechunk-to": SECRET})
        found = metrics_of(client)
        text = client.get("/metrics")
    labels = 'route="/",source="openai",target="anthropic"'
    assert found["onechunk_streams_open"] == 0
    whole = 'outcome="complete",route="/",source="openai",status="200",target="anthropic"'
    refused = 'outcome="refused",route="/",source="openai",status="400",target="anthropic"'
    assert found[f"onechunk_requests_total{{{whole}}}"] == 1
    assert found[f"onechunk_requests_total{{{refused}}}"] == 1
    assert found[f"onechunk_chunks_total{{{labels}}}"] == 4
    assert found[f'onechunk_losses_total{{kind="invented",{labels}}}'] > 0
    assert found[f'onechunk_errors_total{{kind="status_400",{labels}}}'] == 1
    first = "gen_ai_client_operation_time_to_first_chunk_seconds"
    assert found[f"{first}_count{{{labels}}}"] == 1
    assert 0 < found[f"{first}_sum{{{labels}}}"] < SECONDS
    assert text.headers["content-type"].startswith("text/plain; version=")
    assert SECRET not in text.text


def test_pages_elsewhere(upstream: Upstream) -> None:
    """Health and metrics may have other paths, or none."""
    with between(upstream, Answer([EVENT, STOP], EVENTS), health="/h", metrics=None) as client:
        assert client.get("/h").status_code == 200
        assert is_whole(client.get("/healthz").content)
        assert is_whole(client.get("/metrics").content)


@pytest.mark.parametrize("path", ["/healthz", "/%68ealthz", "/metrics?a=1"])
def test_pages_are_only_read(
    upstream: Upstream, caplog: pytest.LogCaptureFixture, path: str
) -> None:
    """Other methods are refused in the client's words, logged and counted, and never sent on."""
    answer = Answer([EVENT, STOP], EVENTS)
    with caplog.at_level(logging.INFO, "onechunk.gateway"), between(upstream, answer) as client:
        response = client.post(path, json=ASK)
        assert client.head(path).status_code == 200
        page = settle(client)
    assert (response.status_code, response.headers["allow"]) == (405, "GET, HEAD")
    assert error_of(response) == "this page of the gateway answers GET and HEAD alone"
    assert answer.began == 0
    [record] = [record for record in caplog.records if record.name == "onechunk.gateway"]
    line = json.loads(record.getMessage())
    assert (line["outcome"], line["status"]) == ("refused", 405)
    assert line["id"] == response.headers["onechunk-request-id"]
    assert 'status="405"' in page


def test_logs(upstream: Upstream, caplog: pytest.LogCaptureFixture) -> None:
    """A line a request tells how it went, and nothing of what was said, or of who asked."""
    secret = EVENT.replace(b"tide", SECRET.encode())
    told = b'{"error":{"message":%b}}' % QUOTED.encode()
    answers = [Answer([secret, STOP], EVENTS), Answer([secret], EVENTS, end="reset")]
    answers += [Answer([told], JSON, status=400), Answer([b"data: " + secret], EVENTS)]
    numbers: list[str] = []
    with caplog.at_level(logging.DEBUG):
        for answer in answers:
            with between(upstream, answer) as client:
                response = client.post(
                    f"/v1/messages?key={SECRET}",
                    json={"prompt": SECRET},
                    headers={"authorization": f"Bearer {SECRET}", "x-api-key": SECRET},
                )
                numbers.append(response.headers["onechunk-request-id"])
    ours = [record for record in caplog.records if record.name.startswith("onechunk")]
    lines = [json.loads(record.getMessage()) for record in ours]
    assert [line["outcome"] for line in lines] == ["complete", "broken", "complete", "unreadable"]
    assert [line["id"] for line in lines] == numbers
    assert lines[0] | {"id": "", "duration": 0, "first_chunk": 0, "losses": {}} == {
        "id": "",
        "method": "POST",
        "path": "/v1/messages",
        "route": "/",
        "source": "openai",
        "target": "anthropic",
        "status": 200,
        "upstream_status": 200,
        "outcome": "complete",
        "kind": "stream",
        "received": len(json.dumps({"prompt": SECRET}, separators=(",", ":"))),
        "sent": lines[0]["sent"],
        "chunks": 3,
        "losses": {},
        "problems": {},
        "first_chunk": 0,
        "duration": 0,
    }
    assert not any(SECRET in record.getMessage() for record in ours)


@pytest.mark.parametrize("target", ["anthropic", "openai"])
def test_a_connection_that_breaks_behind_the_end(
    upstream: Upstream, caplog: pytest.LogCaptureFixture, target: str
) -> None:
    """The answer was complete, though at home all is read: there is nothing to complain of."""
    route = Route(upstream.add(Answer([EVENT, STOP], EVENTS, end="cut")), "openai", target)
    with caplog.at_level(logging.INFO, "onechunk.gateway"), gateway(route) as client:
        assert is_whole(client.post("/", json=ASK).content, target)
    [record] = [record for record in caplog.records if record.name == "onechunk.gateway"]
    line = json.loads(record.getMessage())
    assert line["outcome"] == "complete"
    assert "error" not in line


def test_logs_of_text(upstream: Upstream, caplog: pytest.LogCaptureFixture) -> None:
    """Texts are logged where that is asked for, and headers and query not even then."""
    with (
        caplog.at_level(logging.INFO, "onechunk.gateway"),
        between(upstream, Answer([EVENT, STOP], EVENTS), log_text=True) as client,
    ):
        client.post(f"/?key={SECRET}", json=ASK, headers={"authorization": SECRET})
    [record] = [record for record in caplog.records if record.name == "onechunk.gateway"]
    line = json.loads(record.getMessage())
    assert json.loads(line["request_text"]) == ASK
    assert is_whole(line["answer_text"].encode())
    assert SECRET not in record.getMessage()
