"""Responses over HTTP, without I/O: what a body is, and what becomes of it and its headers."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk import (
    Choice,
    Decoder,
    Defaults,
    Error,
    ErrorForm,
    Finish,
    FinishReason,
    LossError,
    Message,
    OnechunkError,
    Text,
    Translator,
    UnknownDialectError,
    Usage,
    WireError,
    decode_message,
    encode_message,
    load_adapters,
    message_losses,
)
from onechunk.http import ResponseTranslator, rewrite_request
from tests.support.bodies import BODIES
from tests.support.recordings import RECORDINGS, Recording
from tests.support.upstream import TYPES, cut

SSE: Final = "text/event-stream"
JSON: Final = "application/json"
DIALECTS: Final = sorted({adapter.dialect for adapter in load_adapters().values()})
DATA: Final = {recording.id: recording.data for recording in RECORDINGS}

WHOLE: Final = Message(
    "id-1",
    "model-1",
    1790150400,
    [Choice(0, role="assistant", parts=[Text("Hi")], finish=Finish(FinishReason.STOP))],
    Usage(3, 5, 8),
)
TEXT: Final = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'


def response(
    source: str = "openai",
    target: str = "anthropic",
    status: int = 200,
    content_type: str | None = JSON,
    *more: tuple[str, str],
    **options: Any,
) -> ResponseTranslator:
    """Return what translates a response with these headers."""
    headers = [] if content_type is None else [("Content-Type", content_type)]
    return ResponseTranslator(source, target, status, [*headers, *more], **options)


def pour(translator: ResponseTranslator, pieces: Iterable[bytes]) -> bytes:
    """Feed all pieces and close; nothing may come before status and headers are known."""
    out: list[bytes] = []
    for piece in pieces:
        out.append(translator.feed(piece))
        assert translator.ready or not any(out)
    out.append(translator.close())
    assert translator.ready
    assert translator.ended
    return b"".join(out)


def body_of(value: Any) -> bytes:
    """Return a body of JSON."""
    return json.dumps(value).encode()


# What a body is.


@pytest.mark.parametrize(
    ("status", "content_type", "first", "kind"),
    [
        (200, SSE, b"", "stream"),
        (200, "text/event-stream; charset=utf-8", b"", "stream"),
        (201, "Application/X-NDJSON", b"", "stream"),
        (200, "application/stream+json", b"", "stream"),
        (200, "application/vnd.amazon.eventstream", b"", "stream"),
        (200, JSON, b"", None),
        (200, JSON, b" \r\n\t", None),
        (200, JSON, b" {", "whole"),
        (200, "application/json; charset=utf-8", b"{", "whole"),
        (200, "application/vnd.api+json", b"{", "whole"),
        (200, None, b"{", "whole"),
        (200, JSON, b"\xef\xbb\xbf{", "whole"),
        (200, JSON, b"[", "other"),
        (200, JSON, b"d", "stream"),
        (200, None, b": ", "stream"),
        (200, JSON, b'"', "other"),
        (200, JSON, b"null", "other"),
        (200, "text/html", b"", "other"),
        (200, "audio/mpeg", b"", "other"),
        (204, None, b"", "other"),
        (304, JSON, b"", "other"),
        (307, JSON, b"", "other"),
        (400, JSON, b"", "error"),
        (404, "text/html", b"", "error"),
        (529, SSE, b"", "error"),
    ],
)
def test_kind(status: int, content_type: str | None, first: bytes, kind: str | None) -> None:
    """Status and content type tell what a body is, or else its first byte."""
    translator = response("openai", "anthropic", status, content_type)
    translator.feed(first)
    assert translator.kind == kind
    assert translator.ready == (kind in {"stream", "other"})
    assert translator.passes == (kind == "other")


def test_array_is_a_stream_of_dialects_that_have_arrays() -> None:
    """An array of JSON is a stream at Gemini, and elsewhere it is no answer."""
    for source, kind in (("gemini", "stream"), ("openai", "other")):
        translator = response(source, "anthropic")
        translator.feed(b"\r\n[")
        assert translator.kind == kind


@pytest.mark.parametrize(
    ("target", "status", "content_type", "passes"),
    [
        ("anthropic", 200, SSE, False),
        ("anthropic", 200, JSON, False),
        ("anthropic", 200, None, False),
        ("anthropic", 404, JSON, False),
        ("anthropic", 200, "audio/mpeg", True),
        ("anthropic", 304, JSON, True),
        ("openai", 200, SSE, False),
        ("openai", 200, JSON, True),
        ("openai", 404, JSON, True),
    ],
)
def test_head_has_no_body(
    target: str, status: int, content_type: str | None, *, passes: bool
) -> None:
    """What answers HEAD keeps its headers, but for a length that GET's answer would not have."""
    more = [("content-length", "12"), ("etag", '"a"')]
    translator = response("openai", target, status, content_type, *more, method="HEAD")
    headers = [] if content_type is None else [("Content-Type", content_type)]
    assert translator.headers == [*headers, *(more if passes else [])]
    assert (translator.ready, translator.passes, translator.kind) == (True, passes, "other")
    assert translator.status == status
    assert translator.close() == b""


