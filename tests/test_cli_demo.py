"""`onechunk demo` and `onechunk adapters`."""

import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from onechunk import Translator, load_adapters
from onechunk.cli._columns import side_by_side, wrap
from onechunk.cli._flow import Span, brief, flow
from onechunk.cli._round_trip import round_trip
from tests.support.command_line import FAMILIES, MODULE, install_adapter, run, run_process

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")


def on_terminal(width: int, *arguments: str, **environment: str) -> str:
    """Run a command on a terminal of a width and return what it shows, colours included."""
    master, slave = pty.openpty()
    size = {"COLUMNS": str(width), "LINES": "50", "TERM": "xterm"}
    process = subprocess.Popen(
        [*MODULE, *arguments], stdout=slave, stderr=slave, env={**os.environ, **size, **environment}
    )
    os.close(slave)
    shown = b"".join(_read(master))
    os.close(master)
    assert process.wait() == 0
    return shown.decode().replace("\r\n", "\n")


def _read(master: int) -> Iterator[bytes]:
    while True:
        try:
            piece = os.read(master, 65_536)
        except OSError:  # how Linux says that the other end is closed
            return
        if not piece:
            return
        yield piece


@pytest.mark.parametrize("name", FAMILIES)
def test_every_family_brings_a_recording_along(name: str) -> None:
    """The recording is short, comes home unchanged and goes to every other family."""
    adapter = load_adapters()[name]
    assert adapter.demo is not None
    data = adapter.demo()
    outcome = round_trip(name, data)
    assert 5 <= outcome.chunks <= 60
    assert (outcome.differences, outcome.foreign) == ([], False)
    for target in FAMILIES:
        translator = Translator(name, target)
        assert translator.feed(data) + translator.close()


def test_recordings_show_what_is_special_of_their_family() -> None:
    """Each recording has the specials of its family."""
    specials = {
        "anthropic": ["event: ping", "tool_use", "input_json_delta", "message_stop"],
        "bedrock": ["messageStart", "toolUse", "contentBlockStop", "metadata"],
        "cohere": ["tool-call-start", "content-delta", "billed_units", "[DONE]"],
        "cohere-v1": ["is_finished", "text-generation", "stream-end"],
        "completions": ["logprobs", "top_logprobs", "text_offset", "[DONE]"],
        "gemini": ["functionCall", "usageMetadata", "finishReason"],
        "llama": [": keep-alive", "reasoning_content", "stop_reason", "total_tokens"],
        "llama-api": ["event_type", "num_prompt_tokens", "complete"],
        "mistral": ["thinking", "signature", "reference_ids", "tool_calls", '"p":', "[DONE]"],
        "mistral-ts": ["toolCalls", "referenceIds", "finishReason", "promptTokens"],
        "ollama": ["done_reason", "tool_calls", "eval_count"],
        "openai": ["tool_calls", '"index":1', "service_tier", "obfuscation", '"choices":[]'],
        "responses": ["response.created", "function_call", "response.completed"],
    }
    assert set(specials) == set(FAMILIES)
    for name, words in specials.items():
        demo = load_adapters()[name].demo
        assert demo is not None
        assert [word for word in words if word not in demo().decode()] == []


def test_demo_plays_every_family() -> None:
    """Without a terminal each frame is a line, without colours; then losses and a summary."""
    result = run("demo")
    assert (result.code, result.error) == (0, "")
    assert "\x1b" not in result.text
    heads = re.findall(r"^(\S+) \(.*\) -> (\S+) \(.*\)$", result.text, re.MULTILINE)
    assert {source for source, _ in heads} == set(FAMILIES)
    assert all(source != target for source, target in heads)
    assert result.text.count("  lost:") == len(FAMILIES)
    for name in FAMILIES:
        assert f"  home again in {name}: every frame equal\n" in result.text
    *_, streams, away = result.text.splitlines()
    assert re.fullmatch(r"13 streams, \d+ chunks: 13 of 13 come home unchanged\.", streams)
    counts = [int(count) for count in re.findall(r"\d+", away)]
    kinds = ["dropped", "changed", "invented"]
    assert counts == [
        len(re.findall(rf"^    {kind} ", result.text, re.MULTILINE)) for kind in kinds
    ]


def test_demo_says_the_same_each_time() -> None:
    """Nothing in the demo depends on time or chance."""
    assert run("demo").out == run_process("demo", environment={"PYTHONHASHSEED": "7"}).out


def test_demo_may_be_narrowed() -> None:
    """`--from` and `--to` choose; a profile plays the recording of its dialect."""
    text = run("demo", "--from", "groq", "--to", "llama").text
    assert text.startswith("groq (Groq) -> llama (")
    assert "\n1 stream, 15 chunks: 1 of 1 come home unchanged.\n" in text
    assert run("demo", "--from", "mistral", "--to", "mistral").text.count("lost: nothing") == 1


@pytest.mark.parametrize("width", [80, 81, 100, 132, 200])
def test_demo_stands_side_by_side_on_a_terminal(width: int) -> None:
    """Two columns fit the terminal, with one bar between them, all in one place."""
    shown = on_terminal(width, "demo")
    assert "\x1b[" in shown
    lines = _COLOUR.sub("", shown).splitlines()
    *both, _, _ = lines
    assert max(map(len, both)) <= min(width, 132)
    assert len({line.index("│") for line in lines if "│" in line}) == 1
    assert sum("─┼─" in line for line in lines) == len(FAMILIES)


