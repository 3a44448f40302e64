"""`onechunk diff`: two streams by meaning and by frame."""

from pathlib import Path

from onechunk import Translator
from tests.support.command_line import run
from tests.support.paths import RECORDINGS_FOLDER

ONE = RECORDINGS_FOLDER / "openai" / "plain-usage-asked.sse"


def test_a_stream_and_itself() -> None:
    """A stream means the same as itself, and has the same frames."""
    result = run("diff", ONE, ONE)

    assert (result.code, result.text) == (0, "meaning: the same\nframes: the same\n")


def test_the_same_meaning_in_other_frames(tmp_path: Path) -> None:
    """Where only the frames differ, the meaning is the same; the exit code is 1."""
    data = ONE.read_bytes()
    path = tmp_path / "other.sse"
    path.write_bytes(data.replace(b'"service_tier":"default"', b'"service_tier":"flex"'))
    assert path.read_bytes() != data
    result = run("diff", "--from", "openai", ONE, path)

    assert result.code == 1
    assert result.text.startswith("meaning: the same\nframes: ")
    assert '$.service_tier: "default" became "flex"' in result.text


def test_two_dialects(tmp_path: Path) -> None:
    """Streams of two dialects are compared by what they mean, path by path, with both values."""
    translator = Translator("openai", "mistral")
    path = tmp_path / "out.sse"
    path.write_bytes(translator.feed(ONE.read_bytes()) + translator.close())
    result = run("diff", "--from", "openai", "--to", "mistral", ONE, path)

    assert "frames: not compared, the dialects are two" in result.text
    assert "$.choices[0].text" not in result.text
    assert "$.usage.output_tokens" not in result.text


def test_other_text_is_told(tmp_path: Path) -> None:
    """What means something else stands in a table with both values; the exit code is 1."""
    path = tmp_path / "out.ndjson"
    path.write_text('{"id":"x","choices":[{"index":0,"delta":{"content":"Other"}}]}\n')
    result = run("diff", "--from", "openai", ONE, path)

    assert result.code == 1
    line = next(line for line in result.text.splitlines() if line.startswith("$.choices[0].text"))
    assert line.endswith('"Other"')


def test_bad_input(tmp_path: Path) -> None:
    """Bad input ends with 3 and one line."""
    path = tmp_path / "bad.ndjson"
    path.write_text('{"choices":7}\n')
    result = run("diff", "--from", "openai", ONE, path)

    assert (result.code, result.error.count("\n")) == (3, 1)


def test_arguments_are_compared_as_json(tmp_path: Path) -> None:
    """Arguments that differ in white space mean the same."""
    head = '{"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"a","function":'
    one, two = tmp_path / "one.ndjson", tmp_path / "two.ndjson"
    for path, arguments in ((one, r"{\"a\":1}"), (two, r"{ \"a\": 1 }")):
        path.write_text(f'{head}{{"name":"f","arguments":"{arguments}"}}}}]}}}}]}}\n')
    result = run("diff", "--from", "openai", one, two)

    assert result.text.startswith("meaning: the same\nframes: 1 differences")