def test_nothing_at_all_passes() -> None:
    """An empty body is no answer, and stays one."""
    translator = response()
    assert pour(translator, []) == b""
    assert (translator.kind, translator.status, translator.passes) == ("other", 200, True)
    assert translator.headers == [("Content-Type", JSON)]


# Streams.


STREAMED: Final = [
    each
    for each in RECORDINGS
    if each.dialect in DIALECTS and each.case in {"text", "thinking-then-text", "array-of-text"}
]


def test_streams_are_there() -> None:
    """Several framings are translated below."""
    assert {each.path.suffix for each in STREAMED} == {".sse", ".ndjson", ".json"}


@pytest.mark.parametrize("recording", STREAMED, ids=lambda each: each.id)
@pytest.mark.parametrize("target", ["anthropic", "bedrock", "ollama", "openai"])
def test_stream(recording: Recording, target: str) -> None:
    """A stream becomes what a translator makes of it, under the content type of its framing."""
    translator = Translator(recording.dialect, target)
    expected = translator.feed(recording.data) + translator.close()
    content_type = TYPES[recording.path.suffix]
    for pieces in ([recording.data], cut(recording.data, 7), cut(recording.data, 1)):
        answer = response(recording.dialect, target, 200, content_type)
        assert pour(answer, pieces) == expected
        assert answer.kind == "stream"
        assert answer.losses == translator.losses
        assert answer.error is None
        framing = load_adapters()[target].framing
        assert answer.headers == [
            (
                "content-type",
                TYPES[{"sse": ".sse", "ndjson": ".ndjson"}.get(framing, ".eventstream")],
            )
        ]


def test_framing_decides_content_type() -> None:
    """What is asked for as a JSON array says so."""
    translator = response("openai", "gemini", 200, SSE, to_framing="json_array")
    assert translator.headers == [("content-type", JSON)]
    records: Any = json.loads(pour(translator, [TEXT]))
    assert records[0]["candidates"][0]["content"]["parts"] == [{"text": "Hi"}]


@pytest.mark.parametrize("pieces", [1, 2])
def test_garbage_ends_a_stream_at_once(pieces: int) -> None:
    """The error is told with the piece that shows it, though good events stand before it."""
    data = [TEXT, b"data: {nothing\n\n"]
    translator = response("openai", "anthropic", 200, SSE)
    out = b"".join(map(translator.feed, data if pieces == 2 else [b"".join(data)]))
    assert b'"text":"Hi"' in out
    assert b"event: error" in out
    assert translator.ended
    assert isinstance(translator.error, WireError)
    assert translator.close() == b""


