"""The stream machine: what it finds in streams, and that it finds nothing in legal ones."""

from __future__ import annotations

import copy
import itertools
import re
from collections import Counter
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from onechunk import (
    Choice,
    Chunk,
    Citation,
    Decoder,
    Error,
    Finish,
    FinishReason,
    Frame,
    Media,
    OnechunkError,
    Other,
    Problem,
    ProblemKind,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    UnknownDialectError,
    Usage,
    Validator,
    load_adapters,
)
from onechunk._states import CHOICE, STREAM, ChoiceSays, ChoiceState, ChunkSays, StreamState
from onechunk._validator import MOST_PROBLEMS
from tests.support.paths import ROOT
from tests.support.problems import PROBLEMS
from tests.support.recordings import RECORDINGS, Recording
from tests.test_corpus import FOLDERS, dialect_of, streams
from tests.test_laws import ILLEGAL

FOLDER_DIALECTS = {dialect for surfaces in FOLDERS.values() for dialect in surfaces.values()}

LEGAL = [recording for recording in RECORDINGS if recording.id not in ILLEGAL]

ROLE = Chunk(id="a", model="m", created=1, choices=[Choice(0, "assistant", [Text("")])])
DONE = Chunk(done=True)


def says(*parts: Any, index: int = 0, **fields: Any) -> Chunk:
    """Return a chunk of one choice."""
    return Chunk(choices=[Choice(index, parts=[*parts], **fields)])


def finish(reason: FinishReason = FinishReason.STOP) -> Chunk:
    """Return the chunk that finishes."""
    return says(finish=Finish(reason))


STOP = finish()
HI = says(Text("Hi"))


def problems(chunks: list[Chunk], dialect: str | None = "openai") -> list[Problem]:
    """Return what is found in a whole stream."""
    validator = Validator(dialect)
    found = [problem for chunk in chunks for problem in validator.feed(chunk)]
    found += validator.close()
    assert found == validator.problems
    return found


def counted(tokens: int) -> Chunk:
    """Return a chunk that only counts."""
    return Chunk(usage=Usage(output_tokens=tokens))


BROKEN: dict[ProblemKind, tuple[list[Chunk], Problem]] = {
    "after_end": ([ROLE, STOP, DONE, HI], Problem("after_end", 4, "$", "Hi")),
    "after_error": (
        [ROLE, Chunk(error=Error("no")), HI, DONE],
        Problem("after_error", 3, "$", "Hi"),
    ),
    "after_finish": (
        [ROLE, STOP, HI, DONE],
        Problem("after_finish", 3, "$.choices[0].parts[0]", "Hi"),
    ),
    "changed_created": (
        [ROLE, Chunk(created=2, choices=STOP.choices), DONE],
        Problem("changed_created", 2, "$.created", 2),
    ),
    "changed_id": (
        [ROLE, Chunk(id="b", choices=STOP.choices), DONE],
        Problem("changed_id", 2, "$.id", "b"),
    ),
    "empty": ([], Problem("empty", 0, "$", None)),
    "headless_call": (
        [ROLE, says(ToolCall(0, arguments='{"a":')), says(ToolCall(0, arguments="1}")), STOP, DONE],
        Problem("headless_call", 2, "$.choices[0].parts[0]", '{"a":'),
    ),
    "missing_end": ([ROLE, STOP], Problem("missing_end", 2, "$", None)),
    "missing_finish": ([ROLE, HI, DONE], Problem("missing_finish", 3, "$.choices[0].finish", None)),
    "second_call": (
        [ROLE, says(ToolCall(0, "x", "f", "{}")), says(ToolCall(0, "y", "g", "{}")), STOP, DONE],
        Problem("second_call", 3, "$.choices[0].parts[0]", 0),
    ),
    "second_finish": (
        [ROLE, STOP, finish(FinishReason.LENGTH), DONE],
        Problem("second_finish", 3, "$.choices[0].finish", "length"),
    ),
    "second_head": (
        [ROLE, says(ToolCall(0, "x", "f", "")), says(ToolCall(0, "x", None, "{}")), STOP, DONE],
        Problem("second_head", 3, "$.choices[0].parts[0]", "x"),
    ),
    "second_role": (
        [ROLE, says(Text("Hi"), role="assistant"), STOP, DONE],
        Problem("second_role", 2, "$.choices[0].role", "assistant"),
    ),
    "shrinking_usage": (
        [ROLE, STOP, counted(5), counted(4), DONE],
        Problem("shrinking_usage", 4, "$.usage.output_tokens", 4),
    ),
}
"""A stream with each kind of problem; what a mark of another dialect is, needs a frame."""


