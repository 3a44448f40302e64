"""`onechunk convert`."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from onechunk import Decoder, Encoder, Translator, load_adapters
from tests.support.command_line import FAMILIES, MODULE, Result, run, run_process
from tests.support.paths import RECORDINGS_FOLDER
from tests.support.recordings import RECORDINGS

PLAIN = RECORDINGS_FOLDER / "openai" / "plain-usage-asked.sse"
REFUSAL = RECORDINGS_FOLDER / "openai" / "refusal.sse"
BAD = {"openai/wrong-shapes-in-known-fields"}
EVENT = (
    b'data: {"id":"a","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
)

BAD_ENDS = {
    "truncated JSON": (b'data: {"choices":[{"ind', "event 2: invalid JSON"),
    "a cut frame": (EVENT.rstrip()[:-9], "event 2: invalid JSON"),
    "invalid UTF-8": (b'data: {"id":"\xff"}\n\n', "event 2: invalid UTF-8"),
    "10,000-deep nesting": (
        b"data: " + b"[" * 10_000 + b"]" * 10_000 + b"\n\n",
        "nested too deeply",
    ),
    "a scalar for a payload": (b"data: 7\n\n", "event 2, $: expected an object, got a number"),
    "a scalar for an object": (
        b'data: {"choices":[{"delta":7}]}\n\n',
        "event 2, $.choices[0].delta: expected an object, got a number",
    ),
}


def lines_of(path: Path) -> list[dict[str, Any]]:
    """Read a report of losses."""
    return [json.loads(line) for line in path.read_bytes().splitlines()]


@pytest.mark.parametrize("target", FAMILIES)
def test_every_recording_converts_to_every_family(target: str) -> None:
    """Every recording converts; only what is bad input on purpose does not."""
    for recording in RECORDINGS:
        result = run("convert", "--from", recording.dialect, "--to", target, recording.path)
        assert (result.code, recording.id) == (3 if recording.id in BAD else 0, recording.id)


@pytest.mark.parametrize("target", FAMILIES)
def test_output_is_what_the_translator_gives(target: str) -> None:
    """The command writes what the library's `Translator` gives for the same bytes."""
    translator = Translator("openai", target)
    expected = translator.feed(PLAIN.read_bytes()) + translator.close()
    assert run("convert", "--from", "openai", "--to", target, PLAIN).out == expected


def test_input_and_output_may_be_files_or_standard_streams(tmp_path: Path) -> None:
    """A file, standard input and `-` read alike; `-o` writes what would go to standard output."""
    options = ["convert", "--from", "openai", "--to", "mistral"]
    from_file = run(*options, PLAIN)
    data = PLAIN.read_bytes()
    assert run(*options, data=data) == run(*options, "-", data=data) == from_file
    written = tmp_path / "written.sse"
    assert run(*options, PLAIN, "-o", written) == Result(0, b"", "")
    assert written.read_bytes() == from_file.out
    assert run_process(*options, "-o", "-", data=data) == from_file


def test_bytes_pass_as_they_are() -> None:
    """Nothing is done to line ends or encodings on the way through the process."""
    path = RECORDINGS_FOLDER / "openai" / "text-escapes-and-separators.sse"
    encoder = Encoder("openai")
    decoder = Decoder("openai")
    chunks = decoder.feed(path.read_bytes()) + decoder.close()
    expected = b"".join(map(encoder.feed, chunks)) + encoder.close()
    locale = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"}
    arguments = ["convert", "--from", "openai", "--to", "openai"]
    assert run_process(*arguments, data=path.read_bytes(), environment=locale).out == expected