def test_what_must_not_be_lost_ends_a_stream_at_once() -> None:
    """A loss that is not allowed is told with the piece that has it."""
    lost = b'data: {"id":"a","choices":[{"index":0,"delta":{"content":"Hi"}}],"odd":1}\n\n'
    translator = response("openai", "ollama", 200, SSE, strict=True, defaults=Defaults())
    out = translator.feed(TEXT.replace(b'"id":"a",', b"") + lost)
    assert translator.ended
    assert isinstance(translator.error, LossError)
    assert b'"error"' in out


def test_stream_at_home_is_mended() -> None:
    """A stream that stays in its dialect and was cut off gets a legal end."""
    translator = response("openai", "openai", 200, SSE)
    out = pour(translator, [TEXT, b"data: {"])
    assert out.startswith(TEXT)
    assert b'"error":{"message":' in out
    assert out.endswith(b"data: [DONE]\n\n")
    assert isinstance(translator.error, WireError)
    assert [problem.kind for problem in translator.problems] == ["missing_finish", "missing_end"]


@pytest.mark.parametrize("target", DIALECTS)
def test_garbage_ends_a_stream_in_an_error(target: str) -> None:
    """What cannot be read ends the stream in the target's own error, and nothing follows."""
    translator = response("openai", target, 200, SSE)
    out = translator.feed(TEXT) + translator.feed(b"data: {oops}\n\n")
    assert translator.ended
    assert isinstance(translator.error, WireError)
    assert translator.feed(TEXT) == translator.close() == translator.abort() == b""
    decoder = Decoder(target)
    chunks = decoder.feed(out) + decoder.close()
    assert "".join(chunk.text for chunk in chunks) == "Hi"
    finishes = {choice.finish.reason for each in chunks for choice in each.choices if choice.finish}
    assert any(chunk.error for chunk in chunks) or finishes == {FinishReason.ERROR}


@pytest.mark.parametrize(
    ("failure", "message"),
    [
        (None, Defaults().cut_off),
        ("the server is gone", "the server is gone"),
        (WireError("bad", dialect="openai", event=3), "bad"),
    ],
)
def test_abort_of_a_stream(failure: OnechunkError | str | None, message: str) -> None:
    """A stream that is given up ends in an error that says why."""
    translator = response("openai", "anthropic", 200, SSE)
    translator.feed(TEXT)
    out = translator.abort(failure)
    assert out.endswith(
        b'event: error\ndata: {"type":"error","error":{"type":"incomplete_stream",'
        b'"message":"%b"}}\n\n' % message.encode()
    )
    assert translator.error is not None
    assert translator.error.message == message
    assert translator.status == 200


def test_empty_stream_is_an_error() -> None:
    """A stream in which nothing comes ends in an error."""
    translator = response("openai", "anthropic", 200, SSE)
    assert b"event: error" in pour(translator, [])
    assert isinstance(translator.error, WireError)


def test_strict_stream_ends_where_something_is_lost() -> None:
    """What would be dropped ends the stream in an error that names it."""
    translator = response("mistral", "completions", 200, SSE, strict=True)
    out = pour(translator, [DATA["mistral/thinking-then-text"]])
    assert isinstance(translator.error, LossError)
    assert b"strict conversion" in out
    assert out.endswith(b"data: [DONE]\n\n")


# Headers.