@pytest.mark.parametrize(
    ("states", "says_what", "table"),
    [(StreamState, ChunkSays, STREAM), (ChoiceState, ChoiceSays, CHOICE)],
    ids=["stream", "choice"],
)
def test_tables_are_total(states: Any, says_what: Any, table: Any) -> None:
    """Every state has an answer to everything that can come, and leads to a state."""
    assert set(table) == set(itertools.product(get_args(states), get_args(says_what)))
    for state, kind in table.values():
        assert state in get_args(states)
        assert kind is None or kind in get_args(ProblemKind)


def test_every_kind_is_shown() -> None:
    """There is a stream for every kind of problem."""
    assert {*BROKEN, "foreign_end"} == {*get_args(ProblemKind)}


@pytest.mark.parametrize("kind", BROKEN)
def test_kinds(kind: ProblemKind) -> None:
    """What is wrong is told with the chunk's number, its place and what stood there."""
    chunks, expected = BROKEN[kind]
    assert problems(chunks) == [expected]


def test_legal_stream() -> None:
    """A stream with a role, text, a finish, counts and an end has no problem."""
    assert problems([ROLE, HI, STOP, counted(3), DONE]) == []


@pytest.mark.parametrize("kind", BROKEN)
def test_each_once(kind: ProblemKind) -> None:
    """A problem that recurs at the same place is told once, with its first chunk."""
    chunks, expected = BROKEN[kind]
    end = len(chunks) - (DONE in chunks and kind != "after_end")
    repeated = chunks[: end - 1] + chunks[end - 1 : end] * 400 + chunks[end:]
    found = [problem for problem in problems(repeated) if problem.kind == kind]
    assert [problem.path for problem in found] == [expected.path]


def test_problems_are_bounded() -> None:
    """A stream in which everything is wrong everywhere makes no endless report."""
    choices = [Choice(0, "assistant", [Text("x")], Finish(FinishReason.STOP)) for _ in range(2_000)]
    validator = Validator("openai")
    validator.feed(Chunk(choices=choices))
    assert len(validator.problems) == MOST_PROBLEMS
    assert validator.feed(Chunk(id="a")) == []


ENDS = {
    "openai": "mark",
    "mistral": "mark",
    "mistral-ts": None,
    "llama": "mark",
    "completions": "mark",
    "anthropic": "event",
    "bedrock": None,
    "cohere": "mark",
    "cohere-v1": "event",
    "gemini": None,
    "llama-api": None,
    "ollama": "event",
    "responses": "event",
}
"""What tells that a stream is whole."""


@pytest.mark.parametrize("dialect", ENDS)
def test_missing_end(dialect: str) -> None:
    """An end is missed where the dialect has one, and behind an error only if it is a mark."""
    finished = {problem.kind for problem in problems([ROLE, HI, STOP], dialect)}
    failed = {problem.kind for problem in problems([ROLE, Chunk(error=Error("no"))], dialect)}
    assert finished == ({"missing_end"} if ENDS[dialect] else set())
    assert failed == ({"missing_end"} if ENDS[dialect] == "mark" else set())
    assert problems([ROLE, HI, STOP, DONE], dialect) == []


