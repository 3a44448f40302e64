"""`onechunk check`."""

import json
import os
import pty
import re
import subprocess
from pathlib import Path

import pytest

from onechunk import WireError
from onechunk.cli._differences import differences
from onechunk.cli._recordings import ALIASES
from onechunk.cli._round_trip import round_trip
from tests.support.command_line import MODULE, Result, install_adapter, run, run_process
from tests.support.corpus import corpus_files, find_corpus
from tests.support.paths import RECORDINGS_FOLDER
from tests.support.recordings import RECORDINGS

BAD_FILES = {"openai": 1}
"""How many recordings of a folder are bad input on purpose."""

EVENT = (
    b'data: {"id":"a","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"Hi"}}]}\n\n'
)
TEXT = b'data: {"id":"a","object":"text_completion","choices":[{"index":0,"text":"Hi"}]}\n\n'
FOREIGN = b'data: {"type":"response.created","response":{}}\n\ndata: {"type":"error"}\n\n'

CORPUS_FOLDERS = (
    *("mistral", "openai_chat", "llama_vllm", "openai_text", "deepseek", "groq", "azure"),
    *("openrouter", "xai", "perplexity", "other_openai_dialect"),
)

LOSSY = """
from functools import partial
from attrs import evolve
from onechunk import Frame
from onechunk_adapters.mistral import ADAPTER as MISTRAL
from onechunk_adapters.mistral.mapping import build

class Lossy:
    def lift(self, chunk):
        if chunk.id == "gone":
            chunk.choices, chunk.extra, chunk.frame = [], {}, Frame(None, alone=True)
    def lower(self, chunk, payload):
        if chunk.id == "boom":
            raise KeyError("boom")
        del payload["created"]
        payload["odd key"] = True
        payload["model"] = None
        payload["choices"][0]["index"] = 0.0

ADAPTER = evolve(
    MISTRAL, name="lossy", dialect="lossy", table=partial(build, "lossy", str), places=Lossy()
)
"""


def rows_of(result: Result) -> dict[str, list[str]]:
    """Return the cells of the table, by folder; those of the last row under `total`."""
    _, found, table = result.text.rpartition("folder ")
    assert found
    lines = [re.split(r"  +", line.strip()) for line in table.splitlines()[1:]]
    return {cells[0]: cells[1:] for cells in lines if len(cells) > 1}


@pytest.mark.parametrize("folder", sorted({recording.dialect for recording in RECORDINGS}))
def test_every_recording_comes_back(folder: str) -> None:
    """Each folder of recordings is equal to 100 %, but for files that are bad on purpose."""
    files = sum(recording.dialect == folder for recording in RECORDINGS)
    bad = BAD_FILES.get(folder, 0)
    result = run("check", RECORDINGS_FOLDER / folder)
    assert (result.code, result.error) == (3 if bad else 0, "")
    dialect, count, _, equal, share, *rare = rows_of(result)[folder]
    assert (dialect, count, equal) == (folder, str(files), str(files - bad))
    assert (share == "100.0 %") == (not bad)
    assert rare == [".", str(bad or "."), "."]
    assert result.text.count(": openai, event ") == bad


def test_all_recordings_at_once() -> None:
    """A folder of folders has a row for each, and a total."""
    rows = rows_of(run("check", RECORDINGS_FOLDER))
    total = rows.pop("total")
    assert set(rows) == {recording.dialect for recording in RECORDINGS}
    assert int(total[0]) == len(RECORDINGS)
    assert int(total[2]) == len(RECORDINGS) - sum(BAD_FILES.values())
    assert total[3] != "100.0 %"


def test_the_corpus_comes_back() -> None:
    """Where there is a corpus, all its chat and text streams are equal, and no other counts."""
    corpus = find_corpus()
    if corpus is None:
        return
    result = run("check", *(corpus / "streams" / folder for folder in CORPUS_FOLDERS))
    assert result.code == 0
    files = corpus_files("streams", dialects=CORPUS_FOLDERS)
    known = [file for file in files if file.surface in {"chat", "text"}]
    count, _, equal, share, differ, bad, foreign = rows_of(result)["total"]
    assert (int(count), int(equal), share) == (len(known), len(known), "100.0 %")
    assert (differ, bad, int(foreign)) == (".", ".", len(files) - len(known))
    named = {
        line.split(":")[0].strip() for line in result.text.splitlines() if "another API" in line
    }
    assert named == {str(file.path) for file in files if file not in known}


