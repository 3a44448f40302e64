"""`onechunk stats`: a row for each recorded stream."""

import json
from pathlib import Path

from onechunk import Validator, read
from tests.support.command_line import run
from tests.support.paths import RECORDINGS_FOLDER
from tests.support.recordings import RECORDINGS

GROQ = RECORDINGS_FOLDER / "groq"


def rows(text: str) -> dict[str, dict[str, str]]:
    """Return the table's rows by the name of the file, told apart by two spaces or more."""
    head, *lines = text.splitlines()
    names = head.split()
    found: dict[str, dict[str, str]] = {}
    for line in lines:
        cells = [cell.strip() for cell in line.split("  ") if cell.strip()]
        found[Path(cells[0]).name] = dict(zip(names, cells, strict=True))
    return found


def test_a_row_for_each_stream() -> None:
    """A row tells chunks, text, reasoning, tools, tokens, finish and problems."""
    result = run("stats", GROQ)

    assert result.code == 0
    assert rows(result.text)["reasoning-whole-tool-calls.sse"] == {
        "file": str(GROQ / "reasoning-whole-tool-calls.sse"),
        "dialect": "groq",
        "chunks": "12",
        "choices": "1",
        "text": ".",
        "reasoning": "32",
        "tools": "2",
        "input": "148",
        "output": "61",
        "finish": "tool_calls",
        "problems": ".",
    }


def test_what_the_vendor_did_not_count_is_a_dot() -> None:
    """Tokens are the vendor's own; nothing is counted for it."""
    row = rows(run("stats", GROQ).text)["tool-use-failed.sse"]

    assert (row["input"], row["output"], row["finish"]) == (".", ".", "error, none")


def test_problems_are_those_of_the_validator() -> None:
    """With `--problems` each problem of each file is a JSON object a line."""
    for recording in RECORDINGS:
        if recording.dialect in {"groq", "openrouter", "azure", "cohere"}:
            result = run("stats", "--from", recording.dialect, "--problems", recording.path)
            validator = Validator(recording.dialect)
            for chunk in read([recording.data], recording.dialect):
                validator.feed(chunk)
            validator.close()
            found = [json.loads(line) for line in result.lines]

            assert [(each["event"], each["kind"], each["path"]) for each in found] == [
                (each.event, each.kind, each.path) for each in validator.problems
            ]
            assert {each["file"] for each in found} <= {str(recording.path)}


def test_bad_input_has_a_row_too(tmp_path: Path) -> None:
    """What came before bad input is counted; the exit code is 3 and one line says why."""
    path = tmp_path / "bad.ndjson"
    path.write_text('{"choices":[{"index":0,"delta":{"content":"Hi"}}]}\n{"choices":7}\n')
    result = run("stats", "--from", "openai", path)

    assert result.code == 3
    assert rows(result.text)["bad.ndjson"]["text"] == "2"
    assert "bad input" in rows(result.text)["bad.ndjson"]["problems"]
    assert result.error.count("\n") == 1
    assert "openai, event 2, $.choices: expected" in result.error