def test_profiles_end_as_their_dialect() -> None:
    """Every dialect is in the table, and a profile demands what its dialect does."""
    adapters = load_adapters()
    assert {adapter.dialect for adapter in adapters.values()} == ENDS.keys()
    for adapter in adapters.values():
        assert adapter.demands == adapters[adapter.dialect].demands


@pytest.mark.parametrize("dialect", ENDS)
def test_foreign_end(dialect: str) -> None:
    """The usual end mark is one of relays in a dialect that has another, or none."""
    mark = Chunk(done=True, dialect=dialect, frame=Frame(b"[DONE]"))
    found = problems([ROLE, HI, STOP, mark], dialect)
    if ENDS[dialect] == "mark":
        assert found == []
    else:
        assert found[0] == Problem("foreign_end", 4, "$.done", value=True)
        assert [problem.kind for problem in found[1:]] == ["missing_end"] * bool(ENDS[dialect])


@pytest.mark.parametrize("dialect", ENDS)
def test_roles_that_repeat(dialect: str) -> None:
    """Where the wire says the role again and again, that is no problem."""
    repeats = dialect in {"gemini", "ollama", "responses"}
    found = problems([ROLE, says(Text("Hi"), role="assistant"), STOP, DONE], dialect)
    assert [problem.kind for problem in found] == ([] if repeats else ["second_role"])


def test_model_may_change() -> None:
    """A router names the model late, or another one; no reader minds."""
    assert problems([ROLE, Chunk(model="n", choices=HI.choices), STOP, DONE]) == []


def test_empty_id_and_time() -> None:
    """An empty id and a time of 0 are none."""
    first = Chunk(id="", created=0, choices=ROLE.choices)
    assert problems([first, Chunk(id="a", created=5, choices=HI.choices), STOP, DONE]) == []


def test_times_of_lines() -> None:
    """Ollama's lines each have a time of their own."""
    chunks = [ROLE, Chunk(created=2, choices=STOP.choices), DONE]
    assert problems(chunks, "ollama") == []


def test_late_name() -> None:
    """A name that comes after the id is no second head; a second name is."""
    chunks = [ROLE, says(ToolCall(0, "x")), says(ToolCall(0, None, "f")), STOP, DONE]
    assert problems(chunks) == []
    chunks.insert(3, says(ToolCall(0, None, "f")))
    assert [(problem.kind, problem.event) for problem in problems(chunks)] == [("second_head", 4)]


def test_calls_without_numbers() -> None:
    """A call without a number is told by its id, which may come again."""
    piece = says(ToolCall(None, "x", None, "{}"))
    chunks = [
        ROLE,
        says(ToolCall(None, "x", "f")),
        piece,
        says(ToolCall(arguments=" ")),
        STOP,
        DONE,
    ]
    assert problems(chunks) == []


def test_whole_calls_need_no_head() -> None:
    """Where calls come whole there are no fragments."""
    chunks = [says(ToolCall(None, None, None, {"a": 1})), STOP, DONE]
    assert problems(chunks, "ollama") == []


def test_several_choices() -> None:
    """Every choice has a course of its own."""
    one, two = ROLE.choices[0], Choice(1, "assistant", [Text("")])
    chunks = [Chunk(choices=[one, two]), STOP, says(Text("more"), index=1), DONE]
    assert problems(chunks) == [Problem("missing_finish", 4, "$.choices[1].finish", None)]


@pytest.mark.parametrize(
    "silent",
    [
        Text(""),
        Refusal(""),
        Reasoning(),
        ToolCall(0),
        Media("audio", extra={"expires_at": 1}),
    ],
    ids=lambda part: type(part).__name__,
)
def test_what_says_nothing(silent: Any) -> None:
    """A part that says nothing may stand behind the finish."""
    assert problems([ROLE, STOP, says(silent), DONE]) == []


