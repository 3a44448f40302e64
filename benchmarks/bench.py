"""How fast onechunk is, as ratios to `orjson.loads` of the same payloads in the same run.

Every round runs every case once, in shuffled order; what is printed is the median of the ratios.
Absolute times depend on the machine and its mood, ratios hardly do.
"""

from __future__ import annotations

import argparse
import random
import statistics
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterable

import orjson

from benchmarks.streams import STREAMS, events_of, payloads
from onechunk import Decoder, Translator
from onechunk._framing import SSESplitter

_CHAT = {"both": 4.5, "decode": 3.5, "gateway": 5.0, "framing": 0.5}

MUST: dict[str, dict[str, float]] = {
    "openai": _CHAT,
    "mistral": _CHAT,
    "llama": _CHAT,
    "anthropic": {"decode": 5.0, "gateway": 8.5},
}
"""The upper bounds that the project holds itself to; the other dialects have none."""

MOST_KEPT = 1200
"""Bytes that one kept chunk may take."""

MOST_IMPORT = 1.5
"""How much longer than that of attrs and cattrs the import may take."""

Case = Callable[[], object]


def cases(dialect: str, events: int) -> dict[str, Case]:
    """Return what is measured on one dialect's stream, one event a network piece."""
    texts = payloads(dialect, events)
    pieces = events_of(dialect, texts)
    other = "mistral" if dialect == "openai" else "openai"
    return {
        "orjson.loads": lambda: _each(orjson.loads, texts),
        "framing": lambda: _each(SSESplitter().feed, pieces),
        "both": lambda: _each(Decoder(dialect).feed_objects, pieces),
        "decode": lambda: _each(Decoder(dialect).feed, pieces),
        "home": lambda: _each(Translator(dialect, dialect).feed, pieces),
        "gateway": lambda: _each(Translator(dialect, other).feed, pieces),
    }


def _each(function: Callable[[bytes], object], values: Iterable[bytes]) -> None:
    for value in values:
        function(value)


def measure(named: dict[str, Case], rounds: int, events: int) -> dict[str, tuple[float, float]]:
    """Return for every case its median ratio, and its median time per event in µs."""
    order = list(named)
    times: dict[str, list[float]] = {name: [] for name in order}
    for case in named.values():
        case()
    for _ in range(rounds):
        random.shuffle(order)
        for name in order:
            start = time.process_time()
            named[name]()
            times[name].append(time.process_time() - start)
    base = times["orjson.loads"]
    return {
        name: (
            statistics.median(one / all_ for one, all_ in zip(spent, base, strict=True)),
            statistics.median(spent) / events * 1e6,
        )
        for name, spent in times.items()
    }


def kept_bytes(dialect: str, events: int) -> float:
    """Return the memory that one kept chunk takes."""
    pieces = events_of(dialect, payloads(dialect, events))
    decoder = Decoder(dialect)
    decoder.feed(pieces[0])
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    kept = [chunk for piece in pieces[1:] for chunk in decoder.feed(piece)]
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / len(kept)


def growth(dialect: str, events: int) -> int:
    """Return the peak of memory while a stream of *events* flows through and is dropped."""
    piece = b"data: " + payloads(dialect, 10)[5] + b"\n\n"
    translator = Translator(dialect, "openai")
    translator.feed(piece)
    tracemalloc.start()
    for _ in range(events):
        translator.feed(piece)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak


def import_ratio(rounds: int = 9) -> float:
    """Return the time to import onechunk beside that of attrs and cattrs."""
    ratios: list[float] = []
    for _ in range(rounds):
        spent = [
            _import_time(code)
            for code in ("import attrs, cattrs", "import attrs, cattrs, onechunk")
        ]
        ratios.append(spent[1] / spent[0])
    return statistics.median(ratios)


def _import_time(code: str) -> float:
    script = f"import time; start = time.process_time(); {code}; print(time.process_time() - start)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)  # noqa: S603
    return float(found.stdout)


def main() -> int:
    """Print the tables; exit 1 where a bound is exceeded in the first run and in a second."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--events", type=int, default=2_000, help="events a stream")
    options.add_argument("--rounds", type=int, default=15, help="rounds of every case")
    chosen = options.parse_args()
    missed = False
    print(f"{'dialect':<12}{'path':<14}{'x orjson.loads':>15}{'must':>7}{'µs/event':>10}")
    for dialect in STREAMS:
        found = measure(cases(dialect, chosen.events), chosen.rounds, chosen.events)
        for name, (ratio, spent) in found.items():
            bound = MUST.get(dialect, {}).get(name)
            best = (ratio, spent)
            if bound is not None and ratio > bound:
                again = measure(cases(dialect, chosen.events), chosen.rounds, chosen.events)
                best = min(best, again[name])
                missed = missed or best[0] > bound
            print(f"{dialect:<12}{name:<14}{best[0]:>15.2f}{bound or '':>7}{best[1]:>10.2f}")
    print()
    for dialect in STREAMS:
        kept = kept_bytes(dialect, chosen.events)
        bounded = dialect in MUST
        missed = missed or (bounded and kept > MOST_KEPT)
        must = f" (must {MOST_KEPT})" if bounded else ""
        print(f"{dialect:<12}memory of a kept chunk: {kept:.0f} B{must}")
    small, large = growth("openai", 1_000), growth("openai", 16_000)
    print(f"peak of a dropped stream: {small} B at 1,000 events, {large} B at 16,000")
    ratio = import_ratio()
    missed = missed or ratio > MOST_IMPORT
    print(f"import beside attrs and cattrs: {ratio:.2f} x (must {MOST_IMPORT})")
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
