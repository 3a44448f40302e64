"""Measure what the official SDKs make of the same streams: `python -m docs.accumulators`.

It writes the tables of `docs/accumulators.md`: over the project's own recordings, and over all of
the corpus of real streams; where that is absent, the page stays as it is.
"""

from __future__ import annotations

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Final

from anthropic import Anthropic
from attrs import define, field
from google import genai
from openai import OpenAI

from tests.interop.accumulators import HELPERS, Helper
from tests.interop.bodies import Body
from tests.interop.comparisons import KINDS, answers, helpers_of, hold, hold_repeat
from tests.interop.kinds import Fault, Found
from tests.interop.repeats import MADE_UP, REPEATS
from tests.interop.replay import serve
from tests.interop.twins import find_twins
from tests.support.corpus import corpus_files, find_corpus
from tests.support.recordings import RECORDINGS
from tests.test_corpus import FOLDERS, dialect_of

__all__ = ["PAGE", "WHOSE"]

PAGE = Path(__file__).resolve().with_name("accumulators.md")

WHOSE: Final[Mapping[Fault, str]] = {
    "sdk": "the SDK",
    "stream": "the stream",
    "vendor": "the vendor",
    "choice": "onechunk, on purpose",
    "onechunk": "onechunk",
}

_MARKED = re.compile(r"(<!-- measured: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)


@define
class Tally:
    """What was found of some answers.

    Attributes:
        raised: Those of which the helper gives an error that the vendor did not send.
    """

    answers: int = 0
    equal: int = 0
    raised: int = 0
    kinds: Counter[str] = field(factory=Counter[str])

    def add(self, found: Found) -> None:
        """Count one answer."""
        self.answers += 1
        self.equal += not found.different
        self.raised += found.raised
        self.kinds.update(found.kinds)

    def __str__(self) -> str:
        """Return the cells of a table."""
        otherwise = self.answers - self.equal - self.raised
        return f"{self.answers} | {self.equal} | {otherwise} | {self.raised}"


Tallies = dict[tuple[str, str], Tally]
"""By helper, or by what repeats; and vendor."""


def recorded() -> Iterator[tuple[str, str, Body]]:
    """Yield vendor, place and body of the project's own recordings."""
    for recording in RECORDINGS:
        for body in answers(recording.dialect, recording.data):
            yield recording.dialect, recording.id, body


def real() -> Iterator[tuple[str, str, Body]]:
    """Yield vendor, place and body of all that the corpus has."""
    for folder, surfaces in FOLDERS.items():
        for file in corpus_files("streams", dialects={folder}, surfaces=set(surfaces)):
            for body in answers(dialect_of(file), file.data):
                yield file.vendor.partition(" (")[0], file.file, body


def measured(streams: Iterable[tuple[str, str, Body]]) -> tuple[Tallies, Tallies, list[str]]:
    """Return what is found by helper and by repetition, and what no kind explains."""
    helpers, repeats, failures = Tallies(), Tallies(), list[str]()
    with ExitStack() as stack:
        replay = stack.enter_context(serve())
        clients = {
            "openai_client": stack.enter_context(
                OpenAI(api_key="none", base_url=replay.address(b""), max_retries=0)
            ),
            "anthropic_client": stack.enter_context(
                Anthropic(api_key="none", base_url=replay.address(b""), max_retries=0)
            ),
            "gemini_client": stack.enter_context(genai.Client(api_key="none")),
        }
        for vendor, place, body in streams:
            for helper in helpers_of(body):
                found = hold(helper, clients.get(helper.client), replay, body)
                helpers.setdefault((helper.name, vendor), Tally()).add(found)
                if found.unexplained:
                    failures.append(f"{helper.name}: {place}: {found.unexplained}")
            for found in hold_repeat(body):
                repeats.setdefault((body.dialect, vendor), Tally()).add(found)
                if found.unexplained and place not in MADE_UP:
                    failures.append(f"repeated: {place}: {found.unexplained}")
    return helpers, repeats, failures


def summed(tallies: Tallies, name: str) -> Tally:
    """Return the tallies of all vendors."""
    total = Tally()
    for (helper, _), tally in tallies.items():
        if helper == name:
            total.answers += tally.answers
            total.equal += tally.equal
            total.raised += tally.raised
            total.kinds.update(tally.kinds)
    return total


_HEAD = "answers | equal | otherwise | an error"
_RULE = "--:|--:|--:|--:|"


def all_helpers(helpers: Tallies) -> Iterator[str]:
    """Yield the lines of the table of helpers."""
    yield f"| helper | {_HEAD} |"
    yield f"|---|{_RULE}"
    for name in HELPERS:
        yield f"| {name} | {summed(helpers, name)} |"


def by_vendor(helpers: Tallies) -> Iterator[str]:
    """Yield the lines of the table of helpers and vendors."""
    yield f"| helper | streams of | {_HEAD} |"
    yield f"|---|---|{_RULE}"
    for name, vendor in sorted(helpers, key=lambda key: ([*HELPERS].index(key[0]), key[1])):
        yield f"| {name} | {vendor} | {helpers[name, vendor]} |"


def by_kind(own: Tallies, real: Tallies) -> Iterator[str]:
    """Yield what is said of every helper: a heading, how it is called, and its kinds."""
    for name, helper in HELPERS.items():
        yield f"### {name}"
        yield ""
        yield from _introduced(helper)
        yield ""
        yield "| kind | whose | recordings | real | how it comes about |"
        yield "|---|---|--:|--:|---|"
        recorded, met = summed(own, name).kinds, summed(real, name).kinds
        for kind in KINDS[name]:
            counts = f"{recorded[kind.name]} | {met[kind.name]}"
            yield f"| {kind.name} | {WHOSE[kind.fault]} | {counts} | {kind.why} |"
        yield ""


def _introduced(helper: Helper) -> Iterator[str]:
    yield f"`{helper.call}` of {helper.sdk} {version(helper.sdk)}."
    if helper.unsaid:
        yield f"It has no place for {', '.join(sorted(helper.unsaid))}."


def by_repetition(own: Tallies, real: Tallies) -> Iterator[str]:
    """Yield the lines of the table of what streams repeat."""
    yield "| dialect or profile | what is repeated | recordings | equal | real | equal |"
    yield "|---|---|--:|--:|--:|--:|"
    for name, repeat in REPEATS.items():
        one, two = summed(own, name), summed(real, name)
        counts = f"{one.answers} | {one.equal} | {two.answers} | {two.equal}"
        yield f"| `{name}` | {repeat.where} | {counts} |"


def write(tables: Mapping[str, Iterable[str]]) -> None:
    """Put tables into the page."""
    lines = {name: "\n".join(table).strip() for name, table in tables.items()}
    page = PAGE.read_text(encoding="utf-8")
    page = _MARKED.sub(lambda found: f"{found[1]}\n{lines[found[2]]}\n\n{found[3]}", page)
    PAGE.write_text(page, encoding="utf-8")


def main() -> int:
    """Write the tables; 1 if anything differs that nothing explains."""
    if find_corpus() is None:
        sys.stderr.write("There is no corpus; the page stays as it is.\n")
        return 0
    own, own_repeats, failures = measured(recorded())
    met, met_repeats, others = measured(real())
    twins = Counter[str](twin.dialect for twin in find_twins())
    counted = ", ".join(f"`{name}` {count}" for name, count in sorted(twins.items()))
    write(
        {
            "recordings": all_helpers(own),
            "all": all_helpers(met),
            "vendors": by_vendor(met),
            "kinds": by_kind(own, met),
            "repeats": by_repetition(own_repeats, met_repeats),
            "twins": [f"{twins.total()} twins: {counted}."],
        }
    )
    if failures or others:
        sys.stderr.write("\n".join(["explained by nothing:", *failures, *others, ""]))
    return int(bool(failures or others))


if __name__ == "__main__":
    raise SystemExit(main())