def test_headers() -> None:
    """Headers of the body and of the connection go, all others stay as they were."""
    translator = response(
        "openai",
        "anthropic",
        200,
        SSE,
        ("Content-Length", "120"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "close, X-Hop"),
        ("x-hop", "1"),
        ("ETag", '"1"'),
        ("X-Request-Id", "r1"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("Retry-After", "3"),
    )
    assert translator.headers == [
        ("X-Request-Id", "r1"),
        ("Set-Cookie", "a=1"),
        ("Set-Cookie", "b=2"),
        ("Retry-After", "3"),
        ("content-type", SSE),
    ]


def test_headers_of_what_passes() -> None:
    """A body that passes keeps what stands for it."""
    headers = [("content-type", "image/png"), ("content-encoding", "gzip"), ("etag", '"1"')]
    translator = ResponseTranslator("openai", "anthropic", 200, [*headers, ("connection", "close")])
    assert translator.headers == headers
    assert pour(translator, [b"\x89PNG", b"..."]) == b"\x89PNG..."


@pytest.mark.parametrize("status", [200, 404])
def test_encoded_body_is_refused(status: int) -> None:
    """A body that nobody decodes cannot be translated, and is not tried."""
    with pytest.raises(OnechunkError, match="undo gzip, br first"):
        response("openai", "anthropic", status, SSE, ("Content-Encoding", "identity, GZIP, br"))


def test_decoded_body_is_encoded_no_longer() -> None:
    """A body that was decoded has another length, even if it passes."""
    more = [("Content-Encoding", "gzip"), ("Content-Length", "9"), ("x-a", "1")]
    translator = response("openai", "anthropic", 200, JSON, *more, decoded=True)
    assert pour(translator, [b'["a"]']) == b'["a"]'
    assert translator.headers == [("Content-Type", JSON), ("x-a", "1")]


# Answers that come whole.


@pytest.mark.parametrize("target", DIALECTS)
@pytest.mark.parametrize("source", DIALECTS)
def test_whole(source: str, target: str) -> None:
    """A whole body becomes what `encode_message` writes of it, however it is cut."""
    body = body_of(encode_message(source, WHOLE))
    for pieces in ([body], cut(body, 5), [b"\r\n", *cut(body, 1)]):
        translator = response(source, target)
        out = pour(translator, pieces)
        if source == target:
            assert out == b"".join(pieces)
            continue
        message = decode_message(source, body)
        assert json.loads(out) == encode_message(target, message)
        assert translator.losses == message_losses(target, message)
        assert translator.headers == [("content-type", JSON), ("content-length", str(len(out)))]
        assert (translator.kind, translator.status) == ("whole", 200)


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.id)
def test_recorded_body(body: Recording) -> None:
    """Each recorded body is translated; one that waits in a queue is no answer yet."""
    translator = response(body.dialect, "cohere")
    out = pour(translator, [body.data])
    if body.dialect == "cohere" or body.case == "queued-in-background":
        assert out == body.data
        return
    message = decode_message(body.dialect, body.data)
    if message.error is not None and not message.choices and message.usage is None:
        assert (translator.kind, translator.status >= 400) == ("error", True)
        assert json.loads(out)["message"] == message.error.message
    else:
        assert json.loads(out) == encode_message("cohere", message)


NO_ANSWERS: Final[tuple[dict[str, Any], ...]] = (
    {"object": "list", "data": [{"id": "m", "object": "model", "created": 1, "owned_by": "x"}]},
    {"object": "list", "data": [{"object": "embedding", "embedding": [0.5], "index": 0}],
     "model": "m", "usage": {"prompt_tokens": 3, "total_tokens": 3}},
    {"data": [{"type": "model", "id": "m"}], "has_more": False},
    {"input_tokens": 12},
    {"totalTokens": 12},
    {"models": [{"name": "m", "size": 1}]},
    {},
)  # fmt: skip
"""Bodies of other endpoints."""


@pytest.mark.parametrize("source", DIALECTS)
@pytest.mark.parametrize("value", NO_ANSWERS, ids=lambda value: ",".join(value) or "empty")
def test_what_is_no_answer_passes(value: Any, source: str) -> None:
    """Lists of models, embeddings and counts pass unchanged."""
    body = json.dumps(value, indent=1).encode()
    target = "openai" if source != "openai" else "mistral"
    translator = response(source, target, 200, JSON, ("content-length", str(len(body))))
    assert pour(translator, cut(body, 9)) == body
    assert translator.passes
    assert translator.headers == [("Content-Type", JSON), ("content-length", str(len(body)))]
    assert (translator.kind, translator.error, translator.losses) == ("other", None, [])


