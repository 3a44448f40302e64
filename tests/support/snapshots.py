"""One snapshot file a case: `snapshots/<dialect>/<case>.json`, one chunk a line.

syrupy finds stale files by comparing the names in the files on disk with the names that the tests
asked for. A file here is named after a case and not after a test, so the two are tied together by
one convention: only the test function `test_snapshot`, parametrised with the case's id, has a file.
"""

import json
import re
from pathlib import Path

from syrupy.data import Snapshot, SnapshotCollection
from syrupy.extensions.json import JSONSnapshotExtension
from syrupy.location import PyTestLocation
from syrupy.types import PropertyFilter, PropertyMatcher, SerializableData, SnapshotIndex

from tests.support.paths import SNAPSHOTS_FOLDER

TEST_NAME = "test_snapshot"

# Lone surrogates cannot be written as UTF-8; C1 controls and U+2028/9 end a line for some readers.
_ESCAPED = re.compile("[\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def dump(value: object) -> str:
    """Return `value` as JSON on one line, keys in their own order."""
    text = json.dumps(value, ensure_ascii=False)
    return _ESCAPED.sub(lambda match: f"\\u{ord(match.group()):04x}", text)


def dump_lines(value: dict[str, list[object]]) -> str:
    """Return `value` as JSON in which each item of its lists has a line to itself."""
    fields: list[str] = []
    for key, items in value.items():
        lines = ",\n".join(f"    {dump(item)}" for item in items)
        fields.append(f"  {dump(key)}: [\n{lines}\n  ]" if lines else f"  {dump(key)}: []")
    return "{\n" + ",\n".join(fields) + "\n}\n"


def owner(snapshot_location: str) -> str:
    """Return the name of the test that a file belongs to: `test_snapshot[<dialect>/<case>]`."""
    case = Path(snapshot_location).relative_to(SNAPSHOTS_FOLDER).with_suffix("")
    return f"{TEST_NAME}[{case.as_posix()}]"


class CaseSnapshotExtension(JSONSnapshotExtension):
    """Store `{"canonical": [...], "<dialect>": [...]}` in the file of the case under test.

    The value is JSON already; `include`, `exclude` and `matcher` have no effect.
    """

    def serialize(
        self,
        data: SerializableData,
        *,
        exclude: PropertyFilter | None = None,  # noqa: ARG002 (syrupy's signature)
        include: PropertyFilter | None = None,  # noqa: ARG002
        matcher: PropertyMatcher | None = None,  # noqa: ARG002
    ) -> str:
        """Keep the order of keys, which the stock extension sorts."""
        return dump_lines(data)

    @classmethod
    def dirname(cls, *, test_location: PyTestLocation) -> str:  # noqa: ARG003 (syrupy's signature)
        """Keep every snapshot in the project's top-level folder."""
        return str(SNAPSHOTS_FOLDER)

    @classmethod
    def get_file_basename(cls, *, test_location: PyTestLocation, index: SnapshotIndex) -> str:
        """Return the case's id, slash included.

        Raises:
            ValueError: The test is not the one that owns the files, or asserts a second time.
        """
        name = test_location.snapshot_name
        case = name.removeprefix(f"{TEST_NAME}[").removesuffix("]")
        if name != f"{TEST_NAME}[{case}]":
            message = f"{name}: snapshots belong to {TEST_NAME}[<dialect>/<case>] alone"
            raise ValueError(message)
        if index:
            message = f"{name}: one file a case, so one snapshot assertion"
            raise ValueError(message)
        return case

    @classmethod
    def get_snapshot_name(
        cls,
        *,
        test_location: PyTestLocation,
        index: SnapshotIndex = 0,  # noqa: ARG003 (syrupy's signature)
    ) -> str:
        """Return the test's name whole; the stock extension strips the slash from it."""
        return test_location.snapshot_name

    @classmethod
    def matches_test_location(
        cls, *, test_location: PyTestLocation, snapshot_location: str
    ) -> bool:
        """Say whose file it is; the stock extension expects files beside their tests."""
        return test_location.snapshot_name == owner(snapshot_location)

    def read_snapshot_collection(self, *, snapshot_location: str) -> SnapshotCollection:
        """Name the one snapshot in a file as the test that owns it would."""
        collection = SnapshotCollection(location=snapshot_location)
        collection.add(Snapshot(name=owner(snapshot_location)))
        return collection
