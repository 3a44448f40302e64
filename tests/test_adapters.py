"""How adapters are found: real distributions on a path, each in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

import onechunk_adapters

PARROT = '''
"""An adapter of a third party: its own wire, made of the same rows as ours."""

from onechunk import UNSET, Adapter, Choice, Chunk, FinishReason, Rules, Text, Unset
from onechunk.mapping import Each, Leaf, Says, Table, error_rows, finish_row, usage_row
from onechunk.wire import Wire, wire


@wire
class Squawk(Wire):
    perch: int | None | Unset = UNSET
    words: str | None | Unset = UNSET
    ended: str | None | Unset = UNSET


@wire
class Parrot(Wire):
    nest: str | None | Unset = UNSET
    bird: str | None | Unset = UNSET
    squawks: list[Squawk] | None | Unset = UNSET


ENDS = {"tired": FinishReason.STOP, "hoarse": FinishReason.LENGTH}
WORDS = {reason: "tired" for reason in FinishReason} | {FinishReason.LENGTH: "hoarse"}


def build() -> Table:
    choice = Table(
        Choice,
        (
            Leaf("perch", "index", (int,), away=0),
            Says("words", Text, away=""),
            finish_row("ended", ENDS, WORDS, away=UNSET),
        ),
    )
    return Table(
        Chunk,
        (
            Leaf("nest", "id", envelope=True),
            Leaf("bird", "model", envelope=True),
            Each("squawks", "choices", choice),
            usage_row("seeds", {"eaten": "input_tokens", "left.over": "output_tokens"}),
            *error_rows(),
        ),
        fixed={"dialect": "parrot", "done": False, "frame": None},
    )


ADAPTER = Adapter(
    "parrot",
    "Parrots",
    Parrot,
    build,
    Rules(frozenset({Text}), roles=False),
    framing="ndjson",
    end=b"GOODBYE",
)
'''


def install(
    folder: Path, distribution: str, *, points: str, code: str = "", module: str = ""
) -> None:
    """Put a distribution into *folder*, as pip would."""
    information = folder / f"{distribution}-1.0.dist-info"
    information.mkdir()
    metadata = f"Metadata-Version: 2.1\nName: {distribution}\nVersion: 1.0\n"
    (information / "METADATA").write_text(metadata)
    (information / "entry_points.txt").write_text(f"[onechunk.adapters]\n{points}\n")
    if module:
        (folder / f"{module}.py").write_text(code)


def run(folder: Path, code: str) -> str:
    """Run *code* with *folder* on the path, and return what it prints."""
    command = [sys.executable, "-W", "error", "-c", dedent(code)]
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.strip()


ROOMS = """
    import sys

    def rooms():
        names = [name.split(".") for name in sys.modules if name.startswith("onechunk_adapters.")]
        return sorted({name[1] for name in names if not name[1].startswith("_")})