@pytest.mark.parametrize(
    ("folder", "dialect"), [("groq", "groq"), ("deep/mistral/er", "mistral"), *ALIASES.items()]
)
def test_a_folder_tells_the_dialect(tmp_path: Path, folder: str, dialect: str) -> None:
    """The nearest folder with a dialect's, a profile's or a corpus's name tells the dialect."""
    place = tmp_path / folder
    place.mkdir(parents=True)
    (place / "case.sse").write_bytes(TEXT if dialect == "completions" else EVENT)
    (rows,) = (rows_of(run("check", path)) for path in [tmp_path])
    assert [cells[0] for name, cells in rows.items() if name != "total"] == [dialect]


def test_from_tells_the_dialect_of_all(tmp_path: Path) -> None:
    """`--from` counts more than the folder's name; a file may have any suffix."""
    place = tmp_path / "mistral"
    place.mkdir()
    path = place / "answer.txt"
    path.write_bytes(EVENT)
    assert rows_of(run("check", "--from", "groq", path))["mistral"][0] == "groq"


def test_an_unknown_folder_is_a_question(tmp_path: Path) -> None:
    """Where no folder tells the dialect one line asks for `--from`; nothing is checked."""
    path = tmp_path / "case.sse"
    path.write_bytes(EVENT)
    for argument in (tmp_path, path):
        result = run("check", argument)
        assert (result.code, result.out) == (2, b"")
        assert result.error.startswith(f"onechunk: no dialect is named like the folder of {path}: ")
        assert "--from" in result.error


def test_a_folder_without_recordings_is_wrong_usage(tmp_path: Path) -> None:
    """Only files that look like recordings are taken from a folder, and no hidden ones."""
    hidden = tmp_path / ".openai"
    hidden.mkdir()
    (hidden / "case.sse").write_bytes(EVENT)
    (tmp_path / "README.md").write_bytes(EVENT)
    result = run("check", "--from", "openai", tmp_path)
    assert (result.code, result.out) == (2, b"")
    assert "holds no recording (.eventstream .json .jsonl .ndjson .sse)" in result.error


def test_a_file_counts_once(tmp_path: Path) -> None:
    """A file that is named twice, or lies in two folders that are named, is checked once."""
    path = tmp_path / "groq" / "case.sse"
    path.parent.mkdir()
    path.write_bytes(EVENT)
    assert rows_of(run("check", path, tmp_path, path.parent))["total"][0] == "1"


def test_text_completions_among_chats(tmp_path: Path) -> None:
    """A text completion in a folder of a chat dialect is checked as what it says it is."""
    for name in ("openai", "completions"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "text.sse").write_bytes(TEXT)
    (tmp_path / "openai" / "chat.sse").write_bytes(EVENT)
    out = run("check", tmp_path).text
    rows = [re.split(r"  +", line)[:3] for line in out.splitlines()[1:4]]
    assert rows == [
        ["completions", "completions", "1"],
        ["openai", "openai", "1"],
        ["openai", "completions", "1"],
    ]
    assert rows_of(run("check", "--from", "openai", tmp_path / "openai"))["openai"][:2] == [
        "openai",
        "2",
    ]


def test_other_apis_are_listed_and_not_counted(tmp_path: Path) -> None:
    """A stream in which the dialect understands nothing is listed; alone it is bad input."""
    place = tmp_path / "openai"
    place.mkdir()
    (place / "responses.sse").write_bytes(FOREIGN)
    alone = run("check", tmp_path)
    assert alone.code == 3
    (place / "chat.sse").write_bytes(EVENT)
    beside = run("check", tmp_path)
    assert beside.code == 0
    assert f"  {place / 'responses.sse'}: another API than openai's\n" in beside.text
    assert rows_of(beside)["openai"] == ["openai", "1", "1", "1", "100.0 %", ".", ".", "1"]


@pytest.mark.parametrize(
    "data",
    [
        b'data: {"error":{"message":"overloaded"}}\n\ndata: [DONE]\n\n',
        b'data: {"object":"error","message":"no","type":"BadRequestError","code":400}\n\n',
        b'data: {"id":"a","choices":[]}\n\n',
        b": OK\n\ndata: [DONE]\n\n",
    ],
)
def test_a_stream_of_errors_is_no_other_api(data: bytes) -> None:
    """Errors, empty lists of choices and comments are a stream's own."""
    assert not round_trip("llama", data).foreign


def test_whole_bodies_are_json_files(tmp_path: Path) -> None:
    """A .json file is one payload, however it is printed; cut off it is bad input."""
    place = tmp_path / "completions"
    place.mkdir()
    body = json.loads(TEXT.removeprefix(b"data: "))
    (place / "whole.json").write_text(json.dumps(body, indent=2))
    assert rows_of(run("check", tmp_path))["completions"][1:4] == ["1", "1", "1"]
    (place / "whole.json").write_text(json.dumps(body, indent=2)[:-1])
    result = run("check", tmp_path)
    assert result.code == 3
    assert f"{place / 'whole.json'}: completions, event 1: invalid JSON" in result.text