def test_frames_are_written_as_they_come() -> None:
    """A frame is written before the next one is there."""
    process = subprocess.Popen(
        [*MODULE, "convert", "--from", "openai", "--to", "llama"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    for _ in range(3):
        process.stdin.write(EVENT)
        process.stdin.flush()
        assert b'"Hi"' in process.stdout.readline()
        assert process.stdout.readline() == b"\n"
    rest, _ = process.communicate(b"data: [DONE]\n\n")
    assert process.returncode == 0
    assert rest.endswith(b"data: [DONE]\n\n")


@pytest.mark.parametrize("end", BAD_ENDS)
def test_bad_input_is_one_line_after_all_before_it(end: str) -> None:
    """What came before bad input is written, then the output ends legally; exit code 3."""
    data, words = BAD_ENDS[end]
    result = run("convert", "--from", "openai", "--to", "llama", data=EVENT + data)
    assert result.code == 3
    assert result.error.startswith("onechunk: openai, event 2")
    assert words in result.error
    assert result.error.count("\n") == 1
    first, *_, last = result.out.split(b"\n\n")[:-1]
    assert b'"Hi"' in first
    assert last == b"data: [DONE]"


@pytest.mark.parametrize("end", BAD_ENDS)
def test_bad_input_adds_nothing_at_home(end: str) -> None:
    """A stream that goes home has what came before the bad input, and no more."""
    data, _ = BAD_ENDS[end]
    result = run("convert", "--from", "openai", "--to", "openai", data=EVENT + data)
    assert (result.code, result.out) == (3, EVENT)


@pytest.mark.parametrize("data", [b"", b"\n\n", b" "], ids=repr)
def test_an_empty_input_is_bad(data: bytes) -> None:
    """Nothing at all is no stream."""
    result = run("convert", "--from", "openai", "--to", "llama", data=data)
    assert (result.code, result.out) == (3, b"")
    assert result.error == "onechunk: openai, event 0: the stream is empty\n"


def test_losses_are_written_as_json_lines(tmp_path: Path) -> None:
    """`--losses` gets each loss as an object on a line of its own."""
    report = tmp_path / "losses.jsonl"
    options = ("convert", "--from", "openai", "--to", "completions", REFUSAL, "--losses")
    result = run(*options, report)
    assert (result.code, result.error) == (0, "")
    losses = lines_of(report)
    assert all(list(loss) == ["event", "kind", "path", "value"] for loss in losses)
    assert {"dropped", "changed"} >= {loss["kind"] for loss in losses} > set()
    to_error = run(*options, "-")
    assert to_error.out == result.out
    assert to_error.error.encode() == report.read_bytes()


def test_no_losses_make_an_empty_report(tmp_path: Path) -> None:
    """At home nothing is lost."""
    report = tmp_path / "losses.jsonl"
    run("convert", "--from", "openai", "--to", "openai", REFUSAL, "--losses", report)
    assert report.read_bytes() == b""


def test_losses_say_infinity(tmp_path: Path) -> None:
    """A value that JSON has no word for stands in the report as Python writes it."""
    path = RECORDINGS_FOLDER / "llama" / "logprobs-minus-infinity.sse"
    report = tmp_path / "losses.jsonl"
    run("convert", "--from", "llama", "--to", "openai", path, "--losses", report)
    assert float("-inf") in [loss["value"] for loss in lines_of(report)]


def test_strict_stops_before_the_first_loss(tmp_path: Path) -> None:
    """`--strict` writes what loses nothing, says what would be lost, and ends with 1."""
    report = tmp_path / "losses.jsonl"
    lossy = EVENT.replace(b'"delta"', b'"colour":"red","delta"')
    options = ("convert", "--from", "openai", "--to", "llama", "--strict", "--losses", report)
    result = run(*options, data=EVENT + lossy + EVENT)
    assert result.code == 1
    assert result.out.count(b'"Hi"') == 1
    assert result.error == (
        "onechunk: llama, event 2, $.choices[0].extra.colour: dropped in a strict conversion\n"
    )
    assert "red" in [loss["value"] for loss in lines_of(report)]


def test_strict_lets_pass_what_loses_nothing() -> None:
    """`--strict` at home is no restriction."""
    result = run("convert", "--from", "openai", "--to", "openai", "--strict", REFUSAL)
    assert (result.code, result.error) == (0, "")


def test_framings_may_be_named() -> None:
    """`--framing` says what comes, `--to-framing` what goes."""
    options = ["convert", "--from", "openai", "--to", "openai"]
    lines = run(*options, "--to-framing", "ndjson", data=EVENT)
    assert lines.out == EVENT.removeprefix(b"data: ").rstrip() + b"\n"
    assert run(*options, "--framing", "ndjson", data=lines.out).out == EVENT
    assert run(*options, "--framing", "sse", data=EVENT).out == EVENT
    assert run(*options, "--framing", "ndjson", data=EVENT).code == 3


def test_a_file_is_not_written_while_it_is_read(tmp_path: Path) -> None:
    """Output and report may not be the input."""
    path = tmp_path / "same.sse"
    path.write_bytes(EVENT)
    for option in ("--output", "--losses"):
        result = run("convert", "--from", "openai", "--to", "llama", option, path, path)
        assert result.code == 2
        assert "is both read and written" in result.error
        assert path.read_bytes() == EVENT


def test_an_output_that_cannot_be_opened_is_one_line(tmp_path: Path) -> None:
    """The line names the file."""
    path = tmp_path / "no" / "such" / "folder.sse"
    result = run("convert", "--from", "openai", "--to", "llama", "-o", path, data=EVENT)
    assert result == Result(2, b"", f"onechunk: {path}: No such file or directory\n")


@pytest.mark.parametrize("source", FAMILIES)
def test_every_pair(source: str, tmp_path: Path) -> None:
    """A stream of every dialect is converted into every other, and from there read again."""
    adapter = load_adapters()[source]
    assert adapter.demo is not None
    recording = tmp_path / "recording"
    recording.write_bytes(adapter.demo())
    for target in FAMILIES:
        converted = run("convert", "--from", source, "--to", target, recording)
        out = tmp_path / "converted"
        out.write_bytes(converted.out)
        shown = run("show", "--from", target, out)

        assert (converted.code, converted.error) == (0, "")
        assert (shown.code, shown.error) == (0, "")
        assert shown.text.count("\n") > 1


@pytest.mark.parametrize("command", [("convert", "--to", "mistral"), ("show",)])
def test_stream_of_another_dialect(command: tuple[str, ...]) -> None:
    """A stream of which nothing is an answer in the dialect that was named is pointed out."""
    recording = RECORDINGS_FOLDER / "anthropic" / "text-in-two-blocks.sse"
    wrong = run(*command, "--from", "openai", recording)
    right = run(*command, "--from", "anthropic", recording)

    assert "openai: nothing of this stream is an answer in this dialect" in wrong.error
    assert right.error == ""