"""


ALL_ROOMS = sorted(
    path.parent.name for path in Path(onechunk_adapters.__path__[0]).glob("*/__init__.py")
)


@pytest.mark.parametrize(
    ("call", "rooms"),
    [
        ("", []),
        ("onechunk.load_adapters()", []),
        ("onechunk.decode('llama', {})", ["llama"]),
        ("onechunk.Decoder('mistral-ts')", ["mistral"]),
        ("onechunk.Translator('openai', 'completions')", ["completions", "openai"]),
        ("onechunk.encode('openai', onechunk.Chunk())", ["openai"]),
        ("onechunk.load_adapters()['mistral']", ["mistral"]),
        ("onechunk.Decoder('deepseek')", ["openai"]),
        ("len(onechunk.load_adapters())", ALL_ROOMS),
    ],
)
def test_rooms_are_imported_late(tmp_path: Path, call: str, rooms: list[str]) -> None:
    """A room is imported when it is asked for; a profile may be in any of them."""
    code = dedent(ROOMS) + f"import onechunk\n{call}\nprint(rooms())"
    assert run(tmp_path, code) == str(rooms)


def test_import_is_small(tmp_path: Path) -> None:
    """Importing the library imports no command line, no SDK and no client of the network."""
    code = """
        import sys, onechunk
        heavy = {"click", "openai", "mistralai", "pydantic", "httpx", "socket", "asyncio"}
        print(sorted(heavy & {name.split(".")[0] for name in sys.modules}))
    """
    assert run(tmp_path, code) == "[]"


def test_third_party(tmp_path: Path) -> None:
    """An adapter of a third party works like ours: chunks, streams, losses, classes."""
    install(tmp_path, "aviary", points="parrot = parrots:ADAPTER", code=PARROT, module="parrots")
    code = """
        import json
        import onechunk
        from onechunk import Chunk, Decoder, Translator, decode, encode, load_adapters, losses

        payload = {"nest": "n1", "squawks": [{"perch": 1, "words": "hi", "hue": [1]}], "p": None}
        chunk = decode("parrot", payload)
        assert (chunk.id, chunk.model, chunk.text, chunk.dialect) == ("n1", None, "hi", "parrot")
        assert chunk.choices[0].index == 1
        assert chunk.extra == {"p": None}
        assert encode("parrot", chunk) == payload
        assert "parrot" in load_adapters()
        adapter = load_adapters()["parrot"]
        bird = adapter.converter.structure(payload, adapter.wire)
        assert bird.squawks[0].words == "hi"
        assert adapter.converter.structure(bird, Chunk) == chunk
        assert adapter.converter.unstructure(bird) == payload
        assert adapter.converter.structure(chunk, adapter.wire) == bird

        away = encode("openai", chunk)
        assert away["choices"][0]["delta"] == {"content": "hi"}
        assert [(each.kind, each.path) for each in losses("openai", chunk)] == [
            ("invented", "$.model"),
            ("invented", "$.created"),
            ("dropped", "$.choices[0].extra.hue"),
        ]

        lines = [
            {"nest": "n1", "bird": "grey", "squawks": [{"perch": 0, "words": "he"}]},
            {"nest": "n1", "bird": "grey", "squawks": [{"perch": 0, "words": "llo"}]},
            {"squawks": [{"ended": "hoarse"}], "seeds": {"eaten": 3, "left": {"over": 4}}},
        ]
        body = b"".join(json.dumps(line).encode() + b"\\n" for line in lines) + b"GOODBYE\\n"
        home = Translator("parrot", "parrot")
        assert [json.loads(line) for line in (home.feed(body) + home.close()).split(b"\\n")[:3]]
        decoder = Decoder("parrot")
        chunks = decoder.feed(body)
        assert "".join(each.text for each in chunks) == "hello"
        assert chunks[2].finish_reason == onechunk.FinishReason.LENGTH
        assert (chunks[2].usage.input_tokens, chunks[2].usage.output_tokens) == (3, 4)
        assert chunks[3].done
        assert decoder.close() == []

        for target in ("openai", "mistral", "mistral-ts", "llama", "completions", "groq"):
            there = Translator("parrot", target)
            out = there.feed(body) + there.close()
            again = list(onechunk.read([out], target))
            assert "".join(each.text for each in again) == "hello"
            back = Translator(target, "parrot")
            said = back.feed(out) + back.close()
            found = list(onechunk.read([said], "parrot"))
            assert "".join(each.text for each in found) == "hello"
            assert onechunk.FinishReason.LENGTH in [each.finish_reason for each in found]
            assert [each.usage.output_tokens for each in found if each.usage] == [4]
            assert said.endswith(b"GOODBYE\\n")

        try:
            decode("parrot", {"squawks": [{"perch": 0}, 7]})
        except onechunk.WireError as error:
            print(error)
    """
    said = "parrot, $.squawks[1]: expected an object, got a number"
    assert run(tmp_path, code) == said


FAILING = """
    import onechunk
    try:
        {call}
    except onechunk.AdapterError as error:
        print(type(error).__name__, error.dialect, error, sep="|")