@pytest.mark.parametrize(
    ("code", "status"), [(429, 429), ("503", 503), ("slow_down", 502), (200, 502), (None, 502)]
)
def test_error_under_a_status_for_answers(code: str | int | None, status: int) -> None:
    """A body that says an error and nothing else is one for the client, too."""
    said = {"message": "Slow down.", "type": "tokens", "code": code}
    headers = [("content-type", "application/json")]
    translator = ResponseTranslator("openai", "anthropic", 200, headers)
    out = translator.feed(json.dumps({"error": said}).encode()) + translator.close()
    assert (translator.status, translator.kind) == (status, "error")
    assert json.loads(out)["error"]["message"] == "Slow down."
    assert translator.error is None


def test_error_beside_an_answer() -> None:
    """What a body says besides an error is not lost: it stays an answer."""
    body = json.dumps(
        {
            "choices": [{"index": 0, "message": {"role": "assistant", "content": "Low"}}],
            "error": {"message": "Slow down."},
        }
    ).encode()
    translator = ResponseTranslator("openai", "anthropic", 200, [("content-type", "text/json")])
    out = json.loads(translator.feed(body) + translator.close())
    assert (translator.status, translator.kind) == (200, "whole")
    assert out["content"] == [{"type": "text", "text": "Low"}]
    assert out["error"]["message"] == "Slow down."


def test_broken_answer_is_a_bad_gateway() -> None:
    """A body that is no JSON, or not of the dialect, becomes an HTTP error of the target's."""
    for body in (b'{"choices": [', b'{"choices": [{"message": 3}]}', b"{\xff}"):
        translator = response("openai", "anthropic", 200, JSON, ("x-request-id", "1"))
        error: Any = json.loads(pour(translator, [body]))
        assert error["type"] == "error"
        assert error["error"]["type"] == "api_error"
        assert isinstance(translator.error, WireError)
        assert error["error"]["message"] == translator.error.message
        assert translator.status == 502
        assert translator.kind == "error"
        assert translator.headers[0] == ("x-request-id", "1")
        # The error is ours: nothing was converted that could lose anything.
        assert translator.losses == []


@pytest.mark.parametrize(
    "body", [b"", b" \r\n", b"null", b'"x"', b"3", b"true", b"oops", b'[{"choices": []}]']
)
def test_what_is_no_object_is_a_bad_gateway(body: bytes) -> None:
    """Where an answer was awaited, JSON that is no object is an error, and so is nothing."""
    translator = response("openai", "anthropic", 200, JSON, awaited=True)
    error: Any = json.loads(pour(translator, [body] if body else []))
    assert isinstance(translator.error, WireError)
    assert error["error"] == {"type": "api_error", "message": translator.error.message}
    assert (translator.status, translator.kind) == (502, "error")


@pytest.mark.parametrize("body", [b"", b"null", b"[]"])
def test_what_need_not_be_an_object(body: bytes) -> None:
    """Other questions, other content types and a stay at home leave it as it is."""
    passing = [
        response("openai", "anthropic", 200, JSON, method="POST"),
        response("openai", "anthropic", 200, None, awaited=True),
        response("openai", "anthropic", 200, "text/plain", awaited=True),
        response("openai", "openai", 200, JSON, awaited=True),
        response("openai", "anthropic", 204, JSON, awaited=True),
    ]
    for translator in passing:
        assert pour(translator, [body] if body else []) == body
        assert (translator.passes, translator.error) == (True, None)


def test_array_that_was_awaited_is_a_stream_of_gemini() -> None:
    """Gemini streams arrays, and an empty one is a stream without an answer."""
    translator = response("gemini", "anthropic", 200, JSON, awaited=True)
    assert b"event: error" in pour(translator, [b"[]"])
    assert translator.kind == "stream"


def test_too_long_body_is_a_bad_gateway() -> None:
    """A body that must be whole has a limit, and is no longer held beyond it."""
    for piece in (b'{"a": "' + b"x" * 90, b" " * 50):
        translator = response("openai", "anthropic", 200, JSON, limit=80)
        out = translator.feed(piece) + translator.feed(piece)
        assert translator.ended
        assert translator.status == 502
        assert b"longer than the limit of 80 bytes" in out
        assert translator.feed(piece) == translator.close() == b""