@pytest.mark.parametrize(
    "part",
    [
        Text("x"),
        Text("", 0),
        Refusal("x"),
        Reasoning("x"),
        Reasoning(signature="x"),
        ToolCall(0, "x", "f"),
        Media("image", "eA=="),
        Citation("https://example.com"),
        Other("x", 1),
    ],
)
def test_what_says_something(part: Any) -> None:
    """A part that says anything must not, and neither must one that opens a block."""
    found = problems([ROLE, STOP, says(part), DONE])
    assert [problem.kind for problem in found] == ["after_finish"]


def test_error_excuses() -> None:
    """Behind an error no choice need finish, and the counts and the end may stand there."""
    assert problems([ROLE, HI, Chunk(error=Error("no")), counted(3), DONE]) == []


def test_failure_beside_the_end() -> None:
    """An event that ends a stream in an error needs no finish."""
    assert problems([ROLE, HI, Chunk(error=Error("no"), done=True)], "responses") == []


def test_no_answer() -> None:
    """A stream that breaks off before the answer began lacks it."""
    assert [(problem.kind, problem.path) for problem in problems([Chunk(id="a")])] == [
        ("missing_finish", "$.choices"),
        ("missing_end", "$"),
    ]


def test_end_without_answer() -> None:
    """An end without any choice is whole, as after a prompt that was only judged."""
    assert problems([Chunk(id="a"), counted(3), DONE]) == []


def test_comments_are_no_chunks() -> None:
    """A comment behind the end, and an event without data, are nothing to readers."""
    comment = Chunk(dialect="openai", frame=Frame(None, comments=("bye",), alone=True))
    empty = Chunk(dialect="openai", frame=Frame(b" "))
    validator = Validator("openai")
    for chunk in (comment, ROLE, empty, STOP, DONE, comment, empty):
        assert validator.feed(chunk) == []
    assert validator.close() == []


def test_closed() -> None:
    """Closing again finds nothing, and what comes behind is behind the end."""
    validator = Validator("openai")
    for chunk in (ROLE, STOP, DONE):
        validator.feed(chunk)
    assert validator.close() == validator.close() == []
    assert [problem.kind for problem in validator.feed(HI)] == ["after_end"]


def test_dialect_of_the_first_chunk() -> None:
    """Without a dialect the first chunk tells it; made by hand, a stream needs no end mark."""
    assert problems([ROLE, STOP], None) == []
    spoken = Chunk(dialect="openai", choices=ROLE.choices)
    assert [problem.kind for problem in problems([spoken, STOP], None)] == ["missing_end"]
    strange = Chunk(dialect="no such dialect", choices=ROLE.choices)
    assert problems([strange, STOP], None) == []


def test_unknown_dialect() -> None:
    """A dialect that is asked for must be there."""
    with pytest.raises(UnknownDialectError):
        Validator("no such dialect")


def _read(dialect: str, data: bytes) -> list[Chunk]:
    decoder = Decoder(dialect)
    chunks: list[Chunk] = []
    try:
        chunks += decoder.feed(data)
        chunks += decoder.close()
    except OnechunkError:
        # Some recordings are cut off in a frame.
        pass
    return chunks


def _name(recording: Recording) -> str:
    return f"{recording.dialect}/{recording.path.name}"


@pytest.mark.parametrize("recording", LEGAL, ids=_name)
def test_recordings(recording: Recording) -> None:
    """A recording has the problems that are listed for it, and a legal one has none."""
    chunks = _read(recording.dialect, recording.data)
    before = copy.deepcopy(chunks)
    found = problems(chunks, recording.dialect)
    assert {problem.kind for problem in found} == PROBLEMS.get(_name(recording), frozenset())
    assert chunks == before
    assert all(problem.event <= len(chunks) for problem in found)


def test_listed_recordings_exist() -> None:
    """Nothing is listed that is not there, and no dialect has only broken streams."""
    names = {_name(recording): recording.dialect for recording in LEGAL}
    assert PROBLEMS.keys() <= names.keys()
    dialects = {adapter.dialect for adapter in load_adapters().values()}
    assert dialects <= {names[name] for name in names.keys() - PROBLEMS.keys()}


