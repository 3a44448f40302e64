"""The corpus of real recorded answers, which lives outside the project and may be absent.

A test loops over `corpus_files(...)` and so passes where there is nothing; it is never skipped.
"""

import base64
import json
import os
from collections.abc import Collection
from pathlib import Path
from typing import Literal

import attrs

from tests.support.paths import ROOT


@attrs.frozen
class CorpusFile:
    """One recorded body and what the corpus's index says about it, in the index's words."""

    file: str
    dialect: str
    vendor: str
    surface: str
    format: str
    fidelity: str
    core: bool
    path: Path

    @property
    def data(self) -> bytes:
        """The body; AWS event streams, which the corpus holds as base64, come decoded."""
        data = self.path.read_bytes()
        return base64.b64decode(data) if self.format == "eventstream" else data


def find_corpus() -> Path | None:
    """Return the folder `ONECHUNK_CORPUS`, else `../shared/corpus`; None where it is absent."""
    named = os.environ.get("ONECHUNK_CORPUS")
    folder = ROOT.parent / "shared" / "corpus" if named is None else Path(named)
    return folder if (folder / "streams.jsonl").is_file() else None


def corpus_files(
    kind: Literal["streams", "responses"] = "streams",
    *,
    dialects: Collection[str] | None = None,
    surfaces: Collection[str] | None = None,
) -> list[CorpusFile]:
    """Return the files of one kind in the index's order, none where the corpus is absent.

    Args:
        kind: Recorded streams, or whole responses.
        dialects: Folders of the corpus (`mistral`, `openai_chat`, …); None means all.
        surfaces: APIs (`chat`, `text`, `messages`, …); None means all.
    """
    corpus = find_corpus()
    if corpus is None:
        return []
    with (corpus / f"{kind}.jsonl").open(encoding="utf-8") as index:
        rows = [json.loads(line) for line in index]
    return [
        CorpusFile(
            file=row["file"],
            dialect=row["dialect"],
            vendor=row["vendor"],
            surface=row["surface"],
            format=row["format"],
            fidelity=row["fidelity"],
            core=row.get("core", False),
            path=corpus / row["file"],
        )
        for row in rows
        if (dialects is None or row["dialect"] in dialects)
        and (surfaces is None or row["surface"] in surfaces)
    ]
