"""The pages say what is there: names, tables, links, commands and the example adapter."""

import importlib
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

import onechunk
import onechunk_adapters
from docs.generate import PAGES, generated
from onechunk import load_adapters
from tests.support.command_line import install_adapter, run
from tests.support.laws import (
    chunk_round_trip,
    cut_anywhere,
    object_round_trip,
    same_bytes,
    stream_round_trip,
)
from tests.support.meaning import meaning
from tests.support.paths import ROOT
from tests.support.recordings import RECORDINGS
from tests.support.streams import decode_all, translate
from tests.support.whole import body_round_trip, split_round_trip

ALL_PAGES = (*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md")

every_page = pytest.mark.parametrize("page", ALL_PAGES, ids=lambda page: page.name)

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE_BLOCK = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
_CONSOLE = re.compile(r"^```console\n(.*?)^```$", re.DOTALL | re.MULTILINE)
_PATH = re.compile(r"`((?:src|adapters|tests|docs|benchmarks|snapshots)/[\w./-]*)`")

ROOTS = {
    "src": Path(onechunk.__file__).parents[1],
    "adapters": Path(onechunk_adapters.__file__).parents[1],
}
"""Where the packages are installed, which is elsewhere when the wheel is tested."""


def text_of(page: Path) -> str:
    """Return a page."""
    return page.read_text(encoding="utf-8")


def table(page: Path, name: str) -> list[list[str]]:
    """Return the cells of a generated table, without its head."""
    text = text_of(page).partition(f"<!-- generated: {name} -->")[2].partition("<!-- end -->")[0]
    rows = [line.strip("|").split("|") for line in text.strip().splitlines()]
    return [[cell.strip().strip("`") for cell in row] for row in rows[2:]]


@every_page
def test_generated_parts_are_current(page: Path) -> None:
    """What `python -m docs.generate` writes is what is committed."""
    assert generated(text_of(page)) == text_of(page)


@pytest.mark.parametrize("name", onechunk.__all__)
def test_public_names_are_documented(name: str) -> None:
    """Every public name stands in a page, as code."""
    mention = re.compile(rf"`[^`\n]*\b{name}\b[^`\n]*`")
    block = re.compile(rf"\b{name}\b")
    texts = [text_of(page) for page in PAGES]

    prose = [_CODE_BLOCK.sub("", text) for text in texts]
    examples = [example for text in texts for example in _CODE_BLOCK.findall(text)]

    assert any(map(mention.search, prose)) or any(map(block.search, examples))


@pytest.mark.parametrize("page", ["README.md", "docs/adapters.md"])
def test_dialects_and_profiles_are_listed(page: str) -> None:
    """The table of dialects names what is installed, and nothing else."""
    adapters = load_adapters()
    rows = {row[0]: row for row in table(ROOT / page, "dialects")}
    listed = {
        name: [profile.strip("` ") for profile in row[3].split(",") if profile.strip() != "none"]
        for name, row in rows.items()
    }

    assert set(adapters) == {*listed, *(name for names in listed.values() for name in names)}
    for name, row in rows.items():
        assert row[1] == adapters[name].wire_name
        assert listed[name] == [profile.name for profile in adapters[name].profiles]


def test_profiles_are_described() -> None:
    """The table of profiles has a row for each."""
    found = [row[0] for row in table(ROOT / "docs/adapters.md", "profiles")]

    assert found == [each.name for each in load_adapters().values() if each.name != each.dialect]


def test_everything_is_recorded() -> None:
    """Rooms, entry points and recordings name the same dialects and profiles."""
    adapters = load_adapters()
    [package] = onechunk_adapters.__path__
    rooms = {folder.name for folder in Path(package).iterdir() if (folder / "wire.py").is_file()}

    assert {recording.dialect for recording in RECORDINGS} == set(adapters)
    classes = [next(iter(get_args(each.wire)), each.wire) for each in adapters.values()]
    assert {each.__module__.split(".")[1] for each in classes} == rooms


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings."""
    headings = re.findall(r"^#+ (.+)$", _CODE_BLOCK.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}


@every_page
def test_links_resolve(page: Path) -> None:
    """Every relative link leads to a file that is there, and to a heading in it."""
    for link in _LINK.findall(_CODE_BLOCK.sub("", text_of(page))):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert not anchor or anchor in anchors(target), link


def test_named_paths_exist() -> None:
    """Every file and folder that CONTRIBUTING.md names is there."""
    for path in _PATH.findall(text_of(ROOT / "CONTRIBUTING.md")):
        root, _, rest = path.partition("/")
        assert (ROOTS.get(root, ROOT / root) / rest).exists(), path


def _commands() -> Iterator[tuple[str, str, str]]:
    for page in ALL_PAGES:
        for block in _CONSOLE.findall(text_of(page)):
            for command in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
                line, _, output = command.partition("\n")
                yield page.name, line, output


COMMANDS = list(_commands())


@pytest.mark.parametrize(
    ("page", "command", "output"),
    COMMANDS,
    ids=[f"{page}-{number}" for number, (page, _, _) in enumerate(COMMANDS)],
)
def test_commands(page: str, command: str, output: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A command shown in a page prints what the page shows; `…` stands for anything."""
    monkeypatch.chdir(ROOT)
    name, *arguments = shlex.split(command)
    result = run(*arguments)
    shown = result.text + result.error + (f"[exit {result.code}]\n" if result.code else "")
    pattern = "(?s:.*)".join(re.escape(piece) for piece in output.split("…"))

    assert name == "onechunk", page
    assert re.fullmatch(pattern, shown), shown


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """Install an example adapter; return a file with the stream that the page shows of it."""
    installed: list[str] = []

    def install(name: str, fence: str, suffix: str) -> Path:
        folder = tmp_path / "installed"
        folder.mkdir()
        install_adapter(folder, name, text_of(ROOT / f"docs/examples/{name}.py"))
        monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
        importlib.invalidate_caches()
        load_adapters.cache_clear()
        installed.append(name)
        stream = tmp_path / f"stream{suffix}"
        page = text_of(ROOT / "docs/write-your-own.md")
        stream.write_text(page.partition(f"{fence}\n")[2].partition("```")[0], encoding="utf-8")
        return stream

    yield install
    monkeypatch.undo()
    for name in installed:
        sys.modules.pop(name, None)
    importlib.invalidate_caches()
    load_adapters.cache_clear()


def obeys_the_laws(dialect: str, payloads: list[Any], data: bytes) -> None:
    """Assert the first laws and the ninth."""
    for payload in payloads:
        assert chunk_round_trip(dialect, payload) == ""
        assert object_round_trip(dialect, payload) == ""
    assert stream_round_trip(dialect, data) == ""
    assert cut_anywhere(dialect, data) == ""
    assert same_bytes(dialect, data) == ""


def test_example_adapter(install: Callable[..., Path]) -> None:
    """The adapter that the page shows obeys the laws, at home and away."""
    data = install("parley", "```json", ".ndjson").read_bytes()
    chunks = decode_all("parley", [data])
    payloads = [onechunk.encode("parley", chunk) for chunk in chunks]
    payloads.append({"replies": [{"n": 1, "tone": None, "ended": "huh"}], "mood": {}})

    assert "".join(chunk.text for chunk in chunks) == "Good evening."
    obeys_the_laws("parley", payloads, data)

    away = translate("parley", "openai", data)
    back = translate("openai", "parley", away.data)
    # OpenAI's readers need the total: it is the sum.
    assert [(loss.kind, loss.path) for loss in away.losses] == [
        ("invented", "$.usage.total_tokens")
    ]
    assert decode_all("parley", [back.data])[-1].usage == chunks[-1].usage
    assert "".join(chunk.text for chunk in decode_all("parley", [back.data])) == "Good evening."


def test_example_of_a_whole_body(install: Callable[..., Path]) -> None:
    """The adapter that the page shows reads and writes answers that were not streamed."""
    stream = install("parley", "```json", ".ndjson").read_bytes()
    message = onechunk.accumulate(decode_all("parley", [stream]))
    body = onechunk.encode_message("parley", message)

    assert body["replies"] == [
        {"n": 0, "speaker": "assistant", "says": "Good evening.", "ended": "done"}
    ]
    assert body_round_trip("parley", body) == ""
    assert object_round_trip("parley.whole", body) == ""
    assert split_round_trip(onechunk.decode_message("parley", body)) == ""
    assert onechunk.encode_message("openai", message)["choices"][0]["finish_reason"] == "stop"


def test_example_of_events(install: Callable[..., Path]) -> None:
    """The adapter of events that the page shows obeys the laws, and can say what OpenAI says."""
    data = install("herald", "Herald is made up too:\n\n```", ".sse").read_bytes()
    chunks = decode_all("herald", [data])
    payloads = [onechunk.encode("herald", chunk) for chunk in chunks]
    payloads += [{"kind": "sing", "song": None}, {"kind": "say", "say": 5}, {"kind": "fault"}]

    assert "".join(chunk.text for chunk in chunks) == "Hear ye: rain."
    obeys_the_laws("herald", payloads, data)

    [recording] = [each for each in RECORDINGS if each.id == "openai/tool-calls-interleaved"]
    written = translate("openai", "herald", recording.data).data
    said = meaning(decode_all("openai", [recording.data]))
    back = meaning(decode_all("herald", [written]))
    obeys_the_laws("herald", [], written)
    assert back[0, "calls.arguments"] == said[0, "calls.arguments"]
    assert back[0, "calls.id"] == said[0, "calls.id"]


def test_example_commands(install: Callable[..., Path]) -> None:
    """The commands of the page work on the installed adapter."""
    parley = install("parley", "```json", ".ndjson")
    checked = run("check", "--from", "parley", parley)
    converted = run("convert", "--from", "parley", "--to", "openai", "--losses", "-", parley)

    assert checked.code == converted.code == 0
    assert b'"content":"evening."' in converted.out
    assert "parley" in run("adapters").text