def _documented() -> dict[str, tuple[int, int, dict[str, int]]]:
    """Return what the page says of each dialect: streams, those without a problem, and kinds."""
    text = (ROOT / "docs" / "repair.md").read_text(encoding="utf-8")
    table = text.partition("<!-- measured: problems -->")[2].partition("<!-- end -->")[0]
    found: dict[str, tuple[int, int, dict[str, int]]] = {}
    for line in table.strip().splitlines()[2:]:
        name, count, clean, kinds = (cell.strip() for cell in line.strip("|").split("|"))
        counts = {kind: int(number) for kind, number in re.findall(r"`(\w+)` (\d+)", kinds)}
        found[name.strip("`")] = int(count), int(clean), counts
    return found


def test_corpus() -> None:
    """Streams of real services have the problems of which the docs tell."""
    counts: Counter[str] = Counter()
    clean: Counter[str] = Counter()
    kinds: dict[str, Counter[str]] = {}
    for file in (file for folder in FOLDERS for file in streams(folder)):
        dialect = dialect_of(file)
        found = {problem.kind for problem in problems(_read(dialect, file.data), dialect)}
        if file.format == "jsonl":
            # Only chunks were recorded there: the mark is no chunk.
            found.discard("missing_end")
        counts[dialect] += 1
        clean[dialect] += not found
        kinds.setdefault(dialect, Counter()).update(found)
    documented = _documented()
    assert documented.keys() == {*FOLDER_DIALECTS}
    for dialect, count in counts.items():
        # Of other recordings, the page does not tell.
        if documented[dialect][0] == count:
            assert documented[dialect][1:] == (clean[dialect], dict(kinds[dialect]))


_PARTS = st.one_of(
    st.builds(Text, st.sampled_from(["", "x"]), st.none() | st.integers(0, 1)),
    st.builds(Reasoning, st.sampled_from(["", "x"])),
    st.builds(
        ToolCall,
        st.none() | st.integers(-1, 2),
        st.sampled_from([None, "", "a", "b"]),
        st.sampled_from([None, "", "f"]),
        st.sampled_from([None, "", "{", "}", {}, {"a": 1}]),
    ),
    st.builds(Other, st.none(), st.integers()),
    st.builds(Citation),
    st.builds(Media, st.just("audio")),
)
_CHOICES = st.builds(
    Choice,
    st.none() | st.integers(-1, 2),
    st.sampled_from([None, "", "assistant", "tool"]),
    st.lists(_PARTS, max_size=2),
    st.none() | st.builds(Finish, st.sampled_from(FinishReason)),
)
CHUNKS = st.builds(
    Chunk,
    st.sampled_from([None, "", "a", "b"]),
    st.sampled_from([None, "", "m"]),
    st.sampled_from([None, 0, 1, 2.5, float("nan"), float("inf")]),
    st.lists(_CHOICES, max_size=2),
    st.none() | st.builds(Usage, st.none() | st.integers(), st.none() | st.integers(0, 3)),
    st.none() | st.builds(Error, st.none() | st.text(max_size=2)),
    st.booleans() | st.just(False),  # noqa: FBT003 - a strategy's value
    st.sampled_from([None, "openai", "anthropic", "gemini", "x"]),
    st.none() | st.just(Frame(None, alone=True)) | st.just(Frame(b"[DONE]")),
)


@given(st.lists(CHUNKS, max_size=8), st.sampled_from([None, *ENDS]))
def test_any_chunks(chunks: list[Chunk], dialect: str | None) -> None:
    """Whatever chunks come, they are judged and not changed, the same way every time."""
    before = copy.deepcopy(chunks)
    found = problems(chunks, dialect)
    assert repr(chunks) == repr(before)
    assert repr(found) == repr(problems(chunks, dialect))
    assert len({(problem.kind, problem.path) for problem in found}) == len(found)
    for problem in found:
        assert problem.kind in get_args(ProblemKind)
        assert problem.path.startswith("$")
        assert 0 <= problem.event <= len(chunks)
