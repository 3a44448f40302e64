"""The project's own recorded streams: a file is a case."""

from pathlib import Path

import attrs

from tests.support.paths import RECORDINGS_FOLDER

SUFFIXES = frozenset({".eventstream", ".json", ".ndjson", ".sse"})


@attrs.frozen
class Recording:
    """One recorded answer, `tests/recordings/<dialect>/<case>.{sse,ndjson,json,eventstream}`."""

    dialect: str
    case: str
    path: Path

    @property
    def id(self) -> str:
        """The name of the case in test ids and in `snapshots/`."""
        return f"{self.dialect}/{self.case}"

    @property
    def data(self) -> bytes:
        """The bytes as recorded."""
        return self.path.read_bytes()


def find_recordings(folder: Path) -> list[Recording]:
    """Return every recording under `folder`, ordered by dialect, case and suffix."""
    return [
        Recording(path.parent.name, path.stem, path)
        for path in sorted(folder.glob("*/*"))
        if path.suffix in SUFFIXES
    ]


RECORDINGS = find_recordings(RECORDINGS_FOLDER)
