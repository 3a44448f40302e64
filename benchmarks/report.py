"""Measure and write what the README shows: its table of ratios and the plot `docs/speed.svg`.

`python -m benchmarks.report`; on a quiet machine.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from benchmarks.bench import MUST, cases, measure

ROOT = Path(__file__).resolve().parents[1]
EVENTS, ROUNDS = 2_000, 31

PATHS = {
    "framing": "SSE framing alone",
    "decode": "SSE bytes to chunks",
    "both": "SSE bytes to wire objects and chunks",
    "gateway": "SSE bytes of one dialect to those of another",
    "home": "SSE bytes of one dialect to the same",
}
"""Cases of the benchmark, and what they are called for people."""

COLOURS = {
    "openai": "#4c78a8",
    "mistral": "#f58518",
    "llama": "#54a24b",
    "anthropic": "#b279a2",
}
"""The dialects that have bounds; `python -m benchmarks.bench` measures the others as well."""

_MARKED = re.compile(r"(<!-- speed -->\n).*?(<!-- end -->)", re.DOTALL)
_LEFT, _WIDTH, _BAR, _GAP, _TOP, _LABEL = 300, 400, 13, 14, 40, 30

Ratios = Mapping[str, Mapping[str, float]]
"""From dialect to case to ratio."""


def measured() -> Ratios:
    """Return the median ratios of every dialect."""
    return {
        dialect: {
            name: ratio
            for name, (ratio, _) in measure(cases(dialect, EVENTS), ROUNDS, EVENTS).items()
            if name in PATHS
        }
        for dialect in COLOURS
    }


def table(ratios: Ratios) -> str:
    """Return the ratios as Markdown, with when and how they were measured."""
    head = ["path", *(f"`{dialect}`" for dialect in ratios), "bound"]
    rows = [
        [title, *(f"{found[name]:.2f}" for found in ratios.values()), _bounds(name, ratios)]
        for name, title in PATHS.items()
    ]
    lines = [head, ["---", *(["--:"] * (len(head) - 1))], *rows]
    when = datetime.now(UTC).date()
    return (
        "\n".join(f"| {' | '.join(line)} |" for line in lines)
        + f"\n\nMeasured on {when} with {platform.python_implementation()}"
        f" {platform.python_version()}, orjson {version('orjson')} and msgspec"
        f" {version('msgspec')}: medians of {ROUNDS} rounds over {EVENTS:,} events."
    )


def _bounds(name: str, ratios: Ratios) -> str:
    """Return the bounds of a path, one for dialects that share it."""
    found = {MUST[dialect][name] for dialect in ratios if name in MUST[dialect]}
    return " / ".join(f"{bound:g}" for bound in sorted(found))


def plot(ratios: Ratios) -> str:
    """Return the ratios of the paths with bounds as bars, the bounds as lines across them."""
    bounds = [bound for dialect in ratios for bound in MUST[dialect].values()]
    # What has no bound would only push the rest together.
    paths = {name: title for name, title in PATHS.items() if _bounds(name, ratios)}
    most = max(*bounds, *(found[name] for found in ratios.values() for name in paths))
    scale = _WIDTH / most
    group = len(ratios) * _BAR + _GAP
    height = _TOP + len(paths) * group + 34
    width = _LEFT + _WIDTH + 50
    font = 'font-family="sans-serif" font-size="12"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {font}>',
        '<rect width="100%" height="100%" fill="white"/>',
        *_legend(ratios),
        *_axis(scale, most, height),
    ]
    for number, (name, title) in enumerate(paths.items()):
        lines += _group(name, title, ratios, _TOP + number * group, scale)
    return "\n".join([*lines, "</svg>", ""])


def _legend(ratios: Ratios) -> Iterator[str]:
    for number, dialect in enumerate(ratios):
        x = _LEFT + number * 90
        yield f'<rect x="{x}" y="12" width="12" height="12" fill="{COLOURS[dialect]}"/>'
        yield f'<text x="{x + 17}" y="22">{dialect}</text>'
    x = _LEFT + len(ratios) * 90
    yield f'<line x1="{x + 6}" x2="{x + 6}" y1="10" y2="26" stroke="black" stroke-width="2"/>'
    yield f'<text x="{x + 17}" y="22">bound</text>'


def _axis(scale: float, most: float, height: int) -> Iterator[str]:
    for tick in range(int(most) + 1):
        x = _LEFT + tick * scale
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{_TOP - 4}" y2="{height - 34}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{height - 20}" text-anchor="middle" fill="#555">{tick}</text>'
    middle = _LEFT + _WIDTH / 2
    what = "time as a multiple of orjson.loads of the same payloads"
    yield f'<text x="{middle}" y="{height - 5}" text-anchor="middle" fill="#555">{what}</text>'


def _group(name: str, title: str, ratios: Ratios, y: int, scale: float) -> Iterator[str]:
    middle = y + len(ratios) * _BAR / 2 + 4
    yield f'<text x="{_LEFT - 10}" y="{middle}" text-anchor="end">{title}</text>'
    for number, (dialect, found) in enumerate(ratios.items()):
        bound = MUST[dialect].get(name, 0) * scale
        top, width = y + number * _BAR, found[name] * scale
        # The number must not stand on the bound.
        end = bound if width < bound < width + _LABEL else width
        yield (
            f'<rect x="{_LEFT}" y="{top}" width="{width:.1f}" height="{_BAR - 2}"'
            f' fill="{COLOURS[dialect]}"/>'
        )
        yield (
            f'<text x="{_LEFT + end + 5:.1f}" y="{top + _BAR - 3}" font-size="10"'
            f' fill="#333">{found[name]:.2f}</text>'
        )
        if bound:
            x = _LEFT + bound
            yield (
                f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top - 1}" y2="{top + _BAR - 1}"'
                ' stroke="black" stroke-width="2"/>'
            )


def main() -> None:
    """Measure once and write both."""
    ratios = measured()
    readme = ROOT / "README.md"
    text = readme.read_text(encoding="utf-8")
    part = f"\n{table(ratios)}\n\n"
    readme.write_text(_MARKED.sub(lambda found: found[1] + part + found[2], text), encoding="utf-8")
    (ROOT / "docs" / "speed.svg").write_text(plot(ratios), encoding="utf-8")
    print(table(ratios))


if __name__ == "__main__":
    main()