def test_bad_input_is_listed_and_the_rest_checked(tmp_path: Path) -> None:
    """A file that is bad input is listed with its reason and lowers the share."""
    place = tmp_path / "groq"
    place.mkdir()
    for name in "abc":
        (place / f"{name}.sse").write_bytes(EVENT)
    (place / "b.sse").write_bytes(EVENT + b"data: 7\n\n")
    result = run("check", place)
    assert result.code == 3
    assert f"bad input:\n  {place / 'b.sse'}: groq, event 2, $: expected an object" in result.text
    assert rows_of(result)["groq"] == ["groq", "3", "2", "2", "66.6 %", ".", "1", "."]


def test_differences_are_listed(tmp_path: Path) -> None:
    """Every difference is listed with file, event and path; exit code 1."""
    install_adapter(tmp_path, "lossy", LOSSY)
    environment = {"PYTHONPATH": str(tmp_path)}
    place = tmp_path / "lossy"
    place.mkdir()
    (place / "a.sse").write_bytes(EVENT)
    (place / "b.sse").write_bytes(EVENT + EVENT.replace(b'"a"', b'"gone"') + EVENT)
    (place / "c.sse").write_bytes(EVENT + EVENT.replace(b'"a"', b'"boom"'))
    (place / "d.sse").write_bytes(EVENT + b"data: 7\n\n")
    result = run_process("check", place, environment=environment)
    assert (result.code, result.error) == (1, "")
    listed = result.text.split("differences:\n")[1].split("\n\n")[0].splitlines()
    first = [line.split("a.sse: ")[1] for line in listed if "a.sse: event 1," in line]
    assert [line.split(", ")[1].split(":")[0] for line in first] == [
        "$.created",
        '$["odd key"]',
        "$.model",
        "$.choices[0].index",
    ]
    assert first[1:] == [
        'event 1, $["odd key"]: true was added',
        'event 1, $.model: "m" became null',
        "event 1, $.choices[0].index: 0 became 0.0",
    ]
    assert f"  {place / 'b.sse'}: event 3: 3 frames became 2" in listed
    assert [line for line in listed if "c.sse" in line] == [
        f"  {place / 'c.sse'}: event 2: the chunk cannot be written: 'boom'"
    ]
    assert rows_of(result)["lossy"][4:7] == ["0.0 %", "3", "1"]


def test_a_chunk_alone_is_checked_too() -> None:
    """Chunks are compared alone as well as in their stream."""
    assert round_trip("openai", EVENT * 2).differences == []
    assert round_trip("openai", EVENT * 2).chunks == 2


def test_round_trip_of_bad_input_raises() -> None:
    """An error at the end is not lost where chunks came before it."""
    with pytest.raises(WireError, match="event 2"):
        round_trip("openai", EVENT + b"data: 7\n\n")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"a": 1, "b": [2]}, {"b": [2], "a": 1}, []),
        (float("nan"), float("nan"), []),
        (1, 1.0, [("$", "1 became 1.0")]),
        (1, True, [("$", "1 became true")]),
        (0.0, -0.0, [("$", "0.0 became -0.0")]),
        ({"a": None}, {}, [("$.a", "null is missing")]),
        ({}, {"a b": ""}, [('$["a b"]', '"" was added')]),
        ([1, 2], [1], [("$", "2 items became 1")]),
        (
            {"a": {"b": [{"c": 1}, 2]}, "d": "x" * 99},
            {"a": {"b": [{"c": 3}, 4]}, "d": "y"},
            [
                ("$.a.b[0].c", "1 became 3"),
                ("$.a.b[1]", "2 became 4"),
                ("$.d", '"' + "x" * 58 + '… became "y"'),
            ],
        ),
    ],
    ids=repr,
)
def test_json_is_compared_strictly(
    before: object, after: object, expected: list[tuple[str, str]]
) -> None:
    """Types count, and absence; the order of keys does not."""
    assert list(differences(before, after)) == expected


def test_progress_is_for_terminals() -> None:
    """A bar runs on standard error where that is a terminal; the table stays as it is."""
    folder = str(RECORDINGS_FOLDER / "groq")
    master, slave = pty.openpty()
    done = subprocess.run(
        [*MODULE, "check", folder], stdout=subprocess.PIPE, stderr=slave, check=False
    )
    os.close(slave)
    bar = os.read(master, 10_000).decode()
    os.close(master)
    assert "checking" in bar
    assert "100%" in bar
    assert done.stdout == run("check", folder).out