"""


def failure(folder: Path, call: str) -> tuple[str, str, str]:
    """Return class, dialect and text of the error that *call* raises."""
    kind, dialect, text = run(folder, dedent(FAILING).format(call=call)).split("|")
    return kind, dialect, text


def test_two_of_one_name(tmp_path: Path) -> None:
    """Two distributions with one name are an error that names both, whoever is asked for."""
    install(tmp_path, "aviary", points="parrot = parrots:ADAPTER", code=PARROT, module="parrots")
    install(tmp_path, "petshop", points="parrot = dead:ADAPTER")
    for call in ("onechunk.load_adapters()", "onechunk.Decoder('openai')"):
        kind, dialect, text = failure(tmp_path, call)
        assert (kind, dialect) == ("AdapterError", "parrot")
        assert text.startswith("parrot: two adapters are named 'parrot': ")
        assert "aviary (parrots:ADAPTER)" in text
        assert "petshop (dead:ADAPTER)" in text


def test_name_of_ours(tmp_path: Path) -> None:
    """Nobody replaces a dialect of ours without a word."""
    install(tmp_path, "aviary", points="openai = parrots:ADAPTER", code=PARROT, module="parrots")
    kind, dialect, text = failure(tmp_path, "onechunk.Decoder('openai')")
    assert (kind, dialect) == ("AdapterError", "openai")
    assert "onechunk (onechunk_adapters.openai:ADAPTER)" in text
    assert "aviary (parrots:ADAPTER)" in text


def test_same_distribution_twice(tmp_path: Path) -> None:
    """The same entry point found twice on the path is one adapter."""
    install(tmp_path, "aviary", points="parrot = parrots:ADAPTER", code=PARROT, module="parrots")
    install(tmp_path, "Aviary", points="parrot = parrots:ADAPTER")
    assert run(tmp_path, "import onechunk; print(onechunk.Decoder('parrot').dialect)") == "parrot"


BROKEN = {
    "no-module": ("nowhere:ADAPTER", "", "No module named 'nowhere'"),
    "no-value": ("parrots:OTHER", PARROT, "has no attribute 'OTHER'"),
    "import-fails": ("parrots:ADAPTER", "1 / 0", "division by zero"),
    "no-adapter": ("parrots:build", PARROT, "names no Adapter but <function build"),
    "class": ("parrots:Parrot", PARROT, "names no Adapter but <class"),
    "other-name": ("parrots:ADAPTER", PARROT.replace('"parrot",', '"budgie",'), "calls itself"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken(tmp_path: Path, name: str) -> None:
    """A broken adapter is an error that names it, where it is asked for; the others work."""
    value, code, says = BROKEN[name]
    install(tmp_path, "aviary", points=f"parrot = {value}", code=code, module="parrots")
    calls = ["onechunk.Decoder('parrot')", "onechunk.load_adapters()['parrot']"]
    calls += ["list(onechunk.load_adapters())"]
    for call in calls:
        kind, dialect, text = failure(tmp_path, call)
        assert (kind, dialect) == ("AdapterError", "parrot")
        assert f"aviary ({value})" in text
        assert says in text
    assert run(tmp_path, "import onechunk; print(onechunk.Decoder('openai').dialect)") == "openai"


def with_profiles(*names: str) -> str:
    """Return the adapter with these profiles."""
    made = ", ".join(f"evolve(ADAPTER, name={name!r}, dialect='parrot')" for name in names)
    return f"{PARROT}\nfrom attrs import evolve\nADAPTER = evolve(ADAPTER, profiles=({made},))\n"


def test_profiles(tmp_path: Path) -> None:
    """A profile's name is as good as a dialect's."""
    code = with_profiles("macaw", "kea")
    install(tmp_path, "aviary", points="parrot = parrots:ADAPTER", code=code, module="parrots")
    script = """
        from onechunk import decode, load_adapters
        adapters = load_adapters()
        assert {"kea", "macaw", "deepseek", "parrot"} <= set(adapters)
        assert len(adapters) == len(set(adapters))
        assert (adapters["kea"].name, adapters["kea"].dialect) == ("kea", "parrot")
        print(decode("macaw", {"squawks": [{"words": "hi"}]}).text)
    """
    assert run(tmp_path, script) == "hi"


@pytest.mark.parametrize(
    ("names", "clash"),
    [
        (("kea", "kea"), "parrot and parrot both have a profile 'kea'"),
        (("deepseek",), "openai and parrot both have a profile 'deepseek'"),
        (("openai",), "parrot has a profile with the name of the dialect 'openai'"),
        (("parrot",), "parrot has a profile with the name of the dialect 'parrot'"),
    ],
)
def test_two_profiles_of_one_name(tmp_path: Path, names: tuple[str, ...], clash: str) -> None:
    """Two profiles of one name, or a profile with a dialect's name, are an error.

    It does not hurt who asks for a profile whose room its entry point names.
    """
    code = with_profiles(*names)
    install(tmp_path, "aviary", points="parrot = parrots:ADAPTER", code=code, module="parrots")
    assert run(tmp_path, "import onechunk; print(onechunk.Decoder('groq').dialect)") == "groq"
    for call in ("onechunk.Decoder('kakapo')", "list(onechunk.load_adapters())"):
        kind, dialect, text = failure(tmp_path, call)
        assert (kind, dialect) == ("AdapterError", names[0])
        assert text == f"{names[0]}: {clash}"


def test_unknown(tmp_path: Path) -> None:
    """The message of an unknown dialect lists a third party's, too."""
    install(tmp_path, "aviary", points="parrot = parrots:ADAPTER", code=PARROT, module="parrots")
    kind, _, text = failure(tmp_path, "onechunk.Decoder('parot')")
    assert kind == "UnknownDialectError"
    assert text.startswith("unknown dialect 'parot'; installed are: ")
    assert " parrot," in text