def test_strict_answer_is_a_bad_gateway() -> None:
    """What would be dropped of a whole body makes it an error."""
    body = next(each.data for each in BODIES if each.id == "mistral/thinking-twice-then-text")
    translator = response("mistral", "completions", strict=True)
    assert b"strict conversion" in pour(translator, [body])
    assert translator.status == 502
    assert isinstance(translator.error, LossError)


@pytest.mark.parametrize("pieces", [[], [b"  "], [b'{"choices"']])
def test_abort_of_an_answer(pieces: list[bytes]) -> None:
    """A body that breaks off before anything was sent becomes an HTTP error."""
    translator = response("openai", "gemini")
    for piece in pieces:
        assert translator.feed(piece) == b""
    out: Any = json.loads(translator.abort("too slow", status=504))
    assert out == {
        "error": {"code": 504, "message": "too slow", "status": "DEADLINE_EXCEEDED"},
    }
    assert (translator.status, translator.ready, translator.ended) == (504, True, True)
    assert translator.losses == []


def test_abort_of_what_passes() -> None:
    """A body that passes just ends."""
    translator = response("openai", "gemini", 200, "image/png")
    assert translator.abort("too slow") == b""
    assert translator.status == 200
    assert translator.ended


def test_options_reach_whole_bodies() -> None:
    """Defaults and residue are as asked for."""
    body = body_of({"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "own": 1})
    translator = response("openai", "llama", extra="always", defaults=Defaults(id="mine"))
    out: Any = json.loads(pour(translator, [body]))
    assert (out["id"], out["own"]) == ("mine", 1)


# Errors.


ERRORS: Final = [
    (b'{"error":{"message":"no","type":"t","param":"p","code":"c"}}', Error("no", "t", "c", "p")),
    (b'{"type":"error","error":{"type":"t","message":"no"},"request_id":"r"}', Error("no", "t")),
    (
        b'[{"error":{"code":404,"message":"no","status":"NOT_FOUND"}}]',
        Error("no", "NOT_FOUND", 404),
    ),
    (b'{"object":"error","message":"no","type":"t","code":"c"}', Error("no", "t", "c")),
    (b'{"error":"no"}', Error("no")),
    (b'{"error":["no","nor"]}', Error("no")),
    (b'{"message":"no"}', Error("no")),
    (b'{"Message":"no","__type":"T"}', Error("no", "T")),
    (b'{"detail":"no"}', Error("no")),
    (b'{"detail":[{"loc":["body"],"msg":"no","type":"missing"}]}', Error("no", "missing")),
    (b'{"title":"T","detail":"no","status":400}', Error("no", "T")),
    (b'{"errors":[{"message":"no","code":7}]}', Error("no", None, 7)),
    (b'data: {"error":{"message":"no"}}\n\n', Error("no")),
    (b"no", Error("no")),
    (b"<html>no</html>", Error("HTTP 404 Not Found")),
    (b"", Error("HTTP 404 Not Found")),
    (b"{}", Error("HTTP 404 Not Found")),
    (b'{"error":{}}', Error("HTTP 404 Not Found")),
    (b'{"error":' * 60 + b'"no"' + b"}" * 60, Error("HTTP 404 Not Found")),
    (b"7", Error("HTTP 404 Not Found")),
]
"""Bodies of HTTP errors, and what they say."""


@pytest.mark.parametrize(("body", "error"), ERRORS, ids=[str(body[:40]) for body, _ in ERRORS])
@pytest.mark.parametrize("source", ["mistral", "ollama", "gemini", "bedrock"])
def test_error_is_read(source: str, body: bytes, error: Error) -> None:
    """Message, type and code are found in whatever form a server has for them."""
    translator = response(source, "openai", 404)
    out: Any = json.loads(pour(translator, cut(body, 11)))
    said = out["error"]
    assert said["message"] == error.message
    if source == "mistral":
        assert Error(said["message"], said["type"], said["code"], said["param"]) == error
    assert translator.status == 404
    assert translator.kind == "error"
    assert translator.headers[-2] == ("content-type", JSON)


WRITTEN: Final = {
    "anthropic": {"type": "error", "error": {"message": "no", "type": "rate_limit_error"}},
    "bedrock": {"message": "no", "__type": "ThrottlingException"},
    "cohere": {"message": "no"},
    "cohere-v1": {"message": "no"},
    "completions": {"error": {"message": "no", "type": "t", "param": "p", "code": "c"}},
    "gemini": {"error": {"code": 429, "message": "no", "status": "RESOURCE_EXHAUSTED"}},
    "llama": {"error": {"message": "no", "type": "t", "param": "p", "code": "c"}},
    "llama-api": {"status": 429, "detail": "no", "title": "t"},
    "mistral": {"object": "error", "message": "no", "type": "t", "param": "p", "code": "c"},
    "mistral-ts": {"object": "error", "message": "no", "type": "t", "param": "p", "code": "c"},
    "ollama": {"error": "no"},
    "openai": {"error": {"message": "no", "type": "t", "param": "p", "code": "c"}},
    "responses": {"error": {"message": "no", "type": "t", "param": "p", "code": "c"}},
}


def test_every_dialect_words_its_errors() -> None:
    """There is an expectation for every dialect."""
    assert {*WRITTEN} == {*DIALECTS}


@pytest.mark.parametrize("target", DIALECTS)
def test_error_is_written(target: str) -> None:
    """An HTTP error is worded as the target's readers expect; what that leaves out is told."""
    source = "groq"
    translator = response(source, target, 429, JSON, ("retry-after", "3"))
    out = pour(translator, [ERRORS[0][0]])
    assert json.loads(out) == WRITTEN[target]
    assert translator.headers[0] == ("retry-after", "3")
    dropped = {loss.path for loss in translator.losses if loss.kind != "invented"}
    full = WRITTEN[target] in (WRITTEN["openai"], WRITTEN["mistral"])
    assert bool(dropped) != full
    assert dropped <= {"$.error.type", "$.error.param", "$.error.code"}


@pytest.mark.parametrize("body", [b"{" * 5000, b'{"a":' * 30_000 + b"1" + b"}" * 30_000])
def test_error_that_is_no_json_is_told(body: bytes) -> None:
    """What cannot be read is told as text, but not without end."""
    out: Any = json.loads(pour(response("openai", "ollama", 500), [body]))
    assert out == {"error": body[:1000].decode()}


@pytest.mark.parametrize("dialect", DIALECTS)
def test_error_at_home_passes(dialect: str) -> None:
    """An error that stays in its dialect is the same, byte for byte."""
    body = b' {"message": "no",  "more": [1]}'
    translator = response(dialect, dialect, 400, "text/plain")
    assert pour(translator, cut(body, 3)) == body
    assert translator.headers == [("Content-Type", "text/plain")]


def test_abort_of_an_error() -> None:
    """An error whose body breaks off keeps its status and tells what that means."""
    translator = response("openai", "mistral", 429)
    translator.feed(b'{"error":{"mess')
    out: Any = json.loads(translator.abort())
    assert out["message"] == "HTTP 429 Too Many Requests"
    assert translator.status == 429


@pytest.mark.parametrize(
    ("status", "word", "expected"),
    [(429, None, "slow"), (418, None, "bad"), (418, "slow", "slow"), (599, "x", "broken")],
)
def test_words_of_errors(status: int, word: str | None, expected: str) -> None:
    """Where readers know only some words, one of these is written: the source's or the status's."""
    form = ErrorForm(words={400: "bad", 429: "slow", 500: "broken"}, code=None, param=None)
    written: Any = form.write(Error("m", word), status)
    assert written == {"error": {"message": "m", "type": expected}}


# Laws.


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("content_type", [SSE, JSON, None])
def test_any_bytes_give_a_response(status: int, content_type: str | None) -> None:
    """Whatever comes, and however it is cut, nothing is raised and the response is legal."""
    bits = st.sampled_from(
        [b"data: ", b"{", b"}", b"[", b"]", b"\n\n", b'"error"', b":", b'"choices"', b",", b" "]
    )
    texts = st.lists(st.binary(max_size=9) | bits, max_size=12)

    @given(texts, st.sampled_from(["openai", "gemini", "anthropic", "ollama"]))
    def law(pieces: list[bytes], source: str) -> None:
        translator = response(source, "mistral", status, content_type)
        out = pour(translator, pieces)
        if translator.kind == "stream":
            decoder = Decoder("mistral")
            decoder.feed(out)
            decoder.close()
        elif translator.passes:
            assert out == b"".join(pieces)
        else:
            assert isinstance(json.loads(out), dict)
            assert dict(translator.headers)["content-length"] == str(len(out))
        joined = response(source, "mistral", status, content_type)
        assert pour(joined, [b"".join(pieces)]) == out
        assert (joined.status, joined.headers) == (translator.status, translator.headers)

    law()


@pytest.mark.parametrize(
    ("source", "target", "options", "error"),
    [
        ("nobody", "openai", {}, UnknownDialectError),
        ("openai", "nobody", {}, UnknownDialectError),
        ("openai", "mistral", {"to_framing": "morse"}, OnechunkError),
        ("openai", "mistral", {"extra": "sometimes"}, OnechunkError),
    ],
)
def test_unknown_names(
    source: str, target: str, options: dict[str, Any], error: type[Exception]
) -> None:
    """A name that nobody has is an error at once."""
    with pytest.raises(error):
        response(source, target, 200, SSE, **options)


# Requests.


def test_rewriting_a_request() -> None:
    """The callable is given all four, and its result is what is sent."""

    def rewrite(
        method: str, path: str, headers: dict[str, str], body: bytes
    ) -> tuple[str, str, dict[str, str], bytes]:
        assert (method, path, body) == ("POST", "/v1/chat?a=1", b"{}")
        assert headers == {"accept": "a, b", "cookie": "a=1; b=2", "content-length": "2"}
        headers["x-api-key"] = "k"
        return "PUT", "/v1/messages?b=2", headers, b"[]"

    headers = [("Accept", "a"), ("Cookie", "a=1"), ("accept", "b")]
    headers += [("cookie", "b=2"), ("Content-Length", "2")]
    assert rewrite_request(rewrite, "POST", "/v1/chat?a=1", headers, b"{}") == (
        "PUT",
        "/v1/messages?b=2",
        [("accept", "a, b"), ("cookie", "a=1; b=2"), ("x-api-key", "k")],
        b"[]",
    )


@pytest.mark.parametrize(
    "result",
    [
        None,
        ("POST", "/", {}),
        ("POST", "/", {}, "text"),
        ("POST", "/", [("a", "b")], b""),
        ("POST", "/", {"a": 1}, b""),
        ("POST", "/", {1: "a"}, b""),
        ("POST", "http://elsewhere.test/", {}, b""),
        ("POST", "/a b", {}, b""),
        ("POST", "/a\r\nHost: b", {}, b""),
        ("POST", "/\xe9", {}, b""),
        ("POST /", "/", {}, b""),
        ("POST", "", {}, b""),
    ],
)
def test_what_is_no_request_is_refused(result: Any) -> None:
    """What the callable returns must be a request to the same server."""

    def rewrite(*_: Any) -> Any:
        return result

    with pytest.raises(OnechunkError, match="must return method, path, headers"):
        rewrite_request(rewrite, "POST", "/", [], b"")


def test_what_the_callable_raises_passes() -> None:
    """An exception of the user's own is not touched."""

    def rewrite(*_: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        rewrite_request(rewrite, "POST", "/", [], b"")