def test_demo_says_as_much_side_by_side_as_in_lines() -> None:
    """The columns leave nothing out."""
    columns = _COLOUR.sub("", on_terminal(120, "demo", "--from", "openai"))
    left = "".join(line.partition("│")[0].strip() for line in columns.splitlines() if "│" in line)
    for line in run("demo", "--from", "openai").text.splitlines():
        if re.match(r" +\d+  openai ", line):
            assert "".join(line.split()[2:]) in left.replace(" ", "")


@pytest.mark.parametrize(("width", "environment"), [(79, {}), (100, {"PYTHONIOENCODING": "ascii"})])
def test_demo_is_plain_where_columns_have_no_room(width: int, environment: dict[str, str]) -> None:
    """Below 80 columns, and without box characters, each frame is a line."""
    shown = on_terminal(width, "demo", **environment)
    assert "│" not in shown
    assert " -> " in shown


def test_no_color_is_obeyed() -> None:
    """With NO_COLOR set there are columns and no colours."""
    shown = on_terminal(100, "demo", NO_COLOR="1")
    assert "│" in shown
    assert "\x1b" not in shown


def test_a_dialect_without_a_recording_is_wrong_usage(tmp_path: Path) -> None:
    """A third party's dialect need not bring one: it is left out, or named in one line."""
    code = (
        "from attrs import evolve\n"
        "from onechunk_adapters.llama import ADAPTER as LLAMA\n"
        "ADAPTER = evolve(LLAMA, name='silent', dialect='silent', demo=None)\n"
    )
    install_adapter(tmp_path, "silent", code)
    environment = {"PYTHONPATH": str(tmp_path)}
    result = run_process("demo", "--from", "silent", environment=environment)
    assert (result.code, result.out) == (2, b"")
    assert result.error.startswith("onechunk: silent brings no recording along")
    assert run_process("demo", environment=environment).out == run("demo").out


def test_adapters_are_listed() -> None:
    """The table has a row for each adapter, profiles below their dialect."""
    result = run("adapters")
    assert (result.code, result.error) == (0, "")
    head, *rows = [re.split(r"  +", line) for line in result.text.splitlines()]
    assert head == ["name", "dialect", "wire class", "title"]
    adapters = load_adapters()
    assert sorted(row[0] for row in rows) == sorted(adapters)
    for name, dialect, wire, title in rows:
        adapter = adapters[name]
        assert (dialect, wire) == (adapter.dialect, adapter.wire_name)
        assert title == adapter.title
    dialects = [row[1] for row in rows]
    assert dialects == sorted(dialects)
    assert all(next(row for row in rows if row[1] == dialect)[0] == dialect for dialect in dialects)


def test_adapters_as_json() -> None:
    """`--json` prints an array of objects with what the table has."""
    found = json.loads(run("adapters", "--json").text)
    assert {"name": "groq", "dialect": "openai", "wire": "Data", "title": "Groq"} in found
    assert len(found) == len(load_adapters())


def text_of(payload: object, before: object = None) -> str:
    """Tell a payload in short."""
    return "".join(span.text for span in flow(brief(payload, before, frozenset({"pad"}))))


@pytest.mark.parametrize(
    ("payload", "before", "expected"),
    [
        ({"id": "a", "pad": "x", "n": None}, None, 'id: "a"'),
        ({"id": "a", "m": 1}, {"id": "a", "m": 2}, "m: 1"),
        ({"id": "a"}, {"id": "a"}, "{}"),
        ({"a": {"b": {"c": 1}}, "d": {}}, None, "a.b.c: 1  d: {}"),
        ({"a": {"b c": 1, "d": [1, {"e": 2}]}}, None, 'a: {"b c": 1, d: [1, {e: 2}]}'),
        ({"choices": [{"index": 0, "delta": {"content": "x"}}]}, None, 'delta.content: "x"'),
        ({"choices": [{"index": 1, "d": 2}]}, None, "choices: [{index: 1, d: 2}]"),
        ({"choices": [{"d": 1}, {"d": 2}]}, None, "choices: [{d: 1}, {d: 2}]"),
        ({"choices": []}, None, "choices: []"),
        ({"long": "x" * 99}, None, 'long: "' + "x" * 57 + '…"'),
        ([1], None, "[1]"),
        (None, None, "null"),
    ],
    ids=repr,
)
def test_a_payload_is_told_in_short(payload: object, before: object, expected: str) -> None:
    """Nulls, padding and repeated envelopes are left out, everything else is there."""
    assert text_of(payload, before) == expected


@pytest.mark.parametrize("width", range(4, 60, 7))
def test_lines_are_never_wider_than_their_column(width: int) -> None:
    """Spans are broken where there is room for a break, long ones anywhere; nothing gets lost."""
    payload = {"a": "word " * 9, "b": [{"c": "島の灯台" * 5, "d": -1.5}] * 3, "e": "e\u0301" * 30}
    spans = list(flow(payload))
    lines = wrap(spans, width)
    told = "".join(span.text for line in lines for span in line)
    assert told.replace(" ", "") == "".join(span.text for span in spans).replace(" ", "")
    for line in side_by_side(lines, [[Span("end", "mark")]], width):
        left, _, _ = _COLOUR.sub("", line).partition("│")
        wide = sum(character in "島の灯台" for character in left)
        assert len(left) + wide - left.count("\u0301") == width + 1
