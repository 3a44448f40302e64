"""`onechunk collect`: a message as JSON, or as the body of any dialect."""

import json

import pytest

from onechunk import Accumulator, Choice, Message, Series, Text, accumulate, encode_message, read
from onechunk._plain import plain
from tests.support.command_line import run
from tests.support.paths import RECORDINGS_FOLDER
from tests.support.recordings import RECORDINGS
from tests.test_cli_show import BAD

RECORDING = RECORDINGS_FOLDER / "mistral" / "thinking-then-text.sse"


def test_the_message_of_every_recording() -> None:
    """Every recording is collected into the message that `accumulate` makes, on one line."""
    for recording in RECORDINGS:
        if recording.id not in BAD:
            result = run("collect", "--from", recording.dialect, recording.path)
            message = accumulate(read([recording.data], recording.dialect))

            assert (result.code, recording.id) == (0, recording.id)
            assert [repr(json.loads(line)) for line in result.lines] == [repr(plain(message))]


def test_a_body_of_another_dialect() -> None:
    """With `--to` the body comes that the dialect has for an answer that was not streamed."""
    message = accumulate(read([RECORDING.read_bytes()], "mistral"))
    result = run("collect", "--from", "mistral", "--to", "openai", RECORDING)

    assert result.code == 0
    assert json.loads(result.out) == encode_message("openai", message)


def test_what_came_before_bad_input_is_collected() -> None:
    """Bad input ends with 3 and one line; the message that came before is written."""
    event = b'{"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n'
    result = run("collect", "--from", "openai", data=event + b'{"choices":7}\n')

    assert result.code == 3
    assert json.loads(result.out)["choices"][0]["parts"] == [{"part": "text", "text": "Hi"}]
    assert result.error.startswith("onechunk: openai, event 2, $.choices: expected")
    assert result.error.count("\n") == 1


@pytest.mark.parametrize("depth", [900, 3_000, 9_000, 30_000])
def test_nesting_that_cannot_be_shown_is_bad_input(depth: int) -> None:
    """What the parser or Python's stack does not take, which depends, is told in one line."""
    deep = b'{"choices":[{}],"x":' + b"[" * depth + b"]" * depth + b"}\n"
    result = run("collect", "--from", "openai", data=deep)

    if result.code == 0 and depth < 10_000:
        assert result.out.count(b"[" * depth) == 1
        return
    # What came before stays; here that is nothing.
    assert result.code == 3
    assert result.out in {b"", b"{}\n"}
    assert "nested too deeply" in result.error
    assert result.error.count("\n") == 1


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        (Message(), {}),
        (Message("a", choices=[Choice(1)], order=(1, 0)), {"id": "a", "order": [1, 0]}),
        (Message(extra={"k": Series((1, [2]))}), {}),
    ],
    ids=["empty", "order", "series"],
)
def test_plain_message(message: Message, expected: dict[str, object]) -> None:
    """A message is shown as a chunk is; a series has a name."""
    shown = plain(message)

    assert {key: each for key, each in shown.items() if key in expected} == expected
    if message.extra:
        assert shown == {"extra": {"k": {"$": "series", "values": [1, [2]]}}}


def test_the_accumulator_says_what_collect_shows() -> None:
    """What is looked at on the way is shown alike."""
    accumulator = Accumulator()
    for chunk in read([RECORDING.read_bytes()], "mistral"):
        accumulator.add(chunk)
        plain(accumulator.message)

    assert any(isinstance(part, Text) for part in accumulator.finish().choices[0].parts)
